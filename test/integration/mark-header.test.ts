/** Records that have no room for a mark carry it in a header: verified, and with end-to-end latency. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { run } from '../../dist/src/index.js';
import { killCommands, startCluster, startCommand } from './command.ts';

afterAll(killCommands);

const ANOMALIES = { tombstones: 0.02, duplicates: 0.02, late: 0.02, malformed: 0.02 };

test('a shop, web events, JSON lines and an Avro container: verified in the run, and again later', async () => {
  const topics = ['transactions', 'user-events', 'rows', 'readings'];
  const servers = await startCluster(...topics.map((topic) => `${topic}:3`));
  const folder = mkdtempSync(join(tmpdir(), 'mark-header-'));
  const rows = Array.from({ length: 70 }, (_, i) => JSON.stringify({ customer: `c${i % 9}`, note: 'é'.repeat(i % 5) }));
  writeFileSync(join(folder, 'rows.jsonl'), `${[...rows, rows[0]].join('\n')}\n`);
  const container = ['-n', '50', '--format', 'avro', '--out', join(folder, 'readings.avro')];
  const sampled = await startCommand(['sample', 'atm', ...container]).ended;
  expect(sampled.code, sampled.err).toBe(0);
  const open = { executor: 'constant-arrival-rate', rate: 500, duration: '2s', mark: 'header' };
  const scenarios = {
    shop: { ...open, workload: 'ecommerce', anomalies: ANOMALIES },
    web: { ...open, workload: 'web-events', anomalies: ANOMALIES, headers: { source: 'test' } },
    rows: { ...open, workload: { file: './rows.jsonl' }, format: 'json', topic: 'rows', key: 'customer' },
    readings: { executor: 'max-throughput', messages: 2000, mark: 'header', workload: { file: './readings.avro' } },
  };
  const profile = join(folder, 'profile.yaml');
  const thresholds = { lost: 'count==0', 'corrupted{scenario:readings}': 'count==0' };
  writeFileSync(profile, stringify({ seed: 3, workers: 2, scenarios, verify: true, thresholds }));
  const out = join(folder, 'out');
  const { result } = await run(profile, {
    ...{ env: {}, out, allowInvalid: true },
    overrides: { bootstrapServers: servers },
  });
  const counts = { lost: 0, duplicated: 0, outOfOrder: 0, corrupted: 0, foreign: 0, examples: [] };
  const all = Object.keys(scenarios).map((name) => [name, expect.objectContaining(counts)]);
  expect(result.verification).toEqual(Object.fromEntries(all));
  const expected = Object.values(result.verification!).map((each) => [each.expected, each.consumed]);
  expect(expected).toEqual([
    [1000, 1000],
    [1000, 1000],
    [1000, 1000],
    [2000, 2000],
  ]);
  expect(result.thresholds.map(({ ok }) => ok)).toEqual([true, true]);
  expect(result.latency.endToEnd).toMatchObject({ count: 5000 });
  expect(Object.values(result.payload).map(({ mark }) => mark)).toEqual(['header', 'header', 'header', 'header']);
  const again = await startCommand(['verify', out, '--bootstrap-servers', servers, '--format', 'json']).ended;
  expect(again.code, again.err).toBe(0);
  expect(JSON.parse(again.out)).toMatchObject(Object.fromEntries(all));
});
