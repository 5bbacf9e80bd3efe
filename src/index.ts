/** The public TypeScript API: what the command line does, as functions. */

export type { CapacityResult } from './compare/capacity-result.ts';
export { type ComparisonOptions, compare } from './compare/compare.ts';
export type { Comparison } from './compare/comparison.ts';
export type { Observer } from './coordinator/observer.ts';
export { InputError, LoadError, type Problem } from './errors.ts';
export { type CapacityOptions, type CapacityReport, capacity } from './experiments/capacity/capacity.ts';
export { type SweepReport, sweep } from './experiments/sweep.ts';
export type { SweepOptions } from './experiments/sweep-options.ts';
export type { Plan } from './plan/plan.ts';
export { type PlannedRun, type PlanOptions, plan } from './planning.ts';
export type { Overrides } from './profile/overrides.ts';
export type { SparseCounts } from './recorder/latency-series.ts';
export type { Progress } from './recorder/progress.ts';
export type { ScenarioRow, SecondRow } from './recorder/second-row.ts';
export type { Result } from './result/result.ts';
export { type RunOptions, type RunReport, run, runPlanned } from './run.ts';
export {
  type DefinedWorkload,
  defineWorkload,
  type ModuleContext,
  type ParameterSpec,
  type WorkloadSpec,
} from './workload/module/define-workload.ts';
export type { RecordRandom } from './workload/module/record-random.ts';
