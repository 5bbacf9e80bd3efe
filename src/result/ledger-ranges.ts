/** The ranges of indexes that were not acknowledged, joined over workers so that an outage is one range, not W. */
import type { LedgerRange } from '../recorder/measurement.ts';

/** Ranges of any statuses. */
type AnyRange = Omit<LedgerRange, 'status'> & { readonly status: string };

/**
 * The same indexes and statuses in as few ranges as is easy: where all `step` residues are present a range has step 1.
 * Sorted by scenario, then by first index.
 *
 *   worker 0 of 2:  4   6   8  10  12        →  4 … 9, step 1
 *   worker 1 of 2:    5   7   9              →  10 … 12, step 2
 */
export function joinRanges<Range extends AnyRange>(ranges: readonly Range[]): Range[] {
  const groups = new Map<string, Range[]>();
  for (const range of ranges) {
    const key = `${range.status} ${range.step} ${range.scenario}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [range]);
    else group.push(range);
  }
  const joined = [...groups.values()]
    .flatMap(joinResidues)
    .toSorted((a, b) => (a.scenario === b.scenario ? a.from - b.from : a.scenario < b.scenario ? -1 : 1));
  return joinNeighbours(joined);
}

/** How many indexes the ranges name. */
export function countIndexes<Range extends AnyRange>(
  ranges: readonly Range[],
  statuses: readonly Range['status'][],
): number {
  let count = 0;
  for (const { from, to, step, status } of ranges) {
    if (statuses.includes(status)) count += Math.floor((to - from) / step) + 1;
  }
  return count;
}

/** Ranges of one status and step. Index i is residue i mod step of row floor(i / step); rows are swept in order. */
function joinResidues<Range extends AnyRange>(ranges: readonly Range[]): Range[] {
  const one = ranges[0]!;
  const { step } = one;
  const changes = ranges.flatMap(({ from, to }) => {
    const residue = from % step;
    const firstRow = (from - residue) / step;
    return [
      { row: firstRow, residue, change: 1 },
      { row: firstRow + Math.floor((to - from) / step) + 1, residue, change: -1 },
    ];
  });
  changes.sort((a, b) => a.row - b.row);

  const present = new Int32Array(step);
  const joined: Range[] = [];
  for (let i = 0; i < changes.length; i++) {
    const { row, residue, change } = changes[i]!;
    present[residue]! += change;
    const nextRow = changes[i + 1]?.row ?? row;
    if (nextRow === row) continue;
    for (const [first, last] of runsOf(present)) {
      const isWhole = last - first + 1 === step;
      if (isWhole || nextRow - row === 1) {
        joined.push({ ...one, from: row * step + first, to: (nextRow - 1) * step + last, step: 1 });
        continue;
      }
      for (let r = first; r <= last; r++) {
        joined.push({ ...one, from: row * step + r, to: (nextRow - 1) * step + r, step });
      }
    }
  }
  return joined;
}

/** Runs of consecutive residues that are present, as [first, last]. */
function runsOf(present: Int32Array): [number, number][] {
  const runs: [number, number][] = [];
  for (let r = 0; r < present.length; r++) {
    if (present[r] === 0) continue;
    const last = runs.at(-1);
    if (last !== undefined && last[1] === r - 1) last[1] = r;
    else runs.push([r, r]);
  }
  return runs;
}

/** Joins ranges of step 1 that follow one another, and residues the sweep cut in two. */
function joinNeighbours<Range extends AnyRange>(sorted: readonly Range[]): Range[] {
  const joined: Range[] = [];
  const endings = new Map<string, number>();
  for (const range of sorted) {
    const key = `${range.status} ${range.step} ${range.scenario} `;
    const at = endings.get(key + range.from);
    if (at === undefined) {
      joined.push(range);
      endings.set(key + (range.to + range.step), joined.length - 1);
    } else {
      joined[at] = { ...joined[at]!, to: range.to };
      endings.delete(key + range.from);
      endings.set(key + (range.to + range.step), at);
    }
  }
  return joined;
}
