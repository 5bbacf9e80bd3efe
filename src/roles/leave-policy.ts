/**
 * When a slow process leaves the consumer group to the others, and when it comes back. A group shares partitions, not
 * messages: once the others have dealt with theirs, they would wait for what lies on the slow one's. Whether they are
 * faster is seen from the group's committed offsets; processes that are all alike stay.
 */
import type { Standing } from '../transport/consumer.ts';
import { MS_PER_SEC } from '../units.ts';

export interface GroupView extends Standing {
  readonly nowMs: number;
  /** The partitions of this process. */
  readonly assigned: ReadonlySet<number>;
}

export interface Pace {
  /** Messages that this process deals with when all its senders are busy. */
  readonly perSec: number;
  /** How long one is in hand, at the slowest sender. */
  readonly messageSec: number;
}

/** Leaving has to save more than this: the others need a moment to get the partitions. */
const WORTHWHILE_SEC = 3;
/** How long others take to get what was left, and this process to see that they will need it. */
const HANDOVER_SEC = 1;
const SPEED_OVER_MS = { min: 400, max: 3_000 };
/** A group needs some 2 s on the embedded cluster to give out partitions again. */
const STALLED_AFTER_MS = 5_000;
const AWAY_MS = { min: 10_000, max: 160_000 };
/** One that has to leave again so soon stays away for twice as long. */
const SETTLED_MS = 60_000;

export class LeavePolicy {
  readonly #pace: Pace;
  #isMember = true;
  /** Since it was first asked as a member, or as none: leaving may have taken long. */
  #sinceMs = Number.NEGATIVE_INFINITY;
  #awayMs = AWAY_MS.min;
  /** What speeds are derived from, oldest first. */
  #views: GroupView[] = [];
  /** Those who have nothing to do, and were not seen at work, are taken for fast: leaving will show it. */
  #othersPerSec = Number.POSITIVE_INFINITY;

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  /** How long it stays away this time, unless nobody deals with what it left. */
  get awayMs(): number {
    return this.#awayMs;
  }

  /** Asked every half second or so. Returns whether this process should be a member from now on. */
  isMember(view: GroupView): boolean {
    const { nowMs } = view;
    this.#sinceMs = Math.min(this.#sinceMs, nowMs);
    const isChanging = this.#isMember ? this.#shouldLeave(view) : this.#shouldReturn(view);
    if (!isChanging) return this.#isMember;
    if (this.#isMember) {
      const isSettled = nowMs - this.#sinceMs > SETTLED_MS;
      this.#awayMs = isSettled ? AWAY_MS.min : Math.min(2 * this.#awayMs, AWAY_MS.max);
    }
    this.#isMember = !this.#isMember;
    this.#sinceMs = Number.POSITIVE_INFINITY;
    this.#views = [];
    this.#othersPerSec = Number.POSITIVE_INFINITY;
    return this.#isMember;
  }

  #shouldLeave(view: GroupView): boolean {
    const { nowMs, assigned, ends } = view;
    const [first] = this.#views;
    if (first !== undefined && !isSame(first.assigned, assigned)) this.#views = [];
    this.#views = [...this.#views.filter((each) => nowMs - each.nowMs <= SPEED_OVER_MS.max), view];
    const oldest = this.#views[0]!;
    if (assigned.size === 0 || assigned.size === ends.length || nowMs - oldest.nowMs < SPEED_OVER_MS.min) return false;

    const isOthers = (partition: number) => !assigned.has(partition);
    const measured = perSec(oldest, view, isOthers);
    const [mine, theirs] = [waiting(view, (partition) => assigned.has(partition)), waiting(view, isOthers)];
    // With nothing left to do they are slower than they could be.
    this.#othersPerSec = theirs > 0 ? measured : Math.max(measured, this.#othersPerSec);
    const theirsSec = theirs / this.#othersPerSec;
    const withMineSec = (theirs + mine) / this.#othersPerSec;
    if (theirsSec > this.#pace.messageSec + HANDOVER_SEC) return false;
    return mine / this.#pace.perSec > withMineSec + WORTHWHILE_SEC;
  }

  #shouldReturn(view: GroupView): boolean {
    const { nowMs } = view;
    if (nowMs - this.#sinceMs >= this.#awayMs) return true;
    const [first] = this.#views;
    if (first === undefined) {
      this.#views = [view];
      return false;
    }
    if (nowMs - first.nowMs < STALLED_AFTER_MS) return false;
    this.#views = [view];
    return waiting(view, () => true) > 0 && perSec(first, view, () => true) < this.#pace.perSec;
  }
}

function waiting({ next, ends }: Standing, isCounted: (partition: number) => boolean): number {
  return ends.reduce((sum, end, partition) => sum + (isCounted(partition) ? end - next[partition]! : 0), 0);
}

function perSec(from: GroupView, to: GroupView, isCounted: (partition: number) => boolean): number {
  const done = to.next.reduce(
    (sum, next, partition) => sum + (isCounted(partition) ? next - from.next[partition]! : 0),
    0,
  );
  return (done * MS_PER_SEC) / (to.nowMs - from.nowMs);
}

function isSame(one: ReadonlySet<number>, other: ReadonlySet<number>): boolean {
  return one.size === other.size && [...one].every((each) => other.has(each));
}
