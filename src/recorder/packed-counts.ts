/**
 * Coarse latencies of a second as bytes: the number of buckets that are not empty, then for each of them its distance
 * from the one before (from 0) and its count; all as LEB128 varints.
 */
import { LAST_BUCKET, type SparseCounts } from './latency-series.ts';

/**
 * A character a byte. Kept for every second of a long run, a text takes about a twentieth of
 * the memory of an array of pairs.
 */
export type PackedCounts = string;

export function packCounts(counts: SparseCounts): PackedCounts {
  const bytes: number[] = [];
  const write = (value: number) => {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
    bytes.push(rest);
  };
  write(counts.length);
  let previous = 0;
  for (const [bucket, count] of counts) {
    write(bucket - previous);
    write(count);
    previous = bucket;
  }
  return String.fromCharCode(...bytes);
}

/** Of one second or of several in a row. @throws RangeError where it is cut off or damaged. */
export function unpackCounts(packed: PackedCounts): SparseCounts[] {
  let at = 0;
  const read = () => {
    let value = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = packed.charCodeAt(at++);
      if (!(byte <= 0xff)) throw new RangeError('the latency series is cut off');
      value += (byte % 128) * unit;
      if (byte < 128) return value;
    }
  };
  const seconds: SparseCounts[] = [];
  while (at < packed.length) {
    const counts: [number, number][] = [];
    let bucket = 0;
    for (let left = read(); left > 0; left--) {
      bucket += read();
      if (bucket > LAST_BUCKET) throw new RangeError(`the latency series has no bucket ${bucket}`);
      counts.push([bucket, read()]);
    }
    seconds.push(counts);
  }
  return seconds;
}
