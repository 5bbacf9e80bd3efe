import { describe, expect, test } from 'vitest';
import type { StepOutcome } from '../../../src/compare/capacity-result.ts';
import {
  bracketOf,
  ratesLeft,
  type SearchSettings,
  type SearchState,
  STEPS_MAX,
  searchState,
  stepsOf,
  type Trial,
} from '../../../src/experiments/capacity/rate-search.ts';

const SETTINGS: SearchSettings = { from: 100, isFromGiven: false, to: null, tolerance: 0.05, repeat: 3 };

/** Plays a search against what answers each step. */
function play(answer: (rate: number, step: number) => StepOutcome, more: Partial<SearchSettings> = {}) {
  const settings = { ...SETTINGS, ...more };
  const trials: Trial[] = [];
  const phases: string[] = [];
  let state = searchState(settings, trials);
  while (state.next !== null) {
    const { rate, phase } = state.next;
    phases.push(phase);
    trials.push({ rate, outcome: answer(rate, trials.length) });
    state = searchState(settings, trials);
  }
  return { state, trials, phases, held: (rate: number | null) => trials.filter((each) => each.rate === rate).length };
}

const upTo = (capacity: number) => (rate: number) => (rate <= capacity ? 'held' : 'failed') as StepOutcome;

function expectBracket({ low, high }: SearchState, capacity: number, tolerance = 0.05): void {
  expect(low).toBeLessThanOrEqual(capacity);
  expect(high).toBeGreaterThan(capacity);
  expect((high! - low!) / low!).toBeLessThanOrEqual(tolerance);
}

describe('a broker that keeps its limit', () => {
  test('is bracketed within the tolerance, wherever the search begins', () => {
    for (let i = 0; i < 500; i++) {
      const capacity = 10 ** (-1 + (7 * i) / 500);
      const from = capacity * 10 ** (((i * 7) % 50) / 25 - 1);
      const { state, held, trials } = play(upTo(capacity), { from });
      expect(state.limit).toBe('broker');
      expectBracket(state, capacity);
      expect([held(state.low), held(state.high)]).toEqual([4, 2]);
      expect(trials.length).toBeLessThan(25);
    }
  });

  test('doubles, bisects, confirms', () => {
    const { phases, trials } = play(upTo(1000));
    expect(trials.slice(0, 6).map(({ rate }) => rate)).toEqual([100, 200, 400, 800, 1600, 1131]);
    expect([...new Set(phases)]).toEqual(['doubling', 'bisection', 'confirmation']);
    // The rate that failed once more, then three times the one that held.
    expect(phases.slice(-4)).toEqual(Array(4).fill('confirmation'));
    expect(trials.slice(-4).map(({ outcome }) => outcome)).toEqual(['failed', 'held', 'held', 'held']);
  });

  test('the steps that are left are known once the bracket has two ends', () => {
    const { trials } = play(upTo(1000));
    const leftAfter = (made: number) => ratesLeft(SETTINGS, trials.slice(0, made));
    expect([leftAfter(0), leftAfter(4)]).toEqual([null, null]);
    expect(bracketOf(trials.slice(0, 5))).toEqual({ low: 800, high: 1600 });
    // The limit is not in the middle: what is left can be off by the confirmations of the wrong side.
    for (let made = 5; made <= trials.length; made++) {
      expect(leftAfter(made)!.length, `after ${made}`).toBe(trials.length - made);
    }
    expect(leftAfter(trials.length)).toEqual([]);
  });

  test('a narrow tolerance ends as well', () => {
    expectBracket(play(upTo(777.7), { tolerance: 0.002 }).state, 777.7, 0.002);
  });
});

describe('the range', () => {
  test('ends at --to, which is confirmed', () => {
    const { state, trials, held } = play(upTo(1e9), { to: 500 });
    expect(state).toMatchObject({ low: 500, high: null, limit: 'range' });
    expect(trials.map(({ rate }) => rate)).toEqual([100, 200, 400, 500, 500, 500, 500]);
    expect(held(500)).toBe(4);
  });

  test('below a given --from nothing is tried, else down to a thousandth', () => {
    const { state, trials } = play(upTo(10), { isFromGiven: true });
    expect(state).toMatchObject({ low: null, high: 100, limit: 'range' });
    expect(trials).toHaveLength(2);
    expectBracket(play(upTo(10)).state, 10);
    expect(play(upTo(0)).state).toMatchObject({ low: null, limit: 'range' });
  });
});

describe('noise', () => {
  // docs/experiments.md has this table.
  test.each([
    [0.02, 0.98],
    [0.05, 0.94],
    [0.1, 0.83],
  ])(
    'with a share of %d of steps that fail by chance the bracket holds the limit in min %d of the searches',
    (p, share) => {
      let seed = 1;
      const random = () => {
        seed = (seed * 48_271) % 2_147_483_647;
        return seed / 2_147_483_647;
      };
      let right = 0;
      for (let i = 0; i < 1000; i++) {
        const from = 100 * (1 + random());
        const { state } = play((rate) => (random() < p ? 'failed' : upTo(1000)(rate)), { from });
        // What chance takes away is on the safe side.
        expect(state.low).toBeLessThanOrEqual(1000);
        if (state.limit === 'broker' && state.low! <= 1000 && state.high! > 1000) right++;
      }
      expect(right / 1000).toBeGreaterThan(share);
    },
  );

  test('a failure far below the limit is found out, and the search goes on above it', () => {
    for (let wrong = 0; wrong < 12; wrong++) {
      const { state, trials } = play((rate, step) => (step === wrong ? 'failed' : upTo(1000)(rate)));
      expectBracket(state, 1000);
      expect(trials.length).toBeLessThan(25);
    }
  });

  test('a rate that fails twice while it is confirmed is given up, and a lower one is found', () => {
    const { state: calm } = play(upTo(1000));
    let confirmations = 0;
    const { state } = play((rate, step) => {
      if (rate === calm.low && step > 8) return ++confirmations > 1 ? 'failed' : 'held';
      return upTo(1000)(rate);
    });
    expect(state.limit).toBe('broker');
    expect(state.high).toBe(calm.low);
    expect(state.low).toBeLessThan(calm.low!);
  });

  test('a capacity that is never the same ends with its steps', () => {
    // Holds once at each rate, as often as it fails.
    const counts = new Map<number, number>();
    const { state, trials } = play((rate) => {
      const count = (counts.get(rate) ?? 0) + 1;
      counts.set(rate, count);
      return count === 1 ? 'held' : 'failed';
    });
    expect(trials.length).toBeLessThanOrEqual(STEPS_MAX);
    expect(state.next).toBeNull();
  });
});

describe('this machine', () => {
  const machine = (broker: number, own: number) => (rate: number) =>
    (rate > own ? 'generator-limited' : rate > broker ? 'failed' : 'held') as StepOutcome;

  test('is the limit below that of the broker: no rate has failed', () => {
    const { state } = play(machine(1e9, 1000));
    expect(state).toMatchObject({ high: null, limit: 'generator' });
    expect(state.low).toBeGreaterThan(1000 / 1.06);
    expect(state.low).toBeLessThanOrEqual(1000);
  });

  test('is not where the broker fails first', () => {
    const { state } = play(machine(1000, 1500));
    expect(state.limit).toBe('broker');
    expectBracket(state, 1000);
  });

  test('late once is not a limit, and once late and once failed is asked again', () => {
    const outcomes: StepOutcome[] = ['generator-limited', 'failed', 'failed'];
    const { state, trials } = play((rate) => (rate > 100 ? (outcomes.shift() ?? 'failed') : 'held'), { tolerance: 1 });
    expect(trials.slice(0, 4).map(({ rate }) => rate)).toEqual([100, 200, 200, 200]);
    expect(state).toMatchObject({ low: 100, high: 200, limit: 'broker' });
  });
});

test('a rate that cannot be measured ends it', () => {
  const { state } = play((rate) => (rate > 300 ? 'invalid' : 'held'));
  expect(state).toMatchObject({ low: 200, limit: null, stuck: { rate: 400, why: 'invalid' } });
});

test('what the plan promises is what a calm search takes', () => {
  for (const capacity of [150, 1000, 1590, 12_345]) {
    const { trials } = play(upTo(capacity));
    expect(Math.abs(trials.length - stepsOf(SETTINGS, capacity))).toBeLessThanOrEqual(1);
  }
});
