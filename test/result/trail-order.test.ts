import { expect, test } from 'vitest';
import type { LanePlan } from '../../src/plan/plan.ts';
import { createHistogram, record } from '../../src/recorder/histogram.ts';
import type { LaneMeasurement } from '../../src/recorder/measurement.ts';
import { overtakingWarnings } from '../../src/result/trail-order.ts';
import { EVERY } from '../../src/workload/thinning.ts';

const lane = (name: string, trail?: { scenario: string; gapNs: number }) =>
  ({ name, record: { ...(trail && { trail: { ...trail, name, thinning: EVERY } }) } }) as unknown as LanePlan;

function late(scenario: string, lagMs: number, warmupLagMs = 0): LaneMeasurement {
  const [warmup, load] = [createHistogram(), createHistogram()];
  record(load, lagMs * 1000, 1);
  record(warmup, warmupLagMs * 1000, 1);
  return { scenario, warmup: { scheduleLag: warmup }, load: { scheduleLag: load } } as unknown as LaneMeasurement;
}

const scenarios = [
  lane('m'),
  lane('m/a', { scenario: 'm', gapNs: 300e6 }),
  lane('m/b', { scenario: 'm', gapNs: 200e6 }),
];

test('nothing is said while no record is later than the shortest time between two', () => {
  expect(overtakingWarnings(scenarios, [late('m', 199), late('m/a', 30), late('other', 5000)])).toEqual([]);
});

test('one sentence where records may have overtaken what they follow', () => {
  expect(overtakingWarnings(scenarios, [late('m', 250)])).toEqual([
    expect.stringMatching(/^m: records were up to 25\dms late, and some follow another after 200ms: they may stand/),
  ]);
  expect(overtakingWarnings([lane('m')], [late('m', 9000)])).toEqual([]);
  // As late as the next one follows; one that follows itself; in the warm-up.
  for (const lanes of [[late('m', 200)], [late('m/b', 250)], [late('m', 0, 250)]]) {
    expect(overtakingWarnings(scenarios, lanes)).toHaveLength(1);
  }
});
