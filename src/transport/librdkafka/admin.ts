/** What has to be asked of, or done to, a cluster before a run: topics, their limits, where their partitions end. */
import { setTimeout as sleep } from 'node:timers/promises';
import koffi from 'koffi';
import { timed } from '../../debug.ts';
import { LoadError } from '../../errors.ts';
import { topicList } from '../../topic-pattern.ts';
import { countOf } from '../../units.ts';
import type { TopicPartition } from '../consumer.ts';
import { ADVERTISED_HINT, AdminClient } from './admin-client.ts';
import { librdkafka, type Pointer } from './library.ts';
import { endsOf } from './log-offsets.ts';
import { type AdvertisedBroker, unreachableBrokers } from './reachability.ts';
import {
  readBrokers,
  readLeaders,
  readTopic,
  readTopicNames,
  readTopics,
  type TopicMetadata,
} from './topic-metadata.ts';
import {
  createTopics,
  deleteTopics,
  describeConfigs,
  identifyTopics,
  inBatches,
  type NewTopic,
  type TopicCreation,
  type TopicIdentity,
  type TopicOutcome,
} from './topic-requests.ts';

export type { NewTopic, TopicIdentity } from './topic-requests.ts';

/** A change of a topic that the cluster refuses. */
export class TopicError extends LoadError {
  /** Kafka's, e.g. INVALID_REPLICATION_FACTOR. */
  readonly errorName: string;

  constructor(what: string, reason: string, errorName: string) {
    super('TOPIC', `${what}: ${reason} (${errorName})`);
    this.errorName = errorName;
  }
}

const UNKNOWN_TOPIC_OR_PARTITION = 3;
const TOPIC_ALREADY_EXISTS = 36;
const POLL_MS = 100;
/** A broker opens the logs of new partitions one by one, and leads none of them before all are open. */
const NEW_PARTITION_MS = 20;
/** A list of partitions is searched from its beginning in C. */
const OFFSETS_BATCH = 1_000;
const LEADER_NOT_AVAILABLE = 5;
/** Also librdkafka's own: UNKNOWN_TOPIC_OR_PART, LEADER_NOT_AVAILABLE, NOT_LEADER_FOR_PARTITION, _UNKNOWN_PARTITION, _UNKNOWN_TOPIC. */
const NO_LEADER = [UNKNOWN_TOPIC_OR_PARTITION, LEADER_NOT_AVAILABLE, 6, -190, -188];
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

  /** As `topic`, of many with one question; in an embedded cluster only those that are missing are asked for one by one. */
  async topics(names: readonly string[]): Promise<TopicMetadata[]> {
    const all = await this.#client.metadata('all', null, readTopics);
    const missing = names.filter((name) => !all.has(name));
    if (missing.length > 0 && (await this.isEmbedded())) {
      for (const name of missing) all.set(name, await this.topic(name));
    }
    return names.map((name) => all.get(name) ?? { name, partitions: 0, replicationFactor: 0 });
  }

  async topicIdentity(name: string): Promise<TopicIdentity> {
    return (await this.topicIdentities([name]))[0]!;
  }

  /** Which topics these names mean now, in their order. An embedded cluster answers no question about ids. */
  async topicIdentities(names: readonly string[]): Promise<TopicIdentity[]> {
    const found = (await this.isEmbedded())
      ? await this.#client.metadata('all', null, readTopics)
      : byName(
          await inBatches(
            names,
            () => 1,
            (batch) => identifyTopics(this.#client, batch),
          ),
        );
    return names.map((name) => {
      const { partitions, id }: TopicIdentity = found.get(name) ?? { name, partitions: 0 };
      return { name, partitions, ...(id !== undefined && { id }) };
    });
  }

  async createTopic(topic: NewTopic): Promise<void> {
    await this.createTopics([topic]);
  }

  /**
   * Waits until the cluster's metadata shows the topics with their partitions, or the signal is aborted.
   * @throws TopicError with the names of those that the cluster refuses.
   */
  async createTopics(topics: readonly NewTopic[], { onCreated, onVisible, signal }: TopicCreation = {}): Promise<void> {
    await inBatches(
      topics,
      ({ partitions }) => partitions,
      async (batch) => {
        const outcomes = await createTopics(this.#client, batch);
        onCreated?.(outcomes.filter(({ code }) => code === 0).map(({ name }) => name));
        this.#throwRefused(outcomes, 'made', TOPIC_ALREADY_EXISTS);
        return [];
      },
      signal,
    );
    await this.#until(new Map(topics.map(({ name, partitions }) => [name, partitions])), { onVisible, signal });
  }

  async deleteTopic(name: string): Promise<void> {
    await this.deleteTopics([name]);
  }

  /** Waits until the cluster's metadata no longer shows the topics. One that is not there is nothing to delete. */
  async deleteTopics(names: readonly string[]): Promise<void> {
    await inBatches(
      names,
      () => 1,
      async (batch) => {
        this.#throwRefused(await deleteTopics(this.#client, batch), 'deleted', UNKNOWN_TOPIC_OR_PARTITION);
        return [];
      },
    );
    await this.#until(new Map(names.map((name) => [name, 0])));
  }

  /** The topic's effective configuration, by name. */
  async topicConfig(name: string): Promise<ReadonlyMap<string, string>> {
    return (await this.topicConfigs([name])).get(name)!;
  }

  /** By topic; equal ones are one object, since there may be thousands. */
  async topicConfigs(names: readonly string[]): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
    const found = await inBatches(
      names,
      () => 1,
      (batch) => describeConfigs(this.#client, batch),
    );
    const distinct = new Map<string, ReadonlyMap<string, string>>();
    const shared = (config: ReadonlyMap<string, string>) => {
      const text = JSON.stringify([...config]);
      if (!distinct.has(text)) distinct.set(text, config);
      return distinct.get(text)!;
    };
    return new Map(found.map(([name, config]) => [name, shared(config)]));
  }

  /** The offset the next record of each partition will get. */
  async endOffsets(name: string, partitions: number): Promise<number[]> {
    return this.logEnds(Array.from({ length: partitions }, (_, partition) => ({ topic: name, partition })));
  }

  /**
   * Likewise, of partitions of many topics, in their order. One made a moment ago may have no leader yet: it is waited for,
   * unless the signal is aborted.
   */
  async logEnds(partitions: readonly TopicPartition[], signal?: AbortSignal): Promise<number[]> {
    const deadline = performance.now() + this.#timeoutMs + NEW_PARTITION_MS * partitions.length;
    const ends: number[] = new Array(partitions.length).fill(-1);
    let left = partitions.map((_, i) => i);
    for (;;) {
      let failure = 0;
      for (let from = 0; from < left.length; from += OFFSETS_BATCH) {
        const batch = left.slice(from, from + OFFSETS_BATCH);
        const answer = await endsOf(
          this.#client,
          batch.map((i) => partitions[i]!),
          this.#timeoutMs,
        );
        for (const [j, { offset, error }] of answer.entries()) {
          if (error === 0) ends[batch[j]!] = offset;
          else if (!NO_LEADER.includes(failure)) failure = error;
        }
      }
      left = left.filter((i) => ends[i]! < 0);
      if (left.length === 0) return ends;
      if (!NO_LEADER.includes(failure) || performance.now() > deadline || signal?.aborted) {
        const { topic, partition } = partitions[left[0]!]!;
        const others = left.length === 1 ? '' : ` and of ${countOf(left.length - 1, 'other partition')}`;
        throw new LoadError(
          'OFFSETS',
          `end of ${topic} [${partition}]${others} unknown: ${this.#rd.errorText(failure)}`,
        );
      }
      await sleep(POLL_MS);
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #throwRefused(outcomes: readonly TopicOutcome[], change: 'made' | 'deleted', tolerated: number): void {
    const refused = outcomes.filter(({ code }) => code !== 0 && code !== tolerated);
    const [first] = refused;
    if (first === undefined) return;
    const what = `${topicList(refused.map(({ name }) => name))} cannot be ${change}`;
    throw new TopicError(what, first.reason, this.#rd.errorName(first.code));
  }

  /** As long as it shows of more and more of them. @param partitions by topic. */
  async #until(
    partitions: ReadonlyMap<string, number>,
    { onVisible, signal }: Pick<TopicCreation, 'onVisible' | 'signal'> = {},
  ): Promise<void> {
    const names = [...partitions.keys()];
    let deadline = performance.now() + this.#timeoutMs;
    let left = names.length;
    while (!signal?.aborted) {
      const all = await this.#client.metadata('all', null, readTopics);
      const others = names.filter((name) => (all.get(name)?.partitions ?? 0) !== partitions.get(name));
      if (others.length === 0) return;
      onVisible?.(names.length - others.length);
      if (others.length < left) deadline = performance.now() + this.#timeoutMs;
      left = others.length;
      if (performance.now() > deadline) {
        throw new LoadError('TOPIC', `the change of ${topicList(others)} does not show in the cluster's metadata`);
      }
      await sleep(POLL_MS);
    }
  }
}

function byName<T extends { readonly name: string }>(each: readonly T[]): Map<string, T> {
  return new Map(each.map((one) => [one.name, one]));
}
