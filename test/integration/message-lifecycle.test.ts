/**
 * message-lifecycle: a whole run read back from the topic by a client that knows nothing of the plan.
 * Every state of every message, in its order and at its time; and a job that looks for undelivered messages, written
 * the obvious way, finds what the ground truth says.
 */
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openSqlite } from '../../src/lifecycle/sqlite.ts';
import { killCommands, linesOf, startCluster, startCommand, until } from './command.ts';

afterAll(killCommands);

const start = (...args: string[]) => startCommand(args);
const parsed = <T>(text: string): T[] => linesOf(text).map((line) => JSON.parse(line));

const startTopic = async () => ['--bootstrap-servers', await startCluster('message_status:3')];

interface State {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: { messageId: string; phoneNumber: number; carrier: string; status: string; timestamp: number };
}

const NORMAL_MS = 300;
const DELAYED_MS = 900;
const ALERT_MS = 600;
const MESSAGES = 300;

test.each([1, 2])('every state of every message, and what a job must find of them (%d workers)', async (workers) => {
  const where = await startTopic();
  const truthFile = join(mkdtempSync(join(tmpdir(), 'truth-')), 'truth.jsonl');
  const times = ['--normal-delivery-time', `${NORMAL_MS}ms`, '--delayed-delivery-time', `${DELAYED_MS}ms`];
  const load = ['-r', '100', '-t', '3', '--max-active-messages', 'none', '--alert-after', `${ALERT_MS}ms`, ...times];
  const how = ['--workers', String(workers), '--ground-truth', truthFile, '-o', 'none', '--format', 'json'];
  const run = await start('message-lifecycle', ...load, ...where, ...how, '--allow-invalid').ended;
  expect(run.code, run.err).toBe(0);
  const { totals, scenarios, run: facts } = JSON.parse(run.out);
  expect(Object.keys(scenarios)).toEqual(
    ['', '/delivered', '/delayed', '/delayed-delivered', '/failed'].map((lane) => `message-lifecycle${lane}`),
  );
  expect(scenarios['message-lifecycle'].totals.acked).toBe(MESSAGES);

  const count = ['-n', String(totals.acked), '--format', 'json'];
  const read = await start('consume', '-p', 'message-lifecycle', ...where, ...count).ended;
  expect(read.code, read.err).toBe(0);
  const byMessage = new Map<string, State[]>();
  for (const state of parsed<State>(read.out)) {
    expect(state.key).toBe(state.value.messageId);
    byMessage.set(state.key, [...(byMessage.get(state.key) ?? []), state]);
  }
  expect(byMessage.size).toBe(MESSAGES);

  // In the topic's order, but where the run itself says that it was too late for that.
  const isOvertaken = (facts.notes as string[]).some((note) => note.includes('may stand in the topic before'));
  const ends: Record<string, number> = {};
  for (const states of byMessage.values()) {
    states.sort((a, b) => (isOvertaken ? a.value.timestamp - b.value.timestamp : a.offset - b.offset));
    const [{ partition, value }] = states as [State];
    const course = states.map((state) => state.value.status).join(' → ');
    ends[course] = (ends[course] ?? 0) + 1;
    for (const { partition: at, value: later } of states) {
      expect(at).toBe(partition);
      expect(later).toMatchObject({ phoneNumber: value.phoneNumber, carrier: value.carrier });
    }
    const after = states.slice(1).map((state) => state.value.timestamp - value.timestamp);
    const planned = { 2: course.endsWith('failed') ? [DELAYED_MS] : [NORMAL_MS], 3: [NORMAL_MS, DELAYED_MS] }[
      states.length
    ];
    expect(after.map((ms, i) => Math.abs(ms - planned![i]!) <= 1)).toEqual(planned!.map(() => true));
  }
  const { 'sent → delivered': delivered, 'sent → delayed → delivered': delayed, 'sent → failed': failed } = ends;
  expect(delivered! + delayed! + failed!).toBe(MESSAGES);
  expect([delivered, delayed, failed]).toEqual(
    ['delivered', 'delayed', 'failed'].map((lane) => scenarios[`message-lifecycle/${lane}`].totals.acked),
  );

  // The job: a message without `delivered` within the time is one to alert on.
  const found = [...byMessage].filter(([, states]) => {
    const since = states[0]!.value.timestamp;
    return !states.some(({ value }) => value.status === 'delivered' && value.timestamp - since <= ALERT_MS);
  });
  const [, ...truth] = parsed<{ kind: string; messageId: string; reason: string }>(readFileSync(truthFile, 'utf8'));
  expect(truth.map(({ messageId }) => messageId).toSorted()).toEqual(found.map(([id]) => id).toSorted());
  expect(truth.filter(({ reason }) => reason === 'late')).toHaveLength(delayed!);
  expect(truth.filter(({ reason }) => reason === 'never-delivered')).toHaveLength(failed!);
  expect(truth.every(({ kind }) => kind === 'alert')).toBe(true);
});

test('killed at any moment, the same command goes on: no message starts twice, all come to their ends', async () => {
  const where = await startTopic();
  const file = join(mkdtempSync(join(tmpdir(), 'messages-')), 'run.db');
  const times = ['--normal-delivery-time', '500ms', '--delayed-delivery-time', '1s', '--max-active-messages', 'none'];
  const load = ['message-lifecycle', '-r', '50', '-t', '6', ...times, '--database', file, ...where];
  const how = ['-o', 'none', '--format', 'json', '--allow-invalid'];
  const query = <T>(sql: string) => {
    const database = openSqlite(file, { readOnly: true });
    try {
      return database.prepare(sql).all() as T[];
    } finally {
      database.close();
    }
  };

  const first = start(...load, ...how);
  // In a file that is just being made there is no table.
  const written = () => existsSync(file) && query('PRAGMA table_list(messages)').length > 0;
  await until(() => written() && query('SELECT * FROM messages LIMIT 40').length === 40, first);
  // Some time between two writes: what was sent since the last one is in the topic alone.
  await new Promise((done) => setTimeout(done, 430));
  first.child.kill('SIGKILL');
  await first.ended;

  const second = await start(...load, ...how).ended;
  expect(second.code, second.err).toBe(0);
  expect(second.err).toMatch(/resumes run [0-9a-f]{16} of .*run\.db, [\d,]+ of [\d,]+ records are left/);
  const third = await start(...load, ...how).ended;
  expect(third.code).toBe(2);
  expect(third.err).toContain('the run in this database has ended');

  const { messages } = JSON.parse(second.out);
  expect(messages).toMatchObject({ messages: 300, active: 0, phoneNumbers: 1000, starts: 2 });
  const planned = await start('plan', ...load.slice(0, -2), '--database', 'none', '--format', 'json').ended;
  const total = JSON.parse(planned.out).messages;
  const read = await start('consume', '-p', 'message-lifecycle', ...where, '-n', String(total), '--format', 'json')
    .ended;
  const courses = new Map<string, string[]>();
  for (const { key, value } of parsed<State>(read.out)) courses.set(key, [...(courses.get(key) ?? []), value.status]);
  const whole = ['delivered,sent', 'delayed,delivered,sent', 'failed,sent'];
  expect([...courses.values()].filter((states) => !whole.includes(states.toSorted().join()))).toEqual([]);
  expect(courses.size).toBe(300);

  const rows = query<{ id: string; state: string }>('SELECT message_id AS id, state FROM messages ORDER BY id');
  const ends = rows.map(({ id, state }) => [id, courses.get(id)!.includes(state)]);
  expect(ends).toEqual([...courses.keys()].toSorted().map((id) => [id, true]));
  expect(query<{ n: number }>('SELECT count(DISTINCT carrier) AS n FROM phone_numbers')).toEqual([{ n: 3 }]);
});

test('a run of its own size keeps its database unasked, in its result directory; named there it goes on after a kill', async () => {
  const where = await startTopic();
  const out = mkdtempSync(join(tmpdir(), 'results-'));
  const file = join(out, 'messages.db');
  const times = ['--normal-delivery-time', '500ms', '--delayed-delivery-time', '1s', '--max-active-messages', 'none'];
  const load = ['message-lifecycle', '-r', '50', '-t', '6', ...times, ...where, '--allow-invalid'];
  const first = start(...load, '-o', out);
  await until(
    () => first.said.err.includes(`database ${file}`) && /, delivered [1-9].*database rows/.test(first.said.err),
    first,
  );
  first.child.kill('SIGKILL');
  await first.ended;
  const second = await start(...load, '-o', 'none', '--format', 'json', '--database', file).ended;
  expect(second.code, second.err).toBe(0);
  expect(second.err).toMatch(/resumes run [0-9a-f]{16} of .*messages\.db/);
  const { messages } = JSON.parse(second.out);
  expect(messages).toMatchObject({ file, messages: 300, active: 0, starts: 2, states: { sent: 0, delayed: 0 } });
});

test('a database that somebody has locked stops nothing: it is told once, and is whole in the end', async () => {
  const where = await startTopic();
  const file = join(mkdtempSync(join(tmpdir(), 'messages-')), 'run.db');
  const times = ['--normal-delivery-time', '500ms', '--delayed-delivery-time', '1s', '--max-active-messages', 'none'];
  const load = ['message-lifecycle', '-r', '25', '-t', '6', ...times, '--database', file, ...where];
  const run = start(...load, '-o', 'none', '--format', 'json', '--allow-invalid');
  await until(() => existsSync(`${file}-wal`) && run.said.err.includes('load,'), run);
  const other = openSqlite(file);
  other.exec('BEGIN IMMEDIATE');
  await until(() => run.said.err.includes('database is locked'), run);
  other.exec('ROLLBACK');
  other.close();
  const { code, out, err } = await run.ended;
  expect(code, err).toBe(0);
  expect(err.match(/run\.db cannot be read or written: database is locked; trying again every second/g)).toHaveLength(
    1,
  );
  const { messages, run: facts } = JSON.parse(out);
  expect(messages).toMatchObject({ messages: 150, active: 0 });
  expect(facts.stopped).toBeUndefined();
});
