/** Where partitions begin and end, and which of their records are the first of a time. */
import { LoadError } from '../../errors.ts';
import type { PartitionOffset, TopicPartition } from '../consumer.ts';
import { AdminClient } from './admin-client.ts';
import { librdkafka } from './library.ts';
import { askPartitions } from './partition-list.ts';

const END = -1;
const BEGINNING = -2;

/** By the order of the partitions that were asked for. */
export interface LogOffsets {
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** For each time: the first offset at or after it; where no record is as late, the end. */
  readonly atTimes: readonly (readonly number[])[];
}

/**
 * @param timesMs since 1970.
 * @throws LoadError OFFSETS where a broker does not answer in time.
 */
export async function logOffsets(
  partitions: readonly TopicPartition[],
  timesMs: readonly number[],
  { properties, timeoutMs }: { readonly properties: Readonly<Record<string, string>>; readonly timeoutMs: number },
): Promise<LogOffsets> {
  const client = new AdminClient(properties, timeoutMs);
  const ask = async (offset: number): Promise<number[]> => {
    const asked = partitions.map(({ topic, partition }) => ({ topic, partition, offset }));
    const at = { handle: client.handle, timeoutMs };
    const answer = await askPartitions(librdkafka().offsetsForTimes, at, asked);
    if (answer === undefined) throw new LoadError('OFFSETS', 'the offsets of the partitions are not known: no answer');
    const byName = new Map(answer.map((each) => [nameOf(each), each.offset]));
    return partitions.map((each) => byName.get(nameOf(each)) ?? END);
  };
  try {
    const [low, high] = [await ask(BEGINNING), await ask(END)];
    const missing = partitions.find((_, i) => low[i]! < 0 || high[i]! < 0);
    if (missing !== undefined) {
      const hint = 'it may have no leader: try again, or look at the brokers';
      throw new LoadError('OFFSETS', `the offsets of ${nameOf(missing)} are not known`, { hint });
    }
    const atTimes: number[][] = [];
    for (const timeMs of timesMs)
      atTimes.push((await ask(timeMs)).map((offset, i) => (offset < 0 ? high[i]! : offset)));
    return { low, high, atTimes };
  } finally {
    await client.close();
  }
}

function nameOf({ topic, partition }: TopicPartition | PartitionOffset): string {
  return `${topic}[${partition}]`;
}
