/** Where runs leave their files when nobody says where. */
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { killCommands, startCommand, until } from './command.ts';
import { profileFile } from './profile-file.ts';

afterAll(killCommands);

const QUICK = ['quickstart', '-t', '1s', '--bootstrap-servers', 'null', '--allow-invalid', '--quiet'];

test('runs started at once have each their own directory, the one that they print', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'results-'));
  const ended = await Promise.all([1, 2, 3].map(() => startCommand(QUICK, {}, { cwd }).ended));
  expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
  const printed = ended.map(({ out }) => /^Results +(\S+)$/m.exec(out)![1]!);
  expect(printed.map((path) => path.replace('load-results/', '')).sort()).toEqual(
    readdirSync(join(cwd, 'load-results')).sort(),
  );
  const runs = printed.map((path) => JSON.parse(readFileSync(join(cwd, path, 'result.json'), 'utf8')).run.id);
  expect(new Set(runs).size).toBe(3);
});

test('a run that could not begin leaves no directory behind', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'results-'));
  const properties = ['-X', 'security.protocol=ssl', '-X', 'ssl.ca.location=/nowhere.pem'];
  const command = startCommand(['quickstart', '--bootstrap-servers', 'localhost:1', ...properties], {}, { cwd });
  const { code, err } = await command.ended;
  expect([code, err]).toEqual([2, expect.stringContaining('ssl.ca.location failed')]);
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

test('nor does one that a second signal ends at once', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'results-'));
  const load = { executor: 'constant-arrival-rate', rate: 1000, duration: '1h', gracefulStop: '1h' };
  const nobody = { kafka: { 'bootstrap.servers': 'null' }, nullTransport: { latencyMs: 3_600_000 } };
  const command = startCommand([profileFile(load, nobody), '--workers', '1'], {}, { cwd });
  await until(() => command.said.err.includes('on no broker'));
  command.child.kill('SIGINT');
  await until(() => command.said.err.includes('no more is sent'));
  expect(readdirSync(join(cwd, 'load-results'))).toHaveLength(1);
  command.child.kill('SIGTERM');
  expect((await command.ended).code).toBe(143);
  expect(readdirSync(join(cwd, 'load-results'))).toEqual([]);
});
