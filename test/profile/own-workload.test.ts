import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { plan } from '../../src/planning.ts';
import { loadProfile } from '../../src/profile/load.ts';
import { openRecords } from '../../src/workload/workload.ts';
import { directoryOf } from '../workload/own-files.ts';

const MODULE = `import { defineWorkload } from 'kafka-load-engine';
export default defineWorkload({
  params: { customers: 1000, city: 'Bern' },
  key: () => 'a',
  value: () => ({ a: 1 }),
});`;
const PROFILE = `scenarios:
  orders:
    workload: ./orders.ts
    executor: constant-arrival-rate
    rate: 10
    duration: 30s
`;
const directory = directoryOf({
  'profile.yaml': PROFILE,
  'orders.ts': MODULE,
  'order.avsc': '{"type":"record","name":"Order","fields":[{"name":"id","type":"string"}]}',
  'lines.jsonl': '{"id":"a"}\n',
});
const load = (overrides = {}, cwd = directory) => loadProfile('profile.yaml', { cwd, env: {}, overrides });

test('what a module says: topic, key, format, parameters, by flags too', async () => {
  const { profile } = await load({ params: { customers: '5' } });
  expect(profile.scenarios.orders).toMatchObject({
    topic: 'orders',
    key: { kind: 'field', field: 'key()' },
    format: 'json',
    params: { customers: 5, city: 'Bern' },
  });
  expect(profile.topics).toHaveProperty('orders');
});

test.each([
  ['workload=./orders.ts', 'json'],
  ['workload={ schema: ./order.avsc }', 'avro'],
  ['workload={ file: ./lines.jsonl }', 'json'],
  ['workload={ file: ./lines.jsonl, schema: ./order.avsc }', 'avro'],
])('%s: the resolved profile is the same again, wherever it is', async (workload, format) => {
  const { profile, resolved, hash } = await load({ set: [`scenarios.orders.${workload}`] });
  expect(profile.scenarios.orders?.format).toBe(format);
  const elsewhere = directoryOf({ 'profile.yaml': resolved });
  const again = await load({}, elsewhere);
  expect(again.profile).toEqual(profile);
  expect(again.hash).toBe(hash);
});

test('the hash is of what the module says, not of where it is', async () => {
  const same = await load({}, directoryOf({ 'profile.yaml': PROFILE, 'orders.ts': MODULE }));
  const other = await load({}, directoryOf({ 'profile.yaml': PROFILE, 'orders.ts': `${MODULE}\n// more` }));
  const { hash, resolved } = await load();
  expect(same.hash).toBe(hash);
  expect(other.hash).not.toBe(hash);
  const { scenarios } = parse(resolved) as { scenarios: { orders: { workload: string } } };
  expect(scenarios.orders.workload).toBe(join(directory, 'orders.ts'));
});

test.each(readdirSync('docs/examples').filter((file) => file.endsWith('.yaml')))(
  'docs/examples/%s, as it stands',
  async (file) => {
    const { plan: planned } = await plan(join('docs/examples', file), { env: {} });
    for (const { name, record, load } of planned.lanes) {
      const read = openRecords(record, { seed: planned.seed, scenario: name, runTag: planned.runTag });
      expect(load.count).toBeGreaterThan(0);
      expect(read(0, Date.UTC(2026, 0, 1)).payloadBytes).toBeGreaterThan(0);
    }
  },
);
