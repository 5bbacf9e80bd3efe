import { describe, expect, test } from 'vitest';
import { latencyText } from '../../src/compare/capacity-words.ts';
import type { CellRuns } from '../../src/compare/cell-figures.ts';
import { measureRow } from '../../src/compare/comparison-rows.ts';
import { figureText } from '../../src/compare/sweep-rows.ts';
import { formatPercentile } from '../../src/figures.ts';
import { capacityHtml } from '../../src/report/capacity-html.tsx';
import { comparisonHtml } from '../../src/report/comparison-html.tsx';
import { runsHtml } from '../../src/report/runs-html.tsx';
import { sweepHtml } from '../../src/report/sweep-html.tsx';
import { resultOf } from '../compare/results.ts';
import { ramp } from '../result/run.ts';
import { bracketed, cellAt, fileOf, fourCells, RIGHT_TO_LEFT, SCRIPT, searchOf, slower, step } from './experiments.ts';

const NOWHERE = '/nowhere';

/** Without style and script. */
function markupOf(page: string): string {
  return page.replaceAll(/<(style|script)>[\s\S]*?<\/\1>/g, '');
}

/** What stands at a place of the JSON. */
function textAt(page: string, key: string): string | undefined {
  const start = page.indexOf(`data-key="${key}"`);
  return start < 0 ? undefined : /^[^>]*>(?:<bdi>)?([^<]*)/.exec(page.slice(start))?.[1]?.replaceAll('&gt;', '>');
}

function reachingNothing(cell: CellRuns): CellRuns {
  const [first, ...others] = cell.set.runs;
  const figures = Object.fromEntries(Object.keys(first!.figures).map((measure) => [measure, 0]));
  return { ...cell, set: { ...cell.set, runs: [{ ...first!, figures }, ...others] } };
}

function expectWhole(page: string): void {
  const markup = markupOf(page);
  expect(markup.match(/.{0,60}(NaN|undefined|Infinity|\[object|<script).{0,40}/g)).toBeNull();
  expect(page.match(/<script/g)).toHaveLength(1);
  const ids = [...markup.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
}

describe('a sweep', () => {
  const cells = fourCells();
  const sweep = fileOf(cells);
  const page = sweepHtml(sweep, { directory: NOWHERE, cells });

  test('the figures of every run and cell are those of sweep.json', () => {
    for (const [i, run] of sweep.runs.entries()) {
      for (const { measure, unit } of sweep.analysis.measures) {
        const figure = run.figures[measure] ?? null;
        const shown = figure === null ? '–' : figureText(unit, figure as number);
        expect(textAt(page, `runs.${i}.figures.${measure}`)).toBe(shown);
      }
    }
    for (const [i, cell] of sweep.analysis.cells.entries()) {
      const { median } = cell.figures['response_ms p(99)']!;
      const at = `analysis.cells.${i}.figures.response_ms p(99)`;
      expect(textAt(page, at)).toBe(figureText('ms', median as number));
      expect(page.includes(`data-key="${at}" data-value="${median}"`)).toBe(true);
    }
  });

  test('the recommendation comes first, in words', () => {
    const { words, goal } = sweep.analysis.recommendation!;
    const markup = markupOf(page);
    expect(markup).toContain('Recommended:');
    expect(words).toContain(SCRIPT);
    const [at, table] = [markup.indexOf(goal.replaceAll('<', '&lt;')), markup.indexOf('<table')];
    expect(at).toBeGreaterThan(0);
    expect(at).toBeLessThan(table);
  });

  test('whatever a cell is called is text, and turns nothing around it', () => {
    expectWhole(page);
    expect(page).toContain('<bdi>key=&lt;script>alert(1)&lt;/script></bdi>');
    // Notes have names in the middle of a sentence: what turns it is shown, not obeyed.
    expect(page).toContain(`<bdi>${RIGHT_TO_LEFT.replace('\u202e', '\\u202e')}</bdi>`);
    expect(page).not.toContain('\u202e');
    expect(page).toContain('no, invalid: GENERATOR_LIMITED');
  });

  test('runs whose page is not there are no links', () => {
    expect(page).not.toContain('href="runs');
  });

  test.each<[string, ReturnType<typeof cellAt>[], object]>([
    ['one run a cell', [cellAt('size=10', [1]), cellAt('size=20', [2])], {}],
    ['a cell without a run', [cellAt('size=10', [1, 1.1]), cellAt('size=20', [])], {}],
    ['no cell with a run', [cellAt('size=10', []), cellAt('size=20', [])], {}],
    ['no goal', [cellAt('size=10', [1, 1.1]), cellAt('size=20', [2, 2.1])], { goal: undefined }],
    ['repeats', [cellAt('size=10', [1, 1.1, 0.9])], { kind: 'repeat' }],
    ['one run', [cellAt('size=10', [1])], { kind: 'repeat', goal: undefined }],
    ['repeats, one of which reached nothing', [reachingNothing(cellAt('size=10', [1, 1.1, 0.9]))], { kind: 'repeat' }],
    ['equal runs', [cellAt('size=10', [1, 1]), cellAt('size=20', [1, 1])], {}],
    [
      'failed runs',
      [cellAt('size=10', [1, 1.1]), cellAt('size=20', [1, 1], { status: 'failed', figures: {}, response: null })],
      {},
    ],
    [
      'percentiles among messages without a latency, and figures of 0',
      [
        cellAt('size=10', [1, 1.1], { figures: { 'response_ms p(99)': { atLeast: 812 }, throughput: 0 } }),
        cellAt('size=20', [1, 1.2], { figures: { 'response_ms p(99)': 3, throughput: 0, cpu_us: null } }),
      ],
      {},
    ],
    [
      '48 cells, of which some failed, with long names',
      Array.from({ length: 48 }, (_, i) =>
        cellAt(
          i === 0 ? 'size=10' : `n=${i} ${'long '.repeat(60)}`,
          i % 7 === 6 ? [] : [1 + i / 9, 1.1],
          i % 5 === 4 ? { status: 'failed', figures: {}, response: null } : {},
        ),
      ),
      {},
    ],
    ['24 cells', Array.from({ length: 24 }, (_, i) => cellAt(i === 0 ? 'size=10' : `n=${i}`, [1 + i / 9, 1.1])), {}],
  ])('with %s', (_, those, header) => {
    const file = fileOf(those, header);
    expectWhole(sweepHtml(file, { directory: NOWHERE, cells: those }));
  });

  test('runs that were deleted are a note', () => {
    const note = '3 runs not there any more';
    expect(sweepHtml(sweep, { directory: NOWHERE, cells: [], gaps: [note] })).toContain(note);
    const damaged = cells.map((cell) => {
      const runs = cell.set.runs.map((run) => ({ ...run, histograms: { ...run.histograms, response: 'AAAA' } }));
      return { ...cell, set: { ...cell.set, runs } };
    });
    const without = sweepHtml(sweep, { directory: NOWHERE, cells: damaged });
    expect(without).toContain('the percentile curve lacks 5 runs');
    expectWhole(without);
  });
});

describe('a comparison', () => {
  const { comparison, sets } = slower();
  const page = comparisonHtml(comparison, { sets });

  test('measures and gates are those of comparison.json', () => {
    for (const [i, each] of comparison.measures.entries()) {
      expect(textAt(page, `measures.${i}.verdict`)).toBe(measureRow(each).verdict);
      expect(page).toContain(`<td>${each.measure}</td>`);
    }
    expect(comparison.gates.map(({ outcome }) => outcome)).toEqual(['fail', 'pass', 'undecided']);
    for (const word of ['failed: ', 'passed: ', 'undecided: ']) expect(markupOf(page)).toContain(`">${word}`);
    expect(page).toContain('Gate failed:');
    expect(page).toContain(comparison.distribution!.words.slice(1));
    expectWhole(page);
  });

  test('without the runs it has no curves, and that is a note', () => {
    const without = comparisonHtml(comparison, { sets: [], gaps: ['the runs are gone'] });
    expect(without).toContain('the runs are gone');
    expect(without).not.toContain('Percentile curves');
    expectWhole(without);
  });
});

describe('a search for the capacity', () => {
  test('every step is that of capacity.json', async () => {
    const result = bracketed();
    const page = await capacityHtml(result, { directory: NOWHERE });
    expect(page).toContain('Between 100/s, which held, and 150/s, which failed');
    for (const [i, { figures }] of result.steps.entries()) {
      const p99 = figures['response_ms p(99)']!;
      expect(textAt(page, `steps.${i}.figures.response_ms p(99)`)).toBe(latencyText(p99));
    }
    expect(textAt(page, 'steps.0.figures.response_ms p(99.9)')).toBe('> 99.0');
    for (const mark of ['×', '?', '●']) expect(page).toMatch(new RegExp(`<text class="step[^>]*>\\${mark}`));
    expectWhole(page);
  });

  test('steps far from the median of their rate have their marks in the chart', async () => {
    const steps = [step(100, 'held', 0.1), step(100, 'held', 10), step(100, 'held', 5_000)];
    const page = await capacityHtml(searchOf(steps), { directory: NOWHERE });
    const ys = [...page.matchAll(/<text class="step[^>]* y="([^"]+)"/g)].map(([, y]) => Number(y));
    expect(ys).toHaveLength(3);
    for (const y of ys) expect(Math.abs(y - 160)).toBeLessThan(160);
  });

  test.each([
    ['no step yet', []],
    ['one step', [step(100, 'held')]],
    ['only this machine', [step(100, 'generator-limited'), step(100, 'generator-limited')]],
    ['a step that measured nothing', [{ ...step(100, 'invalid'), figures: {} }]],
  ])('with %s', async (_, steps) => {
    expectWhole(await capacityHtml(searchOf(steps), { directory: NOWHERE }));
  });
});

test('several runs stand side by side, and show no difference', () => {
  const runs = [1, 2, 30].map((factor) => ({
    directory: `load-results/${factor === 2 ? SCRIPT : factor}`,
    result: resultOf({ ackedUs: ramp(1_000, 10 * factor), failed: factor === 30 ? 20 : 0 }),
  }));
  const page = runsHtml(runs, NOWHERE);
  for (const [i, { result }] of runs.entries()) {
    expect(textAt(page, `${i}.latency.response.p99`)).toBe(formatPercentile(result.latency.response.p99));
    expect(textAt(page, `${i}.totals.failed`)).toBe(String(result.totals.failed));
  }
  expect(page).toContain('load compare BASE NEW');
  expectWhole(page);
});
