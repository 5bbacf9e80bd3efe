import { readdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { InputError, LoadError } from '../../src/errors.ts';
import { MessageDatabase } from '../../src/lifecycle/message-database.ts';
import { Recorder } from '../../src/lifecycle/recorder.ts';
import { RunReader } from '../../src/recorder/reader.ts';
import {
  allocateRunMemory,
  COUNTER,
  controlOf,
  counterCell,
  LOAD,
  laneCounters,
} from '../../src/recorder/run-memory.ts';
import { laneCount, newFile, planOf, RUN } from './lifecycle-plan.ts';

beforeEach(() => {
  vi.restoreAllMocks();
});

function openRun(seconds = 1) {
  const file = newFile();
  const plan = planOf(file, { seconds, params: { totalPhoneNumbers: 30 } });
  const memory = allocateRunMemory(1, plan.lanes.length, 1);
  controlOf(memory).epoch[1] = RUN.plannedAtMs;
  const recorder = new Recorder(plan, 'h');
  const warnings: string[] = [];
  return {
    file,
    plan,
    memory,
    recorder,
    warnings,
    write: (elapsedNs = 1e9) => recorder.write(elapsedNs, (warning) => warnings.push(warning)),
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
  const { file, plan, recorder } = openRun();
  recorder.close();
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
  expect(() => new Recorder(planOf(file), 'h')).toThrow(LOCKED);
  begin.mockRestore();
  new Recorder(planOf(file), 'h').close();
  expect(savedIn(file).saved!.starts).toBe(1);
});

test('the file is one writer’s, until it is closed', () => {
  const { file, recorder } = openRun();
  expect(() => new Recorder(planOf(file), 'h')).toThrow(InputError);
  recorder.close();
  new Recorder(planOf(file), 'h').close();
  expect(savedIn(file).saved!.starts).toBe(2);
});

test('before the workers are ready there is nothing to write', () => {
  const { file, recorder, write, count, warnings } = openRun();
  count('m', 3);
  write();
  expect(warnings).toEqual([]);
  expect(recorder.finish(2e9).messages).toMatchObject({ messages: 0, active: 0 });
  recorder.close();
  expect(savedIn(file).saved!.elapsedMs).toBe(0);
});

test('while it cannot be written that is told once, and again after it could', () => {
  const { plan, memory, recorder, write, warnings } = openRun();
  recorder.ready(plan, new RunReader(memory));
  const told = `${LOCKED.message}; trying again every second`;
  const first = failing(LOCKED);
  for (let second = 0; second < 3; second++) write();
  expect(warnings).toEqual([told]);
  first.mockRestore();
  write();
  failing(LOCKED);
  write();
  expect(warnings).toEqual([told, told]);
  recorder.close();
});

test('while a run goes on nobody is waited for as long as at its end', () => {
  const { plan, memory, recorder, write } = openRun();
  recorder.ready(plan, new RunReader(memory));
  const writes = vi.spyOn(MessageDatabase.prototype, 'write');
  write();
  recorder.finish(2e9);
  const [during, atEnd] = writes.mock.calls.map(([, , waitMs]) => waitMs);
  // Less than what the progress is shown by; at the end the default of the database.
  expect(during).toBeLessThan(1000);
  expect(atEnd).toBeUndefined();
  recorder.close();
});

test('a fault of ours is not taken for a locked file', () => {
  const { plan, memory, recorder, write, warnings } = openRun();
  recorder.ready(plan, new RunReader(memory));
  for (const error of [new TypeError('ours'), new LoadError('OTHER', 'not of SQLite')]) {
    const spy = failing(error);
    expect(() => write()).toThrow(error);
    expect(() => recorder.finish(1e9)).toThrow(error);
    spy.mockRestore();
  }
  expect(warnings).toEqual([]);
  recorder.close();
});

test('a file that is not whole at the end is told beside the result', () => {
  const { plan, memory, recorder } = openRun();
  recorder.ready(plan, new RunReader(memory));
  const spy = failing(LOCKED);
  expect(recorder.finish(1e9)).toEqual({ error: LOCKED });
  spy.mockRestore();
  vi.spyOn(MessageDatabase.prototype, 'counts').mockImplementation(() => {
    throw LOCKED;
  });
  expect(recorder.finish(1e9)).toEqual({ error: LOCKED });
  recorder.close();
});

test('what it holds is known after each write, as it is at the end', () => {
  const { plan, memory, recorder, count, write } = openRun(3);
  recorder.ready(plan, new RunReader(memory));
  expect(recorder.live).toBeUndefined();
  count('m', 20);
  count('m/delayed', 2);
  write();
  expect(recorder.live).toMatchObject({ messages: 20, active: 20, phoneNumbers: 30, states: { sent: 18, delayed: 2 } });
  const { messages } = recorder.finish(2e9);
  expect(recorder.live).toEqual(messages);
  recorder.close();
});

test('one that nobody named takes the place of an earlier run’s in its directory', () => {
  const directory = dirname(newFile());
  const plan = planOf('auto');
  expect(plan.database).toMatchObject({ file: null });
  const warnings: string[] = [];
  const open = () => Recorder.openUnasked(plan, 'h', directory, (warning) => warnings.push(warning));
  const first = open()!;
  expect(open()).toBeUndefined();
  expect(warnings).toEqual([
    `no database: database: process ${process.pid} is writing ${first.file} (wait for it, or name another file)`,
  ]);
  first.close();
  open()!.close();
  expect(readdirSync(directory)).toEqual(['messages.db']);
  expect(savedIn(first.file).saved).toMatchObject({ starts: 1 });
  writeFileSync(first.file, 'these are no tables, these are words, and more of them than a header has');
  expect(open()).toBeUndefined();
  expect(warnings[1]).toContain('is no database of such a run');
});

test('the summary: who is still active, whose numbers, how large, and how often it was started', () => {
  const { file, plan, memory, recorder, count } = openRun(3);
  recorder.ready(plan, new RunReader(memory));
  const all = Object.fromEntries(plan.lanes.map((lane) => [lane.name, laneCount(lane)]));
  const [delivered, delayed, failed] = ['m/delivered', 'm/delayed', 'm/failed'].map((name) => all[name]!);
  // All but one of the late ones come in the end.
  for (const [name, n] of Object.entries(all)) count(name, name === 'm/delayed-delivered' ? n - 1 : n);
  const { messages } = recorder.finish(1e9);
  recorder.close();
  const states = { sent: 0, delivered: delivered! + delayed! - 1, delayed: 1, failed };
  expect(messages).toMatchObject({ file, messages: 30, phoneNumbers: 30, starts: 1, states, active: 1 });
  expect(Object.values(messages!.carriers).reduce((a, b) => a + b, 0)).toBe(30);
  expect(messages!.bytes).toBeGreaterThan(0);
});
