/**
 * Lost records of a compacted topic. Compaction leaves the newest record of a key, and in the end not even that where it is
 * a tombstone. Which producer wrote the newest one the log does not tell: it is the last one of one of them.
 */
import type { ExpectedRecords } from '../reading/expected-records.ts';

/** Keys held at most: a million of them take some hundred MB. */
const KEYS_MAX = 1_000_000;
const NONE = -1;

interface CompactedLane {
  /** Indexes of the lane's messages are below it. */
  readonly end: number;
  readonly producers: number;
  readonly keysMax?: number | undefined;
}

/**
 * Which of the lost messages no compaction explains: at most one of each key. Undefined where there are too many keys.
 * @param expected records are written again for their keys.
 * @param lost ascending; all that are acknowledged and not in the log.
 */
export function lostOfCompacted(
  expected: ExpectedRecords,
  lost: readonly number[],
  isInLog: (index: number) => boolean,
  { end, producers, keysMax = KEYS_MAX }: CompactedLane,
): number[] | undefined {
  /** By key: the last acknowledged message of each producer. */
  const lasts = new Map<string, Float64Array>();
  for (let index = 0, next = 0; index < end; index++) {
    const isLost = lost[next] === index;
    if (isLost) next += 1;
    if (!isLost && !isInLog(index)) continue;
    const key = keyOf(expected, index);
    let known = lasts.get(key);
    if (known === undefined) {
      if (lasts.size >= keysMax) return undefined;
      known = new Float64Array(producers).fill(NONE);
      lasts.set(key, known);
    }
    known[index % producers] = index;
  }
  const left: number[] = [];
  for (const last of lasts.values()) {
    const own = last.filter((index) => index !== NONE);
    if (!own.some((index) => isInLog(index) || isTombstone(expected, index))) left.push(Math.max(...own));
  }
  return left.toSorted((a, b) => a - b);
}

function isTombstone({ anomalies }: ExpectedRecords, index: number): boolean {
  return anomalies?.of(index)?.kind === 'tombstone';
}

const SOME_TIME_MS = Date.UTC(2025, 0, 1);

function keyOf(expected: ExpectedRecords, index: number): string {
  const { key, keyOffset, keyLength } = expected.isTimed ? expected.write(index) : expected.write(index, SOME_TIME_MS);
  const own = Buffer.from(key.buffer, key.byteOffset + keyOffset[0]!, Math.max(0, keyLength[0]!)).toString('latin1');
  // Each topic is compacted by itself.
  return `${expected.topicOf(index)} ${own}`;
}
