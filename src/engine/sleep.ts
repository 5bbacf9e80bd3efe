/** How long the loop sleeps in its poll. */
import { NS_PER_MS } from '../units.ts';

/** Longest sleep: how late a stop word can be seen. */
const SLEEP_MS_MAX = 50;
/** A full window is waited on in the poll too; the time-out only bounds how late a stop is seen. */
export const BLOCKED_MS = 10;

/**
 * Whole milliseconds only, at least one where something is soon due: spinning below that burns a core for a schedule
 * lag that the poll's own granularity hides anyway.
 */
export function sleepMs(untilDueNs: number, blocked: boolean): number {
  if (untilDueNs <= 0) return 0;
  const due = Math.max(1, Math.min(SLEEP_MS_MAX, Math.floor(untilDueNs / NS_PER_MS)));
  return blocked ? Math.min(BLOCKED_MS, due) : due;
}
