import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CapacityResult, CapacityStep } from '../../src/compare/capacity-result.ts';
import { rateText } from '../../src/compare/capacity-words.ts';
import { capacityExit, capacityResult } from '../../src/experiments/capacity/answer.ts';
import { type SearchSettings, searchState } from '../../src/experiments/capacity/rate-search.ts';
import { stepsCsv } from '../../src/report/capacity-files.ts';
import { renderCapacity } from '../../src/report/capacity-text.ts';

const SETTINGS = { from: 100, isFromGiven: true, to: null, tolerance: 0.5, repeat: 1, holdMs: 10_000, warmupMs: 2000 };
const REASONS = { failed: 'response_ms p(99)<50 is 83.1', 'generator-limited': 'at its limit: loop of worker 0 99 %' };

function step(rate: number, outcome: CapacityStep['outcome'], p99 = 10): CapacityStep {
  const figures = { 'response_ms p(50)': 2, 'response_ms p(99)': p99, 'response_ms p(99.9)': { atLeast: 99 } };
  const reasons = outcome === 'held' ? [] : [REASONS[outcome as 'failed'] ?? 'went wrong'];
  return { rate, phase: 'doubling', holdMs: 10_000, outcome, reasons, samples: 1000, figures, path: `runs/${rate}` };
}

function resultOf(steps: readonly CapacityStep[], more: Partial<SearchSettings> = {}): CapacityResult {
  const settings = { ...SETTINGS, ...more };
  const experiment = { id: 'a'.repeat(16), profile: 'atm', command: 'load capacity', startedAt: '', target: 'k:9092' };
  return capacityResult({ experiment, settings, slo: ['response_ms p(99)<50'] }, steps, searchState(settings, steps));
}

const [HELD, FAILED] = [step(100, 'held'), step(150, 'failed', 83.1)];
const TO_200 = step(200, 'failed', 183);
const GENERATOR = step(150, 'generator-limited', 500);

describe('the answer comes first', () => {
  test.each([
    [
      'a bracket',
      [HELD, TO_200, step(141.4, 'failed'), step(141.4, 'failed'), HELD],
      {},
      0,
      /^BETWEEN 100\/s, which held, AND 141.4\/s, which failed/,
    ],
    ['this machine', [HELD, GENERATOR, GENERATOR, HELD], {}, 3, /^AT LEAST 100\/s: this machine is the limit/],
    ['all of a range', [HELD, HELD], { to: 100 }, 0, /^AT LEAST 100\/s: every rate held/],
    ['none of a range', [step(100, 'failed'), step(100, 'failed')], {}, 99, /^BELOW 100\/s: no rate held/],
    [
      'nothing but this machine',
      [step(100, 'generator-limited'), step(100, 'generator-limited')],
      {},
      3,
      /^NOT KNOWN: this machine/,
    ],
    ['an interrupted search', [HELD, TO_200], {}, 3, /^UNFINISHED: 100\/s held(?!, 200)/],
    ['a search without an end', Array(60).fill(HELD), { to: 100, repeat: 100 }, 3, /^NO STEADY ANSWER: 100\/s held/],
    ['nothing yet', [], {}, 3, /^UNFINISHED: nothing has held yet/],
  ] as const)('%s', (_, steps, more, exitCode, answer) => {
    const result = resultOf(steps, more);
    expect(renderCapacity(result)).toMatch(answer);
    expect(capacityExit(result)).toBe(exitCode);
  });
});

test('results: the page where there is one, whole however long the path', () => {
  const directory = mkdtempSync(join(tmpdir(), `${'x'.repeat(100)}-`));
  const last = () =>
    renderCapacity(resultOf([HELD]), { directory })
      .split('\n')
      .at(-1);
  expect(last()).toBe(`Results     ${directory}`);
  writeFileSync(join(directory, 'report.html'), '');
  expect(last()).toBe(`Results     ${join(directory, 'report.html')}`);
  rmSync(directory, { recursive: true });
});

test('why, and what it stands on', () => {
  const lines = renderCapacity(resultOf([HELD, FAILED, FAILED, HELD]), { directory: 'D' }).split('\n');
  expect(lines).toContain('  - at 150/s: response_ms p(99)<50 is 83.1');
  expect(lines).toContain('  - confirmed: held 2 times');
  expect(lines).toContain('  - bracket 50 % wide (--tolerance 50%)');
  expect(lines.find((line) => line.includes('150/s ×'))).toMatch(/0 of 2 +2.00 +83.1 +> 99.0 +response_ms p\(99\)<50/);
  expect(lines.at(-1)).toBe('Results     D');
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
});

test('a step that failed before the first one that held is not a confirmation', () => {
  const result = resultOf([step(100, 'failed'), HELD, FAILED]);
  expect(result.confirmations).toEqual({ held: 0, steps: 1, asked: 1 });
  expect(renderCapacity(result)).toContain('not confirmed: held 1 time, 1 did not');
});

test('a machine that was the limit is named with its reason', () => {
  const text = renderCapacity(resultOf([HELD, GENERATOR, GENERATOR, HELD]));
  expect(text).toContain("at 150/s, not the broker's limit: at its limit: loop of worker 0 99 %");
  expect(text).toMatch(/load doctor\s+--ceiling/);
});

test('the curve has the median of each rate, and a mark where it failed', () => {
  const { curve } = resultOf([HELD, FAILED, step(100, 'held', 20), FAILED, step(100, 'held', 30)]);
  expect(curve).toMatchObject([
    { rate: 100, outcome: 'held', held: 3, steps: 3, p99: 20, p999: { atLeast: 99 } },
    { rate: 150, outcome: 'failed', held: 0, steps: 2 },
  ]);
});

test('a row for each step', () => {
  const [header, first, second] = stepsCsv({ steps: [HELD, { ...FAILED, reasons: ['a, "b"'] }] }).split('\n');
  expect(header).toBe(
    'run,rate,phase,outcome,hold_s,samples,response_ms p(50),response_ms p(99),response_ms p(99.9),reason',
  );
  expect(first).toBe('runs/100,100,doubling,held,10,1000,2,10,,');
  expect(second).toBe('runs/150,150,doubling,failed,10,1000,2,83.1,,"a, ""b"""');
});

test.each([
  [0.5, '0.5/s'],
  [1.5, '1.5/s'],
  [565.7, '565.7/s'],
  [109_300, '109,300/s'],
])('%d is %s', (rate, text) => {
  expect(rateText(rate)).toBe(text);
});

test('what a terminal would obey is shown, not done', () => {
  const { experiment, ...rest } = resultOf([HELD, FAILED]);
  const text = renderCapacity({ ...rest, experiment: { ...experiment, profile: '\x1b[2J' } }, { directory: '\x9b' });
  expect(text).not.toMatch(/(?!\n)\p{Cc}/u);
  expect(text).toContain('\\u001b[2J');
});
