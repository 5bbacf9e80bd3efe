import fc from 'fast-check';
import { expect, test } from 'vitest';
import { latencyAxis } from '../../src/page/latency-axis.ts';
import { linearAxis } from '../../src/page/linear-axis.ts';
import { timeTicks } from '../../src/page/time-ticks.ts';

test('time has ticks at whole steps of a clock, few of them, also of a part', () => {
  expect(timeTicks(0, 10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(timeTicks(0, 600)).toEqual([0, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600]);
  expect(timeTicks(61.5, 95)).toEqual([65, 70, 75, 80, 85, 90, 95]);
  fc.assert(
    fc.property(fc.nat(1e8), fc.integer({ min: 20, max: 1e8 }), (fromTenths, lengthTenths) => {
      const [from, to] = [fromTenths / 10, (fromTenths + lengthTenths) / 10];
      const ticks = timeTicks(from, to);
      expect(ticks.length).toBeLessThanOrEqual(11);
      for (const tick of ticks) expect(tick >= from && tick <= to).toBe(true);
    }),
  );
});

test('a latency axis holds all values and is labelled in ms', () => {
  const { y, yTicks } = latencyAxis([900, 25_000, null, undefined, -5], 100);
  expect(yTicks.map(({ label }) => label)).toEqual(['1', '2', '5', '10', '20']);
  expect(y.domain()).toEqual([800, 30_000]);
  expect([y(800), y(30_000), y(-5)]).toEqual([100, 0, 100]);
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true })), (values) => {
      const axis = latencyAxis(values, 100);
      for (const value of values) expect(axis.y(value)).toSatisfy((px: number) => px >= 0 && px <= 100);
      expect(axis.yTicks.length).toBeLessThan(25);
    }),
  );
});

test('a linear axis begins at 0 and leaves room above', () => {
  const { y, yTicks } = linearAxis(4_000, 100, 4);
  expect(yTicks.map(({ label }) => label)).toEqual(['0', '1,000', '2,000', '3,000', '4,000']);
  expect(y(0)).toBe(100);
  expect(y(4_000)).toBeGreaterThan(2);
  expect(linearAxis(0, 100, 4).yTicks.map(({ label }) => label)).toEqual(['0', '1']);
});
