/** False alarms and power, simulated. `npx vitest run --project unit test/statistics -u` writes the tables into the docs. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runsNeeded, smallestShownEffect } from '../../src/statistics/power.ts';
import { pairedRatio, unpairedRatio } from '../../src/statistics/ratio.ts';
import { anyShown, welchShows } from './quick.ts';
import { Draws, experiments } from './simulation.ts';
import * as tables from './tables.ts';

const PAGE = 'docs/statistics.md';

const made = {
  paired: tables.paired(),
  welch: tables.welch(),
  'welch-drifting': tables.welchDrifting(),
  orders: tables.orders(),
  methods: tables.methods(),
  power: tables.power(),
  'looking-alarms': tables.lookingAlarms(),
  'looking-rules': tables.lookingRules(),
  medians: tables.medians(),
  rounds: { markdown: tables.rounds() },
  families: { markdown: tables.families() },
  pooling: tables.pooling(),
  repeats: tables.repeats(),
} satisfies Record<string, { markdown: string }>;

test('the quick tests decide as those that are used', () => {
  const draws = new Draws('quick');
  for (const rounds of [2, 3, 5, 20]) {
    for (const effect of [1, 1.1]) {
      const next = experiments(draws, rounds, [1, effect], { sigma: 0.05, drift: 'walk' });
      for (let trial = 0; trial < 100; trial++) {
        const logs = next();
        const [base, other] = logs.map((each) => Array.from(each, Math.exp));
        expect(anyShown(logs, rounds)).toBe(pairedRatio(base!, other!)!.p <= 0.05);
        expect(welchShows(logs[0]!, logs[1]!)).toBe(unpairedRatio(base!, other!)!.p <= 0.05);
      }
    }
  }
});

test.each(['paired', 'welch', 'looking-alarms', 'repeats'] as const)(
  '%s: no cell has more false alarms than 5 %%',
  (name) => {
    const { rows } = made[name];
    expect(Math.max(...rows.flat())).toBeLessThanOrEqual(tables.FALSE_ALARMS_MAX);
    const all = rows.flat();
    expect(all.reduce((sum, each) => sum + each, 0) / all.length).toBeLessThan(0.05);
  },
);

test('a true 10 % at σ = 0.05 is shown after eight and ten rounds', () => {
  expect(tables.shown('stated', 8, 1.1, { sigma: 0.05 })).toBeGreaterThanOrEqual(0.88);
  expect(tables.shown('stated', 10, 1.1, { sigma: 0.05 })).toBeGreaterThanOrEqual(0.95);
});

test('looking four times costs few rounds', () => {
  const [alarms, ten, rounds] = made['looking-rules'].rows[0]!;
  expect(alarms).toBeLessThan(0.05);
  expect(ten).toBeGreaterThan(0.99);
  expect(rounds).toBeLessThan(9.5);
});

test('intervals of medians cover as often as they state', () => {
  for (const [stated, ...covered] of made.medians.rows) {
    for (const share of covered) expect(share).toBeGreaterThan(stated! - 0.015);
  }
});

test.each([3, 5, 8, 20])('the smallest effect of %i rounds is shown in four of five comparisons', (n) => {
  const sd = 0.05 * Math.SQRT2;
  const known = { ...pairedRatio([1, 1], [1, 2])!, n, sd, se: sd / Math.sqrt(n), df: n - 1 };
  const effect = smallestShownEffect(known);
  expect(Math.abs(tables.shown('smallest', n, 1 + effect, { sigma: 0.05 }) - 0.8)).toBeLessThan(0.028);
});

test('so many rounds are needed, and one less is too few', () => {
  for (const [sigma, effect] of [
    [0.05, 0.1],
    [0.2, 0.5],
    [0.05, 0.05],
  ] as const) {
    const n = runsNeeded(sigma * Math.SQRT2, effect);
    expect(tables.shown('needed', n, 1 + effect, { sigma })).toBeGreaterThan(0.8 - 0.028);
    expect(tables.shown('needed', n - 1, 1 + effect, { sigma })).toBeLessThan(0.8 + 0.028);
  }
});

test('the docs have these tables', async () => {
  const page = readFileSync(PAGE, 'utf8');
  const written = Object.entries(made).reduce((text, [name, { markdown }]) => {
    const place = new RegExp(`(<!-- simulated: ${name} -->\n\n)[^<]*?(\n\n<!-- end -->)`);
    expect(text, `${PAGE} has a place for ${name}`).toMatch(place);
    return text.replace(place, (_all, start: string, end: string) => `${start}${markdown}${end}`);
  }, page);
  await expect(written).toMatchFileSnapshot(`../../${PAGE}`);
});
