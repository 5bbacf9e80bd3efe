import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decisiveMeasures } from '../../src/compare/sweep-analysis.ts';
import type { InputError } from '../../src/errors.ts';
import { estimate } from '../../src/experiments/estimate.ts';
import { readExperimentFile } from '../../src/experiments/experiment-file.ts';
import { planSweep } from '../../src/experiments/sweep.ts';
import { SETTLE_DEFAULT } from '../../src/experiments/sweep-options.ts';
import { parseGoal } from '../../src/objective-grammar.ts';
import { bundledExperiments } from '../../src/profile/bundled.ts';
import { powerOf } from '../../src/statistics/power.ts';
import { ALPHA } from '../../src/statistics/ratio.ts';

const cwd = mkdtempSync(join(tmpdir(), 'experiment-file-'));

function read(text: string) {
  writeFileSync(join(cwd, 'e.yaml'), text);
  return readExperimentFile('e.yaml', cwd, { LINGER: '7' });
}

function problemsOf(text: string): string[] {
  try {
    read(text);
  } catch (error) {
    return (error as InputError).message.split('\n');
  }
  throw new Error('no problem');
}

const HEAD = 'version: 1\nexperiment: x\nprofile: bytes\n';

test('every key', () => {
  const text = `${HEAD}
set: { scenarios.bytes.rate: 0050, scenarios.bytes.duration: 1s }
vary:
  producer.linger.ms: [0, "\${LINGER}", 1.10]
  scenarios.bytes.stages: [[{ target: 5, duration: 1s }], none]
repeat: auto
maxRepeat: 12
settle: 1m
goal: throughput
baseline: linger.ms=0
`;
  expect(read(text)).toEqual({
    name: 'x',
    profile: 'bytes',
    dimensions: [
      [{ path: 'producer.linger.ms', values: ['0', '7', '1.10'], place: 'e.yaml:7: vary.producer.linger.ms' }],
      [
        {
          path: 'scenarios.bytes.stages',
          values: ['[{"target":5,"duration":"1s"}]', 'none'],
          place: 'e.yaml:8: vary.scenarios.bytes.stages',
        },
      ],
    ],
    set: ['scenarios.bytes.rate=0050', 'scenarios.bytes.duration=1s'],
    repeat: 'auto',
    maxRepeat: 12,
    settleMs: 60_000,
    goal: 'throughput',
    baseline: 'linger.ms=0',
  });
});

test('a profile is not an experiment, and a name may be of neither', () => {
  expect(read('version: 1\nscenarios: {}\n')).toBeUndefined();
  expect(readExperimentFile('atm', cwd, {})).toBeUndefined();
});

describe('bad input: all problems with their lines', () => {
  test.each([
    [`${HEAD}repaet: 5\n`, ['e.yaml:4: unknown key `repaet` (did you mean `repeat`?)']],
    [`${HEAD}repeat: many\n`, ['e.yaml:4: repeat: expected a number of rounds, or auto, not `many`']],
    ['experiment: x\nprofile: bytes\n', ['e.yaml:1: version: is missing; expected 1']],
    [`${HEAD}vary: [{}]\n`, ['e.yaml:4: vary[0]: expected factors with their values (PATH: [A, B])']],
    [`${HEAD}vary: 5\n`, ['e.yaml:4: vary: expected a map of paths to lists of values, not `5`']],
    [
      `${HEAD}vary:\n  workers: []\n  linger.ms: 5\n`,
      [
        'e.yaml:5: vary.workers: a factor needs values (e.g. --vary workers=A,B)',
        'e.yaml:6: vary.linger.ms: expected a list of values (linger.ms: [A, B])',
      ],
    ],
    [
      'version: 2\nexperiment: x\n',
      ['e.yaml:1: version: expected 1, not `2`', 'e.yaml:1: profile: is missing; expected text'],
    ],
  ])('%s', (text, messages) => {
    expect(problemsOf(text)).toEqual(messages);
  });
});

describe('bundled experiments', () => {
  test('are these', () => {
    expect(bundledExperiments()).toEqual(['acks', 'compression', 'idempotence', 'message-size', 'partitions']);
  });

  test.each(bundledExperiments())('%s takes less than 15 minutes, with the longest pauses', async (name) => {
    const overrides = { bootstrapServers: 'localhost:9092' };
    const { cells, repeat, settleMs, baseline } = await planSweep(name, { overrides, env: {}, cwd });
    const burnIn = cells.findIndex((cell) => cell.name === baseline);
    const durations = cells.map(({ durationNs }) => durationNs);
    const { runsMs, settleMaxMs, unknown } = estimate(durations, repeat as number, burnIn, settleMs);
    expect(unknown).toBe(0);
    expect((runsMs + settleMaxMs) / 60_000).toBeLessThan(15);
  });

  test.each(bundledExperiments())('%s has enough rounds for its cells to show 20 %% at 5 %% of noise', async (name) => {
    const { cells, repeat, goal } = await planSweep(name, { overrides: { bootstrapServers: 'x:1' }, env: {}, cwd });
    const rounds = repeat as number;
    const comparisons = (cells.length - 1) * decisiveMeasures(goal === undefined ? undefined : parseGoal(goal)).length;
    const errors = Math.log(1.2) / ((0.05 * Math.SQRT2) / Math.sqrt(rounds));
    // The first step of Holm's procedure asks for the most.
    expect(powerOf(errors, rounds - 1, ALPHA / comparisons)).toBeGreaterThan(0.9);
    // So that every round has one that mirrors it.
    expect(rounds % 2).toBe(0);
  });
});

test('flags count more than the file', async () => {
  writeFileSync(
    join(cwd, 'e.yaml'),
    `${HEAD}vary: { workers: [1, 2] }\nrepeat: 9\nset: { scenarios.bytes.duration: 1s }\n`,
  );
  const options = { cwd, env: {}, repeat: 2, vary: { workers: [1] }, overrides: { duration: '2s' } };
  const planned = await planSweep('e.yaml', options);
  expect(planned).toMatchObject({
    name: 'x',
    repeat: 2,
    kind: 'sweep',
    settleMs: Number.parseInt(SETTLE_DEFAULT, 10) * 1_000,
  });
  expect(planned.cells.map(({ name, durationNs }) => [name, durationNs])).toEqual([['workers=1', 2e9]]);
});
