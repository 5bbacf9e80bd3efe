/** The bytes of records: what is sent for a seed stays the same, whichever worker makes it, from release to release. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { stringify } from 'yaml';
import { plan } from '../../src/index.ts';
import { bundledProfiles } from '../../src/profile/bundled.ts';
import { createRecordSource } from '../../src/workload/workload.ts';
import { directoryOf } from '../workload/own-files.ts';

const NOW_MS = Date.UTC(2026, 2, 8, 12);
const RUN_TAG = '0123456789abcdef';
const RECORDS = 2_000;
const BATCH = 100;

beforeAll(() => vi.useFakeTimers({ now: NOW_MS, toFake: ['Date'] }));
afterAll(() => vi.useRealTimers());

/** One hash a lane: partition, key, value, headers of its first records. */
async function hashesOf(profile: string, set: readonly string[]): Promise<Record<string, string>> {
  const { plan: planned } = await plan(profile, { env: {}, cwd: '/', cores: 2, overrides: { set: [...set] } });
  const lanes = planned.lanes.map((lane) => {
    const { name, record, partitioner, partitions, headers } = lane;
    const hash = createHash('sha256').update(JSON.stringify(headers));
    const dueMs = (index: number) => NOW_MS + index * 7;
    const place = { partitioner, partitions, batchMax: BATCH, worker: 0, workers: 1, dueMs };
    const source = createRecordSource(record, { seed: planned.seed, runTag: RUN_TAG, scenario: name, ...place });
    const count = Math.min(RECORDS, lane.load.count);
    for (let first = 0; first < count; first += source.batchMax) {
      const n = Math.min(source.batchMax, count - first);
      const times = Float64Array.from({ length: n }, (_, j) => dueMs(first + j));
      source.prepare(first, 1, n, times);
      addBatch(hash, source.records, n);
      hash.update(times);
    }
    return [`${lane.lane} ${name}`, hash.digest('hex')] as const;
  });
  return Object.fromEntries(lanes);
}

type Batch = ReturnType<typeof createRecordSource>['records'];

function addBatch(hash: ReturnType<typeof createHash>, batch: Batch, n: number): void {
  for (let j = 0; j < n; j++) {
    const [payloadAt, payloadLength] = [batch.payloadOffset[j]!, batch.payloadLength[j]!];
    const [keyAt, keyLength] = [batch.keyOffset[j]!, batch.keyLength[j]!];
    hash.update(`${batch.partition[j]} ${keyLength} ${payloadLength} `);
    if (keyLength > 0) hash.update(batch.key.subarray(keyAt, keyAt + keyLength));
    if (payloadLength > 0) hash.update(batch.payload.subarray(payloadAt, payloadAt + payloadLength));
  }
}

interface Variant {
  readonly seed: number;
  readonly mode: string;
  readonly format: string;
}

const FRESH: readonly Variant[] = [
  { seed: 1, mode: 'fresh', format: 'avro' },
  { seed: 2_026, mode: 'fresh', format: 'json' },
];
const POOLED: readonly Variant[] = [
  { seed: 1, mode: 'pooled', format: 'json' },
  { seed: 2_026, mode: 'pooled', format: 'avro' },
];
const AUTO_JSON = [1, 2_026].map((seed) => ({ seed, mode: 'auto', format: 'json' }));

async function hashesOfAll(
  profile: string,
  scenarios: readonly string[],
  variants: readonly Variant[],
  poolSize = 1_000,
) {
  const all: Record<string, object> = {};
  for (const { seed, mode, format } of variants) {
    const perScenario = scenarios.flatMap((name) => [
      `scenarios.${name}.payload={ mode: ${mode}, poolSize: ${mode === 'pooled' ? poolSize : 'auto'} }`,
      `scenarios.${name}.format=${format}`,
    ]);
    all[`seed ${seed}, ${mode}, ${format}`] = await hashesOf(profile, [`seed=${seed}`, ...perScenario]);
  }
  return stringify(all);
}

test.each([
  ['atm', 1_000],
  ['bytes', 1_000],
  ['ecommerce', 1_000],
  ['message-lifecycle', 10_000],
  ['sms-alerts', 1_000],
  ['web-events', 1_200],
])('%s', async (name, poolSize) => {
  const hashes = await hashesOfAll(name, [name], [...FRESH, ...POOLED], poolSize);
  await expect(hashes).toMatchFileSnapshot(`samples/${name}.yaml`);
});

test('every bundled profile as it stands', async () => {
  const all: Record<string, object> = {};
  for (const name of bundledProfiles()) all[name] = await hashesOf(name, []);
  await expect(stringify(all)).toMatchFileSnapshot('samples/bundled.yaml');
});

const SCHEMA = {
  type: 'record',
  name: 'Order',
  fields: [
    { name: 'order_id', type: 'string' },
    { name: 'customer', type: 'string' },
    { name: 'number', type: 'long' },
    { name: 'status', type: { type: 'enum', name: 'Status', symbols: ['OPEN', 'PAID', 'SHIPPED'] } },
    { name: 'price', type: { type: 'bytes', logicalType: 'decimal', precision: 8, scale: 2 } },
    { name: 'weight', type: 'double' },
    { name: 'day', type: { type: 'int', logicalType: 'date' } },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'note', type: ['null', 'string'] },
    { name: 'paid', type: 'boolean' },
    { name: 'code', type: { type: 'fixed', name: 'Code', size: 6 } },
    { name: 'tags', type: { type: 'map', values: 'string' } },
    {
      name: 'lines',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'Line',
          fields: [
            { name: 'sku', type: 'string' },
            { name: 'quantity', type: 'int' },
          ],
        },
      },
    },
  ],
};

const MODULE = `import { defineWorkload } from 'kafka-load-engine';
export default defineWorkload({
  schema: { type: 'record', name: 'Visit', fields: [
    { name: 'visit_id', type: 'string' },
    { name: 'page', type: { type: 'enum', name: 'Page', symbols: ['home', 'cart'] } },
    { name: 'seconds', type: 'int' },
    { name: 'note', type: ['null', 'string'], default: null },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
  ] },
  id: 'visit_id',
  params: { customers: 100 },
  key: ({ random, params }) => 'c' + random.below('customer', params.customers),
  value: ({ random, timestampMs }) => ({
    page: random.weighted('page', { home: 3, cart: 1 }),
    seconds: random.below('seconds', 600),
    note: random.unit('note') < 0.5 ? 'a gift' : null,
    at: timestampMs,
  }),
});
`;

const LINES = Array.from({ length: 40 }, (_, i) => {
  const customer = { id: `c${i % 7}`, city: ['Bern', 'Zürich'][i % 2] };
  return JSON.stringify({ id: `r${i}`, customer, total: i * 1.5, tags: ['a', 'b'].slice(i % 3) });
});

const RULES = {
  customer: { foreignKey: { scenario: 'customers', records: 500 } },
  status: { weighted: { OPEN: 3, PAID: 1 } },
  price: { distribution: { lognormal: { mu: 3, sigma: 0.8, max: 900 } } },
  day: { range: ['2026-01-01', '2026-01-31'] },
  note: { length: [1, 20], nulls: 0.25 },
  weight: { switch: { field: 'status', cases: { OPEN: { range: [0.5, 2], decimals: 1 } }, default: { constant: 9 } } },
  lines: { length: [1, 4] },
  'lines[].sku': { pattern: '(BOOK|LAMP)-[0-9]{5}' },
  'lines[].quantity': {
    ranges: [
      { range: [1, 3], weight: 9 },
      { range: [4, 40], weight: 1 },
    ],
  },
};

const LOAD = { executor: 'constant-arrival-rate', rate: 100, duration: '20s', headers: { source: 'golden' } };
const ANOMALIES = {
  tombstones: 0.05,
  malformed: 0.05,
  duplicates: { rate: 0.05, within: 100 },
  late: { rate: 0.05, by: { min: '1m', max: '1h' } },
};
interface Own {
  readonly variants: readonly Variant[];
  readonly scenarios: Readonly<Record<string, object>>;
}
const SEQUENCE = { ...RULES, number: { sequence: { start: 100, step: 10 } } };
const OWN: Readonly<Record<string, Own>> = {
  schema: {
    variants: [...FRESH, ...POOLED],
    scenarios: {
      orders: { workload: { schema: './order.avsc' } },
      ruled: { workload: { schema: './order.avsc' }, fields: RULES },
    },
  },
  sequence: { variants: FRESH, scenarios: { ruled: { workload: { schema: './order.avsc' }, fields: SEQUENCE } } },
  module: { variants: FRESH, scenarios: { orders: { workload: './visits.ts' } } },
  file: { variants: AUTO_JSON, scenarios: { orders: { workload: { file: './lines.jsonl' }, key: 'customer.id' } } },
  'built-in': {
    variants: [...FRESH, ...POOLED],
    scenarios: {
      atm: { workload: 'atm', key: { zipf: { cardinality: 50 } }, fields: { amount: { range: [5, 50], decimals: 2 } } },
      bytes: { workload: 'bytes' },
    },
  },
};

test.each(Object.keys(OWN))('%s, with anomalies', async (name) => {
  const own = OWN[name]!;
  const scenarios = Object.fromEntries(
    Object.entries(own.scenarios).flatMap(([scenario, workload]) => {
      const anomalies = scenario === 'bytes' ? { duplicates: ANOMALIES.duplicates } : ANOMALIES;
      return [
        [scenario, { ...workload, ...LOAD }],
        [`${scenario}-anomalous`, { ...workload, ...LOAD, anomalies }],
      ];
    }),
  );
  const foreign = { customers: { workload: 'atm', key: 'user_id', ...LOAD } };
  const folder = directoryOf({
    'p.yaml': stringify({
      version: 1,
      scenarios: { ...scenarios, ...(JSON.stringify(own).includes('foreignKey') && foreign) },
    }),
    'order.avsc': JSON.stringify(SCHEMA),
    'visits.ts': MODULE,
    'lines.jsonl': `${LINES.join('\n')}\n`,
  });
  const hashes = await hashesOfAll(join(folder, 'p.yaml'), Object.keys(scenarios), own.variants);
  await expect(hashes).toMatchFileSnapshot(`samples/of-${name}.yaml`);
});
