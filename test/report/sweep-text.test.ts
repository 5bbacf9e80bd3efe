import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { CellRuns } from '../../src/compare/cell-figures.ts';
import { type SweepHeader, sweepFile } from '../../src/compare/sweep-file.ts';
import { runsCsv } from '../../src/report/runs-csv.ts';
import { renderSweepMarkdown } from '../../src/report/sweep-markdown.ts';
import { renderSweep } from '../../src/report/sweep-text.ts';
import { cellOf, cellOfRounds, drawnCells, normalOf, runOf, uniformOf } from '../compare/cells.ts';

const HEADER: SweepHeader = {
  id: '0123456789abcdef',
  kind: 'sweep',
  name: 'compression',
  profile: 'atm',
  command: 'load sweep atm',
  seed: 42,
  baseline: 'compression.type=none',
  goal: 'response_ms p(99)<25, then wire_bytes',
  startedAt: '2026-03-01T12:00:00.000Z',
};

function fileOf(cells: readonly CellRuns[], header: Partial<SweepHeader> = {}) {
  const runs = cells.flatMap(({ name, set }) => set.runs.map((record) => ({ cell: name, record })));
  return sweepFile({ ...HEADER, ...header }, cells, runs);
}

const CODECS = {
  'compression.type=none': {},
  'compression.type=lz4': { cpu_us: 1.1, wire_bytes: 0.31, compression_ratio: 3.2 },
  'compression.type=zstd': { cpu_us: 1.3, wire_bytes: 0.21, compression_ratio: 4.7, 'response_ms p(99)': 1.02 },
  'compression.type=snappy': { cpu_us: 1.12, wire_bytes: 0.31, compression_ratio: 3.2 },
  'compression.type=gzip': { cpu_us: 2, wire_bytes: 0.22, compression_ratio: 4.6, 'response_ms p(99)': 1.6 },
};

const drawn = () => drawnCells(normalOf(uniformOf(7)), { rounds: 5, sigma: 0.02, drift: 0.01, effects: CODECS });

describe('as text', () => {
  test('an experiment that ended when it was decided is judged at the level of its looks', () => {
    const cells = drawn();
    const runs = cells.flatMap(({ name, set }) => set.runs.map((record) => ({ cell: name, record })));
    const text = renderSweep(sweepFile(HEADER, cells, runs, 0.0125)).replace(/\s+/g, ' ');
    expect(text).toContain(
      '* shown at 98.75 % (the level of each look of --repeat auto), corrected for all 8 comparisons',
    );
  });

  test('five cells and seven measures fit 100 columns, the recommendation first', () => {
    const text = renderSweep(fileOf(drawn()), { directory: 'load-results/compression' });
    expect(text).toMatchSnapshot();
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });

  test('without a goal the way to a recommendation is named, but not for repeats of one cell', () => {
    const sweep = fileOf(drawn(), { goal: undefined });
    const repeats = fileOf([cellOfRounds('all', [{}, {}, {}])], { baseline: 'all', goal: undefined });
    for (const render of [renderSweep, renderSweepMarkdown]) {
      expect(render(sweep)).toMatch(/Goal:? +none, so nothing is recommended/);
      expect(render(repeats)).not.toContain('Goal');
    }
  });

  test('colours change nothing else', () => {
    const file = fileOf(drawn());
    const coloured = renderSweep(file, { color: true });
    expect(coloured).not.toBe(renderSweep(file));
    expect(stripVTControlCharacters(coloured)).toBe(renderSweep(file));
  });

  test('repeats of one cell: their figures alone', () => {
    const cell = cellOfRounds('all', [
      {},
      { 'response_ms p(99)': 22, wire_bytes: 181 },
      { 'response_ms p(99)': 21, wire_bytes: 179 },
    ]);
    const repeats = { ...cell, factors: {} };
    const { goal: _, ...header } = HEADER;
    const runs = repeats.set.runs.map((record) => ({ cell: 'all', record }));
    expect(renderSweep(sweepFile({ ...header, kind: 'repeat', name: 'atm', baseline: 'all' }, [repeats], runs))).toBe(
      `atm: 3 runs
     throughput       p50       p99     p99.9       CPU    wire       ratio
             /s        ms        ms        ms    µs/msg   B/msg           x
all       5,000      10.0      21.0      40.0      30.0     180       0.940
    5,000–5,000 10.0–10.0 18.6–23.6 40.0–40.0 30.0–30.0 178–182 0.940–0.940
`.replace('\n', '\n\n'),
    );
  });

  test('runs that do not count are marked, their figures with the word, and such a cell is not recommended', () => {
    const invalid = { status: 'invalid', reason: 'GENERATOR_LIMITED: a loop was saturated' } as const;
    const good = Array.from({ length: 4 }, (_, i) => runOf(i + 1, { throughput: 5_000 + i }));
    const cells = [
      cellOf('rate=1', good),
      cellOf(
        'rate=2',
        [1, 2, 3, 4].map((round) => runOf(round, { throughput: 9_000 }, invalid)),
      ),
      cellOf('rate=3', [
        ...good.slice(0, 3),
        runOf(4, { throughput: 9_999 }, { status: 'failed', reason: 'no broker' }),
      ]),
      cellOf('rate=4', []),
    ];
    const text = renderSweep(fileOf(cells, { baseline: 'rate=1', goal: 'throughput' }));
    expect(text).toContain('Recommended rate=1: the only cell that qualifies\n');
    expect(text).toContain('3 cells do not qualify: not all of their runs count (Note)\n');
    expect(text.match(/GENERATOR_LIMITED/g)).toHaveLength(1);
    expect(text).toContain('2: 4 of 4 runs invalid: GENERATOR_LIMITED: a loop was saturated\n');
    expect(text).toMatch(/^2 \(invalid\) +9,000/m);
    expect(text).toMatch(/^3 \(failed runs\) +5,001/m);
    expect(text).toMatch(/^4 \(no run\) +– +–/m);
    expect(text).toContain('4 cells × 4 rounds, 12 runs, 7 of them count\n');
  });

  test('long names have lines of their own, and measures beside the standard ones go where there is no room', () => {
    const name = `producer.queue.buffering.max.messages=100000 ${'x'.repeat(40)}`;
    const effects = { [name]: {}, 'b=1': {} };
    const cells = drawnCells(normalOf(uniformOf(1)), { rounds: 3, sigma: 0.01, effects });
    const goal = 'failed<0.1, schedule_lag_ms p(99)<5, service_ms p(99)<50, then throughput';
    const text = renderSweep(fileOf(cells, { baseline: 'b=1', goal }));
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
    expect(text).toContain(`\n${name}\n`);
    expect(text).toContain('may miss failed<0.1: not measured');
  });

  test('of two factors each cell of the front has a line, and what needs a huge change is a factor', () => {
    const cells = ['a=1 b=1', 'a=1 b=2', 'a=2 b=1'].map((name, i) => {
      const factors = Object.fromEntries(name.split(' ').map((each) => each.split('=') as [string, string]));
      const figures = { throughput: 5_000 - 500 * i, wire_bytes: 180 - 20 * i };
      const rounds = [0, 1, 2].map((round) => ({ ...figures, cpu_us: 30 + 12 * round * i }));
      return { ...cellOfRounds(name, rounds), factors };
    });
    const text = renderSweep(fileOf(cells, { baseline: 'a=1 b=1', goal: undefined }));
    expect(text).toContain('Pareto      all 3 cells (throughput, p99, CPU, wire)\n');
    expect(text).toMatch(/cpu_us \(×\d+\)/);
    const two = cells.with(2, { ...cells[1]!, name: 'a=2 b=1', factors: cells[2]!.factors });
    const dominated = cellOfRounds('a=2 b=2', [{ cpu_us: 99 }, { cpu_us: 98 }]);
    const most = renderSweep(
      fileOf([...two, { ...dominated, factors: { a: '2', b: '2' } }], { baseline: 'a=1 b=1', goal: undefined }),
    );
    expect(most).toContain(`Pareto      3 of 4 cells (throughput, p99, CPU, wire):
            a=1 b=1
            a=1 b=2
            a=2 b=1
            dominated by a=1 b=1`);
  });

  test('one round: nothing is listed as not shown', () => {
    const cells = [cellOf('a=1', [runOf(1, {})]), cellOf('a=2', [runOf(1, { wire_bytes: 90 })])];
    const text = renderSweep(fileOf(cells, { baseline: 'a=1', goal: undefined }));
    expect(text).not.toContain('Not shown');
  });

  test('a name cannot reach the terminal', () => {
    const cells = drawnCells(normalOf(uniformOf(1)), {
      rounds: 2,
      sigma: 0.01,
      effects: { 'a=\u001b[2J': {}, 'a=2': {} },
    });
    expect(renderSweep(fileOf(cells, { baseline: 'a=2', goal: 'throughput' }))).not.toContain('\u001b');
  });
});

test('as Markdown: a row a cell', () => {
  const text = renderSweepMarkdown(fileOf(drawn()));
  const table = text.split('\n').filter((line) => line.startsWith('| '));
  expect(table).toHaveLength(7);
  expect(new Set(table.map((line) => line.split(' | ').length))).toEqual(new Set([8]));
  expect(table[3]).toMatch(/^\| lz4 \| 5,004 \(4,781–5,122\), -0.57 % \|.*\| 55.9 \(55.4–56.6\), -69 %&#42; \|/);
  expect(text).toContain('**Differences shown**');
});

describe('runs.csv', () => {
  test('one row a run, one column a factor, one a measure', () => {
    const cells = [
      cellOfRounds('a=1', [{ 'response_ms p(99)': { atLeast: 800 }, wire_bytes: null }]),
      cellOf('a=x, "y"', [runOf(1, {}, { status: 'invalid', reason: 'two\nlines', path: 'runs/002-2' })]),
    ];
    const again = { cell: 'a=x, "y"', record: runOf(1, { throughput: 1 }, { status: 'failed', path: 'runs/002' }) };
    const file = sweepFile({ ...HEADER, baseline: 'a=1', goal: undefined }, cells, [
      { cell: 'a=1', record: cells[0]!.set.runs[0]! },
      again,
      { cell: 'a=x, "y"', record: cells[1]!.set.runs[0]! },
    ]);
    expect(runsCsv(file)).toBe(
      [
        'run,round,cell,a,counts,status,reason,throughput,response_ms p(50),response_ms p(99),response_ms p(99.9),cpu_us,wire_bytes,compression_ratio',
        '001,1,a=1,1,1,ok,,5000,10,Inf,40,30,,0.94',
        '002,1,"a=x, ""y""","x, ""y""",0,failed,,1,10,20,40,30,180,0.94',
        '002-2,1,"a=x, ""y""","x, ""y""",1,invalid,"two\nlines",5000,10,20,40,30,180,0.94',
        '',
      ].join('\n'),
    );
  });
});

test('what a terminal would obey is shown, not done', () => {
  const text = renderSweep(fileOf(drawn(), { name: '\x1b[2J' }), { directory: '\x9b' });
  expect(text).not.toMatch(/(?!\n)\p{Cc}/u);
  expect(text).toContain('\\u001b[2J');
});
