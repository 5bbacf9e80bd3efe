/** Which parts of a summary are cut, so that the whole fits a screen. */

/** More of one part is not read, however much room there is. Where there is none, the last are cut first. */
export const LINES_MAX = {
  thresholds: 4,
  verified: 3,
  consumers: 6,
  errors: 3,
  reasons: 6,
  shards: 5,
  transactions: 2,
  database: 3,
  scenarios: 6,
  notes: 5,
};

type Part = keyof typeof LINES_MAX;
export type PartLines = Readonly<Record<Part, readonly string[]>>;

const PARTS = Object.keys(LINES_MAX) as Part[];

/** @param room lines for all of them together. */
export function fitted(parts: PartLines, room: number): PartLines {
  const counts = new Map(PARTS.map((name) => [name, Math.min(parts[name].length, LINES_MAX[name])]));
  const total = () => [...counts.values()].reduce((sum, count) => sum + count, 0);
  while (total() > room) {
    // The longest loses a line; one line stays of each, which tells how many more there are.
    const longest = Math.max(...counts.values());
    if (longest <= 1) break;
    const cut = PARTS.findLast((name) => counts.get(name) === longest)!;
    counts.set(cut, longest - 1);
  }
  return Object.fromEntries(PARTS.map((name) => [name, truncate(counts.get(name)!, parts[name])])) as PartLines;
}

function truncate(linesMax: number, lines: readonly string[]): readonly string[] {
  if (lines.length <= linesMax) return lines;
  return [
    ...lines.slice(0, linesMax - 1),
    `  … ${lines.length - linesMax + 1} more lines with --format json, or in result.json`,
  ];
}
