/** What flags of several processes cannot be together: refused before a process is started or a file made. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { load } from './fake-terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'shard-flags-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ATM = ['run', 'atm', '-t', '1'];
const TWO = [...ATM, '--shards', '2'];
const ONE = [...ATM, '--shard', '0/2', '--run', 'x', '--bus', join(folder, 'bus')];

test('what several processes cannot do is refused with a way out', async () => {
  const refusals: [string[], string][] = [
    [[...ATM, '--shards', '0'], '--shards: `0` is not a number of processes (1 to 1000)'],
    [[...ONE, '--shards', '2'], '--shards: starts all shards of a run, `--shard` is one of them'],
    [[...TWO, '--run', 'x'], '--run: is for shards that are started one by one, with `--shard i/N`'],
    [[...TWO, '--bus', 'x'], '--bus: is for shards that are started one by one, with `--shard i/N`'],
    [[...ATM, '--run', 'x'], '--run: has no meaning without `--shard`'],
    [[...ATM, '--bus-servers', 'x:1'], '--bus-servers: has no meaning without `--shard`'],
    [[...TWO, '--log-events'], '--log-events: does not work in a run of several processes (run it in one process)'],
    [[...TWO, '--dry-run'], '--dry-run: does not work in a run of several processes'],
    [[...ONE, '--dry-run'], '--dry-run: does not work in a run of several processes'],
    [[...ONE, '--bus-servers', 'x:1'], '--bus-servers: shards have one bus, and `--bus` names another'],
    [[...TWO, '--set', 'scenarios.atm.affinity=key'], 'scenario atm has `affinity: key`, which keeps all keys on one'],
    [[...TWO, '--set', 'clock.speed=max'], 'clock.speed: `max` is as fast as one process can'],
    [['run', 'message-lifecycle', '--shards', '2'], 'the message database is one file of one process'],
    [[...ATM, '--shard', '0/2'], '--run: `--shard` needs the name of the run'],
    [[...ATM, '--shard', '2/2', '--run', 'x'], '--shard: `2/2` is not a shard'],
    [ONE, '--bootstrap-servers: each shard would have an embedded cluster of its own'],
    [[...ONE, '--bootstrap-servers', 'null', '--run', 'a b'], 'run ID: `a b` cannot be part of the names of topics'],
  ];
  for (const [args, message] of refusals) {
    const out = join(folder, 'out');
    const { exitCode, err } = await load(...args, '--out', out);
    expect(err).toContain(message);
    expect([exitCode, existsSync(out)]).toEqual([2, false]);
  }
});
