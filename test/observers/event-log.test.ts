import { expect, test } from 'vitest';
import { checkEvents, EventLog, eventLine } from '../../src/observers/event-log.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { plan } from '../../src/planning.ts';
import { controlOf } from '../../src/recorder/control-memory.ts';
import { RunReader } from '../../src/recorder/reader.ts';
import {
  allocateRunMemory,
  COUNTER,
  counterCell,
  LOAD,
  laneCounters,
  producerCells,
  WARMUP,
} from '../../src/recorder/run-memory.ts';
import { partitionOf } from '../../src/workload/partitioner.ts';
import { RUN_TAG } from '../workload/fixture.ts';

const STARTED_AT_MS = Date.UTC(2026, 0, 1);

async function planOf(...set: string[]): Promise<Plan> {
  const planned = await plan('atm', { env: {}, cwd: '/', overrides: { rate: 10, duration: '2s', workers: 2, set } });
  return planned.plan;
}

/** Each `poll` gives what is printed then. */
function openLog(made: Plan, memory: ReturnType<typeof allocateRunMemory>) {
  const lines: string[] = [];
  const log = new EventLog((line) => void lines.push(line));
  log.ready({ plan: made, reader: new RunReader(memory) });
  const poll = () => {
    log.progress();
    return lines.splice(0);
  };
  return { log, lines, poll };
}

/** What a worker has handed over so far. */
function handOver(memory: ReturnType<typeof allocateRunMemory>, worker: number, warmup: number, load: number): void {
  const counters = laneCounters(memory, worker, 0);
  counters[counterCell(WARMUP, COUNTER.sent)] = warmup;
  counters[counterCell(LOAD, COUNTER.sent)] = load;
}

test('a line for each message handed over, once, in the order they were due', async () => {
  const { runTag, ...rest } = await planOf('scenarios.atm.warmup=1s');
  const memory = allocateRunMemory(2, 1, 10);
  controlOf(memory).epoch[1] = STARTED_AT_MS;
  const log = openLog({ ...rest, runTag: RUN_TAG }, memory);
  expect(log.poll()).toEqual([]);
  handOver(memory, 0, 2, 0);
  handOver(memory, 1, 1, 0);
  const lines = log.poll();
  expect(lines.map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
    '2026-01-01T00:00:00.000Z atm #0',
    '2026-01-01T00:00:00.100Z atm #1',
    '2026-01-01T00:00:00.200Z atm #2',
  ]);
  for (const [i, line] of lines.entries()) {
    const [, , , place, key, ...value] = line.split(' ');
    const record = JSON.parse(value.join(' '));
    expect(place).toMatch(/^atm-transactions\[\d+\]$/);
    expect(record.atm_id).toBe(key);
    expect(record.transaction_id).toMatch(new RegExp(`^0123456789abcdef-[0-9a-f]{4}-00000000000${i}$`));
    expect(record.timestamp).toBe(STARTED_AT_MS + i * 100);
  }
  handOver(memory, 0, 5, 1);
  expect(log.poll().map((line) => line.split(' ')[2])).toEqual(['#4', '#6', '#8', '#10']);
  expect(log.poll()).toEqual([]);
});

test('of clients each has sent its own', async () => {
  const made = await planOf('scenarios.atm.clients=4');
  const memory = allocateRunMemory(2, 1, 10, { producers: [4] });
  controlOf(memory).epoch[1] = STARTED_AT_MS;
  const log = openLog(made, memory);
  producerCells(memory, 0)!.set([2, 0, 0, 1]);
  handOver(memory, 0, 0, 2);
  handOver(memory, 1, 0, 1);
  expect(log.poll().map((line) => line.split(' ')[2])).toEqual(['#0', '#3', '#4']);
});

test('a web event is printed in its own words', async () => {
  const overrides = { rate: 10, duration: '2s', workers: 1 };
  const { plan: made } = await plan('web-events', { env: {}, cwd: '/', overrides });
  const memory = allocateRunMemory(1, 1, 10);
  controlOf(memory).epoch[1] = STARTED_AT_MS;
  const log = openLog(made, memory);
  handOver(memory, 0, 0, 2);
  for (const line of log.poll()) {
    expect(line).toMatch(/^Event sent - User: \d+, Type: [a-z_]+, Metadata: \{".*\}, Partition: 0$/);
  }
});

test('an anomalous record is printed as what it is', async () => {
  const memory = allocateRunMemory(2, 1, 10);
  controlOf(memory).epoch[1] = STARTED_AT_MS;
  const anomalies =
    'scenarios.atm.anomalies={ tombstones: 0.2, duplicates: { rate: 0.3 }, late: { rate: 0.2, by: 1h } }';
  const log = openLog(await planOf(anomalies), memory);
  handOver(memory, 0, 0, 10);
  handOver(memory, 1, 0, 10);
  const lines = log
    .poll()
    .map((line) => /^(\S+) atm #(\d+) \S+ \S+ ?([a-z][^{]*[^ {])? ?(\{.*)?$/.exec(line)!.slice(1));
  const seen = new Set<string>();
  for (const [i, [time, index, wrong = '', json]] of lines.entries()) {
    expect(Number(index)).toBe(i);
    seen.add(wrong.split(' ')[0]!);
    const original = Number(/^duplicate of #(\d+)$/.exec(wrong)?.[1] ?? i);
    const lateMs = wrong === 'late by 1h' ? 3_600_000 : 0;
    expect(Date.parse(time!)).toBe(STARTED_AT_MS + original * 100 - lateMs);
    expect(json === undefined).toBe(wrong === 'tombstone');
    if (original !== i) expect(json).toBe(lines[original]![3]);
  }
  expect([...seen].sort()).toEqual(['', 'duplicate', 'late', 'tombstone']);
});

test('a record without a key has the partition of a null key, where the partitioner has one', async () => {
  const memory = allocateRunMemory(2, 1, 10);
  controlOf(memory).epoch[1] = STARTED_AT_MS;
  handOver(memory, 0, 0, 1);
  for (const [partitioner, place] of [
    ['murmur2_random', ''],
    ['murmur2', `[${(0x106e08d9 & 0x7fffffff) % 12}]`],
  ] as const) {
    const scenario = await planOf('scenarios.atm.key=none', `producer.partitioner=${partitioner}`);
    const [line] = openLog(scenario, memory).poll();
    expect(line).toContain(` atm #0 atm-transactions${place} - {"transaction_id"`);
  }
});

test('keys that are no word are printed as consume prints them, and placed by their bytes', async () => {
  const { lanes } = await planOf('producer.partitioner=murmur2');
  const record = { value: {}, json: '{}', payloadBytes: 2, timestampMs: STARTED_AT_MS };
  const line = (key: Buffer) => eventLine(lanes[0]!, 0, { ...record, key });
  expect(line(Buffer.from(''))).toMatch(/ atm-transactions\[9\] "" \{\}$/);
  expect(line(Buffer.from([0xff]))).toContain(
    `[${partitionOf('murmur2', Buffer.from([0xff]), 0, 1, 12)}] base64:/w== {}`,
  );
});

test('refused where messages may be dropped', async () => {
  const shedding = await planOf('scenarios.atm.overload={ shed: { maxLag: 1s } }');
  expect(() => checkEvents(shedding)).toThrow(/may drop messages/);
  const waiting = await planOf();
  expect(() => checkEvents(waiting)).not.toThrow();
});

test('the total at the end, of a run that came to one', async () => {
  const memory = allocateRunMemory(2, 1, 10);
  const { log, lines } = openLog(await planOf('scenarios.atm.warmup=1s'), memory);
  log.close();
  expect(lines).toEqual([]);
  handOver(memory, 0, 2, 3);
  handOver(memory, 1, 0, 4);
  const acked = (worker: number, count: number) => {
    laneCounters(memory, worker, 0)[counterCell(LOAD, COUNTER.acked)] = count;
  };
  acked(0, 5);
  acked(1, 3);
  log.finish();
  log.close();
  expect(lines).toEqual(['Total events sent: 8; 1 more were not acknowledged']);
  acked(1, 4);
  log.close();
  expect(lines.at(-1)).toBe('Total events sent: 9');
});
