import { readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { InputError, LoadError } from '../../src/errors.ts';
import { MessageDatabase } from '../../src/lifecycle/message-database.ts';
import { LifecycleObserver, type LifecycleOptions } from '../../src/observers/lifecycle.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { controlOf } from '../../src/recorder/control-memory.ts';
import { RunReader } from '../../src/recorder/reader.ts';
import { allocateRunMemory, COUNTER, counterCell, LOAD, laneCounters } from '../../src/recorder/run-memory.ts';
import { laneCount, newFile, planOf, RUN } from '../lifecycle/lifecycle-plan.ts';

beforeEach(() => {
  vi.restoreAllMocks();
});

function observerOf(plan: Plan, { directory, warn = () => {} }: Partial<LifecycleOptions> = {}) {
  return new LifecycleObserver(plan, { profileHash: 'h', directory, warn });
}

function openRun(seconds = 1) {
  const file = join(newFile(), 'in-a-new-directory.db');
  const plan = planOf(file, { seconds, params: { totalPhoneNumbers: 30 } });
  const memory = allocateRunMemory(1, plan.lanes.length, 1);
  controlOf(memory).epoch[1] = RUN.plannedAtMs;
  const warnings: string[] = [];
  const observer = observerOf(plan, { warn: (warning) => warnings.push(warning) });
  return {
    file,
    plan,
    memory,
    observer,
    warnings,
    write: (elapsedNs = 1e9) => observer.second({ elapsedNs }),
    /** Of lane `name` so many more were handed over and acknowledged. */
    count: (name: string, n: number) => {
      const cells = laneCounters(memory, 0, plan.lanes.find((lane) => lane.name === name)!.lane);
      cells[counterCell(LOAD, COUNTER.sent)]! += n;
      cells[counterCell(LOAD, COUNTER.acked)]! += n;
    },
  };
}

const LOCKED = new LoadError('SQLITE', 'run.db cannot be read or written: database is locked');
const failing = (error: Error) =>
  vi.spyOn(MessageDatabase.prototype, 'write').mockImplementation(() => {
    throw error;
  });

function savedIn(file: string) {
  const database = new MessageDatabase(file);
  try {
    return { saved: database.saved(), counts: database.counts() };
  } finally {
    database.close();
  }
}

test('the run and its phone numbers are in the file from the start', () => {
  const { file, plan, observer } = openRun();
  observer.close();
  const { saved, counts } = savedIn(file);
  const { runTag, name: profile, clock } = plan;
  expect(saved).toEqual({
    ...{ runTag, profile, profileHash: 'h', plannedAtMs: clock.originMs, starts: 1 },
    ...{ elapsedMs: 0, ended: false, settled: {} },
  });
  expect(counts).toMatchObject({ phoneNumbers: 30, states: {} });
});

test('a run that cannot begin lets go of the file', () => {
  const file = newFile();
  const begin = vi.spyOn(MessageDatabase.prototype, 'begin').mockImplementation(() => {
    throw LOCKED;
  });
  expect(() => observerOf(planOf(file))).toThrow(LOCKED);
  begin.mockRestore();
  observerOf(planOf(file)).close();
  expect(savedIn(file).saved!.starts).toBe(1);
});

test('the file is one writer’s, until it is closed', () => {
  const { file, observer } = openRun();
  expect(() => observerOf(planOf(file))).toThrow(InputError);
  observer.close();
  observerOf(planOf(file)).close();
  expect(savedIn(file).saved!.starts).toBe(2);
});

test('before the workers are ready there is nothing to write', () => {
  const { file, observer, write, count, warnings } = openRun();
  count('m', 3);
  write();
  expect(warnings).toEqual([]);
  expect(observer.finish({ loadEndNs: 2e9 }).result!.messages).toMatchObject({ messages: 0, active: 0 });
  observer.close();
  expect(savedIn(file).saved!.elapsedMs).toBe(0);
});

test('while it cannot be written that is told once, and again after it could', () => {
  const { plan, memory, observer, write, warnings } = openRun();
  observer.ready({ plan, reader: new RunReader(memory) });
  const told = `${LOCKED.message}; trying again every second`;
  const first = failing(LOCKED);
  for (let second = 0; second < 3; second++) write();
  expect(warnings).toEqual([told]);
  first.mockRestore();
  write();
  failing(LOCKED);
  write();
  expect(warnings).toEqual([told, told]);
  observer.close();
});

test('while a run goes on nobody is waited for as long as at its end', () => {
  const { plan, memory, observer, write } = openRun();
  observer.ready({ plan, reader: new RunReader(memory) });
  const writes = vi.spyOn(MessageDatabase.prototype, 'write');
  write();
  observer.finish({ loadEndNs: 2e9 });
  const [during, atEnd] = writes.mock.calls.map(([, , waitMs]) => waitMs);
  // Less than what the progress is shown by; at the end the default of the database.
  expect(during).toBeLessThan(1000);
  expect(atEnd).toBeUndefined();
  observer.close();
});

test('a fault of ours is not taken for a locked file', () => {
  const { plan, memory, observer, write, warnings } = openRun();
  observer.ready({ plan, reader: new RunReader(memory) });
  for (const error of [new TypeError('ours'), new LoadError('OTHER', 'not of SQLite')]) {
    const spy = failing(error);
    expect(() => write()).toThrow(error);
    expect(() => observer.finish({ loadEndNs: 1e9 })).toThrow(error);
    spy.mockRestore();
  }
  expect(warnings).toEqual([]);
  observer.close();
});

test('a file that is not whole at the end is told beside the result', () => {
  const { plan, memory, observer } = openRun();
  observer.ready({ plan, reader: new RunReader(memory) });
  const spy = failing(LOCKED);
  expect(observer.finish({ loadEndNs: 1e9 })).toEqual({ error: LOCKED });
  spy.mockRestore();
  vi.spyOn(MessageDatabase.prototype, 'counts').mockImplementation(() => {
    throw LOCKED;
  });
  expect(observer.finish({ loadEndNs: 1e9 })).toEqual({ error: LOCKED });
  observer.close();
});

test('what it holds is known after each write, as it is at the end', () => {
  const { plan, memory, observer, count, write } = openRun(3);
  observer.ready({ plan, reader: new RunReader(memory) });
  count('m', 20);
  count('m/delayed', 2);
  const database = { messages: 20, active: 20, phoneNumbers: 30, states: { sent: 18, delayed: 2 } };
  expect(write()?.progress).toMatchObject({ database });
  const { progress, result } = observer.finish({ loadEndNs: 2e9 });
  expect(result!.messages).toMatchObject(database);
  expect(progress).toEqual({ database: result!.messages });
  observer.close();
});

test('one that nobody named takes the place of an earlier run’s in its directory', () => {
  const directory = dirname(newFile());
  const plan = planOf('auto');
  expect(plan.database).toMatchObject({ file: null });
  const warnings: string[] = [];
  const memory = allocateRunMemory(1, plan.lanes.length, 1);
  const open = () => {
    const observer = observerOf(plan, { directory, warn: (warning) => warnings.push(warning) });
    return { observer, note: observer.ready({ plan, reader: new RunReader(memory) }) };
  };
  const file = join(directory, 'messages.db');
  const first = open();
  expect(first.note).toBe(`database ${file}: each message and its state, every second`);
  const second = open();
  expect(second.note).toBeUndefined();
  expect(second.observer.finish({ loadEndNs: 1e9 })).toEqual({});
  expect(warnings).toEqual([
    `no database: database: process ${process.pid} is writing ${file} (wait for it, or name another file)`,
  ]);
  first.observer.close();
  open().observer.close();
  expect(readdirSync(directory)).toEqual(['messages.db']);
  expect(savedIn(file).saved).toMatchObject({ starts: 1 });
  writeFileSync(file, 'these are no tables, these are words, and more of them than a header has');
  expect(open().note).toBeUndefined();
  expect(warnings[1]).toContain('is not the database of such a run');
});

test('without a directory there is none that nobody named', () => {
  const plan = planOf('auto');
  const observer = observerOf(plan);
  expect(observer.ready({ plan, reader: new RunReader(allocateRunMemory(1, plan.lanes.length, 1)) })).toBeUndefined();
  expect(observer.second({ elapsedNs: 1e9 })).toBeUndefined();
  observer.close();
});

test('the summary: who is still active, whose numbers, how large, and how often it was started', () => {
  const { file, plan, memory, observer, count } = openRun(3);
  observer.ready({ plan, reader: new RunReader(memory) });
  const all = Object.fromEntries(plan.lanes.map((lane) => [lane.name, laneCount(lane)]));
  const [delivered, delayed, failed] = ['m/delivered', 'm/delayed', 'm/failed'].map((name) => all[name]!);
  // All but one of the late ones come in the end.
  for (const [name, n] of Object.entries(all)) count(name, name === 'm/delayed-delivered' ? n - 1 : n);
  const { messages } = observer.finish({ loadEndNs: 1e9 }).result!;
  observer.close();
  const states = { sent: 0, delivered: delivered! + delayed! - 1, delayed: 1, failed };
  expect(messages).toMatchObject({ file, messages: 30, phoneNumbers: 30, starts: 1, states, active: 1 });
  expect(Object.values(messages!.carriers).reduce((a, b) => a + b, 0)).toBe(30);
  expect(messages!.bytes).toBeGreaterThan(0);
});
