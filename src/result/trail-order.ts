/** Whether records that follow each other went out in their order, by how late the earlier ones were. */

import type { LanePlan } from '../plan/plan.ts';
import { maximum } from '../recorder/histogram.ts';
import type { LaneMeasurement } from '../recorder/measurement.ts';
import { formatDuration, NS_PER_MS, NS_PER_US } from '../units.ts';

/** One sentence for each scenario whose later records may have overtaken earlier ones; none where that cannot be. */
export function overtakingWarnings(scenarios: readonly LanePlan[], lanes: readonly LaneMeasurement[]): string[] {
  const names = new Set(scenarios.flatMap(({ record }) => (record.trail === undefined ? [] : [record.trail.scenario])));
  return [...names].flatMap((name) => {
    const own = scenarios.filter((scenario) => scenario.name === name || scenario.record.trail?.scenario === name);
    const gapNs = Math.min(...own.map(({ record }) => record.trail?.gapNs ?? Infinity));
    const lagNs = Math.max(...own.map((scenario) => maxLateNs(scenario.name, lanes)));
    if (lagNs < gapNs) return [];
    const late = `records were up to ${formatDuration(lagNs, NS_PER_MS)} late, and some follow another after ${formatDuration(gapNs, NS_PER_MS)}`;
    return [`${name}: ${late}: they may stand in the topic before what they follow`];
  });
}

function maxLateNs(name: string, lanes: readonly LaneMeasurement[]): number {
  const own = lanes.filter(({ scenario }) => scenario === name);
  return (
    Math.max(0, ...own.flatMap(({ warmup, load }) => [warmup, load].map((phase) => maximum(phase.scheduleLag) ?? 0))) *
    NS_PER_US
  );
}
