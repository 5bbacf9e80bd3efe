/** What is printed and drawn of a thousand scenarios: the worst of them, in bounds. */
import { expect, test } from 'vitest';
import { renderReport } from '../../src/report/reports.ts';
import { renderRunHtml } from '../../src/report/run-html.tsx';
import { mergeRun } from '../../src/result/merge.ts';
import type { Result } from '../../src/result/result.ts';
import { describeNotes } from '../../src/result/run-words.ts';
import { verification, withReading } from '../result/reading.ts';
import { facts, lane, phase, ramp, run, worker } from '../result/run.ts';

const COUNT = 1_000;
const { result: one } = mergeRun(facts(), run([worker([lane({ load: phase({ ackedUs: ramp(1_000, 10) }) })])]));
const names = Array.from({ length: COUNT }, (_, i) => `scenario-${i}`);
const named = <T>(of: (i: number) => T) => Object.fromEntries(names.map((name, i) => [name, of(i)]));
const scenario = one.scenarios.atm!;
const withP99 = (p99: number) => ({
  ...scenario.latency,
  response: { ...scenario.latency.response, p99 },
});
/** Each slower than the one before; the first one lost a message. */
const result: Result = withReading(one, {
  scenarios: named((i) => ({
    ...scenario,
    totals: { ...scenario.totals, failed: i === 0 ? 1 : 0 },
    latency: withP99(1_000 * i),
  })),
  verification: named((i) => verification({ lost: i === 7 ? 1 : 0 })),
  thresholds: names.map((name, i) => ({
    ...{ metric: `response_ms{scenario:${name}}`, expression: 'p(99)<999', value: i, ok: i < 999 },
  })),
});

test('the page is below 1 MB, whatever the profile, and has every scenario in a table that is closed', () => {
  const html = renderRunHtml(result, 'a line of the profile: with a value\n'.repeat(20 * COUNT));
  expect(html.length).toBeLessThan(1_000_000);
  expect(html).toContain('# 19,001 more lines in profile.yaml');
  expect(html).toContain('<summary>All 1,000 scenarios</summary>');
  for (const name of names) expect(html).toContain(`<td>${name}<td>`);
  const worst = html.slice(html.indexOf('<section id="scenarios">')).match(/<bdi>scenario-\d+/g)!;
  expect(worst.slice(0, 3)).toEqual(['<bdi>scenario-0', '<bdi>scenario-999', '<bdi>scenario-998']);
});

test('the summary has the worst ones', async () => {
  const lines = (await renderReport('text', { result }, {})).split('\n');
  const at = lines.findIndex((line) => line.startsWith('Scenarios'));
  expect(lines[at]).toMatch(/^Scenarios {3}worst of 1,000: scenario-0, open: /);
  expect(lines[at + 1]).toMatch(/^ {12}scenario-999, open: .*, p99 999 ms$/);
  expect(lines.length).toBeLessThanOrEqual(42);
});

test('a note on nearly all of them names the first', () => {
  const closed = named((i) => ({ ...scenario, model: i === 0 ? ('open' as const) : ('closed' as const) }));
  expect(describeNotes({ ...result, scenarios: closed })).toContain(
    'closed loop (scenario-1, scenario-2, scenario-3 and 996 more): intended = sent, so response = service and schedule lag is 0',
  );
});

test('markdown fits a comment of GitHub, what failed first', async () => {
  const markdown = await renderReport('markdown', { result }, {});
  expect(markdown.length).toBeLessThan(65_536);
  expect(markdown).toContain('| response_ms{scenario:scenario-999} p(99)&#60;999 | **failed** |');
  expect(markdown).toContain('| verification of scenario-7 | **failed** |');
  expect(markdown).toContain('1,971 more rows in result.json.');
});
