/** Workloads of one's own, run by the built program in two workers, and read back: the records of `load sample`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { directoryOf } from '../workload/own-files.ts';
import { killCommands, linesOf, startCluster, startCommand } from './command.ts';

const MESSAGES = 500;
const example = (name: string) => readFileSync(`docs/examples/${name}`, 'utf8');

afterAll(killCommands);

let servers: string;
beforeAll(async () => {
  const topics = ['schema-fresh', 'schema-pooled', 'from-module', 'from-file', 'from-container'];
  servers = await startCluster(...topics.map((topic) => `${topic}:3`));
});

/** A profile of one scenario in a directory of these files; what its records are does not depend on when it is run. */
function profileOf(scenario: Readonly<Record<string, unknown>>, files: Readonly<Record<string, string | Uint8Array>>) {
  const directory = directoryOf(files);
  const common = { executor: 'constant-arrival-rate', rate: 1000, duration: '5s', mark: 'none' };
  const document = {
    seed: 7,
    workers: 2,
    clock: { start: '2026-11-21T12:00:00' },
    scenarios: { s: { ...common, ...scenario } },
  };
  const file = join(directory, 'profile.yaml');
  writeFileSync(file, stringify(document));
  return file;
}

async function ended(...args: string[]): Promise<string> {
  const { code, out, err } = await startCommand(args).ended;
  expect(code, err).toBe(0);
  return out;
}

/** Values by key, sorted: what was sent, read back by the schema that the profile's workload has. */
async function sentBy(profile: string) {
  const more = ['--bootstrap-servers', servers];
  await ended('run', profile, '-n', String(MESSAGES), ...more, '-o', 'none', '--allow-invalid', '--quiet');
  const out = await ended('consume', '-p', profile, '-n', String(MESSAGES), ...more, '--format', 'json', '--quiet');
  return linesOf(out).map((line): { key: string; value: unknown } => JSON.parse(line));
}

async function sampleOf(profile: string): Promise<unknown[]> {
  const out = await ended('sample', profile, '-n', String(MESSAGES), '--format', 'json');
  return linesOf(out).map((line) => JSON.parse(line));
}

const sorted = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).sort();

test.each(['fresh', 'pooled'])('an Avro schema with rules, %s', async (mode) => {
  const fields = {
    customer_id: { foreignKey: { scenario: 's', records: 3 } },
    birthday: { range: ['1940-01-01', '2007-12-31'] },
    email: { pattern: '[a-z]{8}@example[.]com' },
  };
  const scenario = {
    workload: { schema: './customer.avsc' },
    topic: `schema-${mode}`,
    key: { uniform: 1000 },
    payload: { mode },
    fields,
  };
  const profile = profileOf(scenario, { 'customer.avsc': example('customer.avsc') });
  const records = await sentBy(profile);
  const values = records.map(({ value }) => value as { customer_id: string });
  expect(sorted(values)).toEqual(sorted(await sampleOf(profile)));
  expect(new Set(values.map(({ customer_id }) => customer_id)).size).toBe(3);
});

test('a TypeScript module', async () => {
  const profile = profileOf({ workload: './orders.ts', topic: 'from-module' }, { 'orders.ts': example('orders.ts') });
  const records = await sentBy(profile);
  expect(sorted(records.map(({ value }) => value))).toEqual(sorted(await sampleOf(profile)));
  for (const { key, value } of records) expect(key).toBe(`customer-${(value as { customer: number }).customer}`);
  expect(new Set(records.map(({ value }) => (value as { order_id: string }).order_id)).size).toBe(MESSAGES);
});

test('JSON lines', async () => {
  const scenario = { workload: { file: './recorded.jsonl' }, topic: 'from-file', key: 'customer.id' };
  const profile = profileOf(scenario, { 'recorded.jsonl': example('recorded.jsonl') });
  const records = await sentBy(profile);
  const lines = linesOf(example('recorded.jsonl')).map((line) => JSON.parse(line));
  const expected = Array.from({ length: MESSAGES }, (_, i) => lines[i % lines.length]);
  expect(sorted(records.map(({ value }) => value))).toEqual(sorted(expected));
  for (const { key, value } of records) expect(key).toBe(String((value as (typeof lines)[0]).customer.id));
});

test('an Avro container that sample wrote', async () => {
  const source = profileOf({ workload: './orders.ts' }, { 'orders.ts': example('orders.ts') });
  const container = join(directoryOf({}), 'orders.avro');
  await ended('sample', source, '-n', '100', '--format', 'avro', '-o', container);
  const scenario = { workload: { file: './orders.avro' }, topic: 'from-container', key: 'item' };
  const profile = profileOf(scenario, { 'orders.avro': readFileSync(container) });
  const values = (await sentBy(profile)).map(({ value }) => value);
  const hundred = (await sampleOf(source)).slice(0, 100);
  expect(sorted(values)).toEqual(sorted(Array.from({ length: MESSAGES }, (_, i) => hundred[i % 100])));
});

const LATE = `import { defineWorkload } from 'kafka-load-engine';
export default defineWorkload({
  value: ({ index }) => {
    if (index === 1500) throw new Error('no more orders');
    return { id: index };
  },
});`;

test('a record that fails while the run goes on ends it: which one, how to see it, and what was sent until then', async () => {
  // However late a worker is, it hands over no more at once than there is room for.
  const producer = { 'queue.buffering.max.messages': 100 };
  const file = profileOf({ workload: './late.ts', duration: '20s', producer }, { 'late.ts': LATE });
  const out = join(directoryOf({}), 'result');
  const { code } = await startCommand(['run', file, '-o', out, '--quiet']).ended;
  expect(code).toBe(3);
  const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'));
  expect(result.verdict.status).toBe('INCOMPLETE');
  expect(result.verdict.reasons[0]).toMatch(
    /late\.ts:4: scenarios\.s: record 1500: value\(\) fails: no more orders \(load sample PROFILE --scenario s --from 1500 -n 1 --seed 7\)/,
  );
  expect(result.scenarios.s.workload).toBe('late.ts');
  // Of the 750 before it that were the same worker's all but those in hand and in flight; and some of the other's.
  expect(result.totals.acked).toBeGreaterThanOrEqual(650);
  expect(result.totals.sent + result.totals.unsent).toBe(20_000);
  const again = await startCommand(['sample', file, '--from', '1500', '-n', '1', '--seed', '7']).ended;
  expect(again.code).toBe(2);
  expect(again.err).toContain('record 1500: value() fails: no more orders');
});
