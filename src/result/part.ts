/** What was measured of one scenario, or of all of them, over all workers. */

import type { LaneMeasurement, PhaseMeasurement } from '../recorder/measurement.ts';
import { sumTotals } from './accounting.ts';
import { sumHistograms } from './latency.ts';
import type { Timing } from './rate.ts';
import type { RunFacts, ScenarioFacts } from './run-facts.ts';

export interface Part {
  readonly name: string;
  readonly closed: boolean;
  readonly warmup: PhaseMeasurement;
  readonly load: PhaseMeasurement;
  readonly timing: Timing;
  readonly warmupTiming: Timing;
}

/** When the workers handed over no more; `stopped`: because the run ended early. */
export interface LoadEnd {
  readonly ns: number;
  readonly stopped: boolean;
}

export function scenarioPart(facts: ScenarioFacts, lanes: readonly LaneMeasurement[], loadEnd: LoadEnd): Part {
  const own = lanes.filter((lane) => lane.scenario === facts.name);
  const timing = timingOf(own, facts.loadStartNs, facts.endNs, plannedLoad(facts), loadEnd);
  return {
    name: facts.name,
    closed: facts.closed,
    warmup: sumPhases(own.map((lane) => lane.warmup)),
    load: sumPhases(own.map((lane) => lane.load)),
    timing: facts.closed ? { ...timing, triedUntilNs: triedUntil(facts, own, timing, loadEnd) } : timing,
    warmupTiming: warmupTiming(facts.startNs, facts.loadStartNs, facts.closed ? null : facts.warmupCount),
  };
}

/** All scenarios as one: from the first load phase's start to the last one's end. A target only where all have one. */
export function wholePart(
  facts: RunFacts,
  parts: readonly Part[],
  lanes: readonly LaneMeasurement[],
  loadEnd: LoadEnd,
): Part {
  const closed = facts.scenarios.some((scenario) => scenario.closed);
  const sum = (counts: (number | null)[]) => (closed ? null : counts.reduce<number>((total, n) => total + (n ?? 0), 0));
  const least = (pick: (scenario: ScenarioFacts) => number) => Math.min(...facts.scenarios.map(pick));
  const endNs = Math.max(...facts.scenarios.map((scenario) => scenario.endNs));
  return {
    name: 'all scenarios',
    closed,
    warmup: sumPhases(parts.map((part) => part.warmup)),
    load: sumPhases(parts.map((part) => part.load)),
    timing: {
      ...timingOf(
        lanes,
        least((s) => s.loadStartNs),
        endNs,
        sum(facts.scenarios.map(plannedLoad)),
        loadEnd,
      ),
      triedUntilNs: Math.max(...parts.map(({ timing }) => timing.triedUntilNs ?? Math.min(timing.endNs, loadEnd.ns))),
    },
    warmupTiming: warmupTiming(
      least((s) => s.startNs),
      Math.max(...facts.scenarios.map((scenario) => scenario.loadStartNs)),
      sum(facts.scenarios.map((scenario) => scenario.warmupCount)),
    ),
  };
}

/** Of a closed loop's warm-up only the planned length is kept, not when its last acknowledgement came. */
function warmupTiming(startNs: number, endNs: number, plannedCount: number | null): Timing {
  return { startNs, endNs, plannedCount, firstSentNs: startNs, lastAckNs: endNs };
}

/** A closed loop that has sent all of its messages does not try for longer, whatever else the run still does. */
function triedUntil(
  { plannedCount, endNs }: ScenarioFacts,
  lanes: readonly LaneMeasurement[],
  { lastSentNs }: Timing,
  loadEnd: LoadEnd,
): number {
  const sent = lanes.reduce((sum, { warmup, load }) => sum + warmup.totals.sent + load.totals.sent, 0);
  return sent === plannedCount && lastSentNs !== undefined ? lastSentNs : Math.min(endNs, loadEnd.ns);
}

function plannedLoad({ closed, plannedCount, warmupCount }: ScenarioFacts): number | null {
  return closed || plannedCount === null ? null : plannedCount - warmupCount;
}

function timingOf(
  lanes: readonly LaneMeasurement[],
  startNs: number,
  endNs: number,
  plannedCount: number | null,
  loadEnd: LoadEnd,
): Timing {
  const known = (pick: (lane: LaneMeasurement) => number | undefined) =>
    lanes.map(pick).filter((ns): ns is number => ns !== undefined);
  const firstSent = known((lane) => lane.firstSentNs);
  const lastSent = known((lane) => lane.lastSentNs);
  const lastAck = known((lane) => lane.lastAckNs);
  return {
    startNs,
    endNs,
    plannedCount,
    ...(firstSent.length > 0 && { firstSentNs: Math.min(...firstSent) }),
    ...(lastSent.length > 0 && { lastSentNs: Math.max(...lastSent) }),
    ...(lastAck.length > 0 && { lastAckNs: Math.max(...lastAck) }),
    ...(loadEnd.stopped && { stoppedNs: loadEnd.ns }),
  };
}

function sumPhases(phases: readonly PhaseMeasurement[]): PhaseMeasurement {
  return {
    totals: sumTotals(phases.map((phase) => phase.totals)),
    response: sumHistograms(phases.map((phase) => phase.response)),
    service: sumHistograms(phases.map((phase) => phase.service)),
    scheduleLag: sumHistograms(phases.map((phase) => phase.scheduleLag)),
  };
}
