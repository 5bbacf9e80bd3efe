import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LedgerRange } from '../../src/recorder/measurement.ts';
import { countIndexes, joinRanges } from '../../src/result/ledger-ranges.ts';

const STATUSES = ['shed', 'unsent', 'not-persisted', 'possibly-persisted', 'persisted'] as const;

function expand(ranges: readonly LedgerRange[]): string[] {
  const indexes: string[] = [];
  for (const { scenario, from, to, step, status } of ranges) {
    for (let i = from; i <= to; i += step) indexes.push(`${scenario} ${status} ${i}`);
  }
  return indexes.toSorted();
}

/** What `workers` workers would write down of the given indexes: runs of each one's own residue. */
function rangesOf(indexes: ReadonlySet<number>, workers: number, status: LedgerRange['status']): LedgerRange[] {
  const ranges: LedgerRange[] = [];
  for (let worker = 0; worker < workers; worker++) {
    let open: { from: number; to: number } | undefined;
    for (const i of [...indexes].filter((index) => index % workers === worker).toSorted((a, b) => a - b)) {
      if (open !== undefined && open.to + workers === i) open.to = i;
      else {
        if (open !== undefined) ranges.push({ scenario: 'atm', ...open, step: workers, status });
        open = { from: i, to: i };
      }
    }
    if (open !== undefined) ranges.push({ scenario: 'atm', ...open, step: workers, status });
  }
  return ranges;
}

describe('joinRanges', () => {
  test('names the same indexes, none twice, whatever the workers wrote down', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(80), fc.constantFrom(...STATUSES))),
        fc.integer({ min: 1, max: 7 }),
        (statuses, workers) => {
          const byStatus = STATUSES.map((status) => {
            const indexes = new Set(statuses.filter(([, s]) => s === status).map(([i]) => i));
            return rangesOf(indexes, workers, status);
          });
          const ranges = byStatus.flat();
          expect(expand(joinRanges(ranges))).toEqual(expand(ranges));
        },
      ),
    );
  });

  test('a span without gaps becomes one range at any worker count', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(100), fc.integer({ min: 1, max: 9 }), (from, length, workers) => {
        const span = new Set(Array.from({ length: length + 1 }, (_, i) => from + i));
        expect(joinRanges(rangesOf(span, workers, 'unsent'))).toEqual([
          { scenario: 'atm', from, to: from + length, step: 1, status: 'unsent' },
        ]);
      }),
    );
  });

  test('one worker’s span keeps its step', () => {
    const range: LedgerRange = { scenario: 'atm', from: 5, to: 4_000_001, step: 4, status: 'not-persisted' };
    expect(joinRanges([range])).toEqual([range]);
  });

  test('does not join over statuses or scenarios', () => {
    const ranges: LedgerRange[] = [
      { scenario: 'a', from: 0, to: 4, step: 1, status: 'shed' },
      { scenario: 'a', from: 5, to: 9, step: 1, status: 'unsent' },
      { scenario: 'b', from: 5, to: 9, step: 1, status: 'shed' },
    ];
    expect(joinRanges(ranges)).toEqual(ranges);
  });
});

test('countIndexes counts the statuses asked for', () => {
  const ranges: LedgerRange[] = [
    { scenario: 'a', from: 1, to: 10, step: 3, status: 'shed' },
    { scenario: 'a', from: 3, to: 3, step: 4, status: 'unsent' },
  ];
  expect(countIndexes(ranges, ['shed'])).toBe(4);
  expect(countIndexes(ranges, ['shed', 'unsent'])).toBe(5);
});
