/** What reading says about a run: why it is not the one that was planned, and, where nothing is sent, what limited it. */
import type { Plan } from '../plan/plan.ts';
import type { GroupPlan } from '../plan/reading-plan.ts';
import type { RunMeasurement } from '../recorder/measurement.ts';
import { firstUnread } from '../recorder/reading-measurement.ts';
import { formatCount, NS_PER_SEC } from '../units.ts';
import type { VerificationResult } from './reading-result.ts';
import type { ReadingLoad } from './verdict-limits.ts';

/**
 * A group that was to verify and could not; in a run that only reads also one that lost a member. Beside producers the others
 * do not decide the verdict.
 */
export function unreadReasons(
  plan: Plan,
  { reading }: RunMeasurement,
  verification: Readonly<Record<string, VerificationResult>> = {},
): string[] {
  const refused = Object.entries(verification).flatMap(([name, { refused: why }]) =>
    why === undefined ? [] : [`scenario ${name} was not verified: ${why}`],
  );
  if (plan.lanes.length > 0) return refused;
  return [...refused, ...unreadNotes(plan, reading)];
}

/** Of each group that did not read all it should: a sentence. */
export function unreadNotes({ reading: planned }: Plan, reading: RunMeasurement['reading']): string[] {
  return (reading?.groups ?? []).flatMap(({ group, members, unread }) => {
    const { name } = planned!.groups[group]!;
    const failed = firstUnread(members);
    if (failed === undefined) return [];
    const left = unread === null ? '' : `, ${formatCount(unread)} offsets were not read`;
    return [`consumer group ${name}: member ${failed.member} did not read to the end: ${failed.failure}${left}`];
  });
}

/** A paced group that is within this of its rate has kept it: the records of its last second may be few. */
const READ_SHARE_MIN = 0.95;

export function readingLoad(plan: Plan, { reading }: RunMeasurement): ReadingLoad | undefined {
  if (reading === undefined) return undefined;
  const planned = plan.reading!.groups;
  const rates = planned.map(({ ratePerSec }) => ratePerSec);
  const perSec = reading.groups.map(({ group, counts: { consumed, firstRecordNs, lastRecordNs } }) => {
    const [first, last] = [firstRecordNs ?? 0, lastRecordNs ?? 0];
    const tookNs = last - first - pausedNs(planned[group]!, first, last);
    return tookNs > 0 ? (consumed * NS_PER_SEC) / tookNs : 0;
  });
  // Of one record, or of several taken at once, there is no rate.
  const keepsPace = ({ ratePerSec = 0 }: GroupPlan, i: number) =>
    perSec[i] === 0 || perSec[i]! >= READ_SHARE_MIN * ratePerSec;
  return {
    consumed: reading.groups.reduce((sum, { counts }) => sum + counts.consumed, 0),
    perSec: perSec.reduce((sum, rate) => sum + rate, 0),
    bytesPerSec: reading.groups.reduce(
      (sum, { counts: { consumed, bytes } }, group) => sum + (consumed > 0 ? (perSec[group]! * bytes) / consumed : 0),
      0,
    ),
    targetPerSec: rates.includes(undefined) ? null : rates.reduce<number>((sum, rate) => sum + rate!, 0),
    keptPace: planned.some(({ ratePerSec }) => ratePerSec !== undefined) && planned.every(keepsPace),
    busyPct: Math.max(0, ...reading.groups.map(({ busyPct }) => busyPct)),
  };
}

/** Of the time between two moments, how long the group took no records on purpose. */
function pausedNs({ pause }: GroupPlan, firstNs: number, lastNs: number): number {
  if (pause === undefined) return 0;
  return Math.max(0, Math.min(lastNs, pause.atNs + pause.forNs) - Math.max(firstNs, pause.atNs));
}
