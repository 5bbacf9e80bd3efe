/** Administrative requests about many topics: cut into batches, some under way at a time, each with its answer read. */
import koffi from 'koffi';
import { LoadError } from '../../errors.ts';
import type { AdminClient } from './admin-client.ts';
import { librdkafka, nativeBuffer, type Pointer } from './library.ts';

export interface NewTopic {
  readonly name: string;
  readonly partitions: number;
  /** -1: the cluster's own. */
  readonly replicationFactor: number;
  readonly config: Readonly<Record<string, string>>;
}

export interface TopicCreation {
  /** After each batch, with those that were not there before; also of those before a failure. */
  readonly onCreated?: ((names: readonly string[]) => void) | undefined;
  /** How many the metadata shows, now and then. */
  readonly onVisible?: ((count: number) => void) | undefined;
  /** Aborting it ends the creation between two batches. */
  readonly signal?: AbortSignal | undefined;
}

export interface TopicIdentity {
  readonly name: string;
  /** 0 where there is no such topic. */
  readonly partitions: number;
  /** Of brokers since Kafka 2.8; it changes when a topic is deleted and made again. */
  readonly id?: string;
}

/** What a cluster says to the creation or deletion of a topic. */
export interface TopicOutcome {
  readonly name: string;
  /** 0: done. */
  readonly code: number;
  readonly reason: string;
}

/** 16 zero bytes: what a broker that has no ids answers. */
const NO_TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAA';
const UNKNOWN_TOPIC_OR_PARTITION = 3;
const RESOURCE_TOPIC = 2;
const ERROR_TEXT_BYTES = 512;
/** A request that a broker answers in a second or two; KRaft controllers refuse more than 10,000 partitions in one. */
const BATCH_TOPICS = 100;
const BATCH_PARTITIONS = 2_000;
const PARALLEL = 3;
/** A busy controller takes its time for a hundred topics; for one a client's own time-out holds. */
const BATCH_TIMEOUT_MS = 30_000;

/**
 * Batches one after the other, some at a time; after a failure, or where the signal is aborted, no further one is begun, and
 * those under way are waited for.
 * @param partitionsOf counts towards the size of a batch.
 */
export async function inBatches<T, R>(
  items: readonly T[],
  partitionsOf: (item: T) => number,
  run: (batch: readonly T[]) => Promise<readonly R[]>,
  signal?: AbortSignal,
): Promise<R[]> {
  const batches: T[][] = [];
  let [batch, partitions]: [T[], number] = [[], 0];
  for (const item of items) {
    const more = partitionsOf(item);
    if (batch.length === BATCH_TOPICS || (batch.length > 0 && partitions + more > BATCH_PARTITIONS)) {
      batches.push(batch);
      [batch, partitions] = [[], 0];
    }
    batch.push(item);
    partitions += more;
  }
  if (batch.length > 0) batches.push(batch);
  const results: (readonly R[])[] = [];
  let next = 0;
  const takeTurns = async () => {
    for (let i = next++; i < batches.length && !signal?.aborted; i = next++) {
      try {
        results[i] = await run(batches[i]!);
      } catch (error) {
        next = batches.length;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: PARALLEL }, takeTurns));
  const failed = ended.find(({ status }) => status === 'rejected');
  if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
  return results.flat();
}

export async function createTopics(client: AdminClient, topics: readonly NewTopic[]): Promise<TopicOutcome[]> {
  const rd = librdkafka();
  const errorText = nativeBuffer(ERROR_TEXT_BYTES);
  const requests = topics.map(({ name, partitions, replicationFactor, config }): Pointer => {
    const request: Pointer = rd.newTopic(name, partitions, replicationFactor, errorText.address, ERROR_TEXT_BYTES);
    for (const [key, value] of Object.entries(config)) rd.newTopicConfig(request, key, value);
    return request;
  });
  const event = await client.ask(
    `create ${shown(topics.map(({ name }) => name))}`,
    (queue) => withList(requests, (list) => rd.createTopics(client.handle, list, requests.length, null, queue)),
    timeoutFor(topics),
  );
  try {
    return outcomes(rd.createTopicsTopics, event);
  } finally {
    rd.eventDestroy(event);
    for (const request of requests) rd.newTopicDestroy(request);
  }
}

export async function deleteTopics(client: AdminClient, names: readonly string[]): Promise<TopicOutcome[]> {
  const rd = librdkafka();
  const requests = names.map((name): Pointer => rd.deleteTopic(name));
  const event = await client.ask(
    `delete ${shown(names)}`,
    (queue) => withList(requests, (list) => rd.deleteTopics(client.handle, list, requests.length, null, queue)),
    timeoutFor(names),
  );
  try {
    return outcomes(rd.deleteTopicsTopics, event);
  } finally {
    rd.eventDestroy(event);
    for (const request of requests) rd.deleteTopicDestroy(request);
  }
}

/** Which topics these names mean now. */
export async function identifyTopics(client: AdminClient, names: readonly string[]): Promise<TopicIdentity[]> {
  const rd = librdkafka();
  const asked: Pointer = rd.topicNames([...names], names.length);
  const event = await client.ask(
    `ids of ${shown(names)}`,
    (queue) => rd.describeTopics(client.handle, asked, null, queue),
    timeoutFor(names),
  );
  try {
    const count: [number] = [0];
    return pointers(rd.describeTopicsTopics(event, count), count).map((topic): TopicIdentity => {
      const name: string = rd.topicDescriptionName(topic);
      const error: Pointer | null = rd.topicDescriptionError(topic);
      const code: number = error === null ? 0 : rd.errorCode(error);
      if (code === UNKNOWN_TOPIC_OR_PARTITION) return { name, partitions: 0 };
      if (code !== 0) throw new LoadError('TOPIC', `topic ${name}: ${rd.errorText(code)}`);
      const partitions: [number] = [0];
      rd.topicDescriptionPartitions(topic, partitions);
      const id: string = rd.uuidText(rd.topicDescriptionId(topic));
      return { name, partitions: Number(partitions[0]), ...(id !== NO_TOPIC_ID && { id }) };
    });
  } finally {
    rd.eventDestroy(event);
    rd.topicNamesDestroy(asked);
  }
}

/** The topics' effective configuration, by topic and name. */
export async function describeConfigs(
  client: AdminClient,
  names: readonly string[],
): Promise<[string, ReadonlyMap<string, string>][]> {
  const rd = librdkafka();
  const resources = names.map((name): Pointer => rd.configResource(RESOURCE_TOPIC, name));
  const event = await client.ask(
    `configuration of ${shown(names)}`,
    (queue) => withList(resources, (list) => rd.describeConfigs(client.handle, list, resources.length, null, queue)),
    timeoutFor(names),
  );
  try {
    const count: [number] = [0];
    return pointers(rd.describeConfigsResources(event, count), count).map((result) => {
      const name: string = rd.configResourceName(result);
      const code: number = rd.configResourceError(result);
      if (code !== 0) throw new LoadError('TOPIC_CONFIG', `configuration of ${name}: ${rd.errorText(code)}`);
      const entries = pointers(rd.configResourceConfigs(result, count), count);
      return [name, new Map(entries.map((entry) => [rd.configEntryName(entry), rd.configEntryValue(entry) ?? '']))];
    });
  } finally {
    rd.eventDestroy(event);
    for (const resource of resources) rd.configResourceDestroy(resource);
  }
}

function outcomes(read: (event: Pointer, count: [number]) => Pointer, event: Pointer): TopicOutcome[] {
  const rd = librdkafka();
  const count: [number] = [0];
  return pointers(read(event, count), count).map((result) => {
    const code: number = rd.topicResultError(result);
    return { name: rd.topicResultName(result), code, reason: rd.topicResultErrorText(result) ?? rd.errorText(code) };
  });
}

/** A batch, in log lines and errors. */
function shown(names: readonly string[]): string {
  return names.length === 1 ? `topic ${names[0]}` : `${names.length} topics, ${names[0]} to ${names.at(-1)}`;
}

function timeoutFor(batch: readonly unknown[]): number | undefined {
  return batch.length === 1 ? undefined : BATCH_TIMEOUT_MS;
}

/** As C answers with them. */
function pointers(address: Pointer, count: readonly [number | bigint]): Pointer[] {
  return Number(count[0]) === 0 ? [] : koffi.decode(address, 'void *', Number(count[0]));
}

/** Runs `use` with the address of an array of pointers, as C wants its lists. */
function withList<T>(list: readonly Pointer[], use: (list: Pointer) => T): T {
  const buffer = nativeBuffer(8 * list.length);
  const cells = new BigUint64Array(buffer.bytes.buffer);
  list.forEach((pointer, i) => {
    cells[i] = pointer;
  });
  const result = use(buffer.address);
  // Read after the call: what C was given must not be collected before.
  if (cells[0] !== list[0]) throw new Error('librdkafka wrote into an input list');
  return result;
}
