/**
 * WORKLOADS.md, message-lifecycle: a whole run read back from the topic by a client that knows nothing of the plan.
 * Every state of every message, in its order and at its time; and a job that looks for undelivered messages, written
 * the obvious way, finds what the ground truth says.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const CLI = resolve('dist/src/cli.js');
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

function start(...args: string[]) {
  const child = spawn(process.execPath, [CLI, ...args], { env: { PATH: process.env.PATH } });
  children.push(child);
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.err += text;
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...said }));
  return { said, ended };
}

async function startCluster(): Promise<string[]> {
  const embedded = start('embedded', '--topics', 'message_status:3');
  while (!embedded.said.out.includes('\n')) await new Promise((done) => setTimeout(done, 20));
  return ['--bootstrap-servers', embedded.said.out.trim()];
}

interface State {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: { messageId: string; phoneNumber: number; carrier: string; status: string; timestamp: number };
}

const linesOf = <T>(text: string): T[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

const NORMAL_MS = 300;
const DELAYED_MS = 900;
const ALERT_MS = 600;
const MESSAGES = 300;

test.each([1, 2])('every state of every message, and what a job must find of them (%d workers)', async (workers) => {
  const where = await startCluster();
  const truthFile = join(mkdtempSync(join(tmpdir(), 'truth-')), 'truth.jsonl');
  const times = ['--normal-delivery-time', `${NORMAL_MS}ms`, '--delayed-delivery-time', `${DELAYED_MS}ms`];
  const load = ['-r', '100', '-t', '3', '--max-active-messages', 'none', '--alert-after', `${ALERT_MS}ms`, ...times];
  const how = ['--workers', String(workers), '--ground-truth', truthFile, '-o', 'none', '--format', 'json'];
  const run = await start('message-lifecycle', ...load, ...where, ...how, '--allow-invalid').ended;
  expect(run.code, run.err).toBe(0);
  const { totals, scenarios } = JSON.parse(run.out);
  expect(Object.keys(scenarios)).toEqual(
    ['', '/delivered', '/delayed', '/delayed-delivered', '/failed'].map((lane) => `message-lifecycle${lane}`),
  );
  expect(scenarios['message-lifecycle'].totals.acked).toBe(MESSAGES);

  const count = ['-n', String(totals.acked), '--format', 'json'];
  const read = await start('consume', '-p', 'message-lifecycle', ...where, ...count).ended;
  expect(read.code, read.err).toBe(0);
  const byMessage = new Map<string, State[]>();
  for (const state of linesOf<State>(read.out)) {
    expect(state.key).toBe(state.value.messageId);
    byMessage.set(state.key, [...(byMessage.get(state.key) ?? []), state]);
  }
  expect(byMessage.size).toBe(MESSAGES);

  const ends: Record<string, number> = {};
  for (const states of byMessage.values()) {
    states.sort((a, b) => a.offset - b.offset);
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
  const [, ...truth] = linesOf<{ kind: string; messageId: string; reason: string }>(readFileSync(truthFile, 'utf8'));
  expect(truth.map(({ messageId }) => messageId).toSorted()).toEqual(found.map(([id]) => id).toSorted());
  expect(truth.filter(({ reason }) => reason === 'late')).toHaveLength(delayed!);
  expect(truth.filter(({ reason }) => reason === 'never-delivered')).toHaveLength(failed!);
  expect(truth.every(({ kind }) => kind === 'alert')).toBe(true);
});
