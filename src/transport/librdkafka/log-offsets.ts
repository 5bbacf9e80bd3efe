/** Where partitions begin and end, and which of their records are the first of a time. */
import { timed } from '../../debug.ts';
import { LoadError } from '../../errors.ts';
import type { PartitionOffset, TopicPartition } from '../consumer.ts';
import { AdminClient } from './admin-client.ts';
import { librdkafka } from './library.ts';
import { askPartitions, listPartitions, readPartitions } from './partition-list.ts';

const END = -1;
const BEGINNING = -2;
const LEADER_NOT_AVAILABLE = 5;

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

/** In their order; one whose error is 0 has an offset. Others are those of librdkafka. */
export async function endsOf(
  client: AdminClient,
  partitions: readonly TopicPartition[],
  timeoutMs: number,
): Promise<{ readonly offset: number; readonly error: number }[]> {
  const rd = librdkafka();
  const list = listPartitions(partitions.map((each) => ({ ...each, offset: END })));
  try {
    const asked = () => client.call<number>(rd.offsetsForTimes, client.handle, list, timeoutMs);
    const code = await timed(`cluster: ends of ${partitions.length} partitions`, asked);
    const found = new Map(readPartitions(list).map((each) => [nameOf(each), each]));
    return partitions.map((partition) => {
      const { offset, error } = found.get(nameOf(partition))!;
      return { offset, error: offset >= 0 ? 0 : error || code || LEADER_NOT_AVAILABLE };
    });
  } finally {
    rd.partitionListDestroy(list);
  }
}

function nameOf({ topic, partition }: TopicPartition | PartitionOffset): string {
  return `${topic}[${partition}]`;
}
