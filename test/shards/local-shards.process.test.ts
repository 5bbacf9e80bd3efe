import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { forgetSecrets, rememberSecret } from '../../src/secrets.ts';
import { LocalShards, type LocalShardsOptions } from '../../src/shards/local-shards.ts';

const ENTRY = resolve('test/shards/fake-shard.mjs');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'local-shards-'));
});
afterEach(() => {
  forgetSecrets();
  rmSync(folder, { recursive: true, force: true });
});

function start(what: string, more: Partial<LocalShardsOptions> = {}) {
  const said: string[] = [];
  const again: string[] = [];
  const running = new LocalShards({
    shards: 3,
    entry: ENTRY,
    argsOf: (shard) => [folder, String(shard), what, 'sasl.password=hunter2'],
    env: { PATH: process.env.PATH },
    logOf: (shard) => join(folder, `shard-${shard}.log`),
    onLine: (shard, line) => void said.push(`${shard} ${line}`),
    onStartAgain: (shard, killedBy) => void again.push(`${shard} ${killedBy}`),
    ...more,
  });
  return { running, said, again };
}

const startsOf = (shard: number) => readFileSync(join(folder, `started-${shard}`), 'utf8').split('\n').length - 1;

async function until(reached: () => boolean): Promise<void> {
  while (!reached()) await new Promise((done) => setTimeout(done, 5));
}

test('ends as shard 0, whose messages are passed on; lines and logs of the others; secrets are not in arguments', async () => {
  rememberSecret('hunter2');
  const messages: object[] = [];
  const { running, said, again } = start('arguments', { onMessage: (message) => void messages.push(message) });
  expect(await running.ended).toEqual({ exitCode: 99 });
  expect(messages).toEqual([{ phase: 'load' }]);
  const lines = [1, 2].flatMap((shard) =>
    ['a note', 'warning: the same of all', `error: of shard ${shard}`].map((line) => `${shard} ${line}`),
  );
  expect(said.sort()).toEqual(lines.sort());
  expect(readFileSync(join(folder, 'shard-1.log'), 'utf8')).toBe(
    'a note\nwarning: the same of all\nerror: of shard 1\n',
  );
  expect(existsSync(join(folder, 'shard-0.log'))).toBe(false);
  const [shown, hidden] = JSON.parse(readFileSync(join(folder, 'arguments-1'), 'utf8'));
  expect(shown).not.toContain('hunter2');
  expect(hidden).toContain('hunter2');
  expect(again).toEqual([]);
});

test('one that a signal ends is started again, once', async () => {
  const once = start('killed-once');
  expect(await once.running.ended).toEqual({ exitCode: 0 });
  expect([once.again, startsOf(1)]).toEqual([['1 SIGKILL'], 2]);
  expect(readFileSync(join(folder, 'again-1'), 'utf8')).toBe('SIGKILL');
});

test('a shard 0 that is killed twice ends the run, and the others with it', async () => {
  const { running, again } = start('killed');
  expect(await running.ended).toEqual({ exitCode: 1, endedBy: 'SIGKILL' });
  expect([again, startsOf(0), startsOf(1)]).toEqual([['0 SIGKILL'], 2, 1]);
});

test('a signal goes to shard 0 alone, and nothing is started again', async () => {
  const { running, again } = start('stops');
  await until(() => [0, 1, 2].every((shard) => existsSync(join(folder, `started-${shard}`))));
  running.stop('SIGINT');
  expect(await running.ended).toEqual({ exitCode: 130 });
  expect([existsSync(join(folder, 'interrupted-1')), again]).toEqual([false, []]);
});

test('those that do not end with shard 0 are ended', async () => {
  expect(await start('stays').running.ended).toEqual({ exitCode: 2 });
});

test('all end at once where that is asked for, each by its own way out', async () => {
  const { running, again } = start('drains');
  await until(() => [0, 1, 2].every((shard) => existsSync(join(folder, `started-${shard}`))));
  running.stop('SIGINT');
  await until(() => existsSync(join(folder, 'interrupted-0')));
  running.end();
  expect(await running.ended).toEqual({ exitCode: 130 });
  expect([0, 1, 2].filter((shard) => existsSync(join(folder, `left-${shard}`)))).toEqual([0, 1, 2]);
  expect(again).toEqual([]);
});

test('says which shard cannot be started', async () => {
  const { running } = start('stays', { env: { PATH: 'x'.repeat(3_000_000) } });
  await expect(running.ended).rejects.toThrow(/^shard . cannot be started: /);
});
