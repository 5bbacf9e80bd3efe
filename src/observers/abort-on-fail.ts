/** Stops a run whose thresholds with `abortOnFail` are breached. */

import type { Observer } from '../coordinator/observer.ts';
import type { Plan } from '../plan/plan.ts';
import type { ThresholdSpec } from '../profile/profile.ts';
import { dueBy } from '../recorder/due.ts';
import { add, createHistogram, totalCount } from '../recorder/histogram.ts';
import type { RunReader } from '../recorder/reader.ts';
import type { ReadingReader } from '../recorder/reading-reader.ts';
import { LOAD } from '../recorder/run-memory.ts';
import { breachedThresholds, describeOutcome, type ThresholdInputs } from '../result/thresholds.ts';
import { NS_PER_SEC } from '../units.ts';

/** Of one threshold after another: hundreds of them would be half a gigabyte a second. */
const SCRATCH = { response: createHistogram(), service: createHistogram(), scheduleLag: createHistogram() };

export function abortOnFail(thresholds: readonly ThresholdSpec[]): Observer {
  let lagMax = 0;
  return {
    second({ plan, reader, readingReader, consumerRows, elapsedNs }) {
      for (const { lag } of Object.values(consumerRows ?? {}).flat()) lagMax = Math.max(lagMax, lag ?? 0);
      const inputsOf = (scenario: string | undefined) => {
        const sent = inputsSoFar(plan, reader, elapsedNs, scenario);
        if (sent === undefined || readingReader === undefined) return sent;
        return { ...sent, ...readSoFar(plan, readingReader, scenario), consumerLagMax: lagMax };
      };
      const [breach] = breachedThresholds(thresholds, inputsOf, elapsedNs);
      return breach && { stop: { by: 'threshold', reason: describeOutcome(breach) } };
    },
  };
}

/** End-to-end latencies of all groups; nothing as long as nothing was read. */
function readSoFar(plan: Plan, reader: ReadingReader, scenario: string | undefined): Pick<ThresholdInputs, 'endToEnd'> {
  const lanes = plan.lanes.filter(({ name }) => scenario === undefined || name === scenario).map(({ lane }) => lane);
  const selection = { phases: [LOAD], ...(lanes.length > 0 && { lanes }) };
  const groups = plan.reading!.groups.map((group) => reader.endToEnd(group, selection));
  const endToEnd = createHistogram();
  for (const histogram of groups) add(endToEnd, histogram);
  return totalCount(endToEnd) === 0 ? {} : { endToEnd };
}

/** Of one scenario or, where none is named, of all; undefined when there is no such scenario. */
function inputsSoFar(
  plan: Plan,
  reader: RunReader,
  elapsedNs: number,
  scenario: string | undefined,
): ThresholdInputs | undefined {
  const lanes = plan.lanes.filter(({ name }) => scenario === undefined || name === scenario);
  if (lanes.length === 0 && scenario !== undefined) return undefined;
  const load = { lanes, phases: [LOAD] };
  const loadStartNs = Math.min(...lanes.map((lane) => lane.load.warmupEndNs));
  const loadSec = Math.max(1e-9, (elapsedNs - loadStartNs) / NS_PER_SEC);
  const due = dueBy(lanes, elapsedNs, reader.loadEndsNs(), { phase: LOAD, shard: plan.shard });
  const { sent, acked, failed, unresolved } = reader.counts(load);
  return {
    ...reader.latencies(load, SCRATCH),
    sent,
    acked,
    notAcked: failed + unresolved,
    achievedPerSec: acked / loadSec,
    targetPerSec: due === null ? null : due / loadSec,
  };
}
