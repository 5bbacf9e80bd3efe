/** The draws by which weighted fields are counted are those of the records, and they meet their weights. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { goodnessOfFit } from '../../src/result/chi-square.ts';
import { Anomalies } from '../../src/workload/anomalies.ts';
import { workloads } from '../../src/workload/built-in/built-in.ts';
import {
  countValues,
  placeIn,
  type Weighting,
  weightingName,
  weightingWithAnomalies,
} from '../../src/workload/weighting.ts';
import { openRecords, openWeightings } from '../../src/workload/workload.ts';
import { messagesOf, NOW_MS, recordContext, recordPlan } from './fixture.ts';

/** Pools of a multiple of every workload's denominator. */
const POOL = 8_400;

const weighted = Object.keys(workloads).filter((name) => Object.keys(workloads[name]!.weightedFields).length > 0);
const cases = weighted.flatMap((workload) => {
  const { weightings, freshOnly } = workloads[workload]!.open(recordPlan({ workload }), recordContext());
  const modes = freshOnly === undefined ? (['fresh', 'pooled'] as const) : (['fresh'] as const);
  // Where records have to be made for it, fewer must do.
  const records = weightings === undefined ? 300_000 : 10_000_000;
  return modes.map((mode) => ({ workload, mode, records, poolSize: mode === 'pooled' ? POOL : 0 }));
});

const planOf = ({ workload, mode, poolSize }: Pick<(typeof cases)[number], 'workload' | 'mode' | 'poolSize'>) =>
  recordPlan({ workload, mode, poolSize, key: workloads[workload]!.defaultKey, format: 'json' });

describe.each(cases)('$workload, $mode', (each) => {
  const record = planOf(each);
  const context = recordContext({ scenario: each.workload });
  const weightings = openWeightings(record, context);

  test('every weighted field is a weighting', () => {
    const names = weightings.map(weightingName);
    for (const field of Object.keys(workloads[each.workload]!.weightedFields)) expect(names).toContain(field);
  });

  test('a weighting says what the encoded record says', () => {
    const messages = messagesOf(record, context, 1, 3_000);
    for (const [index, { payload }] of messages.entries()) {
      const value = JSON.parse(payload.toString());
      const body = each.mode === 'fresh' ? index : index % POOL;
      for (const weighting of weightings)
        expect(weighting.pick(body), weightingName(weighting)).toBe(placeIn(weighting, value));
    }
  });

  test(`χ² of every weighted field over ${each.records.toLocaleString('en')} records`, () => {
    for (const weighting of weightings) {
      const counts = new Float64Array(weighting.values.length);
      countValues(weighting, each.poolSize, { from: 0, to: each.records - 1, step: 1 }, 1, counts);
      const fit = goodnessOfFit(counts, weighting.shares)!;
      expect(fit.degreesOfFreedom).toBe(weighting.values.length - 1);
      // Drawn records fit by chance, dealt ones but for the last, unfinished round of the pool.
      expect(fit.p, weightingName(weighting)).toBeGreaterThan(each.mode === 'fresh' ? 0.001 : 0.98);
    }
  }, 120_000);
});

test('web-events: metadata of a type is weighted among the events of that type', () => {
  const names = openWeightings(planOf(cases.find(({ workload }) => workload === 'web-events')!), recordContext()).map(
    weightingName,
  );
  expect(names).toEqual([
    'event_type',
    'metadata.referrer (event_type bounce)',
    'metadata.device (event_type bounce)',
    'metadata.device (event_type product_view)',
  ]);
});

test('other weights are those of the profile', () => {
  const fields = { status_code: { weighted: { SUCCESS: 3, FAILED: 1 } } };
  const [status] = openWeightings(recordPlan({ fields }), recordContext());
  expect(status).toMatchObject({ field: 'status_code', values: ['SUCCESS', 'FAILED'], shares: [0.75, 0.25] });
});

test('of records made wrong on purpose those count that say what they are, duplicates as their originals', () => {
  const spec = {
    tombstones: 0.02,
    duplicates: { rate: 0.03, within: 100 },
    late: { rate: 0.02, minMs: 1, maxMs: 60_000 },
    malformed: 0.02,
  };
  const record = recordPlan({ mode: 'pooled', poolSize: 100, anomalies: spec } as never);
  const context = recordContext();
  const read = openRecords(record, context, () => NOW_MS);
  const weightings = openWeightings(record, context);
  const anomalies = new Anomalies(record.anomalies!, record.format, context);
  const kinds = new Set<string | undefined>();
  for (let index = 0; index < 3_000; index++) {
    const { value, anomaly } = read(index, NOW_MS);
    kinds.add(anomaly?.kind);
    const counts = anomaly?.kind !== 'tombstone' && anomaly?.kind !== 'malformed';
    for (const weighting of weightings)
      expect(weightingWithAnomalies(weighting, anomalies, 100).pick(index)).toBe(
        counts ? placeIn(weighting, value) : -1,
      );
  }
  expect(kinds.size).toBe(5);
});

test('counting whole ranges is counting one by one', () => {
  const range = fc.record({
    from: fc.integer({ min: 0, max: 50 }),
    length: fc.integer({ min: -3, max: 400 }),
    step: fc.integer({ min: 1, max: 9 }),
  });
  const weighting: Weighting = {
    field: 'f',
    values: ['a', 'b', 'c'],
    shares: [1, 1, 1],
    pick: (body) => (body % 4) - 1,
  };
  fc.assert(
    fc.property(
      range,
      fc.integer({ min: 0, max: 40 }),
      fc.constantFrom(1, -1),
      ({ from, length, step }, pool, times) => {
        const to = from + length;
        const slow = new Float64Array(3);
        for (let index = from; index <= to; index += step) {
          const place = weighting.pick(pool === 0 ? index : index % pool);
          if (place >= 0) slow[place]! += times;
        }
        const counts = new Float64Array(3);
        countValues(weighting, pool, { from, to, step }, times, counts);
        expect(counts).toEqual(slow);
      },
    ),
  );
});
