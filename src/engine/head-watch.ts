/**
 * Notices partitions that no longer acknowledge while others do, for example those of a leader that was killed. Within a
 * partition messages are acknowledged in their order, so the oldest message in flight is of the partition that is
 * furthest behind. There is an outage where it stays the oldest for more than a second, and messages that were sent more
 * than a second after it are acknowledged:
 *
 *     partition 0   ●●●●●●●●●●●●●●●●●●●   acknowledged
 *     partition 1   ●●●●○────────────●●   ○ the oldest in flight
 *     outage            ├────────────┤
 *
 * A broker that is slow for all, or that takes turns, has none: there the oldest moves on, or nobody overtakes it. It is
 * looked at four times a second, and nothing is done for each message.
 */
import type { OutageMeasurement } from '../recorder/measurement.ts';
import { EFFORT, type RunMemory, workerEffort } from '../recorder/run-memory.ts';
import { NS_PER_MS, NS_PER_SEC } from '../units.ts';

const OUTAGE_NS = NS_PER_SEC;
const LOOK_NS = 250 * NS_PER_MS;
/** An outage is suspected: its end is seen this much late at most. */
const LOOK_SUSPECTING_NS = 50 * NS_PER_MS;
/** As of the outages of all partitions. */
const OUTAGES_MAX = 1_000;

export interface WatchedLane {
  /** When the oldest message in flight was sent, ns from run start; Infinity where there is none. */
  oldestSentNs(): number;
  /** When the youngest acknowledged one was sent. */
  readonly ackedSentNs: number;
}

interface Head {
  sentNs: number;
  /** Since when it is the oldest. */
  sinceNs: number;
  /** It was stuck when it was last looked at. */
  isStuck: boolean;
}

export class HeadWatch {
  readonly outages: OutageMeasurement[] = [];
  readonly #lanes: readonly WatchedLane[];
  readonly #heads: readonly Head[];
  readonly #efforts: readonly Float64Array[];
  readonly #minNs: number;
  #lookedNs = 0;
  #nextNs = 0;
  /** Since when acknowledgements come: before, no partition had any, which is another kind of outage. */
  #flowingSinceNs = 0;

  constructor(memory: RunMemory, lanes: readonly WatchedLane[], lingerNs: number) {
    this.#lanes = lanes;
    this.#heads = lanes.map(() => ({ sentNs: Number.POSITIVE_INFINITY, sinceNs: 0, isStuck: false }));
    this.#efforts = Array.from({ length: memory.workers }, (_, each) => workerEffort(memory, each));
    this.#minNs = OUTAGE_NS + lingerNs;
  }

  /** Between polls; it costs something only when it is time. */
  look(nowNs: number): void {
    if (nowNs < this.#nextNs) return;
    let lastAckNs = 0;
    for (const effort of this.#efforts) lastAckNs = Math.max(lastAckNs, effort[EFFORT.lastAck]!);
    const isPaused = nowNs - this.#lookedNs > OUTAGE_NS;
    if (isPaused || nowNs - lastAckNs > OUTAGE_NS) {
      for (const head of this.#heads) this.#end(head, lastAckNs);
      this.#flowingSinceNs = nowNs;
    }
    let isSuspecting = false;
    for (let i = 0; i < this.#lanes.length; i++) isSuspecting = this.#lookAt(i, nowNs) || isSuspecting;
    this.#lookedNs = nowNs;
    this.#nextNs = nowNs + (isSuspecting ? LOOK_SUSPECTING_NS : LOOK_NS);
  }

  /** Nothing is in flight any more. */
  close(nowNs: number): void {
    this.#nextNs = 0;
    this.look(nowNs);
  }

  /** @returns whether the lane's oldest message may be stuck. */
  #lookAt(i: number, nowNs: number): boolean {
    const lane = this.#lanes[i]!;
    const head = this.#heads[i]!;
    const oldestNs = lane.oldestSentNs();
    if (oldestNs !== head.sentNs) {
      this.#end(head, nowNs);
      head.sentNs = oldestNs;
      // Others were before it at the last look.
      head.sinceNs = Math.max(oldestNs, this.#lookedNs);
    }
    if (oldestNs === Number.POSITIVE_INFINITY) return false;
    const stuckNs = nowNs - Math.max(head.sinceNs, this.#flowingSinceNs);
    head.isStuck = stuckNs > this.#minNs && lane.ackedSentNs - oldestNs > this.#minNs;
    return stuckNs > this.#minNs / 2;
  }

  #end(head: Head, toNs: number): void {
    if (!head.isStuck) return;
    head.isStuck = false;
    const fromNs = Math.max(head.sinceNs, this.#flowingSinceNs);
    if (toNs - fromNs > this.#minNs && this.outages.length < OUTAGES_MAX) {
      this.outages.push({ fromNs, toNs, isPartial: true });
    }
  }
}
