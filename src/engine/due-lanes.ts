/**
 * The lanes of a worker, each looked at when it is due, so that one that has nothing to do costs nothing. One that waits
 * for room in flight or in the client's queue is looked at when a message of its own is reported on, and every few
 * milliseconds: others may have made room, and it may be too late for the rest.
 */
import type { Tally } from '../recorder/tally.ts';
import { NS_PER_MS } from '../units.ts';
import { DueQueue } from './due-queue.ts';
import type { Lane } from './lane.ts';
import { BLOCKED_MS } from './sleep.ts';

const BLOCKED_NS = BLOCKED_MS * NS_PER_MS;

export class DueLanes {
  /** Messages of all lanes with a slot. */
  inFlight = 0;
  /** Lanes that wait for room. */
  blocked = 0;
  /** Lanes that have more to send. */
  unfinished: number;
  readonly #lanes: readonly Lane[];
  readonly #tally: Tally;
  /** Its lane in the memory, by lane of the worker: a producer's is its scenario's. */
  readonly #place: Int32Array;
  readonly #queue: DueQueue;
  readonly #due: Int32Array;
  readonly #finished: Uint8Array;

  /** @param tally hears of each lane that may have sent something or was reported on. */
  constructor(lanes: readonly Lane[], tally: Tally) {
    this.#lanes = lanes;
    this.#tally = tally;
    this.#place = Int32Array.from(lanes, ({ scenario }) => scenario.lane);
    this.#queue = new DueQueue(lanes.length);
    this.#due = new Int32Array(lanes.length);
    this.#finished = new Uint8Array(lanes.length);
    this.unfinished = lanes.length;
    for (let lane = 0; lane < lanes.length; lane++) this.#queue.set(lane, Number.NEGATIVE_INFINITY);
  }

  /** When the next one is due; Infinity where only reports can make one so. */
  get firstNs(): number {
    return this.#queue.firstNs;
  }

  /** Lets each lane that is due at nowNs send a batch at most, the one that has waited longest first. */
  step(nowNs: number): void {
    const count = this.#queue.takeDue(nowNs, this.#due);
    for (let k = 0; k < count; k++) this.#step(this.#due[k]!, nowNs);
  }

  #step(number: number, nowNs: number): void {
    const lane = this.#lanes[number]!;
    const { inFlight, blocked } = lane;
    lane.step(nowNs);
    this.inFlight += lane.inFlight - inFlight;
    if (lane.blocked !== blocked) this.blocked += blocked ? -1 : 1;
    this.#tally.mark(this.#place[number]!);
    if (this.#finished[number] === 0 && lane.finished) {
      this.#finished[number] = 1;
      this.unfinished -= 1;
    }
    const retryNs = Math.min(nowNs + BLOCKED_NS, lane.transactions?.dueNs ?? Number.POSITIVE_INFINITY);
    this.#queue.set(number, lane.blocked ? retryNs : lane.nextDueNs);
  }

  /** A message of the lane was reported on. */
  reported(number: number, nowNs: number, isFailed: boolean): void {
    const lane = this.#lanes[number]!;
    this.#tally.mark(this.#place[number]!);
    if (lane.blocked || isFailed || lane.transactions !== undefined) this.#queue.set(number, nowNs);
  }

  /** What is held is given up, or all that is in flight. */
  recount(): void {
    this.inFlight = this.#lanes.reduce((sum, lane) => sum + lane.inFlight, 0);
  }
}
