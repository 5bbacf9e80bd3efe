/** Where a run's records go, made ready before the workers start: an embedded cluster, or a real one checked first. */
import { LoadError } from '../errors.ts';
import { SERVED_VARIABLE } from '../local-shard.ts';
import { TOPIC_LIMIT, topicSizeWarning } from '../plan/message-size.ts';
import type { Plan } from '../plan/plan.ts';
import { usedTopics } from '../plan/used-topics.ts';
import type { ClientProperties, TopicSpec } from '../profile/profile.ts';
import type { RunMeasurement } from '../recorder/measurement.ts';
import { Admin, type TopicIdentity } from '../transport/librdkafka/admin.ts';
import { askBrokerVersion } from '../transport/librdkafka/broker-version.ts';
import { EmbeddedCluster } from '../transport/librdkafka/embedded-cluster.ts';
import { librdkafka } from '../transport/librdkafka/library.ts';
import type { TopicMetadata } from '../transport/librdkafka/topic-metadata.ts';
import { type BrokerWait, untilReached } from './broker-wait.ts';
import type { TopicConfigs } from './reading-logs.ts';
import { askingProperties, existingTopic, idleMembers, isSentTo, withReading } from './reading-target.ts';

/** Long enough for a slow cluster, short enough to report a wrong address within ten seconds. */
const ADMIN_TIMEOUT_MS = 8_000;
/** librdkafka's default when the profile leaves batch.size alone. */
const BATCH_SIZE_DEFAULT = 1_000_000;
const STATISTICS_INTERVAL_MS = 1_000;
/** The run is over and somebody waits for its result: a broker that is gone must not hold it up. */
const CHECK_TIMEOUT_MS = 3_000;

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
  close(): void;
}

/** A sentence each. */
export interface TopicCheck {
  /** Topics that went away: what was acknowledged is lost. */
  readonly lost: readonly string[];
  /** Why nobody knows. */
  readonly unknown: readonly string[];
  readonly warnings: readonly string[];
}

const UNCHANGED: TopicCheck = { lost: [], unknown: [], warnings: [] };

/** @param wait for a broker that does not answer yet; without it that ends the run. */
export async function openTarget(plan: Plan, wait: BrokerWait = { waitMs: 0 }): Promise<Target> {
  if (plan.target.kind === 'null') {
    const nowhere = {
      startOffsets: [],
      topicConfigs: new Map(),
      warnings: [],
      librdkafkaVersion: 'none',
      isEmbedded: false,
    };
    return { plan, ...nowhere, check: async () => UNCHANGED, close() {} };
  }
  const librdkafkaVersion = librdkafka().versionString();
  return plan.target.kind === 'embedded'
    ? openEmbedded(plan, plan.target, librdkafkaVersion)
    : openKafka(plan, librdkafkaVersion, wait);
}

type EmbeddedTarget = Extract<Plan['target'], { kind: 'embedded' }>;

function openEmbedded(plan: Plan, { rttMs, brokers }: EmbeddedTarget, librdkafkaVersion: string): Target {
  const served = process.env[SERVED_VARIABLE];
  const cluster = served === undefined ? new EmbeddedCluster(plan.topics, brokers) : undefined;
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
        known,
        usedTopics(plan).map(([name, { partitions }]) => ({ name, partitions })),
      ),
    close: () => cluster?.close(),
  };
}

function zeroOffsets(topic: string, partitions: number): RunMeasurement['startOffsets'] {
  return Array.from({ length: partitions }, (_, partition) => ({ topic, partition, startOffset: 0 }));
}

async function openKafka(plan: Plan, librdkafkaVersion: string, wait: BrokerWait): Promise<Target> {
  const warnings: string[] = [];
  const startOffsets: { topic: string; partition: number; startOffset: number }[] = [];
  const topics = new Map<string, TopicIdentity>();
  const topicConfigs = new Map<string, ReadonlyMap<string, string>>();
  let isEmbedded = false;
  let versionAsked: Promise<string | undefined> | undefined;
  const properties = askingProperties(plan);
  if (wait.waitMs > 0) await untilReached((leftMs) => probe(properties, leftMs), wait);
  const admin = new Admin(properties, ADMIN_TIMEOUT_MS);
  try {
    isEmbedded = await admin.isEmbedded();
    // Beside all that follows: it takes no time of its own and never fails.
    if (!isEmbedded) versionAsked = askBrokerVersion(await admin.brokers(), properties);
    warnings.push(...(await admin.checkAdvertised()));
    for (const [name, spec] of usedTopics(plan)) {
      const topic = await topicFor(admin, plan, { name, spec, isEmbedded, warnings });
      // Without the right to ask for its id, or where another broker does not know it yet, only existence is compared.
      const { id } = await admin.topicIdentity(name).catch(() => ({ id: undefined }));
      topics.set(name, { name, partitions: topic.partitions, ...(id !== undefined && { id }) });
      if (!isEmbedded) warnings.push(...(await checkTopic(admin, plan, topic, topicConfigs)));
      const offsets = await admin.endOffsets(name, topic.partitions);
      offsets.forEach((startOffset, partition) => {
        startOffsets.push({ topic: name, partition, startOffset });
      });
    }
  } finally {
    await admin.close();
  }
  const lanes = plan.lanes.map((scenario) => ({
    ...scenario,
    partitions: topics.get(scenario.topic)?.partitions ?? scenario.partitions,
  }));
  const known = withReading(withClients({ ...plan, lanes }, {}), { startOffsets, isEmbedded, properties: {} });
  warnings.push(...idleMembers(known));
  const check = () => checkTopics(known, [...topics.values()]);
  const brokerVersion = await versionAsked;
  const versions = { librdkafkaVersion, ...(brokerVersion !== undefined && { brokerVersion }) };
  return { plan: known, startOffsets, topicConfigs, warnings, ...versions, isEmbedded, check, close() {} };
}

interface WantedTopic {
  readonly name: string;
  readonly spec: TopicSpec;
  readonly isEmbedded: boolean;
  readonly warnings: string[];
}

async function topicFor(
  admin: Admin,
  plan: Plan,
  { name, spec, isEmbedded, warnings }: WantedTopic,
): Promise<TopicMetadata> {
  if (!isSentTo(plan, name)) return existingTopic(admin, name);
  if (!isEmbedded) return ensureTopic(admin, name, spec, warnings);
  const topic = await admin.topic(name);
  notePartitions(topic, spec, warnings);
  return topic;
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

/** By id, where the broker has ids: a topic made again has the old one's name. */
async function checkTopics(plan: Plan, before: readonly TopicIdentity[]): Promise<TopicCheck> {
  const admin = new Admin(askingProperties(plan), CHECK_TIMEOUT_MS);
  try {
    const after: TopicIdentity[] = [];
    for (const { name } of before) after.push(await admin.topicIdentity(name));
    return compareTopics(before, after);
  } catch (error) {
    const names = before.map(({ name }) => name).join(', ');
    return { ...UNCHANGED, unknown: [`not known whether ${names} still exists: ${(error as Error).message}`] };
  } finally {
    await admin.close();
  }
}

/** @param after in the same order. */
export function compareTopics(before: readonly TopicIdentity[], after: readonly TopicIdentity[]): TopicCheck {
  const lost: string[] = [];
  const warnings: string[] = [];
  for (const [i, { name, id, partitions }] of before.entries()) {
    const now = after[i]!;
    // Partitions are only ever added.
    const isAnother = (id !== undefined && now.id !== id) || now.partitions < partitions;
    if (now.partitions === 0) lost.push(`topic ${name} was deleted during the run`);
    else if (isAnother) lost.push(`topic ${name} was deleted and recreated during the run: earlier records are gone`);
    else if (now.partitions > partitions) {
      warnings.push(
        `topic ${name} got more partitions during the run, ${now.partitions} instead of ${partitions}: ` +
          `keys stayed on the first ${partitions}`,
      );
    }
  }
  return { ...UNCHANGED, lost, warnings };
}

/** The topic as it is, made where it is missing. @throws LoadError TOPIC_MISSING where the profile does not allow that. */
export async function ensureTopic(
  admin: Admin,
  name: string,
  spec: TopicSpec,
  warnings: string[],
): Promise<TopicMetadata> {
  let topic = await admin.topic(name);
  if (topic.partitions > 0 && spec.create === 'always') {
    await admin.deleteTopic(name);
    topic = { ...topic, partitions: 0 };
  }
  if (topic.partitions === 0) {
    if (spec.create === 'never') {
      throw new LoadError('TOPIC_MISSING', `topic ${name} does not exist, and the profile has create: never`, {
        hint: `create the topic, or set topics.${name}.create to if-missing`,
      });
    }
    await admin.createTopic({ name, ...spec });
    return admin.topic(name);
  }
  notePartitions(topic, spec, warnings);
  return topic;
}

function notePartitions({ name, partitions }: TopicMetadata, spec: TopicSpec, warnings: string[]): void {
  if (partitions === spec.partitions) return;
  warnings.push(
    `topic ${name} has ${partitions} partitions, not ${spec.partitions} as in the profile: it is used as is`,
  );
}

/** Settings of the topic that make batches fail, or messages on some brokers. */
async function checkTopic(
  admin: Admin,
  plan: Plan,
  topic: TopicMetadata,
  topicConfigs: Map<string, ReadonlyMap<string, string>>,
): Promise<string[]> {
  const warnings: string[] = [];
  let config: Map<string, string>;
  try {
    config = await admin.topicConfig(topic.name);
  } catch (error) {
    // Describing needs a right that producing does not.
    return [`the limits of topic ${topic.name} could not be checked: ${(error as Error).message}`];
  }
  topicConfigs.set(topic.name, config);
  const limit = Number(config.get(TOPIC_LIMIT) ?? Number.POSITIVE_INFINITY);
  const isConfigured = plan.topics[topic.name]?.config[TOPIC_LIMIT] === config.get(TOPIC_LIMIT);
  const inSyncMin = Number(config.get('min.insync.replicas') ?? 1);
  for (const { name, client, messageBytesMax } of plan.lanes.filter((scenario) => scenario.topic === topic.name)) {
    const { properties } = plan.clients[client]!;
    // Where the profile sets the limit the plan has compared it.
    const size = isConfigured ? undefined : topicSizeWarning(name, messageBytesMax ?? 0, topic.name, limit);
    if (size !== undefined) warnings.push(size);
    const batchSize = Number(properties['batch.size'] ?? BATCH_SIZE_DEFAULT);
    if (batchSize > limit) {
      warnings.push(
        `scenario ${name}: batch.size ${batchSize} is above max.message.bytes ${limit} of topic ${topic.name}; ` +
          'librdkafka does not split batches, so every message of a larger one fails: set producer.batch.size lower',
      );
    }
    if (requiresAllReplicas(properties) && inSyncMin > topic.replicationFactor) {
      // Since 3.7 a broker asks for no more than there are (KAFKA-15583, effectiveMinIsr).
      warnings.push(
        `scenario ${name}: acks=all, and min.insync.replicas ${inSyncMin} of topic ${topic.name} is above its ${topic.replicationFactor} replicas: ` +
          'brokers before 3.7 refuse every message with NOT_ENOUGH_REPLICAS',
      );
    }
  }
  return warnings;
}

/** librdkafka's default is acks=all (-1). */
function requiresAllReplicas(properties: ClientProperties): boolean {
  const acks = properties.acks ?? properties['request.required.acks'] ?? 'all';
  return acks === 'all' || acks === '-1';
}

/** Each client's properties, completed by what the engine needs of it where the profile does not say. */
function withClients(plan: Plan, target: ClientProperties): Plan {
  const own = { 'statistics.interval.ms': String(STATISTICS_INTERVAL_MS) };
  const of = (properties: ClientProperties) => ({ ...own, ...properties, ...target });
  return { ...plan, clients: plan.clients.map((each) => ({ ...each, properties: of(each.properties) })) };
}
