/** Alternating runs, and tables of what they gave. */
import type { Result } from '../../src/result/result.ts';
import { median } from '../../src/statistics/median.ts';
import { pairedRatio } from '../../src/statistics/ratio.ts';

export interface BenchOptions {
  readonly pairs: number;
  /** Of a run. */
  readonly seconds: number;
  readonly starts: number;
}

/** One number of a run. */
export type Measures = Readonly<Record<string, (result: Result) => number>>;

export interface Side {
  readonly title: string;
  readonly run: () => Promise<Result>;
}

/** Runs of each side in the order of rounds. */
export async function alternate(sides: readonly Side[], pairs: number, measures: Measures): Promise<Result[][]> {
  const results = sides.map((): Result[] => []);
  for (let pair = 0; pair < pairs; pair++) {
    // Every other round the other way round: what drifts with time falls on all alike.
    const order = [...sides.keys()];
    for (const side of pair % 2 === 0 ? order : order.reverse()) {
      const result = await sides[side]!.run();
      results[side]!.push(result);
      const shown = Object.entries(measures).map(([name, of]) => `${name} ${of(result).toPrecision(4)}`);
      progress(`pair ${pair + 1}, ${sides[side]!.title}: ${shown.join(', ')}, ${result.verdict.status}`);
    }
  }
  return results;
}

/** Medians of both sides, and the mean ratio of pairs with its interval. */
export function pairTable(titles: readonly string[], [base, other]: readonly Result[][], measures: Measures): string {
  const rows = Object.entries(measures).map(([name, of]) => {
    const [a, b] = [base!.map(of), other!.map(of)];
    const found = pairedRatio(a, b);
    const interval = found === null ? '–' : `${found.low.toFixed(3)} – ${found.high.toFixed(3)}`;
    return [name, median(a).toPrecision(4), median(b).toPrecision(4), found?.ratio.toFixed(3) ?? '–', interval];
  });
  return table(['', ...titles, 'ratio', '95 % interval'], rows);
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

/** A percentile among messages that were not acknowledged has no value: such a run is not a measurement. */
export function msOf(us: Result['latency']['response']['p50']): number {
  return typeof us === 'number' ? us / 1e3 : Number.NaN;
}
