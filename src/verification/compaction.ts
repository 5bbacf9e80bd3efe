/**
 * Lost records of a compacted topic. Compaction removes a record once a later one of its partition has its key; which of
 * two producers' records came later only the log could tell, and one of them is gone: another producer's explains it too.
 */
import type { ExpectedRecords } from '../reading/expected-records.ts';

export interface Compacted {
  /** Records that a later one with their key explains, and tombstones, which compaction removes after a while. */
  readonly explained: number;
  /** Some of those that nothing explains, ascending. */
  readonly lostIndexes: readonly number[];
}

interface LastOfKey {
  last: number;
  /** Of `last`; -1 where several producers have written the key. */
  producer: number;
}

/** Keys held at most: 2^20 of them take about 100 MB. */
const KEYS_MAX = 2 ** 20;

/**
 * Undefined where there are too many keys.
 * @param remaining whether a message is in the log.
 * @param expected its records are written again for their keys.
 */
export function compactedOf(
  expected: ExpectedRecords,
  lost: readonly number[],
  remaining: (index: number) => boolean,
  { end, workers }: { readonly end: number; readonly workers: number },
): Compacted | undefined {
  const keys = new Map<string, LastOfKey>();
  for (let index = 0; index < end; index++) {
    if (!remaining(index) && !isTombstone(expected, index)) continue;
    const key = keyOf(expected, index);
    const producer = index % workers;
    const known = keys.get(key);
    if (known === undefined) {
      if (keys.size >= KEYS_MAX) return undefined;
      keys.set(key, { last: index, producer });
    } else {
      known.last = index;
      if (known.producer !== producer) known.producer = -1;
    }
  }
  const lostIndexes = lost.filter((index) => {
    if (isTombstone(expected, index)) return false;
    const known = keys.get(keyOf(expected, index));
    return known === undefined || (known.producer === index % workers && known.last < index);
  });
  return { explained: lost.length - lostIndexes.length, lostIndexes };
}

function isTombstone({ anomalies }: ExpectedRecords, index: number): boolean {
  return anomalies?.of(index)?.kind === 'tombstone';
}

const SOME_TIME_MS = Date.UTC(2025, 0, 1);

function keyOf(expected: ExpectedRecords, index: number): string {
  const { key, keyOffset, keyLength } = expected.isTimed ? expected.write(index) : expected.write(index, SOME_TIME_MS);
  return Buffer.from(key.buffer, key.byteOffset + keyOffset[0]!, Math.max(0, keyLength[0]!)).toString('latin1');
}
