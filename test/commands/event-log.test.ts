import { expect, test } from 'vitest';
import { checkEvents, EventLog } from '../../src/commands/event-log.ts';
import type { Plan } from '../../src/plan/plan.ts';
import {
  allocateRunMemory,
  COUNTER,
  controlOf,
  counterCell,
  LOAD,
  laneCounters,
  WARMUP,
} from '../../src/result/run-memory.ts';
import { plan } from '../../src/run.ts';

const STARTED_AT_MS = Date.UTC(2026, 0, 1);

async function planOf(...set: string[]): Promise<Plan> {
  const planned = await plan('atm', { env: {}, cwd: '/', overrides: { rate: 10, duration: '2s', workers: 2, set } });
  return planned.plan;
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
  const log = new EventLog({ ...rest, runTag: '0123456789abcdef' }, memory);
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

test('a record without a key has no partition that could be told', async () => {
  const memory = allocateRunMemory(2, 1, 10);
  controlOf(memory).epoch[1] = STARTED_AT_MS;
  const log = new EventLog(await planOf('scenarios.atm.key=none'), memory);
  handOver(memory, 0, 0, 1);
  expect(log.poll()[0]).toMatch(/ atm #0 atm-transactions - \{"transaction_id"/);
});

test('refused where messages may be dropped', async () => {
  const shedding = await planOf('scenarios.atm.overload={ shed: { maxLag: 1s } }');
  expect(() => checkEvents(shedding)).toThrow(/may drop messages/);
  const waiting = await planOf();
  expect(() => checkEvents(waiting)).not.toThrow();
});
