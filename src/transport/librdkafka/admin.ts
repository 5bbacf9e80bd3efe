/** What has to be asked of, or done to, a cluster before a run: topics, their limits, where their partitions end. */
import { setTimeout as sleep } from 'node:timers/promises';
import koffi from 'koffi';
import { timed } from '../../debug.ts';
import { LoadError } from '../../errors.ts';
import { ADVERTISED_HINT, AdminClient } from './admin-client.ts';
import { librdkafka, nativeBuffer, type Pointer } from './library.ts';
import { type AdvertisedBroker, unreachableBrokers } from './reachability.ts';
import { readBrokers, readLeaders, readTopic, readTopicNames, type TopicMetadata } from './topic-metadata.ts';

export interface NewTopic {
  readonly name: string;
  readonly partitions: number;
  /** -1: the cluster's own. */
  readonly replicationFactor: number;
  readonly config: Readonly<Record<string, string>>;
}

export interface TopicIdentity {
  readonly name: string;
  /** 0 where there is no such topic. */
  readonly partitions: number;
  /** Of brokers since Kafka 2.8; it changes when a topic is deleted and made again. */
  readonly id?: string;
}

/** A change of a topic that the cluster refuses. */
export class TopicError extends LoadError {
  /** Kafka's, e.g. INVALID_REPLICATION_FACTOR. */
  readonly errorName: string;

  constructor(what: string, reason: string, errorName: string) {
    super('TOPIC', `${what}: ${reason} (${errorName})`);
    this.errorName = errorName;
  }
}

/** 16 zero bytes: what a broker that has no ids answers. */
const NO_TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAA';
const UNKNOWN_TOPIC_OR_PARTITION = 3;
/** UNKNOWN_TOPIC_OR_PART, LEADER_NOT_AVAILABLE, NOT_LEADER_FOR_PARTITION. */
const NO_LEADER = [UNKNOWN_TOPIC_OR_PARTITION, 5, 6];
const TOPIC_ALREADY_EXISTS = 36;
const RESOURCE_TOPIC = 2;
const ERROR_TEXT_BYTES = 512;
const POLL_MS = 100;
/** librdkafka's mock cluster names itself so (rdkafka_mock.c). */
const EMBEDDED_ID_PREFIX = 'mockCluster';
export class Admin {
  readonly #rd = librdkafka();
  readonly #client: AdminClient;
  readonly #properties: Readonly<Record<string, string>>;
  readonly #timeoutMs: number;

  /** `properties` as for a producer; `timeoutMs` bounds each question. */
  constructor(properties: Readonly<Record<string, string>>, timeoutMs: number) {
    this.#client = new AdminClient(properties, timeoutMs);
    this.#properties = properties;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * True for an embedded cluster, also one that another process serves: it takes no administrative requests.
   * @throws LoadError BROKER_UNREACHABLE or AUTHENTICATION, with what the client said of it.
   */
  async isEmbedded(): Promise<boolean> {
    const asked = () => this.#client.call<Pointer | null>(this.#rd.clusterId, this.#client.handle, this.#timeoutMs);
    const text = await timed('cluster: id', asked);
    if (text === null) throw await this.#client.unreachable();
    const id: string = koffi.decode.string(text);
    this.#rd.memoryFree(this.#client.handle, text);
    return id.startsWith(EMBEDDED_ID_PREFIX);
  }

  /**
   * The topic as the cluster's metadata shows it. An embedded cluster makes it by being asked for it; a real one may do
   * so too (`auto.create.topics.enable`, Kafka's default) and is therefore asked for all that it has.
   */
  async topic(name: string): Promise<TopicMetadata> {
    const isEmbedded = await this.isEmbedded();
    const topic: Pointer | null = isEmbedded ? this.#rd.topicNew(this.#client.handle, name, null) : null;
    try {
      return await this.#client.metadata(isEmbedded ? 'topic' : 'all', topic, (metadata) => readTopic(metadata, name));
    } finally {
      if (topic !== null) this.#rd.topicDestroy(topic);
    }
  }

  /** Of all topics there are, as far as this user may see them; none is made by it. */
  topicNames(): Promise<string[]> {
    return this.#client.metadata('all', null, readTopicNames);
  }

  /** The broker that leads each partition of a topic that exists; -1: none. Asks for all topics: none is made by it. */
  leaders(name: string): Promise<number[]> {
    return this.#client.metadata('all', null, (metadata) => readLeaders(metadata, name));
  }

  /** Under the addresses that the cluster advertises. */
  brokers(): Promise<AdvertisedBroker[]> {
    return this.#client.metadata('topic', null, readBrokers);
  }

  /**
   * Brokers that cannot be connected to under the addresses the cluster advertises, a sentence each.
   * @throws LoadError ADVERTISED_ADDRESS when that is all of them, or one whose name does not resolve.
   */
  async checkAdvertised(): Promise<string[]> {
    const brokers = await this.brokers();
    const unreachable = await unreachableBrokers(brokers, this.#properties);
    const sentences = unreachable.map(
      ({ broker: { id, host, port }, reason }) => `broker ${id} advertises ${host}:${port}: ${reason}`,
    );
    if (unreachable.some(({ isUnresolved }) => isUnresolved) || unreachable.length === brokers.length) {
      throw new LoadError('ADVERTISED_ADDRESS', sentences.join('; '), { hint: ADVERTISED_HINT });
    }
    return sentences;
  }

  /** Which topic this name means now. An embedded cluster answers no question about ids. */
  async topicIdentity(name: string): Promise<TopicIdentity> {
    if (await this.isEmbedded()) return this.#client.metadata('all', null, (metadata) => readTopic(metadata, name));
    const names: Pointer = this.#rd.topicNames([name], 1);
    const event = await this.#client.ask(`id of topic ${name}`, (queue) =>
      this.#rd.describeTopics(this.#client.handle, names, null, queue),
    );
    try {
      const [topic] = pointers(this.#rd.describeTopicsTopics(event, [0]), 1);
      const error: Pointer | null = this.#rd.topicDescriptionError(topic);
      const code: number = error === null ? 0 : this.#rd.errorCode(error);
      if (code === UNKNOWN_TOPIC_OR_PARTITION) return { name, partitions: 0 };
      if (code !== 0) throw new LoadError('TOPIC', `topic ${name}: ${this.#rd.errorText(code)}`);
      const count: [number] = [0];
      this.#rd.topicDescriptionPartitions(topic, count);
      const id: string = this.#rd.uuidText(this.#rd.topicDescriptionId(topic));
      return { name, partitions: Number(count[0]), ...(id !== NO_TOPIC_ID && { id }) };
    } finally {
      this.#rd.eventDestroy(event);
      this.#rd.topicNamesDestroy(names);
    }
  }

  /** Waits until the cluster's metadata shows the topic with its partitions. */
  async createTopic(topic: NewTopic): Promise<void> {
    const errorText = nativeBuffer(ERROR_TEXT_BYTES);
    const { name, partitions, replicationFactor, config } = topic;
    const request: Pointer = this.#rd.newTopic(
      name,
      partitions,
      replicationFactor,
      errorText.address,
      ERROR_TEXT_BYTES,
    );
    for (const [key, value] of Object.entries(config)) this.#rd.newTopicConfig(request, key, value);
    const event = await this.#client.ask(`create topic ${name}, ${partitions} partitions`, (queue) =>
      withList(request, (list) => this.#rd.createTopics(this.#client.handle, list, 1, null, queue)),
    );
    try {
      this.#topicResult(this.#rd.createTopicsTopics, event, `topic ${name} cannot be made`, TOPIC_ALREADY_EXISTS);
    } finally {
      this.#rd.eventDestroy(event);
      this.#rd.newTopicDestroy(request);
    }
    await this.#until(name, (found) => found.partitions === partitions);
  }

  /** Waits until the cluster's metadata no longer shows the topic. */
  async deleteTopic(name: string): Promise<void> {
    const request: Pointer = this.#rd.deleteTopic(name);
    const event = await this.#client.ask(`delete topic ${name}`, (queue) =>
      withList(request, (list) => this.#rd.deleteTopics(this.#client.handle, list, 1, null, queue)),
    );
    try {
      this.#topicResult(
        this.#rd.deleteTopicsTopics,
        event,
        `topic ${name} cannot be deleted`,
        UNKNOWN_TOPIC_OR_PARTITION,
      );
    } finally {
      this.#rd.eventDestroy(event);
      this.#rd.deleteTopicDestroy(request);
    }
    await this.#until(name, (found) => found.partitions === 0);
  }

  /** The topic's effective configuration, by name. */
  async topicConfig(name: string): Promise<Map<string, string>> {
    const resource: Pointer = this.#rd.configResource(RESOURCE_TOPIC, name);
    const event = await this.#client.ask(`configuration of topic ${name}`, (queue) =>
      withList(resource, (list) => this.#rd.describeConfigs(this.#client.handle, list, 1, null, queue)),
    );
    try {
      const count: [number] = [0];
      const [result] = pointers(this.#rd.describeConfigsResources(event, count), 1);
      const code: number = this.#rd.configResourceError(result);
      if (code !== 0) throw new LoadError('TOPIC_CONFIG', `configuration of ${name}: ${this.#rd.errorText(code)}`);
      const entries = pointers(this.#rd.configResourceConfigs(result, count), Number(count[0]));
      return new Map(entries.map((entry) => [this.#rd.configEntryName(entry), this.#rd.configEntryValue(entry) ?? '']));
    } finally {
      this.#rd.eventDestroy(event);
      this.#rd.configResourceDestroy(resource);
    }
  }

  /** The offset the next record of each partition will get. */
  async endOffsets(name: string, partitions: number): Promise<number[]> {
    const offsets: number[] = [];
    for (let partition = 0; partition < partitions; partition++) offsets.push(await this.#endOffset(name, partition));
    return offsets;
  }

  /** A partition made a moment ago may have no leader yet. */
  async #endOffset(name: string, partition: number): Promise<number> {
    const deadline = performance.now() + this.#timeoutMs;
    for (;;) {
      const low: [number] = [0];
      const high: [number] = [0];
      const { handle } = this.#client;
      const asked = () =>
        this.#client.call<number>(this.#rd.watermarks, handle, name, partition, low, high, this.#timeoutMs);
      const code = await timed(`cluster: end of ${name} [${partition}]`, asked);
      if (code === 0) return Number(high[0]);
      if (!NO_LEADER.includes(code) || performance.now() > deadline) {
        throw new LoadError('OFFSETS', `end of ${name} [${partition}] unknown: ${this.#rd.errorText(code)}`);
      }
      await sleep(POLL_MS);
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #topicResult(
    read: (event: Pointer, count: [number]) => Pointer,
    event: Pointer,
    what: string,
    tolerated: number,
  ): void {
    const [result] = pointers(read(event, [0]), 1);
    const code: number = this.#rd.topicResultError(result);
    if (code === 0 || code === tolerated) return;
    const reason = this.#rd.topicResultErrorText(result) ?? this.#rd.errorText(code);
    throw new TopicError(what, reason, this.#rd.errorName(code));
  }

  async #until(name: string, reached: (topic: TopicMetadata) => boolean): Promise<void> {
    const deadline = performance.now() + this.#timeoutMs;
    while (!reached(await this.topic(name))) {
      if (performance.now() > deadline) {
        throw new LoadError('TOPIC', `the change of topic ${name} does not show in the cluster's metadata`);
      }
      await sleep(POLL_MS);
    }
  }
}

/** Runs `use` with the address of an array of one pointer, as C wants its lists. */
function withList<T>(pointer: Pointer, use: (list: Pointer) => T): T {
  const buffer = nativeBuffer(8);
  const cells = new BigUint64Array(buffer.bytes.buffer);
  cells[0] = pointer;
  const result = use(buffer.address);
  // Read after the call: what C was given must not be collected before.
  if (cells[0] !== pointer) throw new Error('librdkafka wrote into an input list');
  return result;
}

function pointers(address: Pointer, count: number): Pointer[] {
  return koffi.decode(address, 'void *', count);
}
