import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { analyseSweep, measuresOf } from '../../src/compare/sweep-analysis.ts';
import { parseGoal } from '../../src/objective-grammar.ts';
import { cellOf, cellOfRounds, drawnCells, type Figures, normalOf, runOf, uniformOf } from './cells.ts';

const GOAL = parseGoal('response_ms p(99)<25, then throughput');

describe('drawn cells', () => {
  const draw = (seed: number, effects: Parameters<typeof drawnCells>[1]['effects'], rounds = 5, sigma = 0.05) =>
    drawnCells(normalOf(uniformOf(seed)), { rounds, sigma, drift: 0.2, effects });

  test('an obviously best cell is recommended, whatever the order of the cells', () => {
    const effects = {
      slow: { throughput: 0.5 },
      good: { throughput: 2, 'response_ms p(99)': 0.5 },
      late: { throughput: 8, 'response_ms p(99)': 4 },
      base: { 'response_ms p(99)': 0.5 },
    };
    fc.assert(
      fc.property(fc.nat(2 ** 31), fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), (seed, order) => {
        const cells = draw(seed, effects, 6, 0.03);
        const analysis = analyseSweep(
          order.map((i) => cells[i]!),
          { baseline: 'base', goal: GOAL },
        );
        expect(analysis.recommendation).toMatchObject({ cell: 'good', tied: [] });
        expect(analysis.recommendation?.words).toMatch(/^good: it has the best throughput; the next, base, has -\d/);
        const late = analysis.recommendation?.candidates.find(({ cell }) => cell === 'late');
        expect(late).toMatchObject({ isEligible: false, constraints: [{ outcome: 'not-met' }] });
      }),
      { numRuns: 50 },
    );
  });

  test('the order of the cells changes nothing but the order', () => {
    const effects = { a: { cpu_us: 1.1 }, b: {}, c: { wire_bytes: 0.3 }, d: { throughput: 1.02 } };
    const byName = <T extends { readonly cell?: string; readonly name?: string }>(items: readonly T[]) =>
      items.toSorted((x, y) => ((x.cell ?? x.name)! < (y.cell ?? y.name)! ? -1 : 1));
    fc.assert(
      fc.property(fc.nat(2 ** 31), fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), (seed, order) => {
        const cells = draw(seed, effects);
        const [one, two] = [cells, order.map((i) => cells[i]!)].map((each) =>
          analyseSweep(each, { baseline: 'b', goal: GOAL }),
        );
        expect(byName(two!.cells)).toEqual(byName(one!.cells));
        expect(byName(two!.differences)).toEqual(byName(one!.differences));
        expect(two!.pareto?.front.toSorted()).toEqual(one!.pareto?.front.toSorted());
        expect(
          two!.pareto?.dominated
            .map(({ cell, by, shown }) => ({ cell, by, shown }))
            .toSorted((x, y) => (x.cell < y.cell ? -1 : 1)),
        ).toEqual(
          one!.pareto?.dominated
            .map(({ cell, by, shown }) => ({ cell, by, shown }))
            .toSorted((x, y) => (x.cell < y.cell ? -1 : 1)),
        );
        const { candidates: _1, words: _2, ...rest } = two!.recommendation!;
        expect(one!.recommendation).toMatchObject(rest);
      }),
      { numRuns: 30 },
    );
  });

  const SIMULATIONS = 500;
  // Three standard errors above a share of 0.05.
  const FALSE_ALARMS_MAX = SIMULATIONS * 0.05 + 3 * Math.sqrt(SIMULATIONS * 0.05 * 0.95);

  test.each([
    [2, 5],
    [4, 3],
    [6, 5],
  ])(
    'of %i equal cells in %i rounds none differs, leads or dominates more often than alpha allows',
    (count, rounds) => {
      const normal = normalOf(uniformOf(count * 100 + rounds));
      const effects = Object.fromEntries(Array.from({ length: count }, (_, i) => [`c${i}`, {}]));
      const alarms = { decisive: 0, others: 0, recommended: 0, dominated: 0 };
      for (let i = 0; i < SIMULATIONS; i++) {
        const cells = drawnCells(normal, { rounds, sigma: 0.1, drift: 0.2, effects });
        const { differences, recommendation, pareto } = analyseSweep(cells, {
          baseline: 'c0',
          goal: parseGoal('throughput'),
          measures: measuresOf(parseGoal('wire_bytes<1, then throughput, then cpu_us')),
        });
        const shown = differences
          .flatMap((cell) => cell.measures)
          .filter(({ verdict }) => /^(better|worse)$/.test(verdict));
        // Each family has a level of its own.
        if (shown.some(({ measure }) => measure === 'throughput')) alarms.decisive++;
        if (shown.some(({ measure }) => measure !== 'throughput')) alarms.others++;
        if (recommendation?.cell !== null) alarms.recommended++;
        if (pareto?.dominated.some(({ shown }) => shown)) alarms.dominated++;
      }
      expect(alarms.decisive).toBeLessThan(FALSE_ALARMS_MAX);
      expect(alarms.others).toBeLessThan(FALSE_ALARMS_MAX);
      expect(alarms.recommended).toBeLessThan(FALSE_ALARMS_MAX);
      expect(alarms.dominated).toBeLessThan(FALSE_ALARMS_MAX);
    },
  );
});

/** Rounds with a little noise, the same for every cell of one `phase`. */
function around(name: string, center: Figures, rounds = 6, phase = 0) {
  const noise = [1, 1.01, 0.99, 1.005, 0.995, 1.002, 0.998, 1.008];
  const at = (value: Figures[string], i: number) =>
    typeof value === 'number' ? value * noise[(i + phase) % noise.length]! : value!;
  return cellOfRounds(
    name,
    Array.from({ length: rounds }, (_, i) =>
      Object.fromEntries(Object.entries(center).map(([measure, value]) => [measure, at(value, i)])),
    ),
  );
}

describe('families', () => {
  const cells = [around('a', {}), around('b', { wire_bytes: 181 }), around('c', {}, 6, 3)];
  const ratiosOf = (goal?: string) =>
    analyseSweep(cells, { baseline: 'a', ...(goal !== undefined && { goal: parseGoal(goal) }) }).comparisons;

  test('what the goal looks at is corrected for apart; else throughput and p99', () => {
    expect(ratiosOf()).toEqual([
      { measures: ['throughput', 'response_ms p(99)'], ratios: 4 },
      {
        measures: ['response_ms p(50)', 'response_ms p(99.9)', 'cpu_us', 'wire_bytes', 'compression_ratio'],
        ratios: 10,
      },
    ]);
    expect(ratiosOf('response_ms p(99)<25, then wire_bytes')).toMatchObject([
      { measures: ['response_ms p(99)', 'wire_bytes'], ratios: 4 },
      { ratios: 10 },
    ]);
  });

  test('a recommendation shows nothing that the table does not', () => {
    const normal = normalOf(uniformOf(5));
    const goal = parseGoal('wire_bytes');
    for (let i = 0; i < 100; i++) {
      const drawn = drawnCells(normal, { rounds: 5, sigma: 0.05, effects: { a: {}, b: {}, c: { wire_bytes: 0.87 } } });
      const { differences, recommendation } = analyseSweep(drawn, { baseline: 'a', goal });
      const shown = differences.filter(({ measures }) =>
        measures.some(({ measure, verdict }) => {
          return measure === 'wire_bytes' && verdict === 'better';
        }),
      );
      if (recommendation!.cell !== null && recommendation!.cell !== 'a') {
        expect(shown.map(({ cell }) => cell)).toContain(recommendation!.cell);
      }
    }
  });
});

describe('the Pareto front', () => {
  test('a cell that another is as good as in all and better than in one is not on it', () => {
    const cells = [
      around('base', {}),
      around('cheap', { cpu_us: 20, wire_bytes: 100 }),
      around('small', { cpu_us: 50, wire_bytes: 50 }),
      // A fixed rate: not 1 % apart.
      around('worse', { cpu_us: 21, wire_bytes: 101, throughput: 5_010 }),
    ];
    const { pareto } = analyseSweep(cells, { baseline: 'base' });
    expect(pareto?.front).toEqual(['cheap', 'small']);
    expect(pareto?.dominated).toMatchObject([
      { cell: 'base', by: 'cheap', shown: true },
      { cell: 'worse', by: 'cheap' },
    ]);
  });

  test('there always is one: what dominates is transitive', () => {
    const figure = fc.double({ min: 1, max: 1.1, noNaN: true });
    const cell = fc.record({ throughput: figure, 'response_ms p(99)': figure, cpu_us: figure, wire_bytes: figure });
    fc.assert(
      fc.property(fc.array(cell, { minLength: 2, maxLength: 6 }), (figures) => {
        const cells = figures.map((each, i) => cellOfRounds(`c${i}`, [each]));
        const front = analyseSweep(cells, { baseline: 'c0' }).pareto!;
        expect(front.front.length).toBeGreaterThan(0);
        expect(front.front.length + front.dominated.length).toBe(cells.length);
        for (const { by } of front.dominated) expect(front.front).toContain(by);
      }),
      { numRuns: 50 },
    );
  });

  test('a measure that some cell has no figure of is left out; what has no value is worst', () => {
    const cells = [
      around('a', { wire_bytes: null }),
      around('b', { 'response_ms p(99)': { atLeast: 10 } }),
      around('c', { cpu_us: 31 }),
    ];
    const { pareto } = analyseSweep(cells, { baseline: 'a' });
    expect(pareto?.leftOut).toEqual(['wire_bytes']);
    expect(pareto?.front).toEqual(['a']);
  });
});

describe('a recommendation', () => {
  const recommendationOf = (goal: string, cells: Parameters<typeof analyseSweep>[0]) =>
    analyseSweep(cells, { baseline: cells[0]!.name, goal: parseGoal(goal) }).recommendation!;

  test('none is supported where the best are not shown to differ; the next measure may decide', () => {
    const cells = [
      around('a', { cpu_us: 30 }, 6, 1),
      around('b', { cpu_us: 20 }, 6, 3),
      around('c', { throughput: 2_000 }),
    ];
    const tie = recommendationOf('throughput', cells);
    expect(tie).toMatchObject({ cell: null, tied: expect.arrayContaining(['a', 'b']) });
    expect(tie.tied).not.toContain('c');
    expect(tie.words).toMatch(
      /^the data does not support one: [ab] and [ab] are not shown to differ in throughput \([^)]*\([^)]*\)\); [ab] is at most [\d.]+ % worse than the best of them; (\d[\d,]* more rounds?|no number)/,
    );
    const decided = recommendationOf('throughput, then cpu_us', cells);
    expect(decided.cell).toBe('b');
    expect(decided.words).toMatch(/^b: it has the best cpu_us of [ab], [ab], which are not shown to differ before/);
  });

  test('a limit is met by the worse end of an interval, missed by the better one, and else unclear', () => {
    const cells = [
      around('in', { 'response_ms p(99)': 20 }),
      around('near', { 'response_ms p(99)': 25.01, throughput: 9_000 }),
      around('out', { 'response_ms p(99)': 30, throughput: 9_000 }),
      around('censored', { 'response_ms p(99)': { atLeast: 100 }, throughput: 9_000 }),
      around('maybe', { 'response_ms p(99)': { atLeast: 10 }, throughput: 9_000 }),
      around('unmeasured', { 'response_ms p(99)': null, throughput: 9_000 }),
    ];
    const { candidates, cell, words } = recommendationOf('response_ms p(99)<25, then throughput', cells);
    expect(candidates.map(({ cell, constraints }) => [cell, constraints[0]!.outcome])).toEqual([
      ['in', 'met'],
      ['near', 'unclear'],
      ['out', 'not-met'],
      ['censored', 'not-met'],
      ['maybe', 'unclear'],
      ['unmeasured', 'unclear'],
    ]);
    expect(cell).toBe('in');
    expect(words).toBe('in: the only cell that qualifies');
    expect(candidates[2]!.reason).toMatch(/^does not meet response_ms p\(99\)<25: it is 30 ms \(29.7 to 30.3 ms\)$/);
    expect(recommendationOf('response_ms p(99)<5, then throughput', cells)).toMatchObject({
      cell: null,
      words: 'none: no cell qualifies',
    });
  });

  test('limits on what is the same in every run', () => {
    const cells = ['a', 'b'].map((name) => around(name, { failed: 0 }));
    const outcomes = (goal: string) =>
      recommendationOf(goal, cells).candidates.map(({ constraints }) => constraints[0]!.outcome);
    expect(outcomes('failed<0.001, then throughput')).toEqual(['met', 'met']);
    expect(outcomes('failed==0, then throughput')).toEqual(['met', 'met']);
    expect(outcomes('failed>0, then throughput')).toEqual(['not-met', 'not-met']);
  });
});

describe('what is missing', () => {
  test('one round: figures without intervals, and no differences', () => {
    const cells = [around('a', {}, 1), around('b', { cpu_us: 90 }, 1)];
    const analysis = analyseSweep(cells, { baseline: 'a', goal: parseGoal('cpu_us') });
    expect(analysis.cells[1]!.figures.cpu_us).toEqual({ median: 90, low: null, high: null, n: 1 });
    expect(analysis.comparisons).toEqual([]);
    expect(analysis.differences[0]!.shown).toBe('');
    expect(analysis.recommendation).toMatchObject({ cell: null, moreRounds: null });
    expect(analysis.notes).toEqual(['one run a cell counts: figures without intervals, which show no differences']);
  });

  test('one cell: a summary', () => {
    const { cells, differences, pareto, recommendation } = analyseSweep([around('all', {})], { baseline: 'all' });
    expect(cells[0]!.figures.cpu_us).toMatchObject({ median: expect.closeTo(30, 0), n: 6 });
    expect({ differences, pareto, recommendation }).toEqual({ differences: [], pareto: null, recommendation: null });
  });

  test('rounds that one of two cells lacks are left out of their ratio', () => {
    const base = around('a', { cpu_us: 30 }, 6);
    const other = around('b', { cpu_us: 60 }, 6);
    const runs = [...other.set.runs.slice(0, 2), runOf(3, {}, { status: 'failed' }), ...other.set.runs.slice(3)];
    const analysis = analyseSweep([base, cellOf('b', runs)], { baseline: 'a' });
    const cpu = analysis.differences[0]!.measures.find(({ measure }) => measure === 'cpu_us');
    expect(cpu?.interval).toMatchObject({ n: 5, ratio: expect.closeTo(2, 6) });
    expect(analysis.notes).toEqual([
      'b: 1 of 6 runs failed',
      'rounds that one of two cells lacks are left out of their ratio: 1 cell',
    ]);
  });

  test('each reason stands once, with the cells and their runs before it', () => {
    const invalid = { status: 'invalid', reason: 'GENERATOR_LIMITED: the loop: 100 %' } as const;
    const cells = ['a', 'b', 'c'].map((name, i) =>
      cellOf(
        name,
        [1, 2, 3].map((round) => runOf(round, {}, round <= Math.max(1, i) ? invalid : {})),
      ),
    );
    expect(analyseSweep(cells, { baseline: 'a' }).notes[0]).toBe(
      'a, b: 1 of 3 runs invalid; c: 2 of 3 runs invalid: GENERATOR_LIMITED: the loop: 100 %',
    );
  });

  test('a run that was repeated counts in the table and not in ratios', () => {
    const base = around('a', { cpu_us: 30 }, 6);
    const runs = around('b', { cpu_us: 60 }, 6).set.runs.map((run, i) => (i === 2 ? { ...run, attempt: 2 } : run));
    const analysis = analyseSweep([base, cellOf('b', runs)], { baseline: 'a' });
    expect(analysis.cells[1]).toMatchObject({ status: 'ok', runs: 6, figures: { cpu_us: { n: 6 } } });
    expect(analysis.differences[0]!.measures.map(({ interval }) => interval!.n)).toEqual(Array(7).fill(5));
    expect(analysis.notes).toEqual([
      'runs repeated after the last round count in the table, and are left out of ratios, whose rounds are over: 1 cell',
    ]);
  });

  test('a baseline without a run that counts: no ratios', () => {
    const base = cellOf('a', [runOf(1, {}, { status: 'invalid', reason: 'INCOMPLETE' })]);
    const { comparisons, notes } = analyseSweep([base, around('b', {})], { baseline: 'a' });
    expect(comparisons).toEqual([]);
    expect(notes[0]).toBe('no run of the baseline a counts: no ratios');
  });

  test('a median below all that have no value is known all the same', () => {
    const p99 = [10, 11, 12, { atLeast: 13 }, { atLeast: 900 }];
    const cell = cellOfRounds(
      'a',
      p99.map((each) => ({ 'response_ms p(99)': each })),
    );
    const figure = (runs: typeof cell) =>
      analyseSweep([runs], { baseline: 'a' }).cells[0]!.figures['response_ms p(99)']?.median;
    expect(figure(cell)).toBe(12);
    expect(figure(cellOfRounds('a', [{ 'response_ms p(99)': { atLeast: 7 } }, {}]))).toEqual({ atLeast: 13.5 });
  });
});

test('cells that share no round, because every run was repeated after the last one, are not shown to differ', () => {
  const repeats = (name: string, throughput: number) =>
    cellOf(
      name,
      [1, 2, 3].map((round) => runOf(round, { throughput }, { attempt: 2 })),
    );
  const cells = [repeats('a', 5_000), repeats('b', 4_000)];
  const { recommendation } = analyseSweep(cells, { baseline: 'a', goal: parseGoal('throughput') });
  expect(recommendation).toMatchObject({ cell: null, tied: ['a', 'b'], comparisons: [], moreRounds: null });
  expect(recommendation?.words).toMatch(/not shown to differ in throughput: they have no round in common$/);
});
