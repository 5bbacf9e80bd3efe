/** The profile's faults as a run has them, and those that it would never reach. */
import type { FaultSpec, Profile } from '../profile/profile.ts';
import { formatDuration } from '../units.ts';

/** @param endNs when the last schedule ends; 0: nobody knows. @param graceNs how long its drain may take. */
export function faultWarnings(faults: readonly FaultSpec[], endNs: number, graceNs: number): string[] {
  if (endNs === 0) return [];
  return faults.flatMap(({ atNs }, i) => {
    const at = formatDuration(atNs);
    if (atNs > endNs + graceNs) return [`faults[${i}] at ${at} never comes: the run ends at ${formatDuration(endNs)}`];
    return atNs >= endNs
      ? [`faults[${i}] at ${at} comes only in a long drain: the schedule ends at ${formatDuration(endNs)}`]
      : [];
  });
}

export function faultNotes(faults: readonly FaultSpec[]): string[] {
  if (faults.length === 0) return [];
  const times = faults.map(({ atNs }) => atNs);
  const [first, last] = [Math.min(...times), Math.max(...times)].map((ns) => formatDuration(ns));
  return [
    faults.length === 1
      ? `a fault on purpose at ${first}`
      : `${faults.length} faults on purpose, from ${first} to ${last}`,
  ];
}

/** Topics have their suffix in a plan. */
export function plannedFaults({ faults = [], topicSuffix = '' }: Profile): FaultSpec[] {
  return faults.map(({ action, ...when }) =>
    action.kind === 'leader'
      ? { ...when, action: { ...action, topic: action.topic + topicSuffix } }
      : { ...when, action },
  );
}
