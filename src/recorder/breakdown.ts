/**
 * A lane's load phase by topic, or by producer: counts, and response latencies in the coarse buckets of the
 * latency series. Kept by the worker itself, some kilobytes a member, and read when the run is over.
 */
import { addCounts, bucketOf, LAST_BUCKET, type SparseCounts } from './latency-series.ts';

/** What became of the messages of one topic or producer; sent = acked + notAcked. */
export interface MemberCounts {
  /** Number of the topic among the scenario's, or of the producer. */
  readonly member: number;
  readonly sent: number;
  readonly acked: number;
  /** Failed and unresolved. */
  readonly notAcked: number;
  /** Response latency of acknowledged messages. */
  readonly latencies: SparseCounts;
}

const CELLS = 3;
const SENT = 0;
const ACKED = 1;
const NOT_ACKED = 2;

export class Breakdown {
  readonly #counts: Float64Array;
  readonly #latencies: Uint32Array;

  constructor(members: number) {
    this.#counts = new Float64Array(members * CELLS);
    this.#latencies = new Uint32Array(members * (LAST_BUCKET + 1));
  }

  sent(member: number): void {
    this.#counts[member * CELLS + SENT]! += 1;
  }

  acked(member: number, responseUs: number): void {
    this.#counts[member * CELLS + ACKED]! += 1;
    this.#latencies[member * (LAST_BUCKET + 1) + bucketOf(Math.max(0, Math.floor(responseUs + 0.5)))]! += 1;
  }

  notAcked(member: number): void {
    this.#counts[member * CELLS + NOT_ACKED]! += 1;
  }

  /** Of those with any message. @param first number of the first one. */
  counts(first = 0): MemberCounts[] {
    const found: MemberCounts[] = [];
    for (let member = 0; member * CELLS < this.#counts.length; member++) {
      const [sent = 0, acked = 0, notAcked = 0] = this.#counts.subarray(member * CELLS, (member + 1) * CELLS);
      if (sent === 0) continue;
      const latencies: [number, number][] = [];
      const at = member * (LAST_BUCKET + 1);
      for (let bucket = 0; bucket <= LAST_BUCKET; bucket++) {
        const count = this.#latencies[at + bucket]!;
        if (count > 0) latencies.push([bucket, count]);
      }
      found.push({ member: first + member, sent, acked, notAcked, latencies });
    }
    return found;
  }
}

/** Of several workers, by number. */
export function addMembers(all: readonly MemberCounts[]): MemberCounts[] {
  const sums = new Map<number, MemberCounts>();
  for (const each of all) {
    const known = sums.get(each.member);
    sums.set(
      each.member,
      known === undefined
        ? each
        : {
            member: each.member,
            sent: known.sent + each.sent,
            acked: known.acked + each.acked,
            notAcked: known.notAcked + each.notAcked,
            latencies: addCounts(known.latencies, each.latencies),
          },
    );
  }
  return [...sums.values()].sort((a, b) => a.member - b.member);
}
