/** A result as a longer run of the same kind would have left it: its seconds again and again, none like another. */

import { LAST_BUCKET, type SparseCounts } from '../src/recorder/latency-series.ts';
import { SECOND_COLUMNS, type SecondRow } from '../src/recorder/second-row.ts';
import { decodeLatencySeries, encodeLatencySeries } from '../src/result/latency-series-coding.ts';
import type { Result } from '../src/result/result.ts';

const EXACT = new Set(['second', 'scheduled']);

/** @param result with a latency series; its totals stay as they are. */
export function longerResult(result: Result, seconds: number): Result {
  const { series, latencySeries, scenarios, phases } = result;
  const numbers = Array.from({ length: seconds }, (_, second) => second);
  // The last rows are of the drain.
  const source = (second: number) => second % Math.max(1, series.length - 1);
  const rowOf = <Row extends { readonly second: number }>(rows: readonly Row[], second: number): Row => {
    const factor = 1 + 0.3 * noise(second);
    const scaled = Object.entries(rows[source(second)]!).map(([name, value]) => {
      if (EXACT.has(name) || typeof value !== 'number') return [name, value];
      return [name, SECOND_COLUMNS.indexOf(name as keyof SecondRow) < 5 ? Math.round(value * factor) : value * factor];
    });
    return { ...Object.fromEntries(scaled), second } as Row;
  };
  const latencies = decodeLatencySeries(latencySeries!.response);
  const shifted = numbers.map((second) => shift(latencies[source(second)]!, Math.round(6 * noise(second))));
  return {
    ...result,
    run: { ...result.run, durationMs: seconds * 1_000 },
    phases: { ...phases, load: seconds - phases.warmup - phases.drain },
    series: numbers.map((second) => rowOf(series, second)),
    latencySeries: { ...latencySeries!, response: encodeLatencySeries(shifted) },
    scenarios: Object.fromEntries(
      Object.entries(scenarios).map(([name, scenario]) => [
        name,
        scenario.series === undefined
          ? scenario
          : { ...scenario, series: numbers.map((second) => rowOf(scenario.series!, second)) },
      ]),
    ),
  };
}

/** -1 … 1, the same for the same second. */
function noise(second: number): number {
  const turned = Math.sin(second * 12.9898) * 43_758.5453;
  return 2 * (turned - Math.floor(turned)) - 1;
}

function shift(counts: SparseCounts, by: number): SparseCounts {
  const kept = counts.map(([bucket, count]) => [bucket + by, count] as const);
  return kept.filter(([bucket]) => bucket >= 0 && bucket <= LAST_BUCKET);
}
