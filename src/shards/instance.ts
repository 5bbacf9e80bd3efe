/** What one process of a shard has told so far: sums of differences, and readings of which the last stands. */
import { STATE } from '../recorder/control-memory.ts';
import { COUNT_CELLS } from '../recorder/run-memory.ts';
import type { CellDifference, FinalPart, LoopReading, SecondFacts } from './data-message.ts';
import { decodeFinal, type FinalReport, WEIGHTS } from './final-report.ts';
import type { Added } from './sparse-histogram.ts';

const MOMENTS = 3;
const NO_LOOP: LoopReading = {
  ...{ busyNs: 0, idleNs: 0, blockedNs: 0, beganNs: 0 },
  ...{ loadStartNs: 0, loadEndNs: 0, drainEndNs: 0 },
};

/** Of one place: messages, their buckets' numbers (mod 2^32), and the running sum of latencies as of a sequence number. */
interface PlaceSums {
  count: number;
  weight: number;
  min: number;
  max: number;
  sum: number;
  sequence: number;
}

export class Instance {
  readonly shard: number;
  readonly id: string;
  readonly threads: number;
  readonly #lanes: number;
  /** Messages heard: all before `#next`, and these. */
  readonly #ahead = new Set<number>();
  #next = 0;
  #latest = -1;
  readonly #counts: Float64Array;
  readonly #moments: Float64Array;
  readonly #places = new Map<number, PlaceSums>();
  readonly #parts: Uint8Array[] = [];
  #partsHeard = 0;
  loops: readonly LoopReading[];
  state: number = STATE.starting;
  joinedNs = 0;
  cpuMs = 0;
  rssBytes = 0;
  /** Seconds with a row, as far as it has told: the last one and 1. */
  rows = 0;
  final: FinalReport | undefined;
  /** Nobody waits for it any more. */
  lostFor: string | undefined;

  constructor(shard: number, id: string, threads: number, lanes: number) {
    this.shard = shard;
    this.id = id;
    this.threads = threads;
    this.#lanes = lanes;
    this.#counts = new Float64Array(threads * lanes * COUNT_CELLS.length);
    this.#moments = new Float64Array(threads * lanes * MOMENTS);
    this.loops = Array.from({ length: threads }, () => NO_LOOP);
  }

  get isLost(): boolean {
    return this.lostFor !== undefined && !this.isDone;
  }

  /** It has told everything. */
  get isDone(): boolean {
    return this.final !== undefined && this.#heard >= this.final.messages;
  }

  get cpuSeconds(): number {
    return this.final?.cpuSeconds ?? this.cpuMs / 1e3;
  }

  get #heard(): number {
    return this.#next + this.#ahead.size;
  }

  get isOver(): boolean {
    return this.isDone || this.lostFor !== undefined;
  }

  /** False where it was heard before. */
  hear(message: SecondFacts): boolean {
    const { sequence } = message;
    if (sequence < this.#next || this.#ahead.has(sequence)) return false;
    this.#ahead.add(sequence);
    while (this.#ahead.delete(this.#next)) this.#next++;
    if (sequence > this.#latest) {
      this.#latest = sequence;
      this.joinedNs = message.joinedNs;
      this.state = message.state;
      this.cpuMs = message.cpuMs;
      this.loops = message.loops;
    }
    this.rssBytes = Math.max(this.rssBytes, message.rssBytes);
    const last = message.rows.at(-1);
    if (last !== undefined) this.rows = Math.max(this.rows, last.second + 1);
    for (const cell of message.cells) this.#add(cell);
    return true;
  }

  /** @returns whether it was the last part. */
  hearPart({ sequence, parts, bytes }: FinalPart): boolean {
    if (this.#parts[sequence] !== undefined || this.final !== undefined) return false;
    this.#parts[sequence] = bytes.slice();
    this.#partsHeard++;
    if (this.#partsHeard < parts) return false;
    this.final = decodeFinal(this.#parts);
    this.joinedNs = this.final.joinedNs;
    this.#parts.length = 0;
    return true;
  }

  /** @returns how much the sum of all latencies of the place has grown. */
  measured(place: number, { count, weight, min, max, sum }: Added, sequence: number): number {
    let sums = this.#places.get(place);
    if (sums === undefined) {
      sums = { count: 0, weight: 0, min, max, sum: 0, sequence };
      this.#places.set(place, sums);
    }
    sums.count += count;
    sums.weight = (sums.weight + weight) % WEIGHTS;
    sums.min = Math.min(sums.min, min);
    sums.max = Math.max(sums.max, max);
    if (sequence < sums.sequence) return 0;
    const grown = sum - sums.sum;
    sums.sequence = sequence;
    sums.sum = sum;
    return grown;
  }

  sumsOf(place: number): Readonly<PlaceSums> | undefined {
    return this.#places.get(place);
  }

  /** In the order of COUNT_CELLS. */
  countsOf(thread: number, lane: number): Float64Array {
    const at = (thread * this.#lanes + lane) * COUNT_CELLS.length;
    return this.#counts.subarray(at, at + COUNT_CELLS.length);
  }

  momentsOf(thread: number, lane: number): Pick<CellDifference, 'firstSentNs' | 'lastSentNs' | 'lastAckNs'> {
    const at = (thread * this.#lanes + lane) * MOMENTS;
    const moments = this.#moments;
    return { firstSentNs: moments[at]!, lastSentNs: moments[at + 1]!, lastAckNs: moments[at + 2]! };
  }

  /** Why its seconds are not what it measured in all; undefined where they are, or where it has not said what that was. */
  get mismatch(): string | undefined {
    const { final } = this;
    if (final === undefined) return undefined;
    const missing = final.messages - this.#heard;
    if (missing > 0) return `${missing} of its ${final.messages} messages did not arrive`;
    for (const [place, [count, weight]] of final.checks.entries()) {
      const sums = this.#places.get(place) ?? { count: 0, weight: 0 };
      if (sums.count === count && sums.weight === weight) continue;
      return `its seconds have ${sums.count} latencies (check sum ${sums.weight}) where it measured ${count} (${weight})`;
    }
    return undefined;
  }

  #add({ thread, lane, counts, firstSentNs, lastSentNs, lastAckNs }: CellDifference): void {
    const cell = thread * this.#lanes + lane;
    const first = cell * COUNT_CELLS.length;
    for (let i = 0; i < counts.length; i += 2) this.#counts[first + counts[i]!]! += counts[i + 1]!;
    const at = cell * MOMENTS;
    const moments = this.#moments;
    if (firstSentNs > 0) moments[at] = Math.min(moments[at] || Number.POSITIVE_INFINITY, firstSentNs);
    moments[at + 1] = Math.max(moments[at + 1]!, lastSentNs);
    moments[at + 2] = Math.max(moments[at + 2]!, lastAckNs);
  }
}
