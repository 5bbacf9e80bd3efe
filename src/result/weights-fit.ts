/** How well the acknowledged records of a run meet the weights of their fields: counted from the ledger, not sampled. */
import type { LanePlan, Plan } from '../plan/plan.ts';
import { weightingsOf } from '../plan/weights-thresholds.ts';
import type { ThresholdSpec } from '../profile/profile.ts';
import type { LaneMeasurement } from '../recorder/measurement.ts';
import { Anomalies } from '../workload/anomalies.ts';
import { countValues, type Weighting, weightingName, weightingWithAnomalies } from '../workload/weighting.ts';
import { goodnessOfFit } from './chi-square.ts';
import type { WeightsFit } from './result.ts';
import type { RunContext } from './run-identity.ts';

type FitPlan = Pick<Plan, 'seed' | 'runTag' | 'workers' | 'lanes'>;
type Thresholds = readonly Pick<ThresholdSpec, 'metric' | 'scenario'>[];

/** For the result, where a threshold asks. */
export function weightsFacts(
  thresholds: Thresholds,
  plan: FitPlan,
  lanes: readonly LaneMeasurement[],
): Pick<RunContext, 'weightsFits'> {
  if (!thresholds.some(({ metric }) => metric === 'weights')) return {};
  const fits = plan.lanes.flatMap((scenario) => {
    const known = weightsFits(plan, scenario, lanes);
    return known === undefined ? [] : [[scenario.name, known] as const];
  });
  return { weightsFits: Object.fromEntries(fits) };
}

/**
 * χ² of each weighted field over the records of the load phase that were acknowledged. Pooled records cost as much as
 * the pool is large; fresh ones are drawn again, about 30 ns a record and field.
 * @param lanes of every scenario and worker, as measured.
 * @returns undefined where not every record's delivery outcome is known. A field with too few records to be tested is left out.
 */
export function weightsFits(
  plan: Pick<FitPlan, 'seed' | 'runTag' | 'workers'>,
  scenario: LanePlan,
  lanes: readonly LaneMeasurement[],
): readonly WeightsFit[] | undefined {
  const own = lanes.filter((lane) => lane.scenario === scenario.name);
  if (!own.every(({ ledgerComplete }) => ledgerComplete)) return undefined;
  const { record } = scenario;
  const anomalies =
    record.anomalies && new Anomalies(record.anomalies, record.format, { seed: plan.seed, scenario: scenario.name });
  return weightingsOf(plan, scenario).flatMap((weighting): WeightsFit[] => {
    const counts = new Float64Array(weighting.values.length);
    for (const lane of own) {
      if (anomalies === undefined) countAcked(weighting, record.poolSize, plan.workers, lane, counts);
      else countAcked(weightingWithAnomalies(weighting, anomalies, record.poolSize), 0, plan.workers, lane, counts);
    }
    const fit = goodnessOfFit(counts, weighting.shares);
    if (fit === undefined) return [];
    const records = counts.reduce((sum, count) => sum + count, 0);
    return [{ scenario: scenario.name, field: weightingName(weighting), records, ...fit }];
  });
}

/** A worker's indexes are w, w + W, …: those of the warm-up first, then those of the load phase, less the lost ones. */
function countAcked(
  weighting: Weighting,
  poolSize: number,
  step: number,
  lane: LaneMeasurement,
  counts: Float64Array,
): void {
  const { worker, warmup, load, notAcked } = lane;
  const from = worker + warmup.totals.scheduled * step;
  const to = from + (load.totals.scheduled - 1) * step;
  countValues(weighting, poolSize, { from, to, step }, 1, counts);
  for (const lost of notAcked) {
    countValues(weighting, poolSize, { from: Math.max(from, lost.from), to: lost.to, step: lost.step }, -1, counts);
  }
}
