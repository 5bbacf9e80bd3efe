import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runChild } from '../../dist/src/experiments/child-run.js';
import type { LiveEvent } from '../../src/page/live/live-event.ts';
import { NOTHING, withEvent } from '../../src/page/live/live-state.ts';

const ENV = { PATH: process.env.PATH };
const NULL = ['bytes', '--bootstrap-servers=null'];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'child-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('its result, its progress, its warnings; topics have the suffix and the profile hash does not know', async () => {
  const seen: string[] = [];
  const run = (more: readonly string[], out: string) =>
    runChild({
      args: ['bytes', '--bootstrap-servers=embedded', '-n=20', '-r=20', ...more],
      out: join(folder, out),
      env: ENV,
      onProgress: ({ phase }) => seen.push(phase),
    });
  const plain = await run([], 'a');
  const suffixed = await run(['--topic-suffix=-x7'], 'b');
  expect([plain.exitCode, suffixed.exitCode]).toEqual([0, 0]);
  expect(seen).toContain('done');
  const topics = (result: typeof plain.result) => [...new Set(result!.ledger.partitions.map(({ topic }) => topic))];
  expect(topics(suffixed.result)).toEqual(topics(plain.result).map((topic) => `${topic}-x7`));
  expect(suffixed.result!.run.profileHash).toBe(plain.result!.run.profileHash);
  expect(plain.wallMs).toBeGreaterThan(100);
});

test('what a live page shows of it comes only where somebody takes it', async () => {
  const args = [...NULL, '-n=300', '-r=200'];
  const progress: object[] = [];
  const live: LiveEvent[] = [];
  const options = { args, out: folder, env: ENV, onProgress: (each: object) => void progress.push(each) };
  await runChild(options);
  expect(progress.every((each) => 'phase' in each)).toBe(true);
  const { result } = await runChild({ ...options, onLive: (event) => void live.push(event) });
  expect(live[0]).toMatchObject({ kind: 'start', run: { name: 'bytes', target: 'null' } });
  const state = live.reduce((before, event) => (event.kind === 'end' ? before : withEvent(before, event)), NOTHING);
  expect(state.rows.reduce((sum, { acked }) => sum + acked, 0)).toBe(300);
  expect(result!.totals.acked).toBe(300);
});

test('what goes wrong: exit code, last lines, no result, not even one that was there', async () => {
  writeFileSync(join(folder, 'result.json'), '{}');
  const { exitCode, result, stderrTail } = await runChild({ args: ['bytes', '--rat=5'], out: folder, env: ENV });
  expect({ exitCode, result }).toEqual({ exitCode: 2, result: null });
  expect(stderrTail).toContain('did you mean `--rate`?');
});

test.each([1, 2])('an abort drains it, in %s processes', async (shards) => {
  const stop = new AbortController();
  const { exitCode, result } = await runChild({
    args: [...NULL, '-r=100', '-t=10m', `--shards=${shards}`],
    out: folder,
    env: ENV,
    signal: stop.signal,
    onProgress: ({ acked }) => acked > 0 && stop.abort({ by: 'SIGTERM' }),
  });
  expect(exitCode).toBe(143);
  expect(result!.run.stopped?.by).toBe('SIGTERM');
  expect(result!.totals.acked).toBe(result!.totals.sent);
  expect([result!.ledger.complete, result!.shards?.shards.length ?? 1]).toEqual([true, shards]);
});

test.each([1, 2])('in %s processes, it ends with the one that started it, also by SIGKILL', async (shards) => {
  const module = pathToFileURL(resolve('dist/src/experiments/child-run.js'));
  const args = JSON.stringify({ args: [...NULL, '-r=100', '-t=10m', `--shards=${shards}`], out: folder });
  const script = `import('${module}').then(({ runChild }) => runChild(${args}))`;
  const parent = spawn(process.execPath, ['-e', script], { stdio: 'inherit', env: ENV });
  // Of shards each has said something.
  const files = shards === 1 ? [/^run\.json$/] : [/\/data-0-/, /\/data-1-/];
  const written = () => readdirSync(folder, { recursive: true, encoding: 'utf8' });
  while (!files.every((file) => written().some((name) => file.test(name))))
    await new Promise((wait) => setTimeout(wait, 50));
  // Beside the parent: the run, or its shards and what started them.
  expect(processesOf(folder)).toHaveLength(shards === 1 ? 2 : 2 + shards);
  parent.kill('SIGKILL');
  await once(parent, 'close');
  while (processesOf(folder).length > 0) await new Promise((wait) => setTimeout(wait, 50));
  expect(existsSync(join(folder, 'result.json'))).toBe(false);
});

/** Those that have it in their arguments. */
function processesOf(directory: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(directory);
    } catch {
      // It has ended.
      return false;
    }
  });
}
