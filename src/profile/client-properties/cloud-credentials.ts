/** Confluent Cloud's key pair from the environment: the client properties that follow from it. */
import { InputError } from '../../errors.ts';
import { rememberSecret } from '../../secrets.ts';
import type { Environment } from '../environment.ts';
import type { ClientProperties } from '../profile.ts';

const KEY = 'CONFLUENT_CLOUD_API_KEY';
const SECRET = 'CONFLUENT_CLOUD_API_SECRET';

/**
 * Empty where there is no pair. Both are secrets from here on.
 * @throws InputError where one of the two is missing.
 */
export function cloudCredentials(environment: Environment): ClientProperties {
  const [key, secret] = [environment[KEY] ?? '', environment[SECRET] ?? ''];
  if (key === '' && secret === '') return {};
  rememberSecret(key);
  rememberSecret(secret);
  if (key === '' || secret === '') {
    const [there, missing] = key === '' ? [SECRET, KEY] : [KEY, SECRET];
    throw new InputError([{ place: there, message: `it is set, and ${missing} is not`, hint: 'set both, or neither' }]);
  }
  return { 'security.protocol': 'sasl_ssl', 'sasl.mechanisms': 'PLAIN', 'sasl.username': key, 'sasl.password': secret };
}

/** What the profile itself says about security is all that counts; the embedded cluster has none. */
export function withCredentials(kafka: ClientProperties, credentials: ClientProperties): ClientProperties {
  const servers = kafka['bootstrap.servers'];
  const isSecured = Object.keys(kafka).some((name) => name === 'security.protocol' || name.startsWith('sasl.'));
  return isSecured || servers === 'embedded' || servers === 'null' ? kafka : { ...kafka, ...credentials };
}
