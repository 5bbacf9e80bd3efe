/** Whether clients can be made of a plan's properties, tried before anything is asked of a broker. */
import { accessSync, constants } from 'node:fs';
import { InputError, LoadError, type Problem } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import { canonicalProperty, clientPropertyDefault } from '../profile/client-properties/client-properties.ts';
import type { LoadedProfile } from '../profile/load.ts';
import type { ClientProperties } from '../profile/profile.ts';
import { isSecretProperty } from '../secrets.ts';
import { type ClientType, clientProblem } from '../transport/librdkafka/client-problem.ts';

/** Blocks of the profile, the one that wins first. */
type Blocks = readonly string[];

/** @throws InputError with every property that another does not go with, and every file that cannot be read. */
export function checkClients(plan: Plan, loaded: LoadedProfile): void {
  const producers = plan.clients.map(({ properties }, client) => {
    const scenarios = plan.lanes.filter((scenario) => scenario.client === client);
    const own = scenarios.map(({ name }) => `scenarios.${name}.producer`);
    return { properties, blocks: [...own, 'producer', 'kafka'], type: 'producer' as const };
  });
  const { kafka, consumer } = loaded.profile;
  const consumers = Object.keys(consumer).length > 0 ? [consumerOf({ ...kafka, ...consumer })] : [];
  const groups = (plan.reading?.groups ?? []).map(({ name, properties }) => {
    const blocks = [`consumers.${name}.config`, 'consumer', 'kafka'];
    return { properties, blocks, type: 'consumer' as const };
  });
  checkAll([...producers, ...(groups.length > 0 ? groups : consumers)], loaded);
}

/** @throws InputError likewise, of the one consumer that has these properties. */
export function checkConsumer(properties: ClientProperties, loaded: LoadedProfile): void {
  checkAll([consumerOf(properties)], loaded);
}

interface CheckedClient {
  readonly properties: ClientProperties;
  readonly blocks: Blocks;
  readonly type: ClientType;
}

function consumerOf(properties: ClientProperties): CheckedClient {
  return { properties: { 'group.id': 'check', ...properties }, blocks: ['consumer', 'kafka'], type: 'consumer' };
}

function checkAll(clients: readonly CheckedClient[], { propertyPlaces }: LoadedProfile): void {
  const problems = clients.flatMap(({ properties, blocks, type }) => {
    const placeOf = (name: string) => blocks.map((block) => propertyPlaces[block]?.[name]).find(Boolean);
    const missing = unreadableFiles(properties, placeOf);
    return missing.length > 0 ? missing : refusals(properties, placeOf, type);
  });
  const unique = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  if (unique.size > 0) throw new InputError([...unique.values()]);
}

type PlaceOf = (property: string) => string | undefined;

/** librdkafka says only that OpenSSL could not, and nothing at all where the protocol does not need the file. */
function unreadableFiles(properties: ClientProperties, placeOf: PlaceOf): Problem[] {
  const files = Object.entries(properties).filter(([name, file]) => isFile(name) && file !== '' && file !== 'probe');
  return files.flatMap(([name, file]) => {
    try {
      accessSync(file, constants.R_OK);
      return [];
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const why = code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'permission denied' : String(code);
      return [placed(placeOf(name), { message: `\`${name}\`: \`${file}\` cannot be read: ${why}` })];
    }
  });
}

function isFile(name: string): boolean {
  return /\.(location|keytab|file)$/.test(name) && name !== 'ssl.engine.location';
}

function refusals(properties: ClientProperties, placeOf: PlaceOf, type: ClientType): Problem[] {
  let text: string | undefined;
  try {
    text = clientProblem(properties, type);
  } catch (error) {
    // Planning needs no librdkafka: problems with it are reported where it is used.
    if (error instanceof LoadError && error.code.startsWith('LIBRDKAFKA')) return [];
    throw error;
  }
  if (text === undefined) return [];
  const inText = text.match(/[a-z]+(\.[a-z0-9]+)+|\b(acks|retries|partitioner)\b/g) ?? [];
  // What a mechanism needs is said without the mechanism.
  const named = [...inText, ...(/sasl/i.test(text) ? ['security.protocol', 'sasl.mechanism'] : [])];
  const involved = [...new Set(named.map(canonicalProperty))].filter((name) => !isSecretProperty(name));
  const values = involved.flatMap((name) => {
    const fallback = clientPropertyDefault(name);
    if (properties[name] !== undefined) return `${name}=${properties[name]}`;
    return fallback === '' ? [] : `${name}=${fallback} by default`;
  });
  const places = [...new Set(involved.map(placeOf).filter((place) => place !== undefined))];
  const hint = values.join(', ');
  const message = `librdkafka cannot create a ${type} with these properties: ${text}`;
  return [placed(places.join(' and ') || undefined, { message, ...(hint !== '' && { hint }) })];
}

function placed(place: string | undefined, problem: Problem): Problem {
  return place === undefined ? problem : { place, ...problem };
}
