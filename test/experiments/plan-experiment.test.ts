import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { InputError } from '../../src/errors.ts';
import { type ExperimentRequest, planExperiment } from '../../src/experiments/plan-experiment.ts';
import { dimensionsOf, dimensionsOfFlags, type Vary } from '../../src/experiments/vary.ts';
import { forgetSecrets, rememberSecret } from '../../src/secrets.ts';

const cwd = mkdtempSync(join(tmpdir(), 'experiment-'));
writeFileSync(
  join(cwd, 'two.yaml'),
  `
version: 1
topics: { t: { partitions: 3 } }
scenarios:
  a: { workload: bytes, topic: t, executor: ramping-arrival-rate, stages: [{ target: 10, duration: 2s }] }
  b:
    workload: bytes
    topic: t
    executor: constant-arrival-rate
    rate: 5
    duration: 2s
    producer: { compression.type: lz4 }
`,
);

function planned(vary: readonly string[] | Vary, more: Partial<ExperimentRequest> = {}) {
  const isFlags = Array.isArray(vary) && vary.every((text) => typeof text === 'string');
  return planExperiment({
    kind: 'sweep',
    profile: 'two.yaml',
    dimensions: isFlags ? dimensionsOfFlags(vary) : dimensionsOf(vary as Vary, (path) => `vary.${path}`),
    overrides: {},
    repeat: 5,
    maxRepeat: 20,
    settleMs: 0,
    cwd,
    env: {},
    ...more,
  });
}

async function problemsOf(...args: Parameters<typeof planned>): Promise<string[]> {
  const error: InputError = await planned(...args).then(
    () => {
      throw new Error('no problem');
    },
    (found) => found,
  );
  return error.message.split('\n');
}

const names = async (...args: Parameters<typeof planned>) => (await planned(...args)).cells.map(({ name }) => name);

describe('cells', () => {
  test('all combinations, the last dimension fastest, under short names', async () => {
    expect(await names(['linger.ms=0,20', 'workers=1,2'])).toEqual([
      'linger.ms=0 workers=1',
      'linger.ms=0 workers=2',
      'linger.ms=20 workers=1',
      'linger.ms=20 workers=2',
    ]);
  });

  test('factors that move together, beside a dimension', async () => {
    expect(await names([{ workers: [1, 2], 'topics.t.partitions': [6, 12] }, { 'linger.ms': [0, 5] }])).toEqual([
      'workers=1 partitions=6 linger.ms=0',
      'workers=1 partitions=6 linger.ms=5',
      'workers=2 partitions=12 linger.ms=0',
      'workers=2 partitions=12 linger.ms=5',
    ]);
  });

  test('paths with the same ending are told apart', async () => {
    expect(await names(['scenarios.a.params.size=1,2', 'scenarios.b.params.size=3'])).toEqual([
      'a.params.size=1 b.params.size=3',
      'a.params.size=2 b.params.size=3',
    ]);
  });

  test('stages, topic config, parameters, rates and flags can be varied', async () => {
    const { cells } = await planned([
      'scenarios.a.stages=[{target: 10, duration: 1s}],[{target: 10, duration: 3s}]',
      'topics.t.config.retention.ms=1000,2000',
      'size=10',
      'scenarios.b.rate=7',
      'messages=4',
    ]);
    expect(cells.map(({ name }) => name)[0]).toBe(
      'stages=[{target:10,duration:1s}] config.retention.ms=1000 size=10 rate=7 messages=4'.replace('config.', ''),
    );
    expect(cells[0]!.overrides).toMatchObject({
      messages: '4',
      set: expect.arrayContaining(['scenarios.a.params.size=10', 'scenarios.b.params.size=10']),
    });
    expect(new Set(cells.map(({ profileHash }) => profileHash)).size).toBe(4);
  });

  test('a flag takes the place of the dimension of the file', async () => {
    const more = { flagDimensions: dimensionsOfFlags(['linger.ms=7']) };
    expect(await names({ 'producer.linger.ms': [0, 5], workers: [1] }, more)).toEqual(['linger.ms=7 workers=1']);
  });

  test('without a factor there is one', async () => {
    expect(await names([])).toEqual(['all']);
  });
});

test('names and factors have no secrets, overrides do', async () => {
  rememberSecret('hunter22');
  const moved = { 'client.id': ['hunter22', 'b'], 'sasl.password': ['typed', 'too'] };
  const { cells, vary } = await planned([moved]);
  forgetSecrets();
  expect(cells.map(({ name }) => name)).toEqual(['client.id=*** sasl.password=***', 'client.id=b sasl.password=***']);
  expect(vary).toEqual({ 'client.id': ['***', 'b'], 'sasl.password': ['***'] });
  expect(cells[0]!.overrides.set).toEqual(['producer.client.id=hunter22', 'producer.sasl.password=typed']);
});

test('a factor may be called as what every object has', async () => {
  const { vary } = await planned(['topics.t.config.constructor=1,2']);
  expect(vary).toEqual({ constructor: ['1', '2'] });
});

describe('bad input: every problem once', () => {
  test.each([
    [
      ['linger.mss=1'],
      '--vary linger.mss: there is nothing to vary by the name `linger.mss` (did you mean `linger.ms`?)',
    ],
    [
      ['constructor=1,2'],
      '--vary constructor: there is nothing to vary by the name `constructor` (a path of the profile, a producer property, a parameter or a flag)',
    ],
    [
      ['__proto__=1,2'],
      '--vary __proto__: there is nothing to vary by the name `__proto__` (a path of the profile, a producer property, a parameter or a flag)',
    ],
    [['wrkers=1,2'], '--vary wrkers: there is nothing to vary by the name `wrkers` (did you mean `workers`?)'],
    [['scenarios.x.rate=1'], '--vary scenarios.x.rate: there is no scenario `x` (one of a, b)'],
    [
      ['topics.t.partitons=1'],
      '--vary topics.t.partitons: `topics.t` has no key `partitons` (did you mean `partitions`?)',
    ],
    [
      ['compression.type=none,lz4'],
      '--vary compression.type: `compression.type` is set by scenario b itself (name the one that is meant: scenarios.b.producer.compression.type)',
    ],
    [
      ['linger.ms=0', 'producer.linger.ms=5'],
      '--vary producer.linger.ms: `producer.linger.ms` is varied twice, also as `linger.ms`',
    ],
    [
      ['kafka.bootstrap.servers=a:1,b:2'],
      '--vary: the cells are on 2 clusters: a:1 and b:2 (run each in an experiment of its own, then use `load compare`)',
    ],
    [
      ['linger.ms=5,5.0'],
      '--vary: cells `linger.ms=5` and `linger.ms=5.0` are the same profile (equal values, or a flag or a scenario that overrides what is varied)',
    ],
  ])('%j', async (vary, message) => {
    expect(await problemsOf(vary)).toEqual([message]);
  });

  test('a wrong value names the cells that have it, or none where all do', async () => {
    expect(await problemsOf(['linger.ms=soon,5', 'workers=1,2'])).toEqual([
      '--vary linger.ms: producer.linger.ms: `linger.ms` must be a number from 0 to 900000, not `soon`; cell linger.ms=soon workers=1 and 1 more',
    ]);
    expect(await problemsOf(['workers=1,2'], { overrides: { rate: '0' } })).toEqual([
      '--rate: must be greater than 0, not `0`',
    ]);
  });

  test('what cannot be repeated', async () => {
    expect(await problemsOf([], { profile: 'atm' })).toEqual([
      'a run that is repeated needs an end (add --duration 30s)',
    ]);
    const profile = 'message-lifecycle';
    const overrides = { set: ['scenarios.message-lifecycle.params.database=x.db'], duration: '5s' };
    expect((await problemsOf([], { profile, overrides }))[0]).toMatch(
      /^all runs would go on with one message database/,
    );
  });

  test('more runs than anyone waits for', async () => {
    expect(await problemsOf(['workers=1,2'], { repeat: 60_000 })).toEqual([
      '--repeat: 120,000 runs: an experiment has up to 100,000 (fewer rounds, or fewer cells)',
    ]);
  });

  test('a baseline or goal that is none', async () => {
    expect((await planned(['workers=1,2', 'linger.ms=0,5'], { baseline: 'linger.ms=5 workers=1' })).baseline).toBe(
      'workers=1 linger.ms=5',
    );
    expect(await problemsOf(['workers=1,2'], { baseline: 'worker=1' })).toEqual([
      '--baseline worker=1: there is no such cell (did you mean `workers=1`?)',
    ]);
    expect((await problemsOf(['workers=1,2'], { goal: 'throughputt' }))[0]).toMatch(/^--goal: /);
  });
});
