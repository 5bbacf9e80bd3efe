import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CapacityOptions, planSearch } from '../../../src/experiments/capacity/capacity.ts';
import { lengthOf, probeOverrides, stepOverrides } from '../../../src/experiments/capacity/plan-capacity.ts';
import { capacity, InputError, plan } from '../../../src/index.ts';

const ENV = { env: {}, cwd: '/' };

async function problemsOf(options: CapacityOptions, profile = 'atm') {
  try {
    await planSearch(profile, { ...ENV, ...options });
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
  throw new Error('there was no problem');
}

describe('a step', () => {
  test('is a constant rate in real time, with the objectives as thresholds', async () => {
    const planned = await planSearch('ecommerce', { ...ENV, slo: ['response_ms p(99)<4000', 'failed<0.01'] });
    const step = await plan('ecommerce', { ...ENV, overrides: stepOverrides(planned, 500, 10) });
    const { profile } = step.loaded;
    expect(profile.thresholds.map(({ metric, expression }) => `${metric} ${expression}`)).toEqual([
      'response_ms p(99)<4000',
      'failed rate<0.01',
    ]);
    expect(profile.clock.speed).toBe(1);
    for (const scenario of Object.values(profile.scenarios)) {
      expect(scenario).not.toHaveProperty('multipliers');
      expect(scenario).toMatchObject({ warmupNs: 2e9, gracefulStopNs: 8e9 });
    }
    expect(step.plan.lanes.reduce((sum, { load }) => sum + (load.kind === 'open' ? load.targetPerSec : 0), 0)).toBe(
      500,
    );
    expect(step.plan.durationNs).toBe(12e9);
  });

  test('has the warm-up of the profile where that is longer, in whole seconds', async () => {
    const overrides = { set: ['scenarios.atm.warmup=3500ms'] };
    expect((await planSearch('atm', { ...ENV, overrides })).settings.warmupMs).toBe(4000);
  });

  test('is as long as the share of its scenario needs', async () => {
    const profile = join(mkdtempSync(join(tmpdir(), 'capacity-')), 'two.yaml');
    const scenario = (rate: number) =>
      `{ workload: bytes, executor: constant-arrival-rate, rate: ${rate}, duration: 1m }`;
    writeFileSync(profile, `scenarios: { a: ${scenario(9)}, b: ${scenario(1)} }\n`);
    const planned = await planSearch(profile, { ...ENV, slo: ['response_ms{scenario:b} p(99)<50'] });
    expect(planned.shares).toEqual({ a: 0.9, b: 0.1 });
    expect(lengthOf(planned, 1000).sec).toBe(100);
  });

  test('of a probe goes as fast as acknowledgements allow', async () => {
    const planned = await planSearch('atm', ENV);
    const { lanes } = (await plan('atm', { ...ENV, overrides: probeOverrides(planned) })).plan;
    expect(lanes.map(({ load }) => load.kind)).toEqual(['closed']);
  });
});

describe('bad input', () => {
  test('all problems at once, with their places', async () => {
    const problems = await problemsOf({
      slo: ['response_ms p(99)<', 'respons_ms p(99)<5'],
      from: '10/s',
      to: '5/s',
      hold: '2s',
      tolerance: '5',
      repeat: -1,
    });
    expect(problems.map(({ place }) => place)).toEqual([
      '--slo',
      '--slo',
      '--hold',
      '--from',
      '--tolerance',
      '--repeat',
    ]);
    expect(problems[1]!.message).toContain('response_ms');
  });

  test('what the search sets, and a scenario that is not there', async () => {
    expect(await problemsOf({ overrides: { rate: 5 } })).toMatchObject([{ place: '--rate', hint: /--from/ }]);
    expect(await problemsOf({ slo: ['response_ms{scenario:atn} p(99)<50'] })).toMatchObject([
      { place: '--slo', message: expect.stringContaining('atn'), hint: expect.stringContaining('atm') },
    ]);
  });

  test('an objective of consumers where none read', async () => {
    expect(await problemsOf({ slo: ['end_to_end_ms p(99)<50', 'consumer_lag<10'] })).toEqual([
      ...['end_to_end_ms p(99)<50', 'consumer_lag<10'].map((text) => ({
        place: '--slo',
        message: `\`${text}\`: the profile has no consumer group`,
        hint: 'add one under `consumers:`',
      })),
    ]);
  });

  test('rates of less than one message a step, and more confirmations than a search has steps', async () => {
    expect(await problemsOf({ from: '0.01/s', to: '0.02/s' })).toEqual([
      {
        place: '--from',
        message: 'a step of 10 s has less than one message at 36/h',
        hint: 'a longer --hold, or a higher rate',
      },
    ]);
    expect(await problemsOf({ to: '0.02/s' })).toMatchObject([{ place: '--to' }]);
    expect(await problemsOf({ from: '0.01/s', hold: '100s', repeat: 61 })).toMatchObject([{ place: '--repeat' }]);
  });

  test('an option that is not one', async () => {
    await expect(capacity('atm', { slos: [] } as object)).rejects.toThrow(/slo/);
  });

  test.each([
    ['5%', 0.05],
    [0.05, 0.05],
    ['0.2', 0.2],
    ['100%', 1],
  ])('a tolerance of %s', async (tolerance, fraction) => {
    expect((await planSearch('atm', { ...ENV, tolerance })).settings.tolerance).toBe(fraction);
  });
});
