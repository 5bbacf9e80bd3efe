/** Which run a result is of: what it repeats of plan and profile. Known before the first message. */
import { foldScenarios } from '../fold-scenarios.ts';
import { codecOf } from '../plan/client-plan.ts';
import type { LanePlan, Plan } from '../plan/plan.ts';
import type { Profile } from '../profile/profile.ts';
import type { RunMeasurement } from '../recorder/measurement.ts';
import { scrub } from '../secrets.ts';
import { describeAnomalies } from '../workload/anomalies.ts';
import { nameOf } from '../workload/reference.ts';
import { isFollowing } from '../workload/trail.ts';
import { describeEnvironment } from './machine.ts';
import type { VerificationResult } from './reading-result.ts';
import { type PayloadFacts, RESULT_VERSION, type RunIdentity, type ScenarioResult, type WeightsFit } from './result.ts';
import type { RunBeginning } from './run-file.ts';
import type { ShardsResult } from './shard-result.ts';

export interface RunContext {
  readonly plan: Plan;
  readonly isEmbedded: boolean;
  readonly loaded: { readonly profile: Pick<Profile, 'thresholds'>; readonly hash: string };
  readonly command: string;
  /** Caveats for reading the numbers, a sentence each. */
  readonly notes: readonly string[];
  /** By scenario; of a run that verified what it read. */
  readonly verification?: Readonly<Record<string, VerificationResult>>;
  /** Of a run that was split over several processes. */
  readonly shards?: ShardsResult;
  /** By scenario, where a threshold asks; a scenario is missing where not every record's delivery outcome is known. */
  readonly weightsFits?: Readonly<Record<string, readonly WeightsFit[]>>;
}

/** Secrets are masked in its texts. */
export function runIdentity(context: RunContext, startedAt: string): Omit<RunIdentity, 'durationMs' | 'stopped'> {
  const { plan, isEmbedded, loaded, command, notes } = context;
  const acks = new Set(plan.clients.map(({ properties }) => properties.acks ?? 'all'));
  const codecs = new Set(plan.clients.map(({ properties }) => codecOf(properties)));
  const isCompressed = [...codecs].some((codec) => codec !== 'none');
  return {
    id: plan.runTag,
    profile: plan.name,
    profileHash: loaded.hash,
    startedAt,
    seed: plan.seed,
    command: scrub(command),
    target: targetOf(plan, isEmbedded),
    acks: [...acks].join(', '),
    ...(isCompressed && { compression: [...codecs].join(', ') }),
    notes: notes.map(scrub),
  };
}

/** `embedded`, `null`, or the bootstrap servers. */
export function targetOf({ target, clients, reading }: Plan, isEmbedded: boolean): string {
  if (target.kind === 'null') return 'null';
  return isEmbedded ? 'embedded' : ((clients[0]?.properties ?? reading?.cluster)?.['bootstrap.servers'] ?? '');
}

export function laneIdentity({
  executor,
  record,
  load,
}: LanePlan): Pick<ScenarioResult, 'executor' | 'workload' | 'model'> {
  return { executor, workload: nameOf(record.workload), model: load.kind };
}

export function payloadOf({ record: { mode, poolSize, mark }, bytesMean, markHeader }: LanePlan): PayloadFacts {
  return { mode, poolSize, bytesMean, mark: markHeader ? 'header' : mark };
}

export function byLane<T>(lanes: readonly LanePlan[], of: (lane: LanePlan, i: number) => T): Record<string, T> {
  return Object.fromEntries(lanes.map((lane, i) => [lane.name, of(lane, i)]));
}

export function beginningOf(
  context: RunContext,
  { startedAt, startOffsets, brokerVersion }: Pick<RunMeasurement, 'startedAt' | 'startOffsets' | 'brokerVersion'>,
): RunBeginning {
  const { lanes, workers } = context.plan;
  return {
    version: RESULT_VERSION,
    run: runIdentity(context, startedAt),
    workers,
    scenarios: byLane(lanes, laneIdentity),
    payload: byLane(lanes, payloadOf),
    ledger: { partitions: startOffsets, notAcked: [], complete: false },
    environment: describeEnvironment(brokerVersion),
  };
}

/** Caveats that come from the plan. */
export function planNotes(plan: Plan): string[] {
  const lines = [plan.workersReason];
  if (plan.target.kind === 'null') lines.push('null transport: no broker, the generator’s own ceiling');
  for (const lane of plan.lanes) {
    if (!isFollowing(lane)) lines.push(`${lane.name}: ${lane.record.reason}`);
  }
  for (const { name, record } of plan.lanes) {
    if (record.anomalies !== undefined) lines.push(`${name}: anomalies: ${describeAnomalies(record.anomalies)}`);
  }
  return foldScenarios(
    lines,
    plan.lanes.map(({ name }) => name),
  );
}
