/** What aborting thresholds look at while the run goes on, read from shared memory once a second. */
import type { Plan } from '../plan/plan.ts';
import { dueBy } from '../recorder/due.ts';
import type { RunReader } from '../recorder/reader.ts';
import { LOAD } from '../recorder/run-memory.ts';
import type { ThresholdInputs } from '../result/thresholds.ts';
import { NS_PER_SEC } from '../units.ts';

/** Of one scenario or, where none is named, of all; undefined when there is no such scenario. */
export function liveInputs(
  plan: Plan,
  reader: RunReader,
  elapsedNs: number,
  scenario: string | undefined,
): ThresholdInputs | undefined {
  const lanes = plan.lanes.filter(({ name }) => scenario === undefined || name === scenario);
  if (lanes.length === 0) return undefined;
  const load = { lanes, phases: [LOAD] };
  const loadStartNs = Math.min(...lanes.map((lane) => lane.load.warmupEndNs));
  const loadSec = Math.max(1e-9, (elapsedNs - loadStartNs) / NS_PER_SEC);
  const due = dueBy(lanes, elapsedNs, reader.loadEndsNs(), { phase: LOAD });
  const { sent, acked, failed, unresolved } = reader.counts(load);
  return {
    ...reader.latencies(load),
    sent,
    acked,
    notAcked: failed + unresolved,
    achievedPerSec: acked / loadSec,
    targetPerSec: due === null ? null : due / loadSec,
  };
}
