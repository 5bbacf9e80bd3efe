import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LanePlan } from '../../src/plan/plan.ts';
import type { LaneMeasurement, LedgerRange } from '../../src/recorder/measurement.ts';
import { goodnessOfFit } from '../../src/result/chi-square.ts';
import { weightsFacts, weightsFits } from '../../src/result/weights-fit.ts';
import { Anomalies } from '../../src/workload/anomalies.ts';
import type { RecordPlan } from '../../src/workload/record-plan.ts';
import { EVERY } from '../../src/workload/thinning.ts';
import { openWeightings } from '../../src/workload/workload.ts';
import { recordPlan } from '../workload/fixture.ts';
import { lane, phase } from './run.ts';

const SEED = 42;
const RUN_TAG = '0123456789abcdef';
const STATUSES = ['shed', 'unsent', 'not-persisted', 'possibly-persisted', 'persisted'] as const;

const scenarioOf = (record: RecordPlan, name = 'atm') => ({ name, record }) as LanePlan;
const planOf = (workers: number, ...lanes: LanePlan[]) => ({ seed: SEED, runTag: RUN_TAG, workers, lanes });
const pooled = recordPlan({ mode: 'pooled', poolSize: 100 });
const fresh = recordPlan();

/** A worker's lane of which `scheduled` messages are known, `warmup` of them warm-up, and these were lost. */
function laneOf(worker: number, warmup: number, load: number, notAcked: readonly LedgerRange[] = []): LaneMeasurement {
  const totals = (scheduled: number) => ({ ...phase().totals, scheduled });
  return lane({
    worker,
    warmup: { ...phase(), totals: totals(warmup) },
    load: { ...phase(), totals: totals(load) },
    notAcked,
  });
}

describe('the fields of the acknowledged records', () => {
  test('are counted as one would, one by one', () => {
    const runs = fc.array(fc.record({ skip: fc.integer({ min: 0, max: 60 }), lost: fc.integer({ min: 1, max: 40 }) }), {
      maxLength: 6,
    });
    const worker = fc.record({
      warmup: fc.integer({ min: 0, max: 80 }),
      load: fc.integer({ min: 0, max: 300 }),
      runs,
      status: fc.constantFrom(...STATUSES),
    });
    const workers = fc.array(worker, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(workers, fc.constantFrom(pooled, fresh), (each, record) => {
        const step = each.length;
        const acked = new Set<number>();
        const lanes = each.map(({ warmup, load, runs, status }, w) => {
          for (let k = warmup; k < warmup + load; k++) acked.add(w + k * step);
          const notAcked: LedgerRange[] = [];
          let k = 0;
          for (const { skip, lost } of runs) {
            const [from, to] = [k + skip, Math.min(k + skip + lost, warmup + load) - 1];
            if (from > to) break;
            notAcked.push({ scenario: 'atm', from: w + from * step, to: w + to * step, step, status });
            for (let each = from; each <= to; each++) acked.delete(w + each * step);
            k = to + 1;
          }
          return laneOf(w, warmup, load, notAcked);
        });
        const fits = weightsFits(planOf(step), scenarioOf(record), lanes)!;
        const slow = openWeightings(record, { seed: SEED, scenario: 'atm', runTag: RUN_TAG }).flatMap((weighting) => {
          const counts = weighting.values.map(() => 0);
          for (const index of acked) counts[weighting.pick(record.poolSize === 0 ? index : index % record.poolSize)]!++;
          const fit = goodnessOfFit(counts, weighting.shares);
          return fit === undefined ? [] : [{ scenario: 'atm', field: weighting.field, records: acked.size, ...fit }];
        });
        expect(fits).toEqual(slow);
      }),
      { numRuns: 60 },
    );
  });

  test('fit exactly over whole rounds of a pool', () => {
    const fits = weightsFits(planOf(2), scenarioOf(pooled), [laneOf(0, 0, 50_000), laneOf(1, 0, 50_000)])!;
    expect(fits.map(({ field, p, records }) => [field, p, records])).toEqual([
      ['status_code', 1, 100_000],
      ['transaction_type', 1, 100_000],
    ]);
  });

  test('do not fit where the same records of a pool were lost again and again', () => {
    const every = (step: number): LedgerRange => {
      return { scenario: 'atm', from: 0, to: 99_998, step, status: 'not-persisted' };
    };
    const [whole] = weightsFits(planOf(1), scenarioOf(fresh), [laneOf(0, 0, 100_000, [every(2)])])!;
    expect(whole!.p).toBeGreaterThan(0.001);
    const fits = weightsFits(planOf(1), scenarioOf(pooled), [laneOf(0, 0, 100_000, [every(2)])])!;
    expect(Math.min(...fits.map(({ p }) => p))).toBeLessThan(1e-6);
  });

  test('of an anomalous pool are those that the records say', () => {
    const spec = {
      tombstones: 0.1,
      duplicates: { rate: 0.2, within: 50 },
      late: { rate: 0.1, minMs: 1, maxMs: 9 },
      malformed: 0.1,
    };
    const record: RecordPlan = { ...pooled, anomalies: spec };
    const identity = { seed: SEED, scenario: 'atm', runTag: RUN_TAG };
    const anomalies = new Anomalies(spec, record.format, identity);
    const fits = weightsFits(planOf(1), scenarioOf(record), [laneOf(0, 100, 2_000)])!;
    const slow = openWeightings(record, identity).map(({ values, shares, pick }) => {
      const counts = values.map(() => 0);
      for (let index = 100; index < 2_100; index++) {
        const anomaly = anomalies.of(index);
        if (anomaly?.kind === 'tombstone' || anomaly?.kind === 'malformed') continue;
        counts[pick((anomaly?.kind === 'duplicate' ? anomaly.original : index) % 100)]!++;
      }
      return goodnessOfFit(counts, shares)!;
    });
    expect(fits.map(({ chiSquare }) => chiSquare)).toEqual(slow.map(({ chiSquare }) => chiSquare));
  });

  test('have no weights of their own where records follow others', () => {
    const trail = { scenario: 'atm', name: 'later', thinning: EVERY, gapNs: 0 };
    const following = scenarioOf({ ...fresh, trail }, 'atm/later');
    const measured = { ...laneOf(0, 0, 500), scenario: 'atm/later' };
    expect(weightsFits(planOf(1), following, [measured])).toEqual([]);
  });

  test('are not known where the ledger is not whole', () => {
    const torn = { ...laneOf(1, 0, 500), ledgerComplete: false };
    const other = { ...torn, scenario: 'other' };
    expect(weightsFits(planOf(2), scenarioOf(fresh), [laneOf(0, 0, 500), torn])).toBeUndefined();
    expect(weightsFits(planOf(2), scenarioOf(fresh), [laneOf(0, 0, 500), other])).toHaveLength(2);
  });
});

test('facts are made where a threshold asks, of scenarios that are known', () => {
  const plan = planOf(1, scenarioOf(fresh), scenarioOf(fresh, 'torn'));
  const torn = { ...laneOf(0, 0, 500), scenario: 'torn', ledgerComplete: false };
  const measured = [laneOf(0, 0, 500), torn];
  expect(weightsFacts([{ metric: 'failed' }], plan, measured)).toEqual({});
  expect(Object.keys(weightsFacts([{ metric: 'weights' }], plan, measured).weightsFits!)).toEqual(['atm']);
});
