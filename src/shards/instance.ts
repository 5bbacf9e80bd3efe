/** What one process of a shard has told so far: sums of differences, and readings of which the last stands. */
import { STATE } from '../recorder/control-memory.ts';
import { COUNT_CELLS } from '../recorder/run-memory.ts';
import type { CellDifference, FinalPart, LoopReading, PlacedHistogram, SecondMessage } from './data-message.ts';
import { decodeFinal, type FinalReport, WEIGHTS } from './final-report.ts';

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
  readonly #seen = new Set<number>();
  readonly #counts: Float64Array;
  readonly #moments: Float64Array;
  readonly #places = new Map<number, PlaceSums>();
  readonly #parts: Uint8Array[] = [];
  #partsHeard = 0;
  loops: LoopReading[];
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
    return this.final !== undefined && this.#seen.size >= this.final.messages;
  }

  get cpuSeconds(): number {
    return this.final?.cpuSeconds ?? this.cpuMs / 1e3;
  }

  get isOver(): boolean {
    return this.isDone || this.lostFor !== undefined;
  }

  /** False where it was heard before. */
  hear(message: SecondMessage): boolean {
    if (this.#seen.has(message.sequence)) return false;
    this.#seen.add(message.sequence);
    this.joinedNs = message.joinedNs;
    this.state = Math.max(this.state, message.state);
    this.cpuMs = Math.max(this.cpuMs, message.cpuMs);
    this.rssBytes = Math.max(this.rssBytes, message.rssBytes);
    const last = message.rows.at(-1);
    if (last !== undefined) this.rows = Math.max(this.rows, last.second + 1);
    for (const cell of message.cells) this.#add(cell);
    this.loops = this.loops.map((loop, thread) => later(loop, message.loops[thread] ?? NO_LOOP));
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
  place({ place, min, max, sum }: PlacedHistogram, sequence: number): number {
    let sums = this.#places.get(place);
    if (sums === undefined) {
      sums = { count: 0, weight: 0, min, max, sum: 0, sequence };
      this.#places.set(place, sums);
    }
    sums.min = Math.min(sums.min, min);
    sums.max = Math.max(sums.max, max);
    if (sequence < sums.sequence) return 0;
    const grown = sum - sums.sum;
    sums.sequence = sequence;
    sums.sum = sum;
    return grown;
  }

  check(place: number, { total, weight }: { readonly total: number; readonly weight: number }): void {
    const sums = this.#places.get(place)!;
    sums.count += total;
    sums.weight = (sums.weight + weight) % WEIGHTS;
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
    const [firstSentNs, lastSentNs, lastAckNs] = this.#moments.subarray(at, at + MOMENTS);
    return { firstSentNs: firstSentNs!, lastSentNs: lastSentNs!, lastAckNs: lastAckNs! };
  }

  /** Why its seconds are not what it measured in all; undefined where they are, or where it has not said what that was. */
  get mismatch(): string | undefined {
    const { final } = this;
    if (final === undefined) return undefined;
    const missing = final.messages - this.#seen.size;
    if (missing > 0) return `${missing} of its ${final.messages} messages did not arrive`;
    for (const [place, [count, weight]] of final.checks.entries()) {
      const sums = this.#places.get(place) ?? { count: 0, weight: 0 };
      if (sums.count === count && sums.weight === weight) continue;
      return `its seconds have ${sums.count} latencies (check sum ${sums.weight}) where it measured ${count} (${weight})`;
    }
    return undefined;
  }

  #add({ thread, lane, counts, firstSentNs, lastSentNs, lastAckNs }: CellDifference): void {
    const own = this.countsOf(thread, lane);
    for (let i = 0; i < own.length; i++) own[i]! += counts[i]!;
    const at = (thread * this.#lanes + lane) * MOMENTS;
    const moments = this.#moments;
    if (firstSentNs > 0) moments[at] = Math.min(moments[at] || Number.POSITIVE_INFINITY, firstSentNs);
    moments[at + 1] = Math.max(moments[at + 1]!, lastSentNs);
    moments[at + 2] = Math.max(moments[at + 2]!, lastAckNs);
  }
}

/** All of it only goes up. */
function later(a: LoopReading, b: LoopReading): LoopReading {
  return {
    busyNs: Math.max(a.busyNs, b.busyNs),
    idleNs: Math.max(a.idleNs, b.idleNs),
    blockedNs: Math.max(a.blockedNs, b.blockedNs),
    beganNs: Math.max(a.beganNs, b.beganNs),
    loadStartNs: Math.max(a.loadStartNs, b.loadStartNs),
    loadEndNs: Math.max(a.loadEndNs, b.loadEndNs),
    drainEndNs: Math.max(a.drainEndNs, b.drainEndNs),
  };
}
