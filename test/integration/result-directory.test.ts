/** Where runs leave their files when nobody says where. */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { killCommands, startCommand } from './command.ts';

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
