/** Where runs leave their files when nobody says where. */
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { decodeLatencySeries } from '../../dist/src/result/latency-series-coding.js';
import { killCommands, linesOf, startCommand, until } from './command.ts';
import { profileFile } from './profile-file.ts';

afterAll(killCommands);

const QUICK = ['quickstart', '-t', '1s', '--bootstrap-servers', 'null', '--allow-invalid', '--quiet'];

test('runs started at once have each their own directory, the one that they print', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'results-'));
  const ended = await Promise.all([1, 2, 3].map(() => startCommand(QUICK, {}, { cwd }).ended));
  expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
  const printed = ended.map(({ out }) => /^Results +(\S+)\/report\.html$/m.exec(out)![1]!);
  expect(printed.map((path) => path.replace('load-results/', '')).sort()).toEqual(
    readdirSync(join(cwd, 'load-results')).sort(),
  );
  const runs = printed.map((path) => JSON.parse(readFileSync(join(cwd, path, 'result.json'), 'utf8')).run.id);
  expect(new Set(runs).size).toBe(3);
});

test('a run that could not begin leaves no directory behind', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'results-'));
  const command = startCommand(['quickstart', '--bootstrap-servers', 'localhost:1'], {}, { cwd });
  const { code, err } = await command.ended;
  expect([code, err]).toEqual([1, expect.stringContaining('no broker of localhost:1 answers')]);
  expect(readdirSync(join(cwd, 'load-results'))).toEqual([]);
});

test('a run that a signal ends before it begins leaves no directory behind', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'results-'));
  const results = join(cwd, 'load-results');
  const command = startCommand(['quickstart', '--bootstrap-servers', 'localhost:1'], {}, { cwd });
  await until(() => existsSync(results) && readdirSync(results).length === 1);
  command.child.kill('SIGTERM');
  expect((await command.ended).code).toBe(143);
  expect(readdirSync(results)).toEqual([]);
});

test('one that a second signal ends at once leaves what is known of it', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'results-'));
  const load = { executor: 'constant-arrival-rate', rate: 1000, duration: '1h', gracefulStop: '1h' };
  const nobody = { kafka: { 'bootstrap.servers': 'null' }, nullTransport: { latencyMs: 3_600_000 } };
  const command = startCommand([profileFile(load, nobody), '--workers', '1'], {}, { cwd });
  await until(() => command.said.err.includes('on no broker'));
  command.child.kill('SIGINT');
  await until(() => command.said.err.includes('sending stopped'));
  expect(readdirSync(join(cwd, 'load-results'))).toHaveLength(1);
  command.child.kill('SIGTERM');
  expect((await command.ended).code).toBe(143);
  const directory = join(cwd, 'load-results', readdirSync(join(cwd, 'load-results'))[0]!);
  const report = await startCommand(['report', directory]).ended;
  expect([report.code, report.out]).toEqual([3, expect.stringMatching(/^INCOMPLETE.*\n {2}- killed at /)]);
});

test('a run that is killed leaves its identity, its rows and its last checkpoint, and `load report` tells them', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'results-'));
  const args = ['bytes', '-r', '200', '-t', '1h', '--bootstrap-servers', 'embedded', '-o', 'killed'];
  const command = startCommand(args, {}, { cwd });
  const file = (name: string) => join(cwd, 'killed', name);
  const lines = (name: string) => (existsSync(file(name)) ? linesOf(readFileSync(file(name), 'utf8')) : []);
  await until(() => lines('checkpoints.jsonl').length >= 2, command);
  command.child.kill('SIGKILL');
  await command.ended;
  expect(readdirSync(join(cwd, 'killed')).sort()).toEqual([
    'checkpoints.jsonl',
    'latencies.jsonl',
    'profile.yaml',
    'run.json',
    'series.csv',
  ]);
  const run = JSON.parse(readFileSync(file('run.json'), 'utf8'));
  expect(run).toMatchObject({ run: { profile: 'bytes', seed: 42, id: expect.stringMatching(/^[0-9a-f]{16}$/) } });
  expect(run.ledger.partitions[0]).toEqual({ topic: 'load-bytes', partition: 0, startOffset: 0 });
  expect(readFileSync(file('profile.yaml'), 'utf8')).toContain('rate: 200');
  const last = JSON.parse(lines('checkpoints.jsonl').at(-1)!);
  // Half a line, as a kill in the middle of a write leaves it.
  appendFileSync(file('checkpoints.jsonl'), '{"durationMs":');
  appendFileSync(file('series.csv'), '9,1');

  const report = await startCommand(['report', 'killed', '--format', 'json'], {}, { cwd }).ended;
  expect(report.code, report.err).toBe(3);
  const result = JSON.parse(report.out);
  expect(result.verdict).toEqual({ status: 'INCOMPLETE', reasons: [expect.stringMatching(/^killed at \d{4}-/)] });
  expect(result.run).toMatchObject({ id: run.run.id, durationMs: last.durationMs });
  expect(result.totals).toEqual(last.totals);
  expect(result.totals.scheduled).toBe(result.totals.sent + result.totals.shed + result.totals.unsent);
  expect(result.totals.sent).toBe(result.totals.acked + result.totals.failed + result.totals.unresolved);
  expect(result.scenarios.bytes.totals).toEqual(last.totals);
  expect(result.series.length).toBeGreaterThanOrEqual(2);
  expect(decodeLatencySeries(result.latencySeries.response)).toHaveLength(result.series.length);
  expect(last.settled.bytes[0]).toBeLessThanOrEqual(last.totals.acked);
  const summary = await startCommand(['report', 'killed'], {}, { cwd }).ended;
  expect([summary.code, summary.out]).toEqual([3, expect.stringMatching(/^INCOMPLETE/)]);
  expect(readFileSync(join(cwd, 'killed/report.html'), 'utf8')).toContain('INCOMPLETE');
});

test('a finished run has its result in their place, and `load report` prints it again', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'results-'));
  const run = await startCommand([...QUICK, '-o', 'done'], {}, { cwd }).ended;
  expect(readdirSync(join(cwd, 'done')).sort()).toEqual([
    'histograms.hlog',
    'profile.yaml',
    'report.html',
    'result.json',
    'series.csv',
  ]);
  expect((await startCommand(['report', 'done'], {}, { cwd }).ended).out).toBe(run.out);
  const nothing = await startCommand(['report', '.'], {}, { cwd }).ended;
  expect([nothing.code, nothing.err]).toEqual([2, expect.stringContaining('it holds neither a result, nor a sweep')]);
});

test('a page that cannot be written costs a warning, neither the result nor the exit code', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'results-'));
  mkdirSync(join(cwd, 'done', 'report.html'), { recursive: true });
  const { code, out, err } = await startCommand([...QUICK, '-o', 'done'], {}, { cwd }).ended;
  expect([code, out]).toEqual([0, expect.stringMatching(/^Results +done$/m)]);
  expect(err).toMatch(/^warning: report\.html was not written: EISDIR/m);
  expect(JSON.parse(readFileSync(join(cwd, 'done', 'result.json'), 'utf8')).totals.acked).toBe(1_000);
  expect(readdirSync(join(cwd, 'done'))).toHaveLength(5);
});
