import { describe, expect, test } from 'vitest';
import { scheduleOf } from '../../src/executors/table.ts';
import { ArrivalClock, BLOCK, drawPoisson, GROUP, gamma, POISSON_MAX } from '../../src/schedule/poisson.ts';
import { dueCount, ScheduleReader, withPoissonArrivals } from '../../src/schedule/schedule.ts';
import { CounterRng } from '../../src/workload/random.ts';

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
  test.each([1, 42, 20_260])('have unit exponential gaps (Kolmogorov–Smirnov), seed %i', (seed) => {
    const sorted = gapsOf(seed).sort();
    let distance = 0;
    sorted.forEach((gap, i) => {
      const expected = 1 - Math.exp(-gap);
      distance = Math.max(distance, Math.abs(expected - i / N), Math.abs((i + 1) / N - expected));
    });
    expect(distance * Math.sqrt(N)).toBeLessThan(1.63); // the 1 % critical value
  });

  test('have independent gaps, inside a block and over its border', () => {
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

  /** Operational time that each block takes. */
  function blockTotals(seed: number, blocks: number): Float64Array {
    const clock = new ArrivalClock(drawPoisson(seed, 'atm', blocks * BLOCK * 1.1).blocks);
    let start = 0;
    return new Float64Array(blocks).map((_, block) => {
      const total = clock.at((block + 1) * BLOCK - 1) - start;
      start += total;
      return total;
    });
  }

  test('have totals of a Gamma, of n arrivals: mean n, variance n, third moment 2 / √n', () => {
    const { startAt } = drawPoisson(3, 'atm', 8000 * GROUP * BLOCK).blocks;
    const groups = startAt.subarray(1, 8001).map((end, group) => end - startAt[group]!);
    for (const [totals, n] of [
      [blockTotals(3, 8000), BLOCK],
      [groups, GROUP * BLOCK],
    ] as const) {
      const z = [...totals].map((total) => (total - n) / Math.sqrt(n));
      const moment = (power: number) => z.reduce((sum, value) => sum + value ** power, 0) / z.length;
      expect(Math.abs(moment(1)) * Math.sqrt(8000)).toBeLessThan(3);
      expect(Math.abs(moment(2) - 1) * Math.sqrt(8000 / 2)).toBeLessThan(3);
      expect(Math.abs(moment(3) - 2 / Math.sqrt(n)) * Math.sqrt(8000 / 15)).toBeLessThan(3);
    }
  });

  test('are independent from group to group: what one lasts says nothing of the blocks of the next', () => {
    const clock = new ArrivalClock(drawPoisson(5, 'atm', 41 * GROUP * BLOCK).blocks);
    let sum = 0;
    for (let group = 1; group < 40; group++) {
      const [before, border, after] = [-1, 0, 1].map((block) => clock.at((group * GROUP + block) * BLOCK - 1));
      sum += ((border! - before! - BLOCK) * (after! - border! - BLOCK)) / BLOCK;
    }
    expect(Math.abs(sum) / Math.sqrt(39)).toBeLessThan(3.5);
  });

  test('have totals of their own draws, also where the first ones were refused', () => {
    // One in 30,000 or so is drawn again; whose draws those were would have that total too.
    const rng = new CounterRng(6, 'atm');
    const totals = new Float64Array(150_000).map((_, item) => gamma(BLOCK, rng, item));
    const like = totals.findIndex((total, block) => block > 0 && Math.abs(total - totals[block - 1]!) < 1e-6);
    expect(like).toBe(-1);
  });

  test.each(Array.from({ length: 20 }, (_, i) => i + 1))(
    'come in their order over the borders of blocks and groups, the last of a group where the next one starts: seed %i',
    (seed) => {
      const { blocks } = drawPoisson(seed, 'atm', 1.01 * GROUP * BLOCK);
      const clock = new ArrivalClock(blocks);
      const first = (GROUP - 2) * BLOCK;
      const times = Array.from({ length: 4 * BLOCK }, (_, i) => clock.at(first + i));
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(times[2 * BLOCK - 1]).toBe(blocks.startAt[1]);
      // To the last bit: none is before a time that it comes at, and it is after it.
      for (const i of [BLOCK - 1, BLOCK, 2 * BLOCK - 1, 2 * BLOCK, 3 * BLOCK - 1]) {
        expect(clock.countBefore(times[i]!)).toBe(first + times.indexOf(times[i]!));
      }
    },
  );

  test('count as a Poisson variable in windows shorter and longer than a block', () => {
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

  test('depend on seed and scenario, and on nothing else', () => {
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
  test('are kept in 8 bytes for every 2^20, and found wherever they are asked for', () => {
    const executor = { kind: 'constant-arrival-rate', ratePerSec: 1e5, durationNs: POISSON_MAX * 1e4 } as const;
    const schedule = withPoissonArrivals(scheduleOf(executor, { startNs: 0 }), 1, 'atm');
    expect(schedule.poisson!.startAt.byteLength).toBeLessThan(8 * (POISSON_MAX / 2 ** 20 + 1000));
    expect(Math.abs(schedule.count - POISSON_MAX)).toBeLessThan(4 * Math.sqrt(POISSON_MAX));
    const reader = new ScheduleReader(schedule);
    for (const index of [0, 1e6, 123_456_789_012, schedule.count - 1]) {
      expect(reader.dueCountBefore(reader.dueNs(index))).toBe(index);
    }
    expect(reader.dueNs(schedule.count - 1)).toBeLessThanOrEqual(schedule.endNs);
  });

  test('follow the planned rate: half of a linear ramp comes in the last 29 % of its time', () => {
    const executor = {
      kind: 'ramping-arrival-rate',
      startRatePerSec: 0,
      stages: [{ targetPerSec: 10_000, durationNs: 10 * SEC }],
    } as const;
    const schedule = withPoissonArrivals(scheduleOf(executor, { startNs: 0 }), 5, 'atm');
    expect(Math.abs(schedule.count - 50_000)).toBeLessThan(3 * Math.sqrt(50_000));
    const half = dueCount(schedule, 10 * SEC * Math.SQRT1_2);
    expect(Math.abs(half - 25_000)).toBeLessThan(3 * Math.sqrt(25_000));
    const reader = new ScheduleReader(schedule);
    expect(reader.dueNs(schedule.count - 1)).toBeLessThanOrEqual(schedule.endNs);
  });

  test('send nothing in a hole', () => {
    const rows = [1000, 0, 0, 1000].map((ratePerSec, second) => ({ second, ratePerSec }));
    const schedule = withPoissonArrivals(scheduleOf({ kind: 'replay', rows }, { startNs: 0 }), 9, 'a');
    expect(dueCount(schedule, 3 * SEC)).toBe(dueCount(schedule, SEC));
    expect(schedule.count).toBeGreaterThan(dueCount(schedule, 3 * SEC));
  });
});

test('counts before an arrival those with a lower index, also at the border of blocks and beyond the last', () => {
  const { blocks } = drawPoisson(42, 'borders', 3000);
  const clock = new ArrivalClock(blocks);
  const all = (blocks.startAt.length - 1) * GROUP * BLOCK;
  for (const index of [0, 1, 500, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK - 1, 2 * BLOCK, all - 1]) {
    expect(clock.countBefore(clock.at(index))).toBe(index);
  }
  expect([clock.countBefore(0), clock.countBefore(-1), clock.countBefore(1e9)]).toEqual([0, 0, all]);
});
