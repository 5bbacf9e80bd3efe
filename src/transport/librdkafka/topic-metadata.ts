/** What librdkafka's answer about a cluster says of a topic; the layouts are those of rdkafka.h. */
import koffi from 'koffi';
import type { Pointer } from './library.ts';
import type { AdvertisedBroker } from './reachability.ts';

export interface TopicMetadata {
  readonly name: string;
  /** 0 when the topic does not exist. */
  readonly partitions: number;
  readonly replicationFactor: number;
}

const METADATA = koffi.struct({
  brokerCount: 'int',
  brokers: 'void *',
  topicCount: 'int',
  topics: 'void *',
  originId: 'int32_t',
  originName: 'str',
});
const METADATA_BROKER = koffi.struct({ id: 'int32_t', host: 'str', port: 'int' });
const METADATA_TOPIC = koffi.struct({ name: 'str', partitionCount: 'int', partitions: 'void *', error: 'int' });
const METADATA_PARTITION = koffi.struct({
  id: 'int32_t',
  error: 'int',
  leader: 'int32_t',
  replicaCount: 'int',
  replicas: 'void *',
  inSyncCount: 'int',
  inSync: 'void *',
});

/** The brokers under the addresses they advertise. @param metadata as below. */
export function readBrokers(metadata: Pointer): AdvertisedBroker[] {
  const { brokerCount, brokers } = koffi.decode(metadata, METADATA);
  return koffi.decode(brokers, METADATA_BROKER, brokerCount);
}

/** The broker that leads each partition, by partition; -1: none. Empty where there is no such topic. @param metadata as below. */
export function readLeaders(metadata: Pointer, name: string): number[] {
  const { topicCount, topics } = koffi.decode(metadata, METADATA);
  for (const topic of koffi.decode(topics, METADATA_TOPIC, topicCount)) {
    if (topic.name !== name || topic.error !== 0 || topic.partitionCount === 0) continue;
    const leaders: number[] = new Array(topic.partitionCount).fill(-1);
    for (const { id, leader } of koffi.decode(topic.partitions, METADATA_PARTITION, topic.partitionCount)) {
      leaders[id] = leader;
    }
    return leaders;
  }
  return [];
}

/** Of all topics there are. @param metadata as below. */
export function readTopicNames(metadata: Pointer): string[] {
  const { topicCount, topics } = koffi.decode(metadata, METADATA);
  return koffi.decode(topics, METADATA_TOPIC, topicCount).map(({ name }: { readonly name: string }) => name);
}

/** Error code of each topic that was asked for, 0: none. @param metadata as below. */
export function readTopicErrors(metadata: Pointer): Map<string, number> {
  const { topicCount, topics } = koffi.decode(metadata, METADATA);
  return new Map(koffi.decode(topics, METADATA_TOPIC, topicCount).map(({ name, error }: NamedError) => [name, error]));
}

interface NamedError {
  readonly name: string;
  readonly error: number;
}

/** @param metadata as below. */
export function readTopic(metadata: Pointer, name: string): TopicMetadata {
  return readTopics(metadata).get(name) ?? { name, partitions: 0, replicationFactor: 0 };
}

/** All that exist, by name. @param metadata of `rd_kafka_metadata`, not yet destroyed. */
export function readTopics(metadata: Pointer): Map<string, TopicMetadata> {
  const { topicCount, topics } = koffi.decode(metadata, METADATA);
  const found = new Map<string, TopicMetadata>();
  for (const { name, error, partitionCount, partitions } of koffi.decode(topics, METADATA_TOPIC, topicCount)) {
    if (error !== 0 || partitionCount === 0) continue;
    const [first] = koffi.decode(partitions, METADATA_PARTITION, 1);
    found.set(name, { name, partitions: partitionCount, replicationFactor: first.replicaCount });
  }
  return found;
}
