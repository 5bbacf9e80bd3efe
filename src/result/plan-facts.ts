/** A plan as its result needs it: plain facts, and what to know of it in words. */

import { isEndless } from '../plan/endless.ts';
import type { Plan } from '../plan/plan.ts';
import type { Profile } from '../profile/profile.ts';
import type { RunMeasurement } from '../recorder/measurement.ts';
import type { Schedule } from '../schedule/schedule.ts';
import { scrub } from '../secrets.ts';
import { describeMess } from '../workload/mess.ts';
import { nameOf } from '../workload/reference.ts';
import { isFollowing } from '../workload/trail.ts';
import { measureRecord } from '../workload/workload.ts';
import { describeEnvironment } from './environment.ts';
import { RESULT_VERSION } from './result.ts';
import type { RunFacts, ScenarioFacts } from './run-facts.ts';
import type { RunBeginning } from './run-file.ts';

/** What the result repeats of a run's plan and profile; secrets are struck out of its words. */
export function runFacts(
  { profile, hash }: { readonly profile: Pick<Profile, 'thresholds'>; readonly hash: string },
  plan: Plan,
  isEmbedded: boolean,
  notes: readonly string[],
  command: string,
): RunFacts {
  const servers = plan.clients[0]?.properties['bootstrap.servers'] ?? '';
  const acks = [...new Set(plan.clients.map(({ properties }) => properties.acks ?? 'all'))];
  return {
    id: plan.runTag,
    name: plan.name,
    profileHash: hash,
    seed: plan.seed,
    command: scrub(command),
    target: plan.target.kind === 'null' ? 'null' : isEmbedded ? 'embedded' : servers,
    acks: acks.join(', '),
    workers: plan.workers,
    scenarios: plan.lanes.map((scenario) => scenarioFacts(plan, scenario)),
    thresholds: profile.thresholds,
    notes: notes.map(scrub),
  };
}

/** What is known of a run before its first message. */
export function beginningOf(
  { id, name, profileHash, seed, command, target, acks, workers, notes, scenarios }: RunFacts,
  { startedAt, startOffsets }: Pick<RunMeasurement, 'startedAt' | 'startOffsets'>,
): RunBeginning {
  const byName = <T>(of: (scenario: ScenarioFacts) => T) => Object.fromEntries(scenarios.map((s) => [s.name, of(s)]));
  return {
    version: RESULT_VERSION,
    run: { id, profile: name, profileHash, startedAt, seed, command, target, acks, notes },
    workers,
    scenarios: byName(({ executor, workload, closed }) => ({ executor, workload, model: closed ? 'closed' : 'open' })),
    payload: byName(({ payload }) => payload),
    ledger: { partitions: startOffsets, notAcked: [], complete: false },
    environment: describeEnvironment(undefined),
  };
}

function scenarioFacts(plan: Plan, { name, executor, record, load }: Plan['lanes'][number]): ScenarioFacts {
  const { bytesMean } = measureRecord(record, plan.seed, name);
  return {
    name,
    executor,
    workload: nameOf(record.workload),
    closed: load.kind === 'closed',
    plannedCount: Number.isFinite(load.count) ? load.count : null,
    warmupCount: load.kind === 'open' ? load.warmupCount : 0,
    ...(load.kind === 'open' && burstFacts(load.schedule)),
    ...(isEndless(load) && { endless: true }),
    startNs: load.startNs,
    loadStartNs: load.warmupEndNs,
    endNs: load.endNs,
    payload: { mode: record.mode, poolSize: record.poolSize, bytesMean, mark: record.mark },
  };
}

function burstFacts({ segments }: Schedule): Pick<ScenarioFacts, 'burstSize'> {
  const sizes = segments.flatMap((segment) => (segment.kind === 'burst' ? [segment.size] : []));
  return sizes.length === 0 ? {} : { burstSize: Math.max(...sizes) };
}

/** What a reader of the result must know of the plan, a line each. */
export function planNotes(plan: Plan): string[] {
  const lines = [plan.workersReason];
  if (plan.target.kind === 'null') lines.push('null transport: no broker, the generator’s own ceiling');
  for (const scenario of plan.lanes) {
    if (!isFollowing(scenario)) lines.push(`${scenario.name}: ${scenario.record.reason}`);
  }
  for (const { name, record } of plan.lanes) {
    if (record.mess !== undefined) lines.push(`${name} is messy on purpose: ${describeMess(record.mess)}`);
  }
  return lines;
}
