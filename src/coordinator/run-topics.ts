/** The topics of a run: ready before it, compared after it, and deleted where the profile wants that. */
import { LoadError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import { PARTITIONS_MAX, tooManyPartitions } from '../plan/topic-checks.ts';
import { usedTopics } from '../plan/used-topics.ts';
import type { ClientProperties, TopicSpec } from '../profile/profile.ts';
import { topicList } from '../topic-pattern.ts';
import { Admin, TopicError, type TopicIdentity } from '../transport/librdkafka/admin.ts';
import type { TopicMetadata } from '../transport/librdkafka/topic-metadata.ts';
import type { TopicCreation } from '../transport/librdkafka/topic-requests.ts';
import { countOf, formatCount, formatDuration, NS_PER_MS } from '../units.ts';
import { causeOf, stoppedBeforeStart } from './stopper.ts';

/** While topics are created a line says how far it is, at most this often. */
const PROGRESS_MS = 2_000;
const CLEAN_UP_TIMEOUT_MS = 8_000;

/** What `readyTopics` reports as it goes. */
export interface TopicReport {
  readonly warnings: string[];
  /** Topics that were created, in the order of that. */
  readonly created: string[];
  readonly onNote?: ((note: string) => void) | undefined;
  /** Topics are created from here on: who is stopped now leaves traces. */
  readonly onCreating?: (() => void) | undefined;
  /** Aborting it ends the creation between two batches. */
  readonly signal?: AbortSignal | undefined;
}

/** A sentence each. */
export interface TopicCheck {
  /** Topics that went away: what was acknowledged is lost. */
  readonly lost: readonly string[];
  /** Why nobody knows. */
  readonly unknown: readonly string[];
  readonly warnings: readonly string[];
}

export const UNCHANGED: TopicCheck = { lost: [], unknown: [], warnings: [] };

/**
 * The topics of the plan as they are, created where they are missing; in the order of `usedTopics`.
 * @throws LoadError TOPIC_MISSING where one is missing that is not to be created, before any is.
 */
export async function readyTopics(
  admin: Admin,
  plan: Plan,
  isEmbedded: boolean,
  report: TopicReport,
): Promise<TopicMetadata[]> {
  const sent = new Set(plan.lanes.flatMap(({ topics }) => topics));
  // Shard 0 had them ready before the others began.
  const creates = (plan.shard?.index ?? 0) === 0;
  const suffix = plan.topicSuffix?.length ?? 0;
  const wanted = usedTopics(plan).map(([name, spec]): WantedTopic => {
    const whole = spec.pattern ?? name;
    const topic = { name, spec, entry: whole.slice(0, whole.length - suffix) };
    if (!sent.has(name)) return { ...topic, missing: 'a topic that is only read is not created' };
    if (!creates) return { ...topic, spec: { ...spec, create: 'if-missing' }, missing: 'shard 0 creates the topics' };
    return { ...topic, ...(spec.create === 'never' && { missing: NEVER }) };
  });
  if (!isEmbedded) return ensureTopics(admin, wanted, report);
  const found = await admin.topics(wanted.map(({ name }) => name));
  throwMissing(wanted.filter((_, i) => found[i]!.partitions === 0));
  notePartitions(found, wanted, report.warnings);
  return found;
}

const NEVER = 'the profile has create: never';

export interface WantedTopic {
  readonly name: string;
  readonly spec: TopicSpec;
  /** Under `topics` in the profile. */
  readonly entry?: string;
  /** Why it is not created where it is missing; absent: it is. */
  readonly missing?: string;
}

/** Each topic as it is, created where it is missing. @throws LoadError TOPIC_MISSING, STOPPED; TopicError of the cluster. */
export async function ensureTopics(
  admin: Admin,
  wanted: readonly WantedTopic[],
  { warnings, created, onNote, onCreating, signal }: TopicReport,
): Promise<TopicMetadata[]> {
  const names = wanted.map(({ name }) => name);
  const before = await admin.topics(names);
  const isThere = (i: number) => before[i]!.partitions > 0;
  throwMissing(wanted.filter(({ missing }, i) => missing !== undefined && !isThere(i)));
  const isAnew = ({ spec, missing }: WantedTopic) => missing === undefined && spec.create === 'always';
  const anew = wanted.filter((topic, i) => isAnew(topic) && isThere(i));
  const isCreated = (topic: WantedTopic, i: number) => isAnew(topic) || !isThere(i);
  const creating = wanted.filter(isCreated);
  notePartitions(
    before.filter((_, i) => !isCreated(wanted[i]!, i)),
    wanted,
    warnings,
  );
  if (creating.length === 0) return before;
  checkTopicCount(
    creating.map(({ spec }) => [spec, 1]),
    HINT_MAX,
  );
  const startMs = performance.now();
  let reportedMs = startMs;
  const many = creating.length > 1;
  onCreating?.();
  if (anew.length > 0) await admin.deleteTopics(anew.map(({ name }) => name));
  const requests = creating.map(({ name, spec }) => ({ name, ...spec }));
  const progress = (count: number, what: string) => {
    const nowMs = performance.now();
    if (!many || nowMs - reportedMs < PROGRESS_MS) return;
    reportedMs = nowMs;
    onNote?.(`creating topics: ${formatCount(count)} of ${formatCount(creating.length)}${what}`);
  };
  const creation: TopicCreation = {
    onCreated: (batch) => {
      created.push(...batch);
      progress(created.length, '');
    },
    onVisible: (count) => progress(count, ' have their partitions'),
    signal,
  };
  await admin.createTopics(requests, creation).catch(async (error: unknown) => {
    throw await withBrokers(error, admin, creating);
  });
  if (signal?.aborted) {
    const made = `${formatCount(created.length)} of ${countOf(creating.length, 'topic')} had been created`;
    throw stoppedBeforeStart(causeOf(signal.reason), made);
  }
  const took = formatDuration((performance.now() - startMs) * NS_PER_MS, NS_PER_MS);
  const partitions = creating.reduce((sum, { spec }) => sum + spec.partitions, 0);
  if (many) onNote?.(`created ${countOf(created.length, 'topic')} with ${countOf(partitions, 'partition')} in ${took}`);
  return admin.topics(names);
}

/** With fewer brokers than replicas: what to change. */
async function withBrokers(error: unknown, admin: Admin, creating: readonly WantedTopic[]): Promise<unknown> {
  if (!(error instanceof TopicError) || error.errorName !== 'INVALID_REPLICATION_FACTOR') return error;
  const brokers = (await admin.brokers()).length;
  const tooMany = creating.filter(({ spec }) => spec.replicationFactor > brokers);
  const entries = [...new Set(tooMany.map(({ name, entry = name }) => entry))];
  if (entries.length === 0) return error;
  const flags = entries.map((entry) => `--set 'topics.${entry}.replicationFactor=${brokers}'`);
  const hint = `the cluster has ${countOf(brokers, 'broker')}: ${flags.slice(0, 3).join(' ')}`;
  return new LoadError(error.code, error.message, { hint, cause: error });
}

const KNOWN_MAX = `${formatCount(PARTITIONS_MAX)} is what a Kafka cluster is known to carry`;
const HINT_MAX = 'create the topics yourself and set create: never, or send to fewer';

/**
 * @param creating settings, and how many topics have them.
 * @throws LoadError TOPICS_MAX where they are more than a run creates.
 */
export function checkTopicCount(creating: readonly (readonly [TopicSpec, number])[], hint: string): void {
  const tooMany = tooManyPartitions(creating);
  if (tooMany !== undefined) throw new LoadError('TOPICS_MAX', tooMany, { hint: `${hint}: ${KNOWN_MAX}` });
}

function throwMissing(missing: readonly WantedTopic[]): void {
  const [first] = missing;
  if (first === undefined) return;
  const reasons = new Map<string, string[]>();
  for (const { name, missing: reason = NEVER } of missing) reasons.set(reason, [...(reasons.get(reason) ?? []), name]);
  const texts = [...reasons].map(
    ([reason, names]) => `${topicList(names)} ${names.length === 1 ? 'does' : 'do'} not exist: ${reason}`,
  );
  const { entry = first.name } = first;
  const hint =
    first.missing === NEVER
      ? `create ${missing.length === 1 ? 'the topic' : `the ${formatCount(missing.length)} topics`}, or set topics.${entry}.create to if-missing`
      : 'check `consumers.NAME.topics`';
  throw new LoadError('TOPIC_MISSING', texts.join('; '), { hint });
}

function notePartitions(found: readonly TopicMetadata[], wanted: readonly WantedTopic[], warnings: string[]): void {
  const planned = new Map(wanted.map(({ name, spec }) => [name, spec.partitions]));
  const others = found.filter(({ name, partitions }) => partitions !== planned.get(name));
  warnings.push(
    ...folded(others, ({ name, partitions }) => [
      name,
      (topics, verb) =>
        `${topics} ${verb('has', 'have')} ${countOf(partitions, 'partition')}, not ${planned.get(name)} as in the profile: ${verb('it is used as is', 'they are used as they are')}`,
    ]),
  );
}

/** What is said of a topic, or in the plural of several. */
export type Saying = (topics: string, verb: (one: string, many: string) => string) => string;

/** One sentence for all topics that it is said of, in the order in which they come first. */
export function folded<T>(items: readonly T[], say: (item: T) => readonly [name: string, saying: Saying]): string[] {
  const found = new Map<string, { readonly saying: Saying; readonly names: string[] }>();
  for (const item of items) {
    const [name, saying] = say(item);
    const key = saying('', (one) => one);
    if (!found.has(key)) found.set(key, { saying, names: [] });
    found.get(key)!.names.push(name);
  }
  return [...found.values()].map(({ saying, names }) =>
    saying(topicList(names), (one, many) => (names.length === 1 ? one : many)),
  );
}

/** After the run, whether its topics are those it began with: by id, where the broker has ids. */
export async function checkTopics(
  properties: ClientProperties,
  timeoutMs: number,
  before: readonly TopicIdentity[],
): Promise<TopicCheck> {
  const admin = new Admin(properties, timeoutMs);
  try {
    return compareTopics(before, await admin.topicIdentities(before.map(({ name }) => name)));
  } catch (error) {
    const topics = topicList(before.map(({ name }) => name));
    const exist = before.length === 1 ? 'still exists' : 'still exist';
    return { ...UNCHANGED, unknown: [`not known whether ${topics} ${exist}: ${(error as Error).message}`] };
  } finally {
    await admin.close();
  }
}

/** @param after in the same order. */
export function compareTopics(before: readonly TopicIdentity[], after: readonly TopicIdentity[]): TopicCheck {
  const pairs = before.map((was, i) => ({ was, now: after[i]! }));
  // Partitions are only ever added.
  const isAnother = ({ was, now }: (typeof pairs)[number]) =>
    (was.id !== undefined && now.id !== was.id) || now.partitions < was.partitions;
  const gone = pairs.filter(({ now }) => now.partitions === 0);
  const others = pairs.filter((pair) => pair.now.partitions > 0 && isAnother(pair));
  const grown = pairs.filter((pair) => pair.now.partitions > pair.was.partitions && !isAnother(pair));
  return {
    ...UNCHANGED,
    lost: [
      ...folded(gone, ({ was }) => [
        was.name,
        (topics, verb) => `${topics} ${verb('was', 'were')} deleted during the run`,
      ]),
      ...folded(others, ({ was }) => [
        was.name,
        (topics, verb) =>
          `${topics} ${verb('was', 'were')} deleted and recreated during the run: earlier records are gone`,
      ]),
    ],
    warnings: folded(grown, ({ was, now }) => [
      was.name,
      (topics) =>
        `${topics} got more partitions during the run, ${now.partitions} instead of ${was.partitions}: ` +
        `keys stayed on the first ${was.partitions}`,
    ]),
  };
}

export interface CleanUpReport {
  readonly onNote?: ((note: string) => void) | undefined;
  readonly onWarning?: ((warning: string) => void) | undefined;
}

/** Deletes what the run created and is to leave no trace of; that it fails is a warning. */
export async function deleteCreated(
  properties: ClientProperties,
  names: readonly string[],
  { onNote, onWarning }: CleanUpReport,
): Promise<void> {
  if (names.length === 0) return;
  const admin = new Admin(properties, CLEAN_UP_TIMEOUT_MS);
  try {
    await admin.deleteTopics(names);
    onNote?.(
      `${topicList(names)} deleted: ${names.length === 1 ? 'it was' : 'they were'} created for this run (cleanup: true)`,
    );
  } catch (error) {
    onWarning?.(`${topicList(names)}, created for this run, may still be there: ${(error as Error).message}`);
  } finally {
    await admin.close();
  }
}
