import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { InputError, LoadError } from '../../src/errors.ts';
import { MessageDatabase } from '../../src/lifecycle/message-database.ts';

const RUN = { runTag: '0123456789abcdef', profile: 'p', profileHash: 'h', plannedAtMs: 1.7e12 };
const newFile = () => join(mkdtempSync(join(tmpdir(), 'messages-')), 'run.db');

function withDatabase<T>(file: string, use: (database: MessageDatabase) => T): T {
  const database = new MessageDatabase(file);
  try {
    return use(database);
  } finally {
    database.close();
  }
}

const state = (messageId: string, status: string, timestamp: number) => {
  return { messageId, status, timestamp, phoneNumber: 15_551_234_567, carrier: 'att' };
};

test('a new file has no run; one that was begun is found again', () => {
  const file = newFile();
  withDatabase(file, (database) => {
    expect(database.saved()).toBeUndefined();
    database.begin(RUN);
    database.write([], { elapsedMs: 1500.5, ended: false, settled: { m: 7, 'm/failed': 0 } });
  });
  withDatabase(file, (database) => {
    const settled = { m: 7, 'm/failed': 0 };
    expect(database.saved()).toEqual({ ...RUN, starts: 1, elapsedMs: 1500.5, ended: false, settled });
    database.begin(RUN);
    database.write([], { elapsedMs: 3000, ended: true, settled: { m: 9 } });
    expect(database.saved()).toMatchObject({ starts: 2, ended: true, settled: { m: 9, 'm/failed': 0 } });
  });
});

test('messages go from state to state; what comes twice or late changes nothing', () => {
  withDatabase(newFile(), (database) => {
    database.begin(RUN);
    database.addPhoneNumbers([
      [15_551_234_567, 'att'],
      [15_551_234_568, 'verizon'],
    ]);
    const states = [state('a', 'sent', 100), state('b', 'sent', 100), state('a', 'delayed', 130)];
    const later = [
      state('a', 'delivered', 280),
      state('a', 'delayed', 130),
      state('b', 'sent', 100),
      state('c', 'sent', 300),
    ];
    database.write(states, { elapsedMs: 0, ended: false, settled: {} });
    database.add(later);
    const { states: counts, carriers, phoneNumbers, bytes } = database.counts();
    expect([counts, carriers, phoneNumbers]).toEqual([{ delivered: 1, sent: 2 }, { att: 3 }, 2]);
    expect(bytes).toBeGreaterThan(0);
  });
});

test('another process that writes it is told; one that is gone is not in the way', () => {
  const file = newFile();
  withDatabase(file, (database) => database.begin(RUN));
  const ownPid = process.pid;
  Object.defineProperty(process, 'pid', { value: ownPid + 1, configurable: true });
  try {
    expect(() => withDatabase(file, (database) => database.saved())).toThrow(`process ${ownPid} is writing ${file}`);
  } finally {
    Object.defineProperty(process, 'pid', { value: ownPid, configurable: true });
  }
});

test('a file that is something else, and a folder that is not there, are clear errors', () => {
  const file = newFile();
  writeFileSync(file, 'these are no tables, these are words, and more of them than a header has');
  expect(() => new MessageDatabase(file)).toThrow(InputError);
  expect(() => new MessageDatabase(file)).toThrow('is no database of such a run');
  const nowhere = join(file, 'x', 'run.db');
  expect(() => new MessageDatabase(nowhere)).toThrow(LoadError);
  expect(existsSync(nowhere)).toBe(false);
});
