/** Where a queue or metrics server is: a URL with a secret in it, and the same without. */
import { PORT_MAX, userInfoProblem } from '../address.ts';
import { InputError, type Problem } from '../errors.ts';
import { rememberSecret } from '../secrets.ts';

export interface ServiceUrl {
  /** With user and password. */
  readonly text: string;
  /** To be shown: scheme, host and port, path. */
  readonly shown: string;
}

/** By scheme: the port where none is said. */
const PORTS: Readonly<Record<string, string>> = { amqp: '5672', amqps: '5671', redis: '6379', rediss: '6379' };

/** @throws InputError, in which the text does not appear: there may be a password in it. */
export function readServiceUrl(text: string, place: string, schemes: readonly string[]): ServiceUrl {
  const example = `${schemes[0]}://USER:PASSWORD@HOST:${PORTS[schemes[0]!]}`;
  const refuse = (message: string, hint: string): InputError => new InputError([{ place, message, hint } as Problem]);
  const cutOff = userInfoProblem(text);
  if (cutOff !== undefined) throw new InputError([{ place, ...cutOff }]);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    const port = /:(\d+)$/.exec(text.replace(/^[^/]*\/\/(.*@)?/s, '').replace(/[/?].*$/s, ''))?.[1];
    if (Number(port) > PORT_MAX) throw refuse(`a port is at most ${PORT_MAX}, not \`${port}\``, `e.g. ${example}`);
    throw refuse('not a URL', `e.g. ${example}; characters like / ? # @ in a password are written %2F %3F %23 %40`);
  }
  const scheme = url.protocol.slice(0, -1);
  // Without a scheme the user stands in its place.
  if (!schemes.includes(scheme) && /^[^/]*@/.test(text)) throw refuse('not a URL', `e.g. ${example}`);
  if (!schemes.includes(scheme))
    throw refuse(`a URL of ${scheme}, expected ${schemes.join(' or ')}`, `e.g. ${example}`);
  if (url.hostname === '') throw refuse('no host in the URL', `e.g. ${example}`);
  if (url.hash !== '') throw refuse('a # in the URL', 'in a user or password it is written %23');
  if (scheme.startsWith('redis') && !/^(\/\d*)?$/.test(url.pathname)) {
    throw refuse('the path of the URL is not the number of a database', `e.g. ${example}/0`);
  }
  const password = decoded(url.password);
  if (password === undefined || decoded(url.username) === undefined) {
    throw refuse('an invalid % escape in user or password', 'a % itself is written %25');
  }
  // Both forms: servers repeat the one, URLs in messages the other.
  rememberSecret(url.password);
  rememberSecret(password);
  return { text, shown: `${scheme}://${url.hostname}:${url.port || PORTS[scheme]}${url.pathname.replace(/\/$/, '')}` };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
