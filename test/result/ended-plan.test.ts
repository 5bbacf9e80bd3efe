import { expect, test } from 'vitest';
import type { Plan } from '../../src/plan/plan.ts';
import type { RunMeasurement } from '../../src/recorder/measurement.ts';
import { endedPlan } from '../../src/result/ended-plan.ts';
import { constantLoad, scenarioPlan } from '../engine/fixture.ts';
import { lane, phase } from './run.ts';

const SEC = 1e9;
const HOUR = 3600 * SEC;

const planned = {
  workers: 3,
  lanes: [
    scenarioPlan(0, { ...constantLoad(10, 2400 * 3600, 10), endless: true }, { name: 'a' }),
    scenarioPlan(1, constantLoad(10, 60), { name: 'b' }),
  ],
} as unknown as Plan;

test('ends with the run and has what was due; what has an end stays', () => {
  const workers = [3, 4].map((acked, worker) => ({
    lanes: [
      lane({
        worker,
        scenario: 'a',
        warmup: phase({ ackedUs: [1, 1] }),
        load: phase({ ackedUs: [1], unsent: acked }),
      }),
      lane({ worker, scenario: 'b', load: phase({ ackedUs: [1] }) }),
    ],
  })) as unknown as RunMeasurement['workers'];
  const ended = endedPlan(planned, { loadEndNs: 12 * SEC, workers });
  expect(ended.lanes[0]!.load).toMatchObject({ count: 13, warmupCount: 4, endNs: 12 * SEC });
  expect(ended.lanes[1]).toBe(planned.lanes[1]);
});

test('a run cannot end later than what was laid out', () => {
  const { load } = endedPlan(planned, { loadEndNs: 2500 * HOUR, workers: [] }).lanes[0]!;
  expect(load.endNs).toBe(2400 * HOUR);
});

test('a run whose workers were all lost ends with their last hand-over', () => {
  const workers = [{ lanes: [lane({ scenario: 'a', lastSentNs: 7 * SEC })] }] as unknown as RunMeasurement['workers'];
  expect(endedPlan(planned, { loadEndNs: 0, workers }).lanes[0]!.load).toMatchObject({ endNs: 7 * SEC });
});
