/** Profile → Plan: every decision of a run, made before it starts and each with its reason. */

import { InputError, type Problem } from '../errors.ts';
import { isClosed } from '../executors/table.ts';
import { foldScenarios } from '../fold-scenarios.ts';
import { clientPropertyDefault } from '../profile/client-properties/client-properties.ts';
import type { Profile, ScenarioProfile } from '../profile/profile.ts';
import { shareOf } from '../split.ts';
import { ofTopics } from '../topic-table.ts';
import { definitionOf } from '../workload/loaded-definition.ts';
import type { RecordPlan } from '../workload/record-plan.ts';
import { readSchema } from '../workload/schema/reading/read-schema.ts';
import { cutDistributions } from '../workload/schema/rules/cut-distributions.ts';
import type { TrailPlace, Trails } from '../workload/trail.ts';
import { clientCostWarnings } from './client-footprint.ts';
import {
  clientWarnings,
  codecOf,
  groupClients,
  laneProperties,
  nullKeyWarnings,
  partitionerOf,
  planWindows,
  smallRequestWarnings,
  targetKind,
  transactionNotes,
} from './client-plan.ts';
import { clockFrom, planClock, recordTimeWarnings } from './clock-plan.ts';
import { planDatabase } from './database-plan.ts';
import { lastEndNs } from './endless.ts';
import { faultNotes, faultWarnings, plannedFaults } from './fault-plan.ts';
import { withForeign } from './foreign-records.ts';
import { cutLanes, type LaneLoad, planLanes, scenarioSpans, tailNotes } from './lanes.ts';
import { likeMarks } from './like-marks.ts';
import { headerBytes, MARK_HEADER_BYTES, sizeWarnings } from './message-size.ts';
import { describePace } from './pace.ts';
import { planFollowing, planPayload, type RecordFacts } from './payload.ts';
import type { LanePlan, Plan } from './plan.ts';
import {
  idleMemberWarnings,
  partlyReadWarnings,
  pauseWarnings,
  plannedPartitions,
  planReading,
  readingEndNs,
  unusedPropertyNotes,
} from './reading.ts';
import type { ReadingPlan } from './reading-plan.ts';
import { checkMarks } from './record-marks.ts';
import { type ResumePoint, resumedLanes } from './resume.ts';
import { peakRate, planLoad } from './scenario-load.ts';
import { producersOf, type ShardPlace } from './shard.ts';
import { topicNotes, topicProblems, topicWarnings, trailProblems } from './topic-checks.ts';
import { withTopicSuffix } from './used-topics.ts';
import { countWorkers } from './worker-count.ts';

/** What the plan depends on beside the profile. */
export interface PlanFacts {
  readonly cores: number;
  /** ms since 1970, the present by default: where the simulated clock stands when the profile gives it no start. */
  readonly nowMs?: number;
  /** This process's part, where the run is split over several. */
  readonly shard?: ShardPlace;
  /** 16 hex digits, unique per run start. */
  readonly runTag: string;
  /** Encodes some records to learn their size: `measureRecord` of workload/workload.ts. */
  readonly measure: (record: RecordPlan, seed: number, scenario: string) => RecordFacts;
  /** Records that follow a scenario's own: `trailsOf` of workload/workload.ts. Without it there are none. */
  readonly trails?: (record: RecordPlan, seed: number, scenario: string) => Trails | undefined;
  /** What an earlier run with this run tag left; absent: it begins at its beginning. */
  readonly resume?: ResumePoint;
}

/** Without a schema registry; the report has a note. */
const LOCAL_SCHEMA_ID = 1;
const NO_WORKERS = { workers: 0, reason: 'no producers: the run only reads' };

/** @throws InputError with everything that is impossible about the profile. */
export function buildPlan(written: Profile, facts: PlanFacts): Plan {
  const profile = withTopicSuffix(written);
  const problems: Problem[] = [];
  const warnings: string[] = [];
  const entries = Object.entries(profile.scenarios);
  const reading = planReading(profile, facts.runTag, problems);
  if (entries.length === 0 && reading === undefined) {
    problems.push({ path: 'scenarios', message: 'there must be a scenario' });
  }
  problems.push(...topicProblems(profile), ...likeMarks(entries.map(([name, { topic }]) => ({ name, topic }))));
  const nowMs = facts.nowMs ?? Date.now();
  const clock = planClock(profile, nowMs);
  const { seed } = profile;
  const planned = entries.map(([name, scenario]) => planLoad(name, scenario, { seed, clock }, problems));
  stopAt(problems);
  const trails = entries.map(([name, scenario]) => facts.trails?.(draftRecord(scenario), seed, name));
  const whole = entries.flatMap(([name], i) =>
    planLanes(name, planned[i]!, trails[i], { speed: clock.speed, problems, warnings }),
  );
  problems.push(...trailProblems(profile, whole));
  const target = targetKind(profile);
  const notes = [...rttNotes(profile), ...topicNotes(profile)];
  const database = planDatabase(profile.scenarios, trails, whole, { target, problems, warnings, notes });
  const fresh = whole.map((lane) =>
    lane.scenario === database?.scenario ? { ...lane, mode: 'fresh' as const } : lane,
  );
  const cut = cutLanes(profile, fresh, problems);
  stopAt(problems);
  const { lanes, startNs } = facts.resume === undefined ? { lanes: cut, startNs: 0 } : resumedLanes(cut, facts.resume);
  const loads = lanes.map(({ load }) => load);
  const [cores, shards] = [facts.cores, facts.shard?.count ?? 1];
  const count = entries.length === 0 ? NO_WORKERS : countWorkers(profile, loads, { cores, shards }, problems, warnings);
  const messages = { problems, warnings, notes };
  const lanePlans = planLanePlans(profile, facts, lanes, count.workers, messages, reading);
  stopAt(problems);
  const groups = reading?.groups ?? [];
  warnings.push(
    ...idleMemberWarnings(groups, plannedPartitions(lanePlans.lanes)),
    ...partlyReadWarnings(groups, profile),
  );
  warnings.push(...clientWarnings(profile), ...topicWarnings(profile, lanePlans.lanes, target));
  warnings.push(...schemaWarnings(profile), ...cutWarnings(profile), ...nullKeyWarnings(lanePlans.lanes));
  if (target !== 'null') {
    warnings.push(...smallRequestWarnings(lanePlans.lanes, lanePlans.clients, count.workers));
    warnings.push(...clientCostWarnings(lanePlans, { workers: count.workers, cores, shards }));
  }
  warnings.push(...recordTimeWarnings(profile, clock, scenarioSpans(profile.scenarios, cut), nowMs));
  const durationNs = entries.length === 0 ? readingEndNs(reading!) : lastEndNs(loads);
  const faults = plannedFaults(profile);
  const graceNs = Math.max(0, ...lanePlans.lanes.map(({ gracefulStopNs }) => gracefulStopNs));
  warnings.push(...faultWarnings(faults, durationNs, graceNs), ...pauseWarnings(groups, durationNs));
  notes.push(...faultNotes(faults), ...transactionNotes(profile), ...unusedPropertyNotes(profile));
  return asserted({
    name: profile.name,
    pace: describePace(profile),
    seed,
    clock: database === undefined ? clock : clockFrom(clock, startNs),
    runTag: facts.runTag,
    target: planTarget(target, profile),
    workers: count.workers,
    ...(facts.shard && { shard: facts.shard }),
    workersReason: count.reason,
    warnings: foldScenarios(warnings, Object.keys(profile.scenarios)),
    notes: foldScenarios([...tailNotes(lanes), ...notes], Object.keys(profile.scenarios)),
    topics: profile.topics,
    ...(profile.topicSuffix !== undefined && { topicSuffix: profile.topicSuffix }),
    ...lanePlans,
    durationNs,
    ...(faults.length > 0 && { faults }),
    ...(reading && { reading }),
    ...(database && { database: { ...database, startNs } }),
  });
}

function planTarget(kind: Plan['target']['kind'], { nullTransport, embedded }: Profile): Plan['target'] {
  if (kind === 'null') return { kind, spec: nullTransport ?? { latencyMs: [0] } };
  return kind === 'embedded' ? { kind, rttMs: embedded?.rttMs ?? 0, brokers: embedded?.brokers ?? 1 } : { kind };
}

function rttNotes({ embedded }: Profile): string[] {
  if (embedded === undefined || embedded.rttMs === 0) return [];
  return [`the embedded cluster simulates a round trip of ${embedded.rttMs} ms (embedded.rtt)`];
}

/** Once, however many scenarios have the schema. */
function schemaWarnings({ scenarios }: Profile): Set<string> {
  return new Set(Object.values(scenarios).flatMap(({ workload }) => definitionOf(workload).warnings ?? []));
}

/** Rules that do not come out as they are written. */
function cutWarnings({ scenarios }: Profile): string[] {
  return Object.entries(scenarios).flatMap(([name, { workload, fields }]) => {
    const avroSchema = Object.keys(fields).length === 0 ? null : definitionOf(workload).avroSchema;
    if (avroSchema === null) return [];
    return cutDistributions(readSchema(avroSchema, name), fields).map((cut) => `${name}: ${cut}`);
  });
}

function planLanePlans(
  profile: Profile,
  facts: PlanFacts,
  loads: readonly LaneLoad[],
  workers: number,
  { problems, warnings, notes }: { problems: Problem[]; warnings: string[]; notes: string[] },
  reading: ReadingPlan | undefined,
): Pick<Plan, 'clients' | 'lanes'> {
  const profileOf = ({ scenario }: LaneLoad) => profile.scenarios[scenario]!;
  const properties = loads.map((lane) =>
    laneProperties(profile, profileOf(lane), { name: lane.name, runTag: facts.runTag }),
  );
  const grouped = groupClients(
    loads.map((lane, i) => {
      const { clients: count } = profileOf(lane);
      const own = count !== undefined && { own: { scenario: lane.scenario, count } };
      return { properties: properties[i]!, ...own };
    }),
  );
  const records: PlannedRecord[] = [];
  for (const [i, lane] of loads.entries()) {
    const { scenario, load, trail } = lane;
    const draft = withForeign(draftRecord(profileOf(lane), trail), (name) => draftRecord(profile.scenarios[name]!));
    const measured = facts.measure(draft, profile.seed, lane.name);
    const followed = trail && records[loads.findIndex(({ name }) => name === scenario)];
    if (followed !== undefined) {
      records.push({ record: { ...draft, ...planFollowing(followed.record, trail!) }, measured });
      continue;
    }
    const batchBytes = Number(properties[i]!['batch.size'] ?? clientPropertyDefault('batch.size'));
    const peakPerWorkerPerSec = load.kind === 'closed' ? Infinity : peakRate(load) / workers;
    const { payload: written } = profileOf(lane);
    const payload = lane.mode === undefined ? written : { ...written, mode: lane.mode };
    const isCompressed = codecOf(properties[i]!) !== 'none';
    const size = { facts: measured, peakPerWorkerPerSec, batchBytes, isCompressed };
    const chosen = planPayload({ path: `scenarios.${scenario}`, payload, ...size }, problems, warnings);
    const reason = 'fresh: the database knows each message by its number';
    const planned = lane.mode === undefined ? chosen : { ...chosen, reason };
    records.push({ record: { ...draft, ...planned }, measured });
  }
  const windowLanes = loads.map((lane, i) => {
    const { executor } = profileOf(lane);
    return {
      path: `scenarios.${lane.scenario}`,
      client: grouped.clientOf[i]!,
      bytesMean: records[i]!.measured.bytesMean,
      closed: lane.load.kind === 'closed',
      given: isClosed(executor) ? executor.inFlight : undefined,
    };
  });
  const recordOf = (scenario: string) => records[loads.findIndex(({ name }) => name === scenario)]!.record;
  const windows = planWindows(windowLanes, grouped.clients, workers, problems);
  const lanes = loads.map((each, lane): LanePlan => {
    const scenario = profileOf(each);
    const { bytesMax } = records[lane]!.measured;
    const isHeader = scenario.mark === 'header';
    const metadataBytes = headerBytes(scenario.headers) + (isHeader ? MARK_HEADER_BYTES : 0);
    return {
      name: each.name,
      lane,
      client: grouped.clientOf[lane]!,
      topic: scenario.topic,
      topics: scenario.topics,
      spread: scenario.spread,
      ...(scenario.clients !== undefined && { producers: scenario.clients }),
      ...(scenario.perTopic && { perTopic: true }),
      partitions: Math.min(...ofTopics(profile.topics, [scenario.topic]).map(({ partitions }) => partitions)),
      partitioner: partitionerOf(properties[lane]!),
      record: withForeign(records[lane]!.record, recordOf),
      bytesMean: records[lane]!.measured.bytesMean,
      executor: scenario.executor.kind,
      load: each.load,
      overload: scenario.overload,
      gracefulStopNs: scenario.gracefulStopNs,
      inFlight: windows.inFlight[lane]!,
      headers: scenario.headers,
      ...(isHeader && { markHeader: true }),
      ...(bytesMax !== undefined && { messageBytesMax: bytesMax + metadataBytes }),
      recordTimestamp: scenario.recordTimestamp,
      ...(scenario.transactions && { transactions: scenario.transactions }),
    };
  });
  const marks = loads.map(({ scenario }, lane) => ({ scenario, ...records[lane]!.measured }));
  notes.push(...checkMarks({ profile, lanes, records: marks, reading }, problems));
  if (targetKind(profile) !== 'null') warnings.push(...sizeWarnings(profile, lanes, windows.clients));
  return { clients: windows.clients, lanes };
}

interface PlannedRecord {
  readonly record: RecordPlan;
  readonly measured: RecordFacts;
}

/** The record before mode and pool are decided. */
function draftRecord(scenario: ScenarioProfile, trail?: TrailPlace): RecordPlan {
  const { workload, format, key, params, fields, anomalies } = scenario;
  // A mark in a header changes neither key nor value.
  const mark = scenario.mark === 'header' ? 'auto' : scenario.mark;
  const undecided = { mode: 'fresh', poolSize: 0, reason: '' } as const;
  const more = { ...(trail && { trail }), ...(anomalies && { anomalies }) };
  return { workload, format, key, mark, params, fields, schemaId: LOCAL_SCHEMA_ID, ...more, ...undecided };
}

/** What is split over producers adds up again; if not, it is our bug. */
function asserted(plan: Plan): Plan {
  for (const lane of plan.lanes) {
    const of = producersOf(plan, lane);
    for (const total of [lane.load.count, lane.inFlight]) {
      let sum = 0;
      for (let producer = 0; producer < of; producer++) sum += shareOf(total, producer, of);
      if (sum !== total) throw new Error(`scenario ${lane.name}: ${total} split over ${of} producers makes ${sum}`);
    }
  }
  return plan;
}

function stopAt(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new InputError(problems);
}
