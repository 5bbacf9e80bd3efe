/** A small run of real plans, record sources and lanes into logs in memory; and reading these by members that come and go. */

import { batchMemories } from '../../src/engine/batch-memory.ts';
import { Lane } from '../../src/engine/lane.ts';
import { openCursor } from '../../src/engine/lane-cursor.ts';
import { byScenario, measureProducers } from '../../src/engine/producers.ts';
import { buildPlan } from '../../src/plan/build-plan.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { ReadingPlan } from '../../src/plan/reading-plan.ts';
import { recordMs, recordTimeOf, scheduleOf } from '../../src/plan/record-time.ts';
import { producersOf } from '../../src/plan/shard.ts';
import type { ScenarioProfile } from '../../src/profile/profile.ts';
import { LogCheck } from '../../src/reading/log-check.ts';
import { RecordIdentity } from '../../src/reading/record-identity.ts';
import { controlOf } from '../../src/recorder/control-memory.ts';
import { InFlight } from '../../src/recorder/in-flight.ts';
import type { WorkerMeasurement } from '../../src/recorder/measurement.ts';
import type { IndexPage, MemberMeasurement } from '../../src/recorder/reading-measurement.ts';
import { allocateReadingMemory, PLACE, placeCells } from '../../src/recorder/reading-memory.ts';
import { allocateRunMemory, LOAD } from '../../src/recorder/run-memory.ts';
import type { VerificationResult } from '../../src/result/reading-result.ts';
import { ScheduleReader } from '../../src/schedule/schedule.ts';
import { PERSISTENCE } from '../../src/transport/transport.ts';
import { type LedgerFacts, ledgerFactsOf } from '../../src/verification/ledger-facts.ts';
import { Verification } from '../../src/verification/verification.ts';
import { binaryMarkHead } from '../../src/workload/encoding/mark.ts';
import { CounterRng } from '../../src/workload/random.ts';
import type { OpenRecords } from '../../src/workload/source/open-source.ts';
import { openTopics } from '../../src/workload/topic-spread.ts';
import { loadRecords } from '../../src/workload/worker-records.ts';
import { createRecordSource, measureRecord, trailsOf } from '../../src/workload/workload.ts';
import { profileOf, scenarioOf } from '../plan/profile.ts';
import { type LogRecord, MemoryRecords } from '../reading/memory-records.ts';
import { RUN_TAG } from '../workload/fixture.ts';
import { MemoryLogs, MemoryTransport } from './memory-transport.ts';

export interface RunSpec {
  readonly seed: number;
  readonly workers: number;
  readonly partitions: number;
  readonly scenarios: Readonly<Record<string, Partial<ScenarioProfile>>>;
  /** Shares of messages that fail, and of these that are in the log all the same. */
  readonly failRate?: number;
  readonly persistedRate?: number;
  /** Messages that the client's queue takes at a time. */
  readonly room?: number;
}

export interface WrittenRun {
  readonly plan: Plan & { readonly reading: ReadingPlan };
  readonly open: OpenRecords;
  /** By topic and partition; tests change them. */
  readonly logs: Map<string, LogRecord[]>;
  readonly workers: readonly WorkerMeasurement[];
  readonly draw: (below: number) => number;
}

export const STARTED_AT_MS = 1_760_000_000_000;
const BATCH_MAX = 16;
const FAILED = -192;

export async function write(spec: RunSpec, members = 1): Promise<WrittenRun> {
  const rng = new CounterRng(spec.seed, 'test');
  let drawn = 0;
  const draw = (below: number) => rng.below(drawn++, below);
  const plan = planOf(spec, members);
  const open = await loadRecords(plan.lanes.map(({ record }) => record));
  const logs = new MemoryLogs();
  const workers = writeAll({ plan, open }, spec, logs, draw);
  return { plan, open, logs: logs.partitions, workers, draw };
}

function planOf({ scenarios, seed, workers, partitions }: RunSpec, members: number): WrittenRun['plan'] {
  const all = Object.entries(scenarios).map(([name, scenario]) => [name, scenarioOf(scenario)] as const);
  const topics = Object.fromEntries(
    all.flatMap(([, each]) =>
      each.topics.map((topic) => [
        topic,
        { partitions, replicationFactor: 1, create: 'if-missing', config: {} } as const,
      ]),
    ),
  );
  const plan = buildPlan(profileOf({ seed, scenarios: Object.fromEntries(all), topics, workers }), {
    ...{ cores: 4, runTag: RUN_TAG, nowMs: STARTED_AT_MS, measure: measureRecord, trails: trailsOf },
  });
  const names = Object.keys(topics);
  const places = names.flatMap((topic) => Array.from({ length: partitions }, (_, partition) => ({ topic, partition })));
  const group = {
    ...{ name: 'g', group: 0, members: Array.from({ length: members }, (_, k) => k), topics: names, properties: {} },
    ...({ mode: 'assign', verify: true, dates: 'marks', from: 'run', startNs: 0 } as const),
  };
  return { ...plan, reading: { groups: [group], places, cluster: {} } };
}

/** Workers take turns by chance, and what they sent comes back acknowledged or failed, by chance as well. */
function writeAll(
  { plan, open }: Pick<WrittenRun, 'plan' | 'open'>,
  spec: RunSpec,
  logs: MemoryLogs,
  draw: (below: number) => number,
): WorkerMeasurement[] {
  const { workers } = plan;
  const memory = allocateRunMemory(workers, plan.lanes.length, 10);
  let nowNs = 0;
  const clock = () => (nowNs += 1000);
  const recordTime = recordTimeOf(plan.clock, STARTED_AT_MS);
  const slots = 64;
  const own = Array.from({ length: workers }, (_, worker) => {
    const producers = plan.lanes.flatMap((scenario) => {
      const parts = producersOf(plan, scenario);
      return Array.from({ length: parts / workers }, (_, k) => ({ scenario, part: worker + k * workers, parts }));
    });
    const inFlight = new InFlight(producers.length * slots);
    const nowMs = () => Math.floor(STARTED_AT_MS + nowNs / 1e6);
    const sentBy = producers.flatMap(({ scenario: { markHeader, topics, ...lane } }, number) =>
      topics.map((topic) => ({
        ...{ ...lane, topic, lane: number },
        ...(markHeader && { markHead: binaryMarkHead(plan.runTag, lane.name) }),
      })),
    );
    const transport = new MemoryTransport({ routes: sentBy, logs, worker, draw, nowMs });
    const batches = batchMemories();
    let route = 0;
    const lanes = producers.map(({ scenario, part, parts }, lane) => {
      const place = { worker: part, workers: parts, route };
      route += scenario.topics.length;
      const schedule = scheduleOf(scenario.load);
      const reader = schedule && new ScheduleReader(schedule);
      const source = createRecordSource(scenario.record, {
        ...{ seed: plan.seed, scenario: scenario.name, runTag: plan.runTag, batchMax: BATCH_MAX, ...place },
        ...{ partitioner: scenario.partitioner, partitions: scenario.partitions },
        dueMs: reader && ((index) => recordMs(recordTime, reader.dueNs(index))),
      });
      return new Lane({
        topicOf: openTopics(scenario, { seed: plan.seed, runTag: plan.runTag, scenario: scenario.name }, open),
        ...{ scenario, lane, thread: worker, ...place, memory, source, transport, inFlight, clock, recordTime },
        cursor: openCursor(scenario.load, part, parts, source.batchMax),
        slots,
        batches,
      });
    });
    return { transport, inFlight, lanes };
  });
  const endNs = Math.max(...plan.lanes.map(({ load }) => (Number.isFinite(load.endNs) ? load.endNs : 0)));
  while (own.some(({ lanes }) => lanes.some((lane) => !lane.finished))) {
    nowNs += draw(40) * 1e6;
    if (nowNs > endNs + 20e9) break;
    const { transport, lanes } = own[draw(workers)]!;
    transport.room = spec.room === undefined ? Number.POSITIVE_INFINITY : draw(spec.room);
    lanes[draw(lanes.length)]!.step(nowNs);
    // The rest of the queue's room comes with reports.
    for (const sent of transport.taken.splice(0)) settle(sent.slot, sent);
    function settle(slot: number, { slot: _, worker: __, lane, ...record }: (typeof transport.taken)[number]) {
      const isFailed = draw(1000) < (spec.failRate ?? 0) * 1000;
      const isPersisted = !isFailed || draw(1000) < (spec.persistedRate ?? 0) * 1000;
      if (isPersisted) logs.append({ ...record, slot, worker: 0, lane });
      if (isFailed)
        lanes[lane]!.reject(
          slot,
          FAILED,
          isPersisted ? PERSISTENCE.possiblyPersisted : PERSISTENCE.notPersisted,
          nowNs,
        );
      else {
        lanes[lane]!.book.acknowledged(LOAD, 1, 1, nowNs);
        lanes[lane]!.window.give(slot);
      }
    }
  }
  return own.map(({ lanes }, worker) => {
    for (const lane of lanes) lane.end();
    const place = { memory, thread: worker, worker, workers };
    const measured = byScenario(lanes).map((own) => measureProducers(own, place));
    return { worker, complete: true, lanes: measured } as unknown as WorkerMeasurement;
  });
}

/** Members read their partitions a few records at a time; `restarts` of them end and go on as others. */
export function verify(
  { plan, open, logs, workers, draw }: WrittenRun,
  {
    restarts = 0,
    facts = {},
    uncommitted,
    failed,
    compactedKeysMax,
  }: {
    restarts?: number;
    facts?: Partial<LedgerFacts>;
    uncommitted?: 'allowed' | 'asked';
    /** Of member 0. */
    failed?: Pick<MemberMeasurement, 'failure' | 'isLost'>;
    compactedKeysMax?: number;
  } = {},
): Record<string, VerificationResult> {
  const { places, groups } = plan.reading;
  const members = groups[0]!.members.length;
  const memory = allocateReadingMemory({
    ...{ members, groups: 1, places: places.length, seconds: 1 },
    ...{ producers: plan.lanes.map((lane) => producersOf(plan, lane)) },
  });
  controlOf(memory).epoch[1] = STARTED_AT_MS;
  const properties = uncommitted === undefined ? {} : { 'isolation.level': 'read_uncommitted' };
  const whole = { ...plan, reading: { ...plan.reading, groups: [{ ...groups[0]!, properties }] } };
  const allowsUncommitted = uncommitted === 'allowed';
  const keysMax = compactedKeysMax !== undefined && { compactedKeysMax };
  const verification = new Verification({ plan: whole, memory, openRecords: open, allowsUncommitted, ...keysMax });
  const measurements: MemberMeasurement[] = [];
  const post = (page: IndexPage) => verification.add(page);
  const openCheck = () => new LogCheck({ plan: whole, group: 0, memory, openRecords: open, post });
  const checks = Array.from({ length: members }, openCheck);
  const identity = new RecordIdentity(whole, open);
  const unread = new Map(places.map(({ topic, partition }, place) => [place, logs.get(`${topic} ${partition}`) ?? []]));
  const ownerOf = places.map(() => draw(members));
  const left = [...unread.keys()].filter((place) => unread.get(place)!.length > 0);
  const at = places.map(() => 0);
  let restartsLeft = restarts;
  const end = (member: number) => {
    const measured = { member, group: 0, complete: true, checks: checks[member]!.end() };
    measurements.push(member === 0 && failed ? { member, group: 0, complete: false, ...failed } : measured);
  };
  while (left.length > 0) {
    const chosen = draw(left.length);
    const place = left[chosen]!;
    const log = unread.get(place)!;
    const batch = log.slice(at[place], at[place]! + 1 + draw(9));
    const records = new MemoryRecords(batch);
    for (let i = 0; i < batch.length; i++) {
      checks[ownerOf[place]!]!.take(records, i, place, identity, identity.find(records, i));
    }
    at[place] = at[place]! + batch.length;
    if (at[place] === log.length) left.splice(chosen, 1);
    if (restartsLeft === 0 || draw(20) > 0) continue;
    restartsLeft -= 1;
    const member = draw(members);
    end(member);
    checks[member] = openCheck();
    for (const each of ownerOf.keys()) ownerOf[each] = draw(members);
  }
  for (let member = 0; member < members; member++) end(member);
  for (const place of places.keys()) {
    const cells = placeCells(memory, 0, place);
    cells[PLACE.end] = unread.get(place)!.length;
    cells[PLACE.position] = unread.get(place)!.length;
  }
  return verification.result(measurements, { ...ledgerFactsOf(plan, workers, {}), ...facts });
}
