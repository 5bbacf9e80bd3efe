/** Target and achieved rate, as docs/measurement.md defines them. */
import { NS_PER_SEC } from '../units.ts';
import type { Rate } from './result.ts';

/** When a load phase was planned and when it happened; ns from run start. */
export interface Timing {
  readonly startNs: number;
  /** Infinity where only a number of messages ends it. */
  readonly endNs: number;
  /** Null in a closed loop. */
  readonly plannedCount: number | null;
  readonly firstSentNs?: number;
  readonly lastSentNs?: number;
  readonly lastAckNs?: number;
  /** When a run that was stopped sent no more: the plan's time after it does not count. */
  readonly stoppedNs?: number;
  /** Of a closed loop: when it no longer tried, be it for its end, its last message or a stop. */
  readonly triedUntilNs?: number;
}

/**
 * Open model: count ÷ max(planned duration, time of the last send), both from the phase's start: neither a run
 * that falls behind nor one whose last messages are due before its end looks better than it was. Closed loop: acked ÷
 * (the later of its end and the last acknowledgement − first send): connecting is left out, and seconds in which a
 * broker did not answer are not.
 */
export function rateOf(timing: Timing, count: number, closed: boolean): Rate {
  if (closed || timing.plannedCount === null) {
    const tookNs = Math.max(timing.triedUntilNs ?? 0, timing.lastAckNs ?? 0) - (timing.firstSentNs ?? 0);
    return { targetPerSec: null, achievedPerSec: perSec(count, tookNs), errorPct: null };
  }
  const plannedNs = timing.endNs - timing.startNs;
  const endNs = Math.min(timing.endNs, timing.stoppedNs ?? Number.POSITIVE_INFINITY);
  const tookNs = Math.max(endNs, timing.lastSentNs ?? 0) - timing.startNs;
  const targetPerSec = perSec(timing.plannedCount, plannedNs);
  const achievedPerSec = perSec(count, tookNs);
  const errorPct = targetPerSec === 0 ? null : (100 * (achievedPerSec - targetPerSec)) / targetPerSec;
  return { targetPerSec, achievedPerSec, errorPct };
}

function perSec(count: number, ns: number): number {
  return ns > 0 ? (count * NS_PER_SEC) / ns : 0;
}
