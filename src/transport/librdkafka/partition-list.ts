/** `rd_kafka_topic_partition_list_t` as values; the layouts are those of rdkafka.h. */
import koffi from 'koffi';
import type { PartitionOffset, TopicPartition } from '../consumer.ts';
import { callAsync, librdkafka, type Pointer } from './library.ts';

const LIST = koffi.struct({ count: 'int', capacity: 'int', elements: 'void *' });
const ELEMENT = koffi.struct({
  topic: 'str',
  partition: 'int32_t',
  offset: 'int64_t',
  metadata: 'void *',
  metadataSize: 'size_t',
  opaque: 'void *',
  error: 'int',
  _private: 'void *',
});

const OFFSET_AT = koffi.offsetof(ELEMENT, 'offset');

/** An offset below 0 is none; `error` is librdkafka's. */
export function readPartitions(list: Pointer): (PartitionOffset & { readonly error: number })[] {
  const { count, elements } = koffi.decode(list, LIST);
  if (count === 0) return [];
  return koffi
    .decode(elements, ELEMENT, count)
    .map(({ topic, partition, offset, error }: PartitionOffset & { readonly error: number }) => {
      return { topic, partition, offset: Number(offset), error };
    });
}

/** To be destroyed by whoever asks for it. */
export function listPartitions(partitions: readonly (TopicPartition & { readonly offset?: number })[]): Pointer {
  const rd = librdkafka();
  const list: Pointer = rd.partitionListNew(partitions.length);
  for (const { topic, partition, offset } of partitions) {
    const element: Pointer = rd.partitionListAdd(list, topic, partition);
    // By librdkafka's own call each would be looked for from the list's start.
    if (offset !== undefined) koffi.encode(element, OFFSET_AT, 'int64_t', BigInt(offset));
  }
  return list;
}

/** An answer about these partitions, each asked for with its offset; undefined where there is none in time. */
export async function askPartitions(
  ask: Parameters<typeof callAsync>[0],
  { handle, timeoutMs }: { readonly handle: Pointer; readonly timeoutMs: number },
  asked: readonly PartitionOffset[],
): Promise<readonly PartitionOffset[] | undefined> {
  if (asked.length === 0) return [];
  const list = listPartitions(asked);
  try {
    const code = await callAsync<number>(ask, handle, list, timeoutMs);
    return code === 0 ? readPartitions(list) : undefined;
  } finally {
    librdkafka().partitionListDestroy(list);
  }
}
