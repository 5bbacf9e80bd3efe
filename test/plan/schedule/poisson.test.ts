import { describe, expect, it } from 'vitest';
import { ArrivalClock, BLOCK, drawPoisson } from '../../../src/plan/schedule/poisson.ts';
import { createSchedule, dueCount, ScheduleReader } from '../../../src/plan/schedule/schedule.ts';

const SEC = 1e9;
const N = 200 * BLOCK;

function gapsOf(seed: number, scenario = 'atm'): Float64Array {
  const { blocks } = drawPoisson(seed, scenario, N + 5000);
  const clock = new ArrivalClock(blocks);
  const gaps = new Float64Array(N);
  for (let i = 0; i < N; i++) gaps[i] = clock.at(i) - (i === 0 ? 0 : clock.at(i - 1));
  return gaps;
}

describe('Poisson arrivals in operational time', () => {
  it.each([1, 42, 20_260])('have unit exponential gaps (Kolmogorov–Smirnov), seed %i', (seed) => {
    const sorted = gapsOf(seed).sort();
    let distance = 0;
    sorted.forEach((gap, i) => {
      const expected = 1 - Math.exp(-gap);
      distance = Math.max(distance, Math.abs(expected - i / N), Math.abs((i + 1) / N - expected));
    });
    expect(distance * Math.sqrt(N)).toBeLessThan(1.63); // the 1 % critical value
  });

  it('have independent gaps, inside a block and over its border', () => {
    const gaps = gapsOf(7);
    const correlation = (pick: (i: number) => boolean) => {
      let sum = 0;
      let n = 0;
      for (let i = 0; i + 1 < N; i++) {
        if (!pick(i)) continue;
        sum += (gaps[i]! - 1) * (gaps[i + 1]! - 1);
        n++;
      }
      return Math.abs(sum / n) * Math.sqrt(n);
    };
    expect(correlation(() => true)).toBeLessThan(3);
    expect(correlation((i) => i % BLOCK === BLOCK - 1)).toBeLessThan(3.5);
  });

  it('have block totals of a Gamma: mean B, variance B, third moment 2 / √B', () => {
    const { blocks } = drawPoisson(3, 'atm', 8000 * BLOCK);
    const z = Array.from({ length: 8000 }, (_, b) => {
      return (blocks.startAt[b + 1]! - blocks.startAt[b]! - BLOCK) / Math.sqrt(BLOCK);
    });
    const moment = (power: number) => z.reduce((sum, value) => sum + value ** power, 0) / z.length;
    expect(Math.abs(moment(1)) * Math.sqrt(8000)).toBeLessThan(3);
    expect(Math.abs(moment(2) - 1) * Math.sqrt(8000 / 2)).toBeLessThan(3);
    expect(Math.abs(moment(3) - 2 / Math.sqrt(BLOCK)) * Math.sqrt(8000 / 15)).toBeLessThan(3);
  });

  it('have block totals of their own draws, also where the first ones were refused', () => {
    // One in 30,000 or so is drawn again; whose draws those were would have that total too.
    const { startAt } = drawPoisson(6, 'atm', 150_000 * BLOCK).blocks;
    const totals = startAt.subarray(1).map((end, block) => end - startAt[block]!);
    const like = totals.findIndex((total, block) => block > 0 && Math.abs(total - totals[block - 1]!) < 1e-6);
    expect(like).toBe(-1);
  });

  it.each(Array.from({ length: 20 }, (_, i) => i + 1))(
    'come in their order, the last of a block where the next one starts, to the last bit: seed %i',
    (seed) => {
      const { blocks } = drawPoisson(seed, 'atm', 3 * BLOCK);
      const clock = new ArrivalClock(blocks);
      const times = Array.from({ length: 3 * BLOCK }, (_, i) => clock.at(i));
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      const ends = [1, 2, 3].map((block) => times[block * BLOCK - 1]);
      expect(ends).toEqual([...blocks.startAt.subarray(1, 4)]);
    },
  );

  it('count as a Poisson variable in windows shorter and longer than a block', () => {
    const { blocks } = drawPoisson(11, 'atm', 400 * 3000);
    const clock = new ArrivalClock(blocks);
    for (const width of [20, 300, 3000]) {
      const counts = Array.from(
        { length: 400 },
        (_, k) => clock.countBefore((k + 1) * width) - clock.countBefore(k * width),
      );
      const chi2 = counts.reduce((sum, count) => sum + (count - width) ** 2 / width, 0);
      // Index of dispersion: χ² with 400 degrees of freedom, within 3.3 standard deviations.
      expect(Math.abs(chi2 - 400)).toBeLessThan(3.3 * Math.sqrt(800));
    }
  });

  it('depend on seed and scenario, and on nothing else', () => {
    const first = gapsOf(1);
    expect(gapsOf(1)).toEqual(first);
    expect(gapsOf(2)[0]).not.toBe(first[0]);
    expect(gapsOf(1, 'other')[0]).not.toBe(first[0]);
    const long = new ArrivalClock(drawPoisson(1, 'atm', 10 * N).blocks);
    const short = new ArrivalClock(drawPoisson(1, 'atm', N).blocks);
    for (const i of [N - 5000, 5, BLOCK - 1, BLOCK, 5 * BLOCK + 3]) expect(long.at(i)).toBe(short.at(i));
  });
});

describe('Poisson arrivals on a schedule', () => {
  it('follow the planned rate: half of a linear ramp comes in the last 29 % of its time', () => {
    const executor = {
      kind: 'ramping-arrival-rate',
      startRatePerSec: 0,
      stages: [{ targetPerSec: 10_000, durationNs: 10 * SEC }],
    } as const;
    const schedule = createSchedule(executor, { startNs: 0, poisson: { seed: 5, scenario: 'atm' } });
    expect(Math.abs(schedule.count - 50_000)).toBeLessThan(3 * Math.sqrt(50_000));
    const half = dueCount(schedule, 10 * SEC * Math.SQRT1_2);
    expect(Math.abs(half - 25_000)).toBeLessThan(3 * Math.sqrt(25_000));
    const reader = new ScheduleReader(schedule);
    expect(reader.dueNs(schedule.count - 1)).toBeLessThanOrEqual(schedule.endNs);
  });

  it('send nothing in a hole', () => {
    const rows = [1000, 0, 0, 1000].map((ratePerSec, second) => ({ second, ratePerSec }));
    const schedule = createSchedule({ kind: 'replay', rows }, { startNs: 0, poisson: { seed: 9, scenario: 'a' } });
    expect(dueCount(schedule, 3 * SEC)).toBe(dueCount(schedule, SEC));
    expect(schedule.count).toBeGreaterThan(dueCount(schedule, 3 * SEC));
  });
});

it('counts before an arrival those with a lower index, also at the border of blocks and beyond the last', () => {
  const { blocks } = drawPoisson(42, 'borders', 3000);
  const clock = new ArrivalClock(blocks);
  const all = (blocks.startAt.length - 1) * BLOCK;
  for (const index of [0, 1, 500, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK - 1, 2 * BLOCK, all - 1]) {
    expect(clock.countBefore(clock.at(index))).toBe(index);
  }
  expect([clock.countBefore(0), clock.countBefore(-1), clock.countBefore(1e9)]).toEqual([0, 0, all]);
});
