/** Where a run's records go, made ready before the workers start: an embedded cluster, or a real one checked first. */

import { LoadError } from '../errors.ts';
import { SERVED_VARIABLE } from '../local-shard.ts';
import { checkFootprint } from '../plan/client-footprint.ts';
import { TOPIC_LIMIT, topicSizeWarning } from '../plan/message-size.ts';
import type { LanePlan, Plan } from '../plan/plan.ts';
import { minPartitions, unequalPartitions } from '../plan/topic-checks.ts';
import { usedSettings, usedTopics } from '../plan/used-topics.ts';
import type { ClientProperties, TopicSpec } from '../profile/profile.ts';
import type { RunMeasurement } from '../recorder/measurement.ts';
import { topicList } from '../topic-pattern.ts';
import { topicFinder } from '../topic-table.ts';
import { Admin, type TopicIdentity } from '../transport/librdkafka/admin.ts';
import { askBrokerVersion } from '../transport/librdkafka/broker-version.ts';
import { EmbeddedCluster } from '../transport/librdkafka/embedded-cluster.ts';
import { librdkafka } from '../transport/librdkafka/library.ts';
import type { TopicMetadata } from '../transport/librdkafka/topic-metadata.ts';
import { countOf } from '../units.ts';
import { type BrokerWait, untilReached } from './broker-wait.ts';
import type { TopicConfigs } from './reading-logs.ts';
import { askingProperties, idleMembers, withReading } from './reading-target.ts';
import {
  type CleanUpReport,
  checkTopicCount,
  checkTopics,
  deleteCreated,
  folded,
  readyTopics,
  type Saying,
  type TopicCheck,
  UNCHANGED,
} from './run-topics.ts';
import { causeOf, stoppedBeforeStart } from './stopper.ts';

/** Long enough for a slow cluster, short enough to report a wrong address within ten seconds. */
const ADMIN_TIMEOUT_MS = 8_000;
/** librdkafka's default when the profile leaves batch.size alone. */
const BATCH_SIZE_DEFAULT = 1_000_000;
const STATISTICS = { 'statistics.interval.ms': '1000' };
/** The run is over and somebody waits for its result: a broker that is gone must not hold it up. */
const CHECK_TIMEOUT_MS = 3_000;

/** An embedded cluster's topics go with it. */
const NO_TRACES = { leavesTraces: false, cleanUp: async () => {} };

export interface Target {
  /** The plan with what is known now: addresses, real partition counts. */
  readonly plan: Plan;
  readonly startOffsets: RunMeasurement['startOffsets'];
  /** By topic, as far as the cluster said it. */
  readonly topicConfigs: TopicConfigs;
  /** What a person should know before the run, a sentence each. */
  readonly warnings: readonly string[];
  readonly librdkafkaVersion: string;
  /** Of a real cluster that says it. */
  readonly brokerVersion?: string;
  /** Also when another process serves the embedded cluster: results name it. */
  readonly isEmbedded: boolean;
  /** Only of the embedded cluster: its faults can be injected. */
  readonly cluster?: EmbeddedCluster;
  /** After the run: whether its topics are still those it began with. */
  check(): Promise<TopicCheck>;
  /** There are topics to delete after the run. */
  readonly leavesTraces: boolean;
  /** Deletes them, when nobody reads them any more; a failure is a warning. */
  cleanUp(report: CleanUpReport): Promise<void>;
  close(): void;
}

/** A broker that does not answer yet is waited for; without that it ends the run. */
export interface TargetOptions extends BrokerWait {
  /** What takes a while, a sentence each. */
  readonly onNote?: ((note: string) => void) | undefined;
  /** Before topics are created, where some are. */
  readonly onCreating?: (() => void) | undefined;
}

export async function openTarget(plan: Plan, options: TargetOptions = { waitMs: 0 }): Promise<Target> {
  if (plan.target.kind === 'null') {
    const nowhere = {
      startOffsets: [],
      topicConfigs: new Map(),
      warnings: [],
      librdkafkaVersion: 'none',
      isEmbedded: false,
    };
    return { plan, ...nowhere, check: async () => UNCHANGED, ...NO_TRACES, close() {} };
  }
  const librdkafkaVersion = librdkafka().versionString();
  return plan.target.kind === 'embedded'
    ? openEmbedded(plan, plan.target, librdkafkaVersion)
    : openKafka(plan, librdkafkaVersion, options);
}

type EmbeddedTarget = Extract<Plan['target'], { kind: 'embedded' }>;

function openEmbedded(plan: Plan, { rttMs, brokers }: EmbeddedTarget, librdkafkaVersion: string): Target {
  const served = process.env[SERVED_VARIABLE];
  const cluster = served === undefined ? serveCluster(plan, brokers) : undefined;
  if (rttMs > 0) cluster?.setRtt(rttMs);
  const servers = served ?? cluster!.bootstrapServers;
  // Where connections are sparse, librdkafka waits 50 ms between that to find the brokers and that to the first of them.
  const connection = { 'bootstrap.servers': servers, 'enable.sparse.connections': 'false' };
  const startOffsets = usedTopics(plan).flatMap(([topic, { partitions }]) => zeroOffsets(topic, partitions));
  const places = { startOffsets, isEmbedded: true, properties: connection };
  const known = withReading(withClients(plan, connection), places);
  return {
    plan: known,
    startOffsets,
    topicConfigs: new Map(),
    warnings: [],
    librdkafkaVersion,
    isEmbedded: true,
    ...(cluster && { cluster }),
    check: () =>
      checkTopics(
        askingProperties(known),
        CHECK_TIMEOUT_MS,
        usedTopics(plan).map(([name, { partitions }]) => ({ name, partitions })),
      ),
    ...NO_TRACES,
    close: () => cluster?.close(),
  };
}

/** With the topics of a plan. @throws LoadError TOPICS_MAX */
export function serveCluster(plan: Plan, brokers: number): EmbeddedCluster {
  checkTopicCount(usedSettings(plan), 'send to fewer');
  return new EmbeddedCluster(Object.fromEntries(usedTopics(plan)), brokers);
}

function zeroOffsets(topic: string, partitions: number): RunMeasurement['startOffsets'] {
  return Array.from({ length: partitions }, (_, partition) => ({ topic, partition, startOffset: 0 }));
}

async function openKafka(
  plan: Plan,
  librdkafkaVersion: string,
  { onNote, onCreating, ...wait }: TargetOptions,
): Promise<Target> {
  const { signal } = wait;
  const warnings: string[] = [];
  const created: string[] = [];
  // Those that were there before stay, whatever the profile says.
  const specOf = topicFinder(plan.topics);
  const passing = () => created.filter((name) => specOf(name)!.cleanup);
  const cleanUp = (report: CleanUpReport) => deleteCreated(askingProperties(plan), passing(), report);
  let startOffsets: RunMeasurement['startOffsets'];
  let topics: TopicIdentity[];
  const topicConfigs = new Map<string, ReadonlyMap<string, string>>();
  let isEmbedded = false;
  let versionAsked: Promise<string | undefined> | undefined;
  const properties = askingProperties(plan);
  if (wait.waitMs > 0) await untilReached((leftMs) => probe(properties, leftMs), wait);
  const admin = new Admin(properties, ADMIN_TIMEOUT_MS);
  try {
    isEmbedded = await admin.isEmbedded();
    // Beside all that follows: it takes no time of its own and never fails.
    const brokers = await admin.brokers();
    checkFootprint(plan, brokers.length);
    if (!isEmbedded) versionAsked = askBrokerVersion(brokers, properties);
    warnings.push(...(await admin.checkAdvertised()));
    const ready = await readyTopics(admin, plan, isEmbedded, { warnings, created, onNote, onCreating, signal });
    // Without the right to ask for ids, or where another broker does not know a topic yet, only existence is compared.
    const ids = await admin.topicIdentities(ready.map(({ name }) => name)).catch(() => []);
    topics = ready.map(({ name, partitions }, i) => {
      const id = ids[i]?.id;
      return { name, partitions, ...(id !== undefined && { id }) };
    });
    if (!isEmbedded) warnings.push(...(await checkSettings(admin, plan, ready, topicConfigs)));
    const places = ready.flatMap(({ name, partitions }) =>
      Array.from({ length: partitions }, (_, partition) => ({ topic: name, partition })),
    );
    const ends = await admin.logEnds(places, signal);
    startOffsets = places.map((place, i) => ({ ...place, startOffset: ends[i]! }));
  } catch (error) {
    await cleanUp({ onNote, onWarning: onNote });
    const isStopped = signal?.aborted && created.length > 0 && (error as LoadError).code !== 'STOPPED';
    const made = `${countOf(created.length, 'topic')} had been created`;
    const failure = isStopped ? stoppedBeforeStart(causeOf(signal.reason), made) : error;
    throw withCreated(failure, created.length - passing().length);
  } finally {
    await admin.close();
  }
  const partitions = new Map(topics.map((topic) => [topic.name, topic.partitions]));
  const lanes = plan.lanes.map((lane) => ({
    ...lane,
    partitions: minPartitions(lane, (name) => partitions.get(name)!),
  }));
  const known = withReading(withClients({ ...plan, lanes }, {}), { startOffsets, isEmbedded, properties: {} });
  warnings.push(...unequalPartitions(plan.lanes, (name) => partitions.get(name)!), ...idleMembers(known));
  const check = () => checkTopics(askingProperties(known), CHECK_TIMEOUT_MS, topics);
  const brokerVersion = await versionAsked;
  const versions = { librdkafkaVersion, ...(brokerVersion !== undefined && { brokerVersion }) };
  const facts = { startOffsets, topicConfigs, warnings, isEmbedded, leavesTraces: passing().length > 0 };
  return { plan: known, ...facts, ...versions, check, cleanUp, close() {} };
}

/** A failure before the start, with what is left behind. */
function withCreated(error: unknown, left: number): unknown {
  if (left === 0 || !(error instanceof LoadError)) return error;
  const { code, message, exitCode, hint } = error;
  const stay = `${countOf(left, 'topic')} created before that ${left === 1 ? 'stays' : 'stay'}; \`cleanup: true\` deletes what a run creates`;
  return new LoadError(code, message, { exitCode, hint: hint === undefined ? stay : `${hint}; ${stay}`, cause: error });
}

/** A client of its own: one that failed before waits with its next attempt. */
async function probe(properties: ClientProperties, leftMs: number): Promise<void> {
  const admin = new Admin(properties, Math.max(1, Math.min(leftMs, ADMIN_TIMEOUT_MS)));
  try {
    await admin.isEmbedded();
  } finally {
    await admin.close();
  }
}

/** Settings of topics that make batches fail, or messages on some brokers. */
async function checkSettings(
  admin: Admin,
  plan: Plan,
  topics: readonly TopicMetadata[],
  topicConfigs: Map<string, ReadonlyMap<string, string>>,
): Promise<string[]> {
  const names = topics.map(({ name }) => name);
  try {
    for (const [name, config] of await admin.topicConfigs(names)) topicConfigs.set(name, config);
  } catch (error) {
    // Describing needs a right that producing does not.
    return [`the limits of ${topicList(names)} could not be checked: ${(error as Error).message}`];
  }
  const lanesOf = new Map<string, LanePlan[]>(names.map((name) => [name, []]));
  for (const lane of plan.lanes) for (const name of lane.topics) lanesOf.get(name)!.push(lane);
  const specOf = topicFinder(plan.topics);
  const sayings = topics.flatMap((topic) =>
    lanesOf
      .get(topic.name)!
      .flatMap((lane) => laneSayings(plan, lane, topic, topicConfigs.get(topic.name)!, specOf(topic.name)))
      .map((saying) => [topic.name, saying] as const),
  );
  return folded(sayings, (each) => each);
}

function laneSayings(
  plan: Plan,
  { name, client, messageBytesMax = 0 }: LanePlan,
  topic: TopicMetadata,
  config: ReadonlyMap<string, string>,
  spec: TopicSpec | undefined,
): Saying[] {
  const sayings: Saying[] = [];
  const { properties } = plan.clients[client]!;
  const limit = Number(config.get(TOPIC_LIMIT) ?? Number.POSITIVE_INFINITY);
  // Where the profile sets the limit the plan has compared it.
  const isConfigured = spec?.config[TOPIC_LIMIT] === config.get(TOPIC_LIMIT);
  if (!isConfigured && topicSizeWarning(name, messageBytesMax, '', limit) !== undefined) {
    sayings.push((topics) => topicSizeWarning(name, messageBytesMax, topics, limit)!);
  }
  const batchSize = Number(properties['batch.size'] ?? BATCH_SIZE_DEFAULT);
  if (batchSize > limit) {
    sayings.push(
      (topics) =>
        `scenario ${name}: batch.size ${batchSize} is above max.message.bytes ${limit} of ${topics}; ` +
        'librdkafka does not split batches, so every message of a larger one fails: set producer.batch.size lower',
    );
  }
  const inSyncMin = Number(config.get('min.insync.replicas') ?? 1);
  if (requiresAllReplicas(properties) && inSyncMin > topic.replicationFactor) {
    // Since 3.7 a broker asks for no more than there are (KAFKA-15583, effectiveMinIsr).
    sayings.push(
      (topics, verb) =>
        `scenario ${name}: acks=all, and min.insync.replicas ${inSyncMin} of ${topics} is above ${verb('its', 'their')} ${countOf(topic.replicationFactor, 'replica')}: ` +
        'brokers before 3.7 refuse every message with NOT_ENOUGH_REPLICAS',
    );
  }
  return sayings;
}

/** librdkafka's default is acks=all (-1). */
function requiresAllReplicas(properties: ClientProperties): boolean {
  const acks = properties.acks ?? properties['request.required.acks'] ?? 'all';
  return acks === 'all' || acks === '-1';
}

/** Each client's properties, completed by what the engine needs of it where the profile does not say. */
function withClients(plan: Plan, target: ClientProperties): Plan {
  const of = (properties: ClientProperties) => ({ ...STATISTICS, ...properties, ...target });
  return { ...plan, clients: plan.clients.map((each) => ({ ...each, properties: of(each.properties) })) };
}
