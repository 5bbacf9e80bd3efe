/** What `consume` reads, as which group, and how: from flags and a profile. Decided before anything is asked of a broker. */
import { randomBytes } from 'node:crypto';
import { checkConsumer } from '../coordinator/client-check.ts';
import { InputError, type Problem } from '../errors.ts';
import { loadProfile } from '../profile/load.ts';
import type { Profile, SchemaRegistrySpec } from '../profile/profile.ts';
import { openRegistry } from '../registry/registry-client.ts';
import { writerSchema } from '../registry/writer-schema.ts';
import { workloads } from '../workload/built-in/built-in.ts';
import type { WorkloadDefinition } from '../workload/definition.ts';

import type { SchemaById } from '../workload/encoding/payload-decoder.ts';
import { definitionOf } from '../workload/loaded-definition.ts';
import { referenceOf } from '../workload/reference.ts';
import { readTypes } from '../workload/schema/reading/read-schema.ts';
import { parseSchema, readFiles } from '../workload/schema/reading/schema-text.ts';
import { type ReadRange, readRange } from './consume-range.ts';
import { CONSUME_FORMATS } from './flags.ts';
import type { Notices } from './notices.ts';
import { DEFAULT_PROFILE, listValue, oneOf, textValue, type Values } from './values.ts';

export type ConsumeFormat = (typeof CONSUME_FORMATS)[number];

export interface ConsumeSettings {
  readonly topics: readonly string[];
  /** librdkafka's names; the group and where it begins are among them. */
  readonly properties: Readonly<Record<string, string>>;
  readonly group: string;
  /** False for a group made for this one reading, and with `enable.auto.commit=false`. */
  readonly commits: boolean;
  readonly format: ConsumeFormat;
  /** Partitions are read without a group. */
  readonly range?: ReadRange;
  /** Infinity: until a signal. */
  readonly recordsMax: number;
  /** The schema of a topic's Avro records by the id they carry. */
  readonly schemaOf: (topic: string) => SchemaById;
  /** On where the profile was found. */
  readonly notes: readonly string[];
}

const TOPIC = /^(?!\.\.?$)[\w.-]{1,249}$/;

/**
 * @param notices receives a note about records that are decoded by a schema that nobody gave for them.
 * @throws InputError with everything that is wrong.
 */
export async function readConsumeSettings(
  values: Values,
  notices: Pick<Notices, 'note' | 'warn'> = { note: () => {}, warn: () => {} },
): Promise<ConsumeSettings> {
  const named = textValue(values, 'profile');
  const bootstrapServers = textValue(values, 'bootstrap-servers');
  const schemaRegistryUrl = textValue(values, 'schema-registry-url');
  const loaded = await loadProfile(named ?? DEFAULT_PROFILE, {
    overrides: {
      consumerConfig: listValue(values, 'consumer-config'),
      ...(bootstrapServers !== undefined && { bootstrapServers }),
      ...(schemaRegistryUrl !== undefined && { schemaRegistryUrl }),
    },
  });
  const { profile, notes } = loaded;
  const problems: Problem[] = [];
  const topics = readTopics(values, named === undefined ? undefined : profile, problems);
  const group = textValue(values, 'group') ?? profile.consumer['group.id'];
  if (group === '') problems.push({ place: '--group', message: 'the name of the group is empty' });
  const recordsMax = readCount(textValue(values, 'messages'), problems);
  checkServers(profile, problems);
  const local = localSchema(values, problems);
  const range = readRange(values, Date.now(), problems);
  if (range !== undefined) checkRangeFlags(values, problems);
  const format = oneOf(values, 'format', CONSUME_FORMATS);
  const reset = readReset(values);
  if (problems.length > 0) throw new InputError(problems);
  const properties = {
    ...profile.kafka,
    'auto.offset.reset': 'earliest',
    ...profile.consumer,
    ...(reset !== undefined && { 'auto.offset.reset': reset }),
    'group.id': (range === undefined ? group : undefined) ?? `load-consume-${randomBytes(4).toString('hex')}`,
    // Nobody comes back to a group that was made for this reading: without offsets the broker forgets it at once.
    ...((group === undefined || range !== undefined) && { 'enable.auto.commit': 'false' }),
  };
  checkConsumer(properties, loaded);
  return {
    topics,
    properties,
    group: properties['group.id'],
    commits: properties['enable.auto.commit' as keyof typeof properties] !== 'false',
    format,
    ...(range !== undefined && { range }),
    recordsMax,
    schemaOf: schemaSource(local, profile.schemaRegistry, named === undefined ? undefined : profile, notices),
    notes: named === undefined ? [] : notes,
  };
}

function checkRangeFlags(values: Values, problems: Problem[]): void {
  const given = ['group', 'offset-reset'].filter((name) => textValue(values, name) !== undefined);
  for (const name of given) {
    problems.push({
      place: `--${name}`,
      message: 'with --from or --to partitions are read without a group, and nothing is committed',
      hint: `leave out --${name}, or --from and --to`,
    });
  }
}

/**
 * The schema that was given, else what the registry has for the id. Only where the registry has no such id, or none is
 * named, what is known to be sent to the topic.
 */
function schemaSource(
  local: unknown,
  registrySpec: SchemaRegistrySpec | undefined,
  profile: Profile | undefined,
  notices: Pick<Notices, 'note' | 'warn'>,
): ConsumeSettings['schemaOf'] {
  if (local !== undefined) return () => () => local;
  const known = (topic: string, absent?: string) => {
    const ofProfile = schemaOfProfile(profile, topic);
    if (ofProfile !== undefined) {
      if (absent !== undefined) notices.warn(`${topic}: ${absent}; decoded as the profile sends its records`);
      return ofProfile;
    }
    const { name, avroSchema } = bundledFor(topic) ?? {};
    if (!avroSchema) return undefined;
    const text = `${topic}: ${absent ?? 'no schema registry is set'}; decoded as records of ${name}, whose default topic it is`;
    if (absent === undefined) notices.note(text);
    else notices.warn(text);
    return avroSchema;
  };
  if (registrySpec === undefined) {
    return (topic) => {
      let schema: unknown;
      return () => (schema ??= known(topic));
    };
  }
  const registry = openRegistry(registrySpec);
  // Topics may share an id.
  const asked = new Map<number, Promise<unknown>>();
  const ask = (id: number): Promise<unknown> => {
    const asking = asked.get(id) ?? writerSchema(registry, id);
    asked.set(id, asking);
    return asking;
  };
  return (topic) => async (id) =>
    (await ask(id)) ?? known(topic, `the schema registry ${registrySpec.url} has no schema id ${id}`);
}

function bundledFor(topic: string): WorkloadDefinition | undefined {
  return Object.values(workloads).find(({ defaultTopic }) => defaultTopic === topic);
}

/** Those given, or those that the profile's scenarios send to. */
function readTopics(values: Values, profile: Profile | undefined, problems: Problem[]): string[] {
  const positionals = listValue(values, 'TOPICS');
  const given = [...new Set(positionals.length > 0 ? positionals : textValue(values, 'topic')?.split(','))];
  for (const topic of given) {
    if (!TOPIC.test(topic)) problems.push({ message: `\`${topic}\` is not a topic name` });
  }
  if (given.length > 0) return given;
  if (profile !== undefined) return [...new Set(Object.values(profile.scenarios).flatMap(({ topics }) => topics))];
  problems.push({
    message: 'a topic is missing',
    hint: 'e.g. consume atm-transactions, or --profile for those of a profile',
  });
  return [];
}

function readCount(text: string | undefined, problems: Problem[]): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  problems.push({ place: '--messages', message: `\`${text}\` is not a number of messages` });
  return 0;
}

function readReset(values: Values): string | undefined {
  return textValue(values, 'offset-reset') === undefined
    ? undefined
    : oneOf(values, 'offset-reset', ['earliest', 'latest'] as const);
}

function checkServers({ kafka }: Profile, problems: Problem[]): void {
  const servers = kafka['bootstrap.servers'];
  if (servers !== 'embedded' && servers !== 'null') return;
  problems.push({
    place: '--bootstrap-servers',
    message: 'no broker to read from',
    hint: 'HOST:PORT of a running broker; the command embedded starts one',
  });
}

/** `--schema` or `--workload`, for every topic. */
function localSchema(values: Values, problems: Problem[]): unknown {
  const files = listValue(values, 'schema');
  const name = textValue(values, 'workload');
  if (files.length > 0 && name !== undefined) {
    problems.push({ place: '--schema', message: 'the workload has a schema of its own', hint: 'give one of the two' });
  }
  if (name !== undefined) return workloadSchema(name, problems);
  if (files.length === 0) return undefined;
  try {
    const { schema } = parseSchema(readFiles(files));
    readTypes(schema);
    return schema;
  } catch (error) {
    problems.push({ place: '--schema', message: `${files.join(', ')} cannot be used: ${(error as Error).message}` });
    return undefined;
  }
}

function workloadSchema(name: string, problems: Problem[]): unknown {
  try {
    return definitionOf(referenceOf(name, process.cwd())).avroSchema ?? undefined;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    problems.push(...error.problems.map((problem) => ({ place: '--workload', ...problem })));
    return undefined;
  }
}

/** What the profile itself sends to the topic, where that is one schema. */
function schemaOfProfile(profile: Profile | undefined, topic: string): unknown {
  const senders = Object.values(profile?.scenarios ?? {}).filter(({ topics }) => topics.includes(topic));
  const schemas = new Set(senders.map(({ workload }) => definitionOf(workload).avroSchema ?? undefined));
  return schemas.size === 1 ? [...schemas][0] : undefined;
}
