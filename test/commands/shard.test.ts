/** What is wrong on the command line of one of several processes: one message each, and nothing is begun. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EXIT } from '../../src/errors.ts';
import { load } from './fake-terminal.ts';

let bus: string;
beforeEach(() => {
  bus = mkdtempSync(join(tmpdir(), 'shard-'));
});
afterEach(() => rmSync(bus, { recursive: true }));

const NOTHING = ['smoke', '--bootstrap-servers', 'null', '--out', 'none'];

test.each([
  [['--run', 'night'], ['--run: has no meaning without `--shard`']],
  [
    ['--bus', 'x', '--shard-wait', '1m'],
    ['--bus: has no meaning', '--shard-wait: has no meaning'],
  ],
  [['--shards', '1', '--bus-servers', 'x:1'], ['--bus-servers: has no meaning']],
  [
    ['--shard', '4/4'],
    ['--shard: `4/4` is not a shard', '--run: `--shard` needs the name of the run'],
  ],
  [['--shard', '0/2', '--run', 'a/b', '--bus', 'BUS'], ['run ID: `a/b`']],
  [['--shard', '0/2', '--run', 'x', '--bus', 'BUS', '--bus-servers', 'y:1'], ['--bus-servers: shards have one bus']],
  [['--shard', '0/2', '--run', 'x'], ['the shards have no bus']],
  [
    ['--shard', '0/2', '--run', 'x', '--bus', 'BUS', '--shard-wait', 'soon'],
    ['--shard-wait: `soon` is not a duration'],
  ],
  [['--shard', '0/2', '--run', 'x', '--bus', 'BUS', '--dry-run'], ['--dry-run: does not work in a run of several']],
])('%s', async (args, messages) => {
  const { exitCode, err } = await load('run', ...NOTHING, ...args.map((arg) => (arg === 'BUS' ? bus : arg)));
  expect(exitCode).toBe(EXIT.badInput);
  for (const message of messages) expect(err).toContain(message);
  expect(readdirSync(bus)).toEqual([]);
});

test('what cannot be split is found before a process is started', async () => {
  const out = join(bus, 'out');
  const key = await load('run', 'smoke', '--shards', '2', '--set', 'scenarios.atm.affinity=key', '--out', out);
  expect(key.err).toMatch(/^error: workers: scenario atm has `affinity: key`.*\n$/);
  const max = await load('run', 'smoke', '--shards', '2', '--set', 'clock.speed=max', '--log-events', '--out', out);
  expect(max.err).toContain('--log-events: does not work in a run of several processes');
  expect([key.exitCode, max.exitCode, readdirSync(bus)]).toEqual([EXIT.badInput, EXIT.badInput, []]);
});
