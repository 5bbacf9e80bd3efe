/** Alternating runs, and tables of what they gave. */
import type { Result } from '../../src/result/result.ts';
import { median } from '../../src/statistics/median.ts';
import { pairedRatio } from '../../src/statistics/ratio.ts';
import { formatCount } from '../../src/units.ts';

export interface BenchOptions {
  readonly pairs: number;
  /** Of a run. */
  readonly seconds: number;
  readonly starts: number;
}

/** One number of a run, by its title; NaN where the run has none. */
export type Measures<T = Result> = Readonly<Record<string, (result: T) => number>>;

export interface Side<T = Result> {
  readonly title: string;
  readonly run: () => Promise<T>;
}

/** Runs of each side in the order of rounds; `verdictOf` is printed with each. */
export async function alternate<T>(
  sides: readonly Side<T>[],
  pairs: number,
  measures: Measures<T>,
  verdictOf: (result: T) => string,
): Promise<T[][]> {
  const results = sides.map((): T[] => []);
  for (let pair = 0; pair < pairs; pair++) {
    // Every other round the other way round: what drifts with time falls on all alike.
    const order = [...sides.keys()];
    for (const side of pair % 2 === 0 ? order : order.reverse()) {
      const result = await sides[side]!.run();
      results[side]!.push(result);
      const shown = Object.entries(measures).map(([name, of]) => `${name} ${figure(of(result))}`);
      progress(`pair ${pair + 1}, ${sides[side]!.title}: ${shown.join(', ')}, ${verdictOf(result)}`);
    }
  }
  return results;
}

/** Medians of both sides, and the mean ratio of pairs with its interval; a number that neither side has is left out. */
export function pairTable<T>(
  titles: readonly string[],
  [base, other]: readonly (readonly T[])[],
  measures: Measures<T>,
): string {
  const rows = Object.entries(measures).flatMap(([name, of]) => {
    const [a, b] = [base!.map(of), other!.map(of)];
    if ([...a, ...b].every(Number.isNaN)) return [];
    const found = pairedRatio(a, b);
    const interval = found === null ? '–' : `${found.low.toFixed(3)} – ${found.high.toFixed(3)}`;
    return [[name, figure(median(a)), figure(median(b)), found?.ratio.toFixed(3) ?? '–', interval]];
  });
  return table(['', ...titles, 'ratio', '95 % interval'], rows);
}

function figure(value: number): string {
  if (Number.isNaN(value)) return '–';
  return value < 1000 ? value.toPrecision(4) : formatCount(value);
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export function target(isMet: boolean, text: string): string {
  return `${isMet ? 'ok' : 'MISSED'}: ${text}`;
}

export function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

export function statusOf({ verdict }: Result): string {
  return verdict.status;
}

/** A percentile among messages that were not acknowledged has no value: such a run is not a measurement. */
export function msOf(us: Result['latency']['response']['p50']): number {
  return typeof us === 'number' ? us / 1e3 : Number.NaN;
}
