import { expect, test } from 'vitest';
import type { CapacityStep } from '../../src/compare/capacity-result.ts';
import type { ExperimentProgress } from '../../src/compare/experiment-progress.ts';
import type { PlannedCapacity } from '../../src/experiments/capacity/plan-capacity.ts';
import type { PlannedExperiment } from '../../src/experiments/plan-experiment.ts';
import { trackCapacity, trackSweep } from '../../src/experiments/progress-tracker.ts';
import type { Progress } from '../../src/recorder/progress.ts';
import { recordAt, setAt } from '../compare/results.ts';

const planned = {
  ...{ kind: 'sweep', name: 'codecs', repeat: 2, maxRepeat: 20 },
  cells: [
    { name: 'none', factors: {} },
    { name: 'zstd', factors: {} },
  ],
} as unknown as PlannedExperiment;

const progress = { phase: 'load', sent: 7 } as Progress;

const cell = (name: string, factors: readonly number[]) => ({ name, factors: {}, set: setAt(name, factors) });

test('a sweep: burn-in, runs with their cells, pauses, the end', () => {
  const seen: ExperimentProgress[] = [];
  let nowMs = 0;
  const tracker = trackSweep(
    planned,
    (each) => seen.push(each),
    () => nowMs,
  );
  const last = () => seen.at(-1)!;
  const empty = { factors: {}, runsDone: 0, status: null, throughputPerSec: null, responseP99Ms: null };
  expect(last()).toEqual({
    ...{ kind: 'sweep', name: 'codecs', activity: 'pause', runsDone: 0, runsTotal: 4, isAtMost: false },
    ...{ round: null, rounds: 2, current: null, leftMs: null },
    cells: [
      { name: 'none', ...empty },
      { name: 'zstd', ...empty },
    ],
  });
  tracker.onProgress(progress);
  expect(last()).toMatchObject({ activity: 'burn-in', run: progress });
  const news = {
    ...{
      run: 2,
      round: 1,
      cell: 1,
      attempt: 1,
      cellName: 'zstd',
      of: 4,
      isAtMost: false,
      settle: null,
      leftMs: 30_000,
    },
    cells: [cell('none', [1]), cell('zstd', [])],
  };
  tracker.onRun(news);
  expect(last()).toMatchObject({ activity: 'run', runsDone: 1, round: 1, current: { run: 2, cell: 'zstd' } });
  expect(last(), 'of another run').not.toHaveProperty('run');
  expect(last().cells[0]).toEqual({
    ...{ name: 'none', factors: {}, runsDone: 1, status: 'ok', throughputPerSec: 100, responseP99Ms: 9.903 },
  });
  nowMs = 10_000;
  tracker.onProgress(progress);
  expect(last()).toMatchObject({ activity: 'run', leftMs: 20_000, run: progress });
  nowMs = 60_000;
  tracker.onProgress(progress);
  expect(last().leftMs).toBe(0);
  tracker.onRunEnd({ ...news, leftMs: 20_000, cells: [cell('none', [1]), cell('zstd', [2])] }, recordAt(2, 1));
  expect(last()).toMatchObject({ activity: 'pause', runsDone: 2, current: null, leftMs: 20_000 });
  tracker.done();
  expect(last()).toMatchObject({ activity: 'done', leftMs: 0 });
});

test('a capacity search: its steps, its bracket, and what is left once that is known', () => {
  const seen: ExperimentProgress[] = [];
  const tracker = trackCapacity({ name: 'atm' } as PlannedCapacity, (each) => seen.push(each));
  const last = () => seen.at(-1)!;
  tracker.onProgress(progress);
  expect(last()).toMatchObject({ kind: 'capacity', activity: 'probe', runsTotal: null, leftMs: null });
  const step = { rate: 500, phase: 'doubling', outcome: 'held' } as CapacityStep;
  const length = { sec: 10, samples: 5_000, reason: null, tooFew: false };
  const before = { steps: [], bracket: { low: null, high: null }, left: null };
  tracker.onStep({ step: 1, rate: 500, phase: 'doubling', length, stand: before });
  expect(last().current).toEqual({ run: 1, attempt: 1, cell: null, step: { ratePerSec: 500, phase: 'doubling' } });
  tracker.onStepEnd(step, { steps: [step], bracket: { low: 500, high: 900 }, left: { steps: 4, ms: 60_000 } });
  expect(last()).toMatchObject({ activity: 'pause', runsDone: 1, runsTotal: 5, search: { bracket: { high: 900 } } });
});
