/** What was measured of one lane, or of all of them, over all workers. */
import type { LanePlan } from '../plan/plan.ts';
import type { LaneMeasurement, PhaseMeasurement } from '../recorder/measurement.ts';
import { sumTotals } from './accounting.ts';
import { sumHistograms } from './latency.ts';
import type { Timing } from './rate.ts';

export interface Part {
  readonly name: string;
  readonly closed: boolean;
  readonly warmup: PhaseMeasurement;
  readonly load: PhaseMeasurement;
  readonly timing: Timing;
  readonly warmupTiming: Timing;
}

/** When the workers sent no more; `stopped`: because the run ended early. */
export interface LoadEnd {
  readonly ns: number;
  readonly stopped: boolean;
}

export function lanePart(lane: LanePlan, measured: readonly LaneMeasurement[], loadEnd: LoadEnd): Part {
  const { name, load } = lane;
  const own = measured.filter(({ scenario }) => scenario === name);
  const timing = timingOf(own, load.warmupEndNs, load.endNs, plannedLoad(lane), loadEnd);
  const closed = load.kind === 'closed';
  return {
    name,
    closed,
    warmup: sumPhases(own.map((each) => each.warmup)),
    load: sumPhases(own.map((each) => each.load)),
    timing: closed ? { ...timing, triedUntilNs: triedUntil(lane, own, timing, loadEnd) } : timing,
    warmupTiming: warmupTiming(load.startNs, load.warmupEndNs, plannedWarmup(lane)),
  };
}

/** All lanes as one: from the first load phase's start to the last one's end. A target only where all have one. */
export function wholePart(
  lanes: readonly LanePlan[],
  parts: readonly Part[],
  measured: readonly LaneMeasurement[],
  loadEnd: LoadEnd,
): Part {
  const loads = lanes.map(({ load }) => load);
  // Nothing is planned where nothing is sent.
  const closed = lanes.length === 0 || parts.some((part) => part.closed);
  const sum = (counts: (number | null)[]) => (closed ? null : counts.reduce<number>((total, n) => total + (n ?? 0), 0));
  const startNs = Math.min(...loads.map((load) => load.startNs));
  const loadStartNs = Math.min(...loads.map((load) => load.warmupEndNs));
  const loadEndNs = Math.max(...loads.map((load) => load.endNs));
  return {
    name: 'all scenarios',
    closed,
    warmup: sumPhases(parts.map((part) => part.warmup)),
    load: sumPhases(parts.map((part) => part.load)),
    timing: {
      ...timingOf(measured, loadStartNs, loadEndNs, sum(lanes.map(plannedLoad)), loadEnd),
      triedUntilNs: Math.max(...parts.map(({ timing }) => timing.triedUntilNs ?? Math.min(timing.endNs, loadEnd.ns))),
    },
    warmupTiming: warmupTiming(
      startNs,
      Math.max(...loads.map((load) => load.warmupEndNs)),
      sum(lanes.map(plannedWarmup)),
    ),
  };
}

/** Null in a closed loop. */
function plannedLoad({ load }: LanePlan): number | null {
  return load.kind === 'closed' ? null : load.count - load.warmupCount;
}

function plannedWarmup({ load }: LanePlan): number | null {
  return load.kind === 'closed' ? null : load.warmupCount;
}

/** Of a closed loop's warm-up only the planned length is kept, not when its last acknowledgement came. */
function warmupTiming(startNs: number, endNs: number, plannedCount: number | null): Timing {
  return { startNs, endNs, plannedCount, firstSentNs: startNs, lastAckNs: endNs };
}

/** A closed loop that has sent all of its messages does not try for longer, whatever else the run still does. */
function triedUntil(
  { load }: LanePlan,
  measured: readonly LaneMeasurement[],
  { lastSentNs }: Timing,
  loadEnd: LoadEnd,
): number {
  const sent = measured.reduce((sum, each) => sum + each.warmup.totals.sent + each.load.totals.sent, 0);
  return sent === load.count && lastSentNs !== undefined ? lastSentNs : Math.min(load.endNs, loadEnd.ns);
}

function timingOf(
  measured: readonly LaneMeasurement[],
  startNs: number,
  endNs: number,
  plannedCount: number | null,
  loadEnd: LoadEnd,
): Timing {
  const known = (pick: (lane: LaneMeasurement) => number | undefined) =>
    measured.map(pick).filter((ns): ns is number => ns !== undefined);
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
