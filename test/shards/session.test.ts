/** What the processes of a run agree on, and what becomes of those that do not come, differ, or are replaced. */
import { expect, test } from 'vitest';
import { LoadError } from '../../src/errors.ts';
import type { CollectedContext } from '../../src/shards/messages.ts';
import { ShardSession } from '../../src/shards/session.ts';
import { MemoryBus } from './memory-bus.ts';

const PREPARED = { threads: 1, seed: 1, nowMs: 0, planHash: 'a', context: {} as CollectedContext };
const WAIT_MS = 20_000;

function joining(
  bus: MemoryBus,
  shard: number,
  shards: number,
  more: { offsetUs?: number; waitMs?: number; engineVersion?: string } = {},
) {
  const { offsetUs = 0, waitMs = WAIT_MS, engineVersion = '1' } = more;
  return ShardSession.join({ bus: bus.member(offsetUs), shard, shards, engineVersion, waitMs });
}

async function failureOf(promise: Promise<unknown>): Promise<LoadError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(LoadError);
  return error as LoadError;
}

test('all start at the same moment of the bus, each by its own clock', async () => {
  const bus = new MemoryBus();
  // 0.3 ms ahead of the bus, 40 ms ahead of it, and 30 ms behind it.
  const first = await joining(bus, 0, 3, { offsetUs: 300 });
  const others = [await joining(bus, 1, 3, { offsetUs: 40_000 }), await joining(bus, 2, 3, { offsetUs: -30_000 })];
  await first.prepare(PREPARED);
  expect((await others[0]!.prepared()).planHash).toBe('a');
  const starts = await Promise.all([first, ...others].map((session) => session.start('a')));
  expect(new Set(starts.map(({ startedAtMs }) => startedAtMs)).size).toBe(1);
  // Records carry it, and the result has whole milliseconds: `load verify` makes the records again from those.
  expect(starts[0]!.startedAtMs % 1).toBe(0);
  expect(starts.every(({ joinedNs }) => joinedNs === undefined)).toBe(true);
  const [own, ahead, behind] = starts.map(({ epochMs }) => epochMs);
  // Whole milliseconds of Date.now, and the moments between readings.
  expect(Math.abs(ahead! - own! - 40)).toBeLessThan(20);
  expect(Math.abs(behind! - own! + 30)).toBeLessThan(20);
  expect(bus.control.map(({ kind }) => kind)).toEqual([
    ...['hello', 'hello', 'hello', 'prepared', 'ready', 'ready', 'ready', 'start'],
  ]);
});

test('a shard that does not come, and one that is not ready, are named', async () => {
  const bus = new MemoryBus();
  const first = await joining(bus, 0, 4, { waitMs: 30 });
  await joining(bus, 2, 4);
  await first.prepare(PREPARED);
  const { message, hint } = await failureOf(first.start('a'));
  expect(message).toMatch(
    /^of 4 shards shard 1 did not appear, shard 2 \(.+\) is not ready, shard 3 did not appear within 30ms$/,
  );
  expect(hint).toContain('--shard-wait');
});

test('many that are missing are counted', async () => {
  const bus = new MemoryBus();
  const first = await joining(bus, 0, 100, { waitMs: 10 });
  await first.prepare(PREPARED);
  expect((await failureOf(first.start('a'))).message).toMatch(/shard 10 did not appear, 89 more within 10ms$/);
});

test('shards of another plan, number or version do not start', async () => {
  const bus = new MemoryBus();
  const first = await joining(bus, 0, 2);
  const second = await joining(bus, 1, 2);
  await first.prepare(PREPARED);
  const failures = await Promise.all([failureOf(first.start('a')), failureOf(second.start('b'))]);
  for (const { message, exitCode } of failures) {
    expect([message.replace(/\(.*?\)/, '(host)'), exitCode]).toEqual([
      'shard 1 (host) plans another load than shard 0',
      2,
    ]);
  }
  const counts = new MemoryBus();
  const one = await joining(counts, 0, 2);
  await joining(counts, 1, 3);
  expect((await failureOf(one.start('a'))).message).toMatch(/is one of 3 shards, this one of 2$/);
  const versions = new MemoryBus();
  const old = await joining(versions, 0, 2);
  await joining(versions, 1, 2, { engineVersion: '2' });
  expect((await failureOf(old.start('a'))).message).toMatch(/is of version 2, this one of 1$/);
});

test('what goes wrong in one before the start ends all, with its words', async () => {
  const bus = new MemoryBus();
  const first = await joining(bus, 0, 3);
  const [second, third] = [await joining(bus, 1, 3), await joining(bus, 2, 3)];
  await first.prepare(PREPARED);
  const waiting = [first, third].map((session) => failureOf(session.start('a')));
  await second.fail({ message: 'no such broker', hint: 'start it', exitCode: 1 });
  for (const { message, hint, exitCode } of await Promise.all(waiting)) {
    expect(message).toMatch(/^shard 1 \(.+\): no such broker$/);
    expect([hint, exitCode]).toEqual(['start it', 1]);
  }
  const later = await failureOf(joining(bus, 1, 3));
  expect(later.message).toMatch(/^this run has ended before its start: shard 1 \(.+\): no such broker$/);
  expect(later.hint).toContain('--run');
  expect([later.exitCode, first.shard]).toEqual([1, 0]);
});

test('a signal to one before the start is no signal to the others', async () => {
  const bus = new MemoryBus();
  const [first, second] = [await joining(bus, 0, 2), await joining(bus, 1, 2)];
  await first.prepare(PREPARED);
  const waiting = failureOf(first.start('a'));
  await second.fail({ message: 'stopped before the start: asked to end', hint: undefined, exitCode: 143 });
  expect((await waiting).exitCode).toBe(1);
});

test('who takes a place after the start joins the run, and the one before it stops', async () => {
  const bus = new MemoryBus();
  const first = await joining(bus, 0, 2);
  const lost = await joining(bus, 1, 2);
  await first.prepare(PREPARED);
  const [{ epochMs }] = await Promise.all([first.start('a'), lost.start('a')]);
  const stops: string[] = [];
  lost.onStop(({ reason }) => stops.push(reason));
  await new Promise((resolve) => setTimeout(resolve, 5));
  const next = await joining(bus, 1, 2);
  expect(stops).toEqual(['another process took the place of shard 1']);
  expect(next.plannedAlready?.planHash).toBe('a');
  const joined = await next.start('a');
  expect(Math.abs(joined.epochMs - epochMs)).toBeLessThan(20);
  // The start is still ahead: nothing is missed.
  expect(joined.joinedNs).toBe(0);
});

test('a stop is heard by all, also by who comes later', async () => {
  const bus = new MemoryBus();
  const first = await joining(bus, 0, 2);
  const second = await joining(bus, 1, 2);
  const heard: string[] = [];
  second.onStop(({ by }) => heard.push(by));
  first.stop({ by: 'threshold', reason: 'failed rate<0.1 is 1' });
  first.stop({ by: 'SIGINT', reason: 'interrupted' });
  (await joining(bus, 1, 2)).onStop(({ by }) => heard.push(by));
  expect(heard).toEqual(['threshold', 'threshold']);
});

test('a run that has ended takes nobody in, and stops who goes on', async () => {
  const bus = new MemoryBus();
  const first = await joining(bus, 0, 2);
  const stops: string[] = [];
  for (const session of [first, await joining(bus, 1, 2)]) session.onStop(({ reason }) => stops.push(reason));
  await first.ended(0);
  expect(stops).toEqual(['the run has ended']);
  const { message, hint } = await failureOf(joining(bus, 1, 2));
  expect(message).toBe('this run has ended: nothing more can be sent in it');
  expect(hint).toContain('--run');
});
