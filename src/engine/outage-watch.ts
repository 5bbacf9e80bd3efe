/**
 * Notices when acknowledgements stop: the times longer than a second in which messages were in flight and no worker of
 * the run was acknowledged one. Times with nothing in flight are not outages, however long: a slow feed has many.
 *
 *     in flight   ●━━━━━━━━━━━━━●         ●━━●     a worker's messages
 *     acked       ●             ●            ●
 *     outage       ├───────────┤
 */
import type { OutageMeasurement } from '../recorder/measurement.ts';
import { EFFORT, type RunMemory, workerEffort } from '../recorder/run-memory.ts';
import { NS_PER_SEC } from '../units.ts';

const OUTAGE_NS = NS_PER_SEC;
/** A broker that always takes longer than a second would fill any list. */
const OUTAGES_MAX = 1_000;

export class OutageWatch {
  readonly outages: OutageMeasurement[] = [];
  readonly #efforts: readonly Float64Array[];
  readonly #own: Float64Array;
  readonly #minNs: number;
  #acked = 0;
  #lookedNs = 0;

  /** @param lingerNs how long the client may hold a message back: no acknowledgement is due before. */
  constructor(memory: RunMemory, worker: number, lingerNs: number) {
    this.#efforts = Array.from({ length: memory.workers }, (_, each) => workerEffort(memory, each));
    this.#own = this.#efforts[worker]!;
    this.#minNs = OUTAGE_NS + lingerNs;
  }

  /** @param acked messages acknowledged so far, `inFlight` those that are not reported on yet; both of this worker. */
  look(nowNs: number, acked: number, inFlight: number): void {
    const own = this.#own;
    const isWaiting = own[EFFORT.waitingSince] !== 0;
    // Polls are milliseconds apart: this thread was paused, and acknowledgements that came meanwhile were not seen.
    if (isWaiting && nowNs - this.#lookedNs > OUTAGE_NS) {
      this.#note(this.#lookedNs);
      own[EFFORT.waitingSince] = nowNs;
    }
    this.#lookedNs = nowNs;
    if (acked > this.#acked) {
      if (nowNs - own[EFFORT.lastAck]! > this.#minNs) this.#note(nowNs);
      this.#acked = acked;
      own[EFFORT.lastAck] = nowNs;
      own[EFFORT.waitingSince] = inFlight > 0 ? nowNs : 0;
    } else if (inFlight === 0) {
      if (isWaiting) this.#note(nowNs);
      own[EFFORT.waitingSince] = 0;
    } else if (!isWaiting) {
      own[EFFORT.waitingSince] = nowNs;
    }
  }

  /** Some worker has waited until now: since when, and was any of them acknowledged a message meanwhile? */
  #note(nowNs: number): void {
    let lastAckNs = 0;
    let waitingSinceNs = nowNs;
    for (const effort of this.#efforts) {
      lastAckNs = Math.max(lastAckNs, effort[EFFORT.lastAck]!);
      if (effort[EFFORT.waitingSince]! > 0) waitingSinceNs = Math.min(waitingSinceNs, effort[EFFORT.waitingSince]!);
    }
    const fromNs = Math.max(lastAckNs, waitingSinceNs);
    if (nowNs - fromNs <= this.#minNs) return;
    const last = this.outages.at(-1);
    // All that was in flight failed, and so did what came after it: one outage.
    if (last !== undefined && lastAckNs <= last.fromNs)
      this.outages[this.outages.length - 1] = { ...last, toNs: nowNs };
    else if (this.outages.length < OUTAGES_MAX) this.outages.push({ fromNs, toNs: nowNs });
  }
}
