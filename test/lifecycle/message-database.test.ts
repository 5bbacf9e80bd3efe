import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { InputError, LoadError } from '../../src/errors.ts';
import { MessageDatabase } from '../../src/lifecycle/message-database.ts';
import { openSqlite } from '../../src/lifecycle/sqlite.ts';
import { RUN_TAG } from '../workload/fixture.ts';

const RUN = { runTag: RUN_TAG, profile: 'p', profileHash: 'h', plannedAtMs: 1.7e12 };
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
    database.begin(RUN, []);
    database.write([], { elapsedMs: 1500.5, ended: false, settled: { m: 7, 'm/failed': 0 } });
  });
  withDatabase(file, (database) => {
    const settled = { m: 7, 'm/failed': 0 };
    expect(database.saved()).toEqual({ ...RUN, starts: 1, elapsedMs: 1500.5, ended: false, settled });
    database.begin(RUN, []);
    database.write([], { elapsedMs: 3000, ended: true, settled: { m: 9 } });
    expect(database.saved()).toMatchObject({ starts: 2, ended: true, settled: { m: 9, 'm/failed': 0 } });
  });
});

test('messages go from state to state; what comes twice or late changes nothing', () => {
  withDatabase(newFile(), (database) => {
    database.begin(RUN, [
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

test('what is written at once is there whole, or nothing of it', () => {
  withDatabase(newFile(), (database) => {
    database.begin(RUN, [[15_551_234_567, 'att']]);
    database.write([state('a', 'sent', 100)], { elapsedMs: 1000, ended: false, settled: { m: 1 } });
    const before = [database.saved(), database.counts()];
    // The last one goes to a number that is not in the book.
    const states = [
      state('a', 'delivered', 130),
      state('b', 'sent', 200),
      { ...state('c', 'sent', 200), phoneNumber: 1 },
    ];
    expect(() => database.write(states, { elapsedMs: 2000, ended: true, settled: { m: 3 } })).toThrow('FOREIGN KEY');
    expect(() => database.add(states)).toThrow('FOREIGN KEY');
    // What comes after the messages goes wrong: they are not there either.
    const settled = { m: null as unknown as number };
    const now = { elapsedMs: 2000, ended: true, settled };
    expect(() => database.write(states.slice(0, 2), now)).toThrow('NOT NULL');
    expect([database.saved(), database.counts()]).toEqual(before);
  });
});

test('when a message was sent, came to its state and was delivered, in whatever order that is written', () => {
  const file = newFile();
  const states = [state('a', 'sent', 100), state('a', 'delayed', 130), state('a', 'delivered', 280)];
  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ];
  withDatabase(file, (database) => {
    database.begin(RUN, [[15_551_234_567, 'att']]);
    for (const order of orders) database.add(order.map((i) => ({ ...states[i]!, messageId: order.join('') })));
  });
  const reader = openSqlite(file, { readOnly: true });
  const rows = reader.prepare('SELECT DISTINCT state, sent_at, state_at, delivered_at FROM messages').all();
  reader.close();
  expect(rows).toEqual([{ state: 'delivered', sent_at: 100, state_at: 280, delivered_at: 280 }]);
});

test('a run that goes on keeps what it was begun with', () => {
  withDatabase(newFile(), (database) => {
    database.begin(RUN, [[15_551_234_567, 'att']]);
    database.begin({ ...RUN, runTag: 'f'.repeat(16), profile: 'q', profileHash: 'i', plannedAtMs: 1 }, [
      [15_551_234_568, 'verizon'],
    ]);
    expect(database.saved()).toMatchObject({ ...RUN, starts: 2 });
    expect(database.counts().phoneNumbers).toBe(1);
  });
});

test('whoever writes it is told to the next one; a process that is gone is not in the way, whatever has its number now', () => {
  const file = newFile();
  const writer = new MessageDatabase(file);
  writer.begin(RUN, []);
  expect(() => new MessageDatabase(file)).toThrow(`process ${process.pid} is writing ${file}`);
  expect(readdirSync(dirname(file)).filter((name) => name.includes('-lock'))).toEqual(['run.db-lock']);
  // Who only looks is not in the way, nor is the writer in theirs.
  const reader = openSqlite(file, { readOnly: true });
  expect(reader.prepare('SELECT count(*) FROM run').pluck().get()).toBe(1);
  // As after a crash: a number that belongs to a process that runs.
  writer.close();
  reader.close();
  const crashed = openSqlite(file);
  crashed.exec('UPDATE run SET process = 1');
  crashed.close();
  expect(withDatabase(file, (database) => database.saved())).toMatchObject({ starts: 1 });
  expect(existsSync(`${file}-lock`)).toBe(false);
});

test('once it is closed the file alone has everything', () => {
  const file = newFile();
  withDatabase(file, (database) => {
    database.begin(RUN, [[15_551_234_567, 'att']]);
    database.add([state('a', 'sent', 100)]);
  });
  expect(readdirSync(dirname(file))).toEqual(['run.db']);
  const copy = newFile();
  copyFileSync(file, copy);
  expect(withDatabase(copy, (database) => database.counts().states)).toEqual({ sent: 1 });
});

test('whoever reads it while it is closed is not in the way, and a copy of the file has everything all the same', () => {
  const file = newFile();
  const writer = new MessageDatabase(file);
  writer.begin(RUN, [[15_551_234_567, 'att']]);
  const reader = openSqlite(file, { readOnly: true });
  reader.exec('BEGIN');
  expect(reader.prepare('SELECT starts FROM run').pluck().get()).toBe(1);
  writer.close();
  const copy = newFile();
  copyFileSync(file, copy);
  expect(withDatabase(copy, (database) => database.counts().phoneNumbers)).toBe(1);
  expect(reader.prepare('SELECT starts FROM run').pluck().get()).toBe(1);
  reader.close();
  expect(withDatabase(file, (database) => database.saved())).toMatchObject({ starts: 1 });
});

test('a run begins with its numbers, or not at all', () => {
  const file = newFile();
  const killed = function* (): Generator<readonly [number, string]> {
    yield [15_551_234_567, 'att'];
    throw new Error('killed here');
  };
  withDatabase(file, (database) => {
    expect(() => database.begin(RUN, killed())).toThrow('killed here');
    expect(database.saved()).toBeUndefined();
    expect(database.counts().phoneNumbers).toBe(0);
  });
});

test('the database of another program is refused and stays as it is', () => {
  const file = newFile();
  const other = openSqlite(file);
  other.exec('CREATE TABLE accounts (a); CREATE TABLE messages (b)');
  other.close();
  const before = readFileSync(file);
  expect(() => new MessageDatabase(file)).toThrow(
    `${file} is not the database of such a run: its tables are accounts, messages (name another file)`,
  );
  expect(readFileSync(file)).toEqual(before);
  expect(existsSync(`${file}-lock`)).toBe(false);
});

test('a file that is something else, and a folder that is not there, are clear errors', () => {
  const file = newFile();
  writeFileSync(file, 'these are no tables, these are words, and more of them than a header has');
  expect(() => new MessageDatabase(file)).toThrow(InputError);
  expect(() => new MessageDatabase(file)).toThrow('is not the database of such a run');
  const nowhere = join(file, 'x', 'run.db');
  expect(() => new MessageDatabase(nowhere)).toThrow(LoadError);
  expect(existsSync(nowhere)).toBe(false);
});
