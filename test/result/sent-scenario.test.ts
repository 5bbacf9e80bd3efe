import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildPlan } from '../../src/plan/build-plan.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { Ledger, type LedgerStatus, NOT_ACKED } from '../../src/recorder/ledger.ts';
import type { LaneMeasurement } from '../../src/recorder/measurement.ts';
import { sentScenario } from '../../src/result/sent-scenario.ts';
import type { SendStatus } from '../../src/workload/ground-truth.ts';
import { profileOf, scenarioOf } from '../plan/profile.ts';
import { RUN_TAG } from '../workload/fixture.ts';
import { lane, phase } from './run.ts';

const STARTED_AT_MS = Date.UTC(2026, 2, 1, 12);
const FATES: readonly (LedgerStatus | 'acked')[] = [
  ...(['acked', 'acked', 'acked'] as const),
  ...(['shed', 'unsent', 'not-persisted', 'possibly-persisted', 'persisted'] as const),
];
const TOLD: Readonly<Record<(typeof FATES)[number], SendStatus | undefined>> = {
  acked: 'acked',
  shed: undefined,
  unsent: undefined,
  'not-persisted': 'failed',
  'possibly-persisted': 'unresolved',
  persisted: 'unresolved',
};

function planOf(workers: number, overrides: Partial<Plan['lanes'][number]> = {}): Plan {
  const executor = { kind: 'constant-arrival-rate', ratePerSec: 10, durationNs: 100e9 } as const;
  const facts = {
    cores: 4,
    runTag: RUN_TAG,
    nowMs: STARTED_AT_MS,
    measure: () => ({ bytesMean: 100, weightsDenominator: 1 }),
  };
  const plan = buildPlan(profileOf({ scenarios: { atm: scenarioOf({ executor }) }, workers }), facts);
  return { ...plan, lanes: plan.lanes.map((scenario) => ({ ...scenario, ...overrides })) };
}

/** What worker w measured whose k-th message had the fate fates[k]; part of them in the warm-up. */
function laneOf(fates: readonly (typeof FATES)[number][], worker: number, workers: number): LaneMeasurement {
  const ledger = new Ledger(NOT_ACKED);
  fates.forEach((fate, k) => {
    if (fate !== 'acked') ledger.add(k, k, fate);
  });
  const count = (...which: string[]) => fates.filter((fate) => which.includes(fate)).length;
  const load = phase({
    failed: count('not-persisted'),
    unresolved: count('possibly-persisted', 'persisted'),
    shed: count('shed'),
    unsent: count('unsent'),
  });
  const warmup = phase({ ackedUs: new Array(count('acked')).fill(1) });
  return lane({ worker, scenario: 'atm', warmup, load, notAcked: ledger.ranges('atm', worker, workers) });
}

test('says of every index what became of it, whoever sent it', () => {
  const fates = fc.array(fc.constantFrom(...FATES), { maxLength: 30 });
  fc.assert(
    fc.property(fc.array(fates, { minLength: 1, maxLength: 4 }), (byWorker) => {
      const workers = byWorker.length;
      const plan = planOf(workers);
      const lanes = byWorker.map((each, worker) => laneOf(each, worker, workers));
      const other = lane({ scenario: 'other', load: phase({ ackedUs: [1, 2, 3] }) });
      const sent = sentScenario(plan, plan.lanes[0]!, [other, ...lanes, other], STARTED_AT_MS);
      let end = 0;
      for (let index = 0; index < 4 * 31; index++) {
        const fate = byWorker[index % workers]![Math.floor(index / workers)];
        expect(sent.statusOf(index)).toBe(fate && TOLD[fate]);
        if (fate !== undefined) end = index + 1;
      }
      expect(sent.end).toBe(end);
    }),
  );
});

test('where the ledger is not whole nothing is taken for acknowledged, nor for sent that was not', () => {
  const plan = planOf(1);
  const lost = lane({
    load: phase({ ackedUs: [1, 2], failed: 1, unsent: 4 }),
    notAcked: [{ scenario: 'atm', from: 1, to: 1, step: 1, status: 'not-persisted' }],
    ledgerComplete: false,
  });
  const sent = sentScenario(plan, plan.lanes[0]!, [lost], STARTED_AT_MS);
  expect(sent.end).toBe(3);
  expect([0, 1, 2, 3].map((index) => sent.statusOf(index))).toEqual(['unresolved', 'failed', 'unresolved', undefined]);
});

test('says when a message was due on the clock of the run, and nothing in a closed loop', () => {
  const plan = planOf(1);
  const simulated = { ...plan, clock: { ...plan.clock, startMs: Date.UTC(2020, 0, 1), speed: 60 } };
  expect(sentScenario(plan, plan.lanes[0]!, [], STARTED_AT_MS).dueMs(7)).toBe(STARTED_AT_MS + 700);
  expect(sentScenario(simulated, plan.lanes[0]!, [], STARTED_AT_MS).dueMs(7)).toBe(Date.UTC(2020, 0, 1) + 42_000);
  const closed = planOf(1, { load: { kind: 'closed', startNs: 0, endNs: 1e9, count: 10, warmupEndNs: 0 } });
  expect(sentScenario(closed, closed.lanes[0]!, [], STARTED_AT_MS).dueMs(7)).toBeUndefined();
});
