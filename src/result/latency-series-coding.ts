/**
 * Coarse latencies of many seconds as one text: the packed seconds after each other, compressed together (raw deflate),
 * in base64. docs/result.md has a reader in a few lines.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { SparseCounts } from '../recorder/latency-series.ts';
import { type PackedCounts, packCounts, unpackCounts } from '../recorder/packed-counts.ts';

export function encodeLatencySeries(seconds: readonly SparseCounts[]): string {
  return compressLatencySeries(seconds.map(packCounts));
}

export function compressLatencySeries(seconds: readonly PackedCounts[]): string {
  return deflateRawSync(Buffer.from(seconds.join(''), 'latin1'), { level: 9 }).toString('base64');
}

/** @throws RangeError when it is not what encodeLatencySeries wrote. */
export function decodeLatencySeries(text: string): SparseCounts[] {
  let packed: Buffer;
  try {
    packed = inflateRawSync(Buffer.from(text, 'base64'));
  } catch (cause) {
    throw new RangeError(`not a latency series: ${(cause as Error).message}`, { cause });
  }
  return unpackCounts(packed.toString('latin1'));
}
