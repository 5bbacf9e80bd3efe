/** Topics of a real cluster, through a client that is not ours. */
import kafkajs, { type Admin } from 'kafkajs';
import { collect } from './java.ts';

export interface TopicOptions {
  readonly partitions?: number;
  readonly replicationFactor?: number;
  /** Nodes of every partition, its preferred leader first; in place of both. */
  readonly replicas?: readonly (readonly number[])[];
  readonly config?: Readonly<Record<string, string>>;
}

/** Asks with a client that is not ours, and lets it go again. */
export async function withAdmin<T>(bootstrapServers: string, use: (admin: Admin) => Promise<T>): Promise<T> {
  const client = new kafkajs.Kafka({
    brokers: bootstrapServers.split(','),
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 5 },
  });
  const admin = client.admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Creates a topic and waits until every partition has a leader. */
export async function createTopic(bootstrapServers: string, topic: string, options: TopicOptions = {}): Promise<void> {
  const configEntries = Object.entries(options.config ?? {}).map(([name, value]) => ({ name, value }));
  const { partitions = 1, replicationFactor = 1, replicas } = options;
  const replicaAssignment = replicas?.map((nodes, partition) => ({ partition, replicas: [...nodes] }));
  // The protocol wants -1 for both where every partition has its nodes.
  const size = replicaAssignment
    ? { replicaAssignment, numPartitions: -1, replicationFactor: -1 }
    : { numPartitions: partitions, replicationFactor };
  const request = { topic, ...size, configEntries };
  await withAdmin(bootstrapServers, async (admin) => {
    // Its own wait gives up when a broker does not know the new topic yet.
    await admin.createTopics({ topics: [request], waitForLeaders: false });
    for (let attempt = 1; !(await hasOffsets(admin, topic)); attempt++) {
      if (attempt === LEADER_ATTEMPTS) throw new Error(`topic ${topic} was made, but its partitions got no leaders`);
      await new Promise((resolve) => setTimeout(resolve, LEADER_POLL_MS));
    }
  });
}

const LEADER_ATTEMPTS = 100;
const LEADER_POLL_MS = 100;

async function hasOffsets(admin: Admin, topic: string): Promise<boolean> {
  return admin.fetchTopicOffsets(topic).then(
    (offsets) => offsets.length > 0,
    () => false,
  );
}

export async function deleteTopic(bootstrapServers: string, topic: string): Promise<void> {
  await withAdmin(bootstrapServers, (admin) => admin.deleteTopics({ topics: [topic] }));
}

/** Every property of the topic, defaults included. */
export async function topicConfig(bootstrapServers: string, topic: string): Promise<Record<string, string>> {
  const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }];
  const answer = await withAdmin(bootstrapServers, (admin) =>
    admin.describeConfigs({ resources, includeSynonyms: false }),
  );
  return Object.fromEntries(answer.resources[0]!.configEntries.map((entry) => [entry.configName, entry.configValue]));
}

/** First and next offset of each partition, in partition order. */
export async function topicOffsets(bootstrapServers: string, topic: string): Promise<{ low: number; high: number }[]> {
  const offsets = await withAdmin(bootstrapServers, (admin) => admin.fetchTopicOffsets(topic));
  return offsets
    .toSorted((a, b) => a.partition - b.partition)
    .map(({ low, high }) => ({ low: Number(low), high: Number(high) }));
}

export function topicNames(bootstrapServers: string): Promise<string[]> {
  return withAdmin(bootstrapServers, (admin) => admin.listTopics());
}

export interface PartitionState {
  readonly topic: string;
  readonly partition: number;
  /** -1: none. */
  readonly leader: number;
  readonly inSync: readonly number[];
  readonly replicas: readonly number[];
}

/**
 * Every partition of every topic, internal ones too, or of one topic, in partition order. Asked by kcat, which goes to the
 * next of the servers where one does not answer; undefined when none does.
 */
export async function partitionStates(servers: string, topic?: string): Promise<PartitionState[] | undefined> {
  const where = topic === undefined ? [] : ['-t', topic];
  const quick = ['-m', '2', '-X', 'socket.connection.setup.timeout.ms=1000'];
  const out = await collect('kcat', ['-L', '-J', '-b', servers, ...where, ...quick]).catch(() => undefined);
  if (out === undefined) return undefined;
  const ids = (brokers: readonly { id: number }[]) => brokers.map(({ id }) => id).toSorted();
  return (JSON.parse(out.toString()) as KcatMetadata).topics.flatMap(({ topic: name, partitions }) =>
    partitions
      .toSorted((a, b) => a.partition - b.partition)
      .map(({ partition, leader, isrs, replicas }) => {
        return { topic: name, partition, leader, inSync: ids(isrs), replicas: ids(replicas) };
      }),
  );
}

interface KcatMetadata {
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly leader: number;
      readonly replicas: readonly { readonly id: number }[];
      readonly isrs: readonly { readonly id: number }[];
    }[];
  }[];
}

/** Waits until the partitions are so. */
export async function untilPartitions(
  servers: string,
  topic: string | undefined,
  isReached: (state: PartitionState) => boolean,
  limitMs = 60_000,
): Promise<void> {
  const deadlineMs = performance.now() + limitMs;
  for (;;) {
    const states = await partitionStates(servers, topic);
    const others = states?.filter((state) => !isReached(state));
    if (others?.length === 0) return;
    if (performance.now() > deadlineMs)
      throw new Error(`after ${limitMs / 1000} s: ${others === undefined ? 'no answer' : JSON.stringify(others)}`);
    await new Promise((resolve) => setTimeout(resolve, LEADER_POLL_MS));
  }
}

/** Waits until every partition has a leader and all of its replicas in sync. */
export function untilInSync(servers: string): Promise<void> {
  return untilPartitions(servers, undefined, (p) => p.leader >= 0 && p.inSync.length === p.replicas.length);
}
