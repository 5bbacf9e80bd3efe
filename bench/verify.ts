/**
 * Verification without a broker. First what a member does for each record: identity and every byte, on records in memory.
 * Then the memory of joining 100 million messages (`--messages N`) that members read out of order over 64 partitions.
 */
import { parseArgs } from 'node:util';
import { buildPlan } from '../src/plan/build-plan.ts';
import type { Plan } from '../src/plan/plan.ts';
import { recordMs, recordTimeOf, scheduleOf } from '../src/plan/record-time.ts';
import { loadProfile } from '../src/profile/load.ts';
import type { Profile } from '../src/profile/profile.ts';
import { LogCheck } from '../src/reading/log-check.ts';
import { PageWindow } from '../src/reading/page-window.ts';
import { RecordIdentity } from '../src/reading/record-identity.ts';
import { controlOf } from '../src/recorder/control-memory.ts';
import { allocateReadingMemory } from '../src/recorder/reading-memory.ts';
import { ScheduleReader } from '../src/schedule/schedule.ts';
import { median } from '../src/statistics/median.ts';
import type { ConsumedRecords } from '../src/transport/consumer.ts';
import { LaneLog } from '../src/verification/lane-log.ts';
import { LedgerPages } from '../src/verification/ledger-pages.ts';
import { openSource } from '../src/workload/source/open-source.ts';
import { loadRecords } from '../src/workload/worker-records.ts';
import { measureRecord } from '../src/workload/workload.ts';

const PARTITIONS = 64;
const MEMBERS = 4;
const RECORDS = 250_000;
const ROUNDS = 8;
const EXECUTOR = { kind: 'constant-arrival-rate', ratePerSec: RECORDS, durationNs: 1e9 } as const;
const MIB = 2 ** 20;
const STARTED_AT_MS = 1_760_000_000_000;

const { values } = parseArgs({ options: { messages: { type: 'string', default: '100000000' } } });
for (const workload of ['bytes', 'atm']) await measureChecks(workload);
measureMemory(Number(values.messages));

async function measureChecks(workload: string): Promise<void> {
  const { profile } = await loadProfile('quickstart', { overrides: {} });
  const [name, scenario] = Object.entries(profile.scenarios)[0]!;
  const own = {
    ...scenario,
    workload,
    params: workload === 'bytes' ? { size: 200 } : {},
    key: { kind: 'none' } as const,
    executor: EXECUTOR,
  };
  const changed: Profile = { ...profile, scenarios: { [name]: own } };
  const built = buildPlan(changed, { cores: 1, runTag: '0123456789abcdef', measure: measureRecord });
  const { topic } = built.lanes[0]!;
  const group = {
    ...({ name: 'g', group: 0, members: [0], topics: [topic], properties: {}, mode: 'assign', verify: true } as const),
    ...({ dates: 'marks', from: 'run', startNs: 0 } as const),
  };
  const plan: Plan = { ...built, reading: { groups: [group], places: [{ topic, partition: 0 }], cluster: {} } };
  const open = await loadRecords(plan.lanes.map(({ record }) => record));
  const records = encoded(plan, open);
  const identity = new RecordIdentity(plan, open);
  let found = 0;
  report(`${workload}: identity`, () => {
    const startUs = cpuUs();
    for (let i = 0; i < RECORDS; i++) if (identity.find(records, i)) found += identity.index;
    return cpuUs() - startUs;
  });
  const size = { members: 1, groups: 1, places: 1, producers: [plan.workers], seconds: 1 };
  report(`${workload}: identity and every byte`, () => {
    // Once each, or they would be duplicates.
    const memory = allocateReadingMemory(size);
    controlOf(memory).epoch[1] = STARTED_AT_MS;
    const check = new LogCheck({ plan, group: 0, memory, openRecords: open, post: () => {} });
    const startUs = cpuUs();
    for (let i = 0; i < RECORDS; i++) check.take(records, i, 0, identity, identity.find(records, i));
    const spentUs = cpuUs() - startUs;
    const [{ corrupted, outOfOrder, duplicated } = { corrupted: -1, outOfOrder: -1, duplicated: -1 }] = check.end();
    if (corrupted !== 0 || outOfOrder !== 0 || duplicated !== 0 || found === 0) {
      throw new Error(`${corrupted} corrupted, ${outOfOrder} out of order, ${duplicated} duplicated`);
    }
    return spentUs;
  });
}

/** As a consumer gives them: all in one window of memory. */
function encoded(plan: Plan, open: Awaited<ReturnType<typeof loadRecords>>): ConsumedRecords {
  const lane = plan.lanes[0]!;
  const context = { seed: plan.seed, scenario: lane.name, runTag: plan.runTag, batchMax: 1, worker: 0, workers: 1 };
  const source = openSource(lane.record, { ...context, partitioner: lane.partitioner, partitions: 1 }, open);
  const located = new Uint8Array(64 * MIB);
  const at = new Int32Array(RECORDS);
  const valueLength = new Int32Array(RECORDS);
  const reader = new ScheduleReader(scheduleOf(lane.load)!);
  const time = recordTimeOf(plan.clock, STARTED_AT_MS);
  const timeOf = (index: number) => recordMs(time, reader.dueNs(index));
  let end = 0;
  for (let i = 0; i < RECORDS; i++) {
    const { payload, payloadOffset, payloadLength } = prepare(i);
    located.set(payload.subarray(payloadOffset[0]!, payloadOffset[0]! + payloadLength[0]!), end);
    at[i] = end;
    valueLength[i] = payloadLength[0]!;
    end += payloadLength[0]!;
  }
  function prepare(index: number) {
    source.prepare(index, 1, 1, Float64Array.of(timeOf(index)));
    return source.records;
  }
  return {
    ...{ capacity: RECORDS, topic: new Array<string>(RECORDS).fill(lane.topic), located, valueLength },
    partition: new Int32Array(RECORDS),
    offset: Float64Array.from({ length: RECORDS }, (_, i) => i),
    keyLength: new Int32Array(RECORDS).fill(-1),
    timestampMs: (i) => timeOf(i),
    locateValue: (i) => at[i]!,
    locateKey: () => -1,
    locateHeader: () => -1,
    key: () => null,
    value: (i) => located.subarray(at[i]!, at[i]! + valueLength[i]!),
    headers: () => [],
  };
}

/** Median CPU time of the rounds after the first one, which compiles: a busy machine changes it less than the time. */
function report(what: string, round: () => number): void {
  const spent = Array.from({ length: ROUNDS }, round).slice(1);
  const perSec = (RECORDS * 1e6) / median(spent);
  console.log(`${what.padEnd(40)} ${(perSec / 1e6).toFixed(2)} M records/s of CPU time`);
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Message i is in partition i mod 64; each member reads its partitions one behind the other, a few thousand at a time. */
function measureMemory(messages: number): void {
  const log = new LaneLog(undefined);
  const records = {
    topic: [''],
    partition: new Int32Array(1),
    offset: new Float64Array(1),
  } as unknown as ConsumedRecords;
  const windows = Array.from(
    { length: MEMBERS },
    () => new PageWindow(1024, (page) => log.add({ group: 0, lane: 0, ...page })),
  );
  const startMs = performance.now();
  let peak = 0;
  for (let half = 0; half < 2; half++) {
    // The first half of all partitions in turn, then the rest: no page is full until the very end.
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const window = windows[partition % MEMBERS]!;
      const [from, to] = [half * (messages / 2), (half + 1) * (messages / 2)];
      const first = Math.ceil((from - partition) / PARTITIONS) * PARTITIONS + partition;
      for (let index = first; index < to; index += PARTITIONS) window.add(index, records, 0);
      peak = Math.max(peak, process.memoryUsage.rss());
    }
  }
  for (const window of windows) window.flush();
  const { lost, duplicated, expected } = log.compare(new LedgerPages([messages], [], []), false);
  peak = Math.max(peak, process.memoryUsage.rss());
  if (lost !== 0 || duplicated !== 0 || expected !== messages)
    throw new Error(`${lost} lost, ${duplicated} duplicated`);
  const seconds = (performance.now() - startMs) / 1000;
  console.log(
    `${messages / 1e6} M messages over ${PARTITIONS} partitions, out of order: ${seconds.toFixed(1)} s, ${Math.round(peak / MIB)} MiB at most`,
  );
  if (peak > 300 * 1e6) throw new Error('more than 300 MB');
}
