import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { metricsFlags, runFlags } from '../../src/commands/flags.ts';
import { exportedFamilies } from './exported.ts';

/** Cells of every table row of a page that names a metric first, code marks taken off. */
const rows = readFileSync('docs/metrics.md', 'utf8')
  .split('\n')
  .filter((line) => /^\| `[a-z_]+` \| (counter|gauge|histogram|summary) /.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')));

test('docs/metrics.md has every metric that is exported, with its type and labels, and no other', () => {
  const told = rows.map(([, name, type, labels]) => `${name} ${type} ${labels}`.trim());
  const exported = exportedFamilies.map(({ name, type, samples }) => {
    const labels = new Set(samples.flatMap((sample) => Object.keys(sample.labels)));
    labels.delete('le');
    return `${name} ${type} ${[...labels].join(', ')}`.trim();
  });
  expect(told.toSorted()).toEqual(exported.toSorted());
});

test('the flags of the endpoint are described', () => {
  const page = readFileSync('docs/metrics.md', 'utf8');
  const flags = [...Object.keys(metricsFlags), ...Object.keys(runFlags).filter((name) => name.startsWith('metrics-'))];
  for (const name of flags) expect(page).toContain(`--${name}`);
});

test('the names of other producers map to exported metrics', () => {
  const [, table] = readFileSync('docs/metrics.md', 'utf8').split('| name in other producers | here |');
  const mapped = [...table!.split('\n\n')[0]!.matchAll(/^\| `(\w+)` \| `(\w+)` \|$/gm)];
  expect(mapped.map(([, asked]) => asked)).toEqual([
    'messages_sent',
    'messages_failed',
    'bytes_sent',
    'last_send_time',
  ]);
  const names = exportedFamilies.map(({ name }) => name);
  for (const [, , name] of mapped) expect(names).toContain(name);
});
