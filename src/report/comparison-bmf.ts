/**
 * The figures of NEW in Bencher's metric format (bencher.dev/docs/reference/bencher-metric-format): benchmark → measure →
 * median with the ends of its interval. A scenario is a benchmark of its own.
 */
import type { Comparison } from '../compare/comparison.ts';

/** Lengths that Bencher takes. */
const BENCHMARK_MAX = 1024;
const MEASURE_MAX = 64;

interface Metric {
  readonly value: number;
  readonly lower_value: number;
  readonly upper_value: number;
}

export function render({ other, measures }: Comparison): string {
  const factors = Object.entries(other.factors ?? {}).map(([name, value]) => `${name}=${value}`);
  const profile = [other.identity?.profile ?? other.label, ...factors].join(' ');
  const benchmarks = new Map<string, [string, Metric][]>();
  for (const { measure, other: side } of measures) {
    if (side === null) continue;
    const [, metric, scenario, stat = ''] = /^([^{ ]+)(?:\{scenario:([^}]*)\})?(.*)$/s.exec(measure)!;
    const benchmark = [profile, ...(scenario === undefined ? [] : [scenario])].join('/').slice(0, BENCHMARK_MAX);
    const figure = { value: side.median, lower_value: side.low, upper_value: side.high };
    const metrics = benchmarks.get(benchmark) ?? [];
    benchmarks.set(benchmark, [...metrics, [`${metric}${stat}`.slice(0, MEASURE_MAX), figure]]);
  }
  const written = [...benchmarks].map(([name, metrics]) => [name, Object.fromEntries(metrics)] as const);
  return `${JSON.stringify(Object.fromEntries(written), null, 2)}\n`;
}
