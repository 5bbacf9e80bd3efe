import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { analyseSweep, measuresOf } from '../../src/compare/sweep-analysis.ts';
import { parseGoal } from '../../src/objective-grammar.ts';
import { drawnCells, normalOf, uniformOf } from './cells.ts';

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
        expect(analysis.recommendation?.words).toMatch(/^good: best throughput: base, the next, has -\d/);
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
      const alarms = { differences: 0, recommended: 0, dominated: 0 };
      for (let i = 0; i < SIMULATIONS; i++) {
        const cells = drawnCells(normal, { rounds, sigma: 0.1, drift: 0.2, effects });
        const { differences, recommendation, pareto } = analyseSweep(cells, {
          baseline: 'c0',
          goal: parseGoal('throughput'),
          measures: measuresOf(parseGoal('wire_bytes<1, then throughput, then cpu_us')),
        });
        if (differences.some(({ shown }) => shown !== '')) alarms.differences++;
        if (recommendation?.cell !== null) alarms.recommended++;
        if (pareto?.dominated.some(({ shown }) => shown)) alarms.dominated++;
      }
      expect(alarms.differences).toBeLessThan(FALSE_ALARMS_MAX);
      expect(alarms.recommended).toBeLessThan(FALSE_ALARMS_MAX);
      expect(alarms.dominated).toBeLessThan(FALSE_ALARMS_MAX);
    },
  );
});
