/** Profile → Plan: every decision of a run, made before it starts and each with its reason. */
import { InputError, type Problem } from '../errors.ts';
import { clientPropertyDefault } from '../profile/client-properties.ts';
import type { Profile, ScenarioProfile } from '../profile/profile.ts';
import { groupClients, partitionerOf, planWindows, producerProperties, targetKind } from './client-plan.ts';
import { planClock, recordTimeWarnings } from './clock-plan.ts';
import { planPayload, type RecordFacts } from './payload.ts';
import type { Plan, RecordPlan, ScenarioPlan } from './plan.ts';
import { cutLoad, type Load, peakRate, planLoad, shareMessages } from './scenario-load.ts';
import { shareOf } from './split.ts';
import { countWorkers } from './worker-count.ts';

/** What the plan depends on beside the profile. */
export interface PlanFacts {
  readonly cores: number;
  /** ms since 1970, the present unless told: where the simulated clock stands when the profile gives it no start. */
  readonly nowMs?: number;
  /** 16 hex digits, unique per run start. */
  readonly runTag: string;
  /** Encodes some records to learn their size: `measureRecord` of workload/workload.ts. */
  readonly measure: (record: RecordPlan, seed: number, scenario: string) => RecordFacts;
}

/** Without a schema registry; the report says so. */
const LOCAL_SCHEMA_ID = 1;

/** @throws InputError with everything that is impossible about the profile. */
export function buildPlan(profile: Profile, facts: PlanFacts): Plan {
  const problems: Problem[] = [];
  const warnings: string[] = [];
  const entries = Object.entries(profile.scenarios);
  if (entries.length === 0) problems.push({ path: 'scenarios', message: 'there must be a scenario' });
  for (const [name, { topic }] of entries) {
    if (profile.topics[topic] !== undefined) continue;
    problems.push({ path: `scenarios.${name}.topic`, message: `topic ${topic} is not among the topics` });
  }
  const nowMs = facts.nowMs ?? Date.now();
  const clock = planClock(profile, nowMs);
  const { seed } = profile;
  const planned = entries.map(([name, scenario]) => planLoad(name, scenario, { seed, clock }, problems));
  stopAt(problems);
  const loads = cutLoads(profile, planned as Load[], problems);
  const count = countWorkers(profile, loads, facts.cores, problems, warnings);
  const scenarios = planScenarios(profile, facts, loads, count.workers, problems, warnings);
  stopAt(problems);
  warnings.push(...recordTimeWarnings(profile, clock, loads, nowMs));
  const target = targetKind(profile);
  return asserted({
    name: profile.name,
    seed,
    clock,
    runTag: facts.runTag,
    target: target === 'null' ? { kind: target, spec: profile.nullTransport ?? { latencyMs: [0] } } : { kind: target },
    workers: count.workers,
    workersReason: count.reason,
    warnings,
    topics: profile.topics,
    ...scenarios,
    durationNs: loads.reduce((end, load) => Math.max(end, load.endNs === Infinity ? 0 : load.endNs), 0),
  });
}

function cutLoads(profile: Profile, loads: readonly Load[], problems: Problem[]): Load[] {
  if (profile.messages === undefined) return [...loads];
  const shares = shareMessages(profile.messages, loads, problems);
  return Object.keys(profile.scenarios).map((name, i) => {
    const load = cutLoad(loads[i]!, shares[i]!);
    if (load.kind === 'open' && load.count > 0 && load.warmupCount === load.count) {
      const message = `its ${load.count} messages are all warm-up: nothing would be measured`;
      problems.push({ path: `scenarios.${name}.warmup`, message, hint: 'send more messages or leave the warm-up out' });
    }
    return load;
  });
}

function planScenarios(
  profile: Profile,
  facts: PlanFacts,
  loads: readonly Load[],
  workers: number,
  problems: Problem[],
  warnings: string[],
): Pick<Plan, 'clients' | 'scenarios'> {
  const entries = Object.entries(profile.scenarios);
  const properties = entries.map(([, scenario]) => producerProperties(profile, scenario));
  const grouped = groupClients(properties);
  const records = entries.map(([name, scenario], i) => {
    const draft = draftRecord(scenario);
    const measured = facts.measure(draft, profile.seed, name);
    const batchBytes = Number(properties[i]!['batch.size'] ?? clientPropertyDefault('batch.size'));
    const path = `scenarios.${name}`;
    const load = loads[i]!;
    const peakPerWorkerPerSec = load.kind === 'closed' ? Infinity : peakRate(load) / workers;
    const input = { path, payload: scenario.payload, facts: measured, peakPerWorkerPerSec, batchBytes };
    return { record: { ...draft, ...planPayload(input, problems, warnings) }, bytesMean: measured.bytesMean };
  });
  const lanes = entries.map(([name, { executor }], i) => ({
    path: `scenarios.${name}`,
    client: grouped.clientOf[i]!,
    bytesMean: records[i]!.bytesMean,
    closed: loads[i]!.kind === 'closed',
    given: executor.kind === 'max-throughput' ? executor.inFlight : undefined,
  }));
  const windows = planWindows(lanes, grouped.clients, workers, problems);
  const scenarios = entries.map(([name, scenario], lane): ScenarioPlan => {
    return {
      name,
      lane,
      client: grouped.clientOf[lane]!,
      topic: scenario.topic,
      partitions: profile.topics[scenario.topic]!.partitions,
      partitioner: partitionerOf(properties[lane]!),
      record: records[lane]!.record,
      executor: scenario.executor.kind,
      load: loads[lane]!,
      overload: scenario.overload,
      gracefulStopNs: scenario.gracefulStopNs,
      inFlight: windows.inFlight[lane]!,
      headers: scenario.headers,
      recordTimestamp: scenario.recordTimestamp,
    };
  });
  return { clients: windows.clients, scenarios };
}

/** The record before mode and pool are decided. */
function draftRecord(scenario: ScenarioProfile): RecordPlan {
  const { workload, format, key, mark, params, fields } = scenario;
  const undecided = { mode: 'fresh', poolSize: 0, reason: '' } as const;
  return { workload, format, key, mark, params, fields, schemaId: LOCAL_SCHEMA_ID, ...undecided };
}

/** What is split over workers adds up again; if not, it is our bug. */
function asserted(plan: Plan): Plan {
  for (const { name, load, inFlight } of plan.scenarios) {
    for (const total of [load.count, inFlight]) {
      let sum = 0;
      for (let worker = 0; worker < plan.workers; worker++) sum += shareOf(total, worker, plan.workers);
      if (sum !== total) throw new Error(`scenario ${name}: ${total} split over ${plan.workers} workers makes ${sum}`);
    }
  }
  return plan;
}

function stopAt(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new InputError(problems);
}
