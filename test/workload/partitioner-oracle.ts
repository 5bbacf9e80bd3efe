/** The partitioners inside librdkafka, called by their names: the oracle for ours. */

import { createRequire } from 'node:module';
import koffi from 'koffi';
import type { Partitioner } from '../../src/workload/record-plan.ts';

const require = createRequire(import.meta.url);
const addon = require.resolve('@confluentinc/kafka-javascript/build/Release/confluent-kafka-javascript.node');
require(addon);
const library = koffi.load(addon);
const calls = new Map<Partitioner, Call>();
const PARAMETERS = 'void *topic, const void *key, size_t length, int32_t partitions, void *opaque, void *messageOpaque';

type Call = (topic: null, key: Uint8Array | null, length: number, partitions: number, a: null, b: null) => number;

/** Undefined where it is drawn. A topic is looked at for drawing alone. */
export function librdkafkaPartition(
  partitioner: Partitioner,
  key: Uint8Array | null,
  partitions: number,
): number | undefined {
  const isDrawn = key === null ? /random/.test(partitioner) : key.length === 0 && partitioner === 'consistent_random';
  if (isDrawn || partitioner === 'random') return undefined;
  const prototype = `int32_t rd_kafka_msg_partitioner_${partitioner}(${PARAMETERS})`;
  const call = calls.get(partitioner) ?? (library.func(prototype) as unknown as Call);
  calls.set(partitioner, call);
  // A pointer to no bytes is NULL, which is a null key.
  return call(null, key && Uint8Array.of(...key, 0), key?.length ?? 0, partitions, null, null);
}
