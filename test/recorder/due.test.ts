import fc from 'fast-check';
import { expect, test } from 'vitest';
import { workerOf } from '../../src/plan/shard.ts';
import { dueBy, targetPerSecAt } from '../../src/recorder/due.ts';
import { LOAD, WARMUP } from '../../src/recorder/run-memory.ts';
import { dueAtNs } from '../../src/schedule/schedule.ts';
import { closedLoad, constantLoad, scenarioPlan } from '../engine/fixture.ts';

const SEC = 1e9;
const ending = scenarioPlan(0, constantLoad(10, 60, 15));
const endless = scenarioPlan(1, { ...constantLoad(10, 1000, 15), endless: true });
const closed = scenarioPlan(2, closedLoad({ messages: 100 }));
const running = [Infinity, Infinity, Infinity];

test('due before a time is what is due before that, of each worker only until its own end', () => {
  const before = (lane: typeof ending, endsNs: number[]) => dueBy([lane], 1.1 * SEC, endsNs, { before: true });
  // Every 0.1 s: strictly before 1.1 s #0…#10, of worker 1 until 0.5 s #1 and #4; #11 of worker 2 is due just then.
  const ends = [Infinity, 0.5 * SEC, 1.1 * SEC];
  expect(before(endless, running)).toBe(11);
  expect(before(endless, ends)).toBe(9);
  expect(before(ending, ends)).toBe(11);
  expect(dueBy([ending], 1.1 * SEC, ends)).toBe(12);
});

test('phases add up to the whole, which is what index by index is due', () => {
  const ms = fc.integer({ min: -1, max: 5_000 });
  fc.assert(
    fc.property(ms, fc.array(ms, { minLength: 1, maxLength: 4 }), (nowMs, endsMs) => {
      const [nowNs, endsNs] = [nowMs * 1e6, endsMs.map((end) => Math.max(0, end) * 1e6)];
      const { load } = endless;
      const dueIndexes = Array.from({ length: 60 }, (_, index) => index).filter((index) => {
        const dueNs = load.kind === 'open' ? dueAtNs(load.schedule, index) : 0;
        return dueNs <= Math.min(nowNs, endsNs[index % endsNs.length]!);
      });
      expect(dueBy([endless], nowNs, endsNs)).toBe(dueIndexes.length);
      const warmup = dueIndexes.filter((index) => index < 15).length;
      expect(dueBy([endless], nowNs, endsNs, { phase: WARMUP })).toBe(warmup);
      expect(dueBy([endless], nowNs, endsNs, { phase: LOAD })).toBe(dueIndexes.length - warmup);
    }),
  );
});

test('shards add up to the run, whatever ends when', () => {
  const ms = fc.integer({ min: 0, max: 5_000 });
  const threads = fc.integer({ min: 1, max: 3 });
  fc.assert(
    fc.property(ms, fc.integer({ min: 1, max: 5 }), threads, fc.infiniteStream(ms), (nowMs, count, each, drawn) => {
      const nowNs = nowMs * 1e6;
      const workers = count * each;
      const endsNs = [...drawn.take(workers)].map((end) => end * 1e6);
      for (const lane of [endless, ending]) {
        for (const options of [{}, { before: true }, { phase: WARMUP }, { phase: LOAD }] as const) {
          const shares = Array.from({ length: count }, (_, index) => {
            const shard = { index, count };
            const own = Array.from({ length: each }, (_, thread) => endsNs[workerOf({ workers, shard }, thread)]!);
            return dueBy([lane], nowNs, own, { ...options, shard })!;
          });
          expect(shares.reduce((sum, share) => sum + share, 0)).toBe(dueBy([lane], nowNs, endsNs, options));
        }
      }
      expect(targetPerSecAt([ending], nowNs, { index: 0, count })).toBe(10 / count);
    }),
  );
});

test('lanes add up; with a closed loop among them nothing is planned', () => {
  expect(dueBy([ending, endless], 2 * SEC, running)).toBe(42);
  expect(targetPerSecAt([ending, endless], 2 * SEC)).toBe(20);
  expect(dueBy([ending, closed], 2 * SEC, running)).toBeNull();
  expect(targetPerSecAt([ending, closed], 2 * SEC)).toBeNull();
});
