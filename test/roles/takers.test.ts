import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { Takers } from '../../src/roles/takers.ts';

const never = new AbortController().signal;

test('first come, first served', async () => {
  const takers = new Takers<string>();
  const taken = [takers.take(never), takers.take(never)];
  expect(takers.size).toBe(2);
  takers.hand('a');
  takers.hand('b');
  expect(await Promise.all(taken)).toEqual(['a', 'b']);
  expect(takers.size).toBe(0);
});

test('what nobody waits for lies ready, in order, until it is forgotten', async () => {
  const takers = new Takers<string>();
  for (const message of ['a', 'b', 'c']) takers.hand(message);
  expect([await takers.take(never), await takers.take(never)]).toEqual(['a', 'b']);
  takers.forget();
  const next = takers.take(never);
  takers.hand('d');
  expect(await next).toBe('d');
});

test('an abort ends waiting and gives nothing away: the message goes to another one', async () => {
  const takers = new Takers<string>();
  const stop = new AbortController();
  const [given, other] = [takers.take(stop.signal), takers.take(never)];
  stop.abort();
  expect(await given).toBeUndefined();
  expect(takers.size).toBe(1);
  takers.hand('a');
  expect(await other).toBe('a');
  expect(await takers.take(stop.signal)).toBeUndefined();
});

test('a signal that outlives many messages keeps nothing of them', async () => {
  const takers = new Takers<string>();
  const { signal } = new AbortController();
  for (const message of ['a', 'b', 'c']) {
    const taken = takers.take(signal);
    takers.hand(message);
    await taken;
  }
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('a failure reaches who waits and who comes', async () => {
  const takers = new Takers<string>();
  const waiting = takers.take(never);
  takers.fail(new Error('gone'));
  expect(takers.size).toBe(0);
  await expect(waiting).rejects.toThrow('gone');
  await expect(takers.take(never)).rejects.toThrow('gone');
});
