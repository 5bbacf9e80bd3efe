import { expect, test } from 'vitest';
import { untilReached } from '../../src/coordinator/broker-wait.ts';
import { LoadError } from '../../src/errors.ts';

const away = () => new LoadError('BROKER_UNREACHABLE', 'no broker of b:9092 answers');

/** A broker that answers at `fromMs` of a clock on which each attempt takes a second. */
function broker(fromMs: number, error: () => Error = away) {
  let nowMs = 0;
  const pauses: number[] = [];
  const notes: string[] = [];
  let attempts = 0;
  const attempt = async () => {
    attempts++;
    nowMs += 1_000;
    if (nowMs < fromMs) throw error();
  };
  const pause = async (ms: number) => {
    pauses.push(ms);
    nowMs += ms;
  };
  const wait = { now: () => nowMs, pause, onRetry: (text: string) => notes.push(text) };
  return { attempt, wait, pauses, notes, attempts: () => attempts };
}

test('waits longer each time, and says for how long it goes on', async () => {
  const { attempt, wait, pauses, notes } = broker(19_000);
  await untilReached(attempt, { ...wait, waitMs: 30_000 });
  expect(pauses).toEqual([250, 500, 1_000, 2_000, 4_000, 5_000]);
  expect(notes[0]).toBe('no broker of b:9092 answers; trying for another 29s');
});

test('ends with the last error when the time is over', async () => {
  const { attempt, wait, pauses } = broker(Number.POSITIVE_INFINITY);
  await expect(untilReached(attempt, { ...wait, waitMs: 3_000 })).rejects.toThrow(away());
  expect(pauses).toEqual([250, 500]);
});

test('stopped in a pause, it tells that and what it waited for', async () => {
  const { attempt, wait } = broker(Number.POSITIVE_INFINITY);
  const stop = new AbortController();
  const onRetry = () => stop.abort({ by: 'SIGINT', reason: 'interrupted' });
  const { pause: _, ...clock } = wait;
  const waiting = untilReached(attempt, { ...clock, onRetry, waitMs: 9_000, signal: stop.signal });
  await expect(waiting).rejects.toMatchObject({
    ...{ code: 'STOPPED', exitCode: 130 },
    message: 'stopped before the start: interrupted; no broker of b:9092 answers',
  });
});

test('asks once where there is no time, where the login is refused, and where the run was stopped', async () => {
  const none = broker(Number.POSITIVE_INFINITY);
  await expect(untilReached(none.attempt, { ...none.wait, waitMs: 0 })).rejects.toThrow(away());
  const refused = broker(Number.POSITIVE_INFINITY, () => new LoadError('AUTHENTICATION', 'no'));
  await expect(untilReached(refused.attempt, { ...refused.wait, waitMs: 9_000 })).rejects.toThrow('no');
  const stopped = broker(Number.POSITIVE_INFINITY);
  const signal = AbortSignal.abort();
  await expect(untilReached(stopped.attempt, { ...stopped.wait, waitMs: 9_000, signal })).rejects.toThrow(away());
  expect([none, refused, stopped].map(({ attempts }) => attempts())).toEqual([1, 1, 1]);
});
