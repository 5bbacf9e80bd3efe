/** Runs without an end, stopped: what was due until then is what was scheduled. */
import { readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { executePlan } from '../../dist/src/coordinator/execute.js';
import { plan, type Result, run } from '../../dist/src/index.js';
import { parseExposition, sumOf } from '../report/exposition.ts';
import { killCommands, metricsUrlOf, startCommand, until } from './command.ts';
import { profileFile } from './profile-file.ts';

afterAll(killCommands);

/** The same at any time of the day. */
const FLAT = ['--set', 'scenarios.ecommerce.multipliers=none'];

const endless = { executor: 'constant-arrival-rate', rate: 200, duration: 'endless' };
const ACKED = 'kafka_load_messages_acked_total';
const nullTransport = { kafka: { 'bootstrap.servers': 'null' }, workers: 3 };

function expectWhole({ totals, rate, verdict }: Result): void {
  expect(totals.scheduled).toBe(totals.sent + totals.shed + totals.unsent);
  expect(totals.sent).toBe(totals.acked + totals.failed + totals.unresolved);
  expect(Math.abs(rate.errorPct!)).toBeLessThan(0.5);
  expect(verdict.reasons.join('\n')).not.toMatch(/ended early/);
}

test('200 a second on the embedded cluster until Ctrl-C: all that was due by then, and no part of a run cut short', async () => {
  const out = join(await mkdtemp(join(tmpdir(), 'endless-')), 'result');
  const args = [
    'run',
    'ecommerce',
    '-r',
    '200/s',
    ...FLAT,
    '--workers',
    '1',
    '--allow-invalid',
    '--metrics-port',
    '0',
    '-o',
    out,
  ];
  const command = startCommand(args);
  const url = await metricsUrlOf(command);
  const acked = async () => {
    const families = parseExposition(await (await fetch(url)).text());
    return families.has(ACKED) ? sumOf(families, ACKED) : 0;
  };
  await until(async () => (await acked()) >= 400, command);
  command.child.kill('SIGINT');
  const { code, err } = await command.ended;
  expect(code).toBe(130);
  expect(err).toContain('endless, until it is stopped');
  expect(err).toMatch(/ load, until it is stopped \| /);
  expect(err).not.toMatch(/ left|, ends /);
  const result: Result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'));
  expectWhole(result);
  expect(result.run.stopped?.by).toBe('SIGINT');
  expect(result.totals).toMatchObject({ unsent: 0, failed: 0 });
  expect(result.totals.scheduled).toBeGreaterThanOrEqual(400);
  // The schedule begins a moment before its loop may, and ends before the last acknowledgement.
  expect(result.totals.scheduled).toBeGreaterThanOrEqual(200 * result.phases.load - 1);
  expect(result.totals.scheduled).toBeLessThanOrEqual((200 * result.run.durationMs) / 1000 + 1);
  expect(readFileSync(join(out, 'profile.yaml'), 'utf8')).toContain('duration: endless');
});

test('-t endless makes one of a profile with an end, -t and -n give one an end', async () => {
  const ends = async (overrides: object) => {
    const { plan: planned } = await plan('web-events', { env: {}, cwd: '/', overrides });
    return [planned.lanes[0]!.load.count, planned.durationNs];
  };
  expect(await ends({ duration: '60s' })).toEqual([20, 60e9]);
  expect(await ends({ messages: 2 })).toEqual([2, 6e9]);
  const { plan: atm } = await plan('atm', { env: {}, cwd: '/', overrides: { duration: 'endless' } });
  expect(atm.lanes[0]!.load).toMatchObject({ endless: true });
});

test('beside a scenario that ends it goes on, and its end is then that of both', async () => {
  const one = { workload: 'bytes', topic: 't', params: { size: 100 } };
  const stopped = async (onceSec: number, atCount: number) => {
    const once = { ...one, ...endless, rate: 100, duration: `${onceSec}s` };
    const file = profileFile({}, { ...nullTransport, scenarios: { ever: { ...one, ...endless }, once } });
    const stop = new AbortController();
    const reason = { by: 'SIGTERM', reason: 'told to' };
    const planned: (number | null)[] = [];
    const onProgress = ({ acked, plannedNs }: { acked: number; plannedNs: number | null }) => {
      planned.push(plannedNs);
      if (acked >= atCount) stop.abort(reason);
    };
    const report = await run(file, { env: {}, signal: stop.signal, onProgress, allowInvalid: true });
    expect(new Set(planned)).toEqual(new Set([null]));
    return report;
  };
  // 350 are the fifty of the one and a second and a half of the other.
  const [late, early] = await Promise.all([stopped(0.5, 350), stopped(3600, 1)]);
  expect(late.exitCode).toBe(143);
  expectWhole(late.result);
  expect(late.result.scenarios.once!.totals).toMatchObject({ scheduled: 50, acked: 50 });
  expect(late.result.scenarios.ever!.totals.scheduled).toBeGreaterThan(200);
  // What had an end did not reach it.
  expect(early.result.verdict).toMatchObject({ status: 'INCOMPLETE', reasons: ['ended early by SIGTERM: told to'] });
  expect(early.result.scenarios.once!.totals.scheduled).toBe(360_000);
});

test('stopped while it warms up nothing was measured, and it says so', async () => {
  const stop = new AbortController();
  const { result } = await run(profileFile({ ...endless, warmup: '1m' }, nullTransport), {
    env: {},
    signal: stop.signal,
    onProgress: ({ sent }) => sent > 20 && stop.abort(),
  });
  expect(result.verdict).toMatchObject({
    status: 'INCOMPLETE',
    reasons: ['ended early by abort: the caller stopped the run'],
  });
  expect(result.totals.scheduled).toBe(0);
  expect(result.warmup!.totals.scheduled).toBe(result.warmup!.totals.acked);
});

test('a threshold that ends it makes it a run cut short, as any other', async () => {
  const thresholds = { response_ms: [{ threshold: 'max<0.001', abortOnFail: true }] };
  const { result, exitCode } = await run(profileFile(endless, { ...nullTransport, thresholds }), { env: {} });
  expect(exitCode).toBe(99);
  expect(result.verdict).toMatchObject({
    status: 'INCOMPLETE',
    reasons: [expect.stringMatching(/^ended early by threshold/)],
  });
  expect(result.totals).toMatchObject({ unsent: 0, scheduled: result.totals.sent });
});

test('a worker that is lost had as much to do as was due when the others heard of it', async () => {
  const planned = await plan(profileFile(endless, nullTransport), { env: {} });
  const workerEntry = new URL('./crashing-worker.mjs', import.meta.url);
  const { measurement } = await executePlan(planned.plan, { workerEntry });
  const totals = measurement.workers.map(({ lanes }) => lanes[0]!.load.totals);
  for (const each of totals) expect(each.scheduled).toBe(each.sent + each.shed + each.unsent);
  // It fails after half a second; a third of 200 a second is its own.
  expect(totals[1]!.sent).toBeGreaterThan(0);
  expect(totals[1]!.scheduled).toBeGreaterThanOrEqual(33);
  expect(totals[1]!.scheduled).toBeLessThan(67 * 60);
});

test('weights and ground truth are about what was sent', async () => {
  const stop = new AbortController();
  const out = await mkdtemp(join(tmpdir(), 'endless-'));
  const anomalies = { duplicates: { rate: 0.2, within: 10 } };
  const atm = { workload: 'atm', topic: 't', ...endless, rate: 2000, anomalies };
  const file = profileFile({}, { ...nullTransport, scenarios: { atm }, thresholds: { weights: ['p>0.000001'] } });
  const { result } = await run(file, {
    ...{ env: {}, out, signal: stop.signal, allowInvalid: true },
    onProgress: ({ sent }) => sent > 1000 && stop.abort(),
  });
  expectWhole(result);
  expect(result.thresholds).toMatchObject([{ metric: 'weights', ok: true }]);
  const lines = readFileSync(join(out, 'ground-truth.jsonl'), 'utf8').trim().split('\n').slice(1);
  const told = lines.map((line) => JSON.parse(line) as { index: number });
  // A fifth of them: far less than of the 1.7 * 10^10 that are laid out.
  expect(told.length).toBeGreaterThan(result.totals.sent * 0.1);
  expect(told.length).toBeLessThan(result.totals.sent * 0.3);
});
