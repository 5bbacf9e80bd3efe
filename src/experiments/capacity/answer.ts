/** What the steps of a search come to. */
import {
  CAPACITY_VERSION,
  type CapacityResult,
  type CapacityStep,
  type CurvePoint,
  type StepOutcome,
} from '../../compare/capacity-result.ts';
import { EXIT, type ExitCode } from '../../errors.ts';
import type { Percentile } from '../../recorder/histogram.ts';
import { outcomeOf, type SearchSettings, type SearchState } from './rate-search.ts';

export type CapacityFacts = Pick<CapacityResult, 'experiment' | 'settings' | 'slo'>;

export function capacityResult(
  facts: CapacityFacts,
  steps: readonly CapacityStep[],
  search: SearchState,
): CapacityResult {
  const { low, high, limit } = search;
  const atLow = steps.filter(({ rate }) => rate === low);
  const above = steps.filter(({ rate }) => low === null || rate > low);
  const byOutcome = (wanted: StepOutcome) => above.filter(({ outcome }) => outcome === wanted);
  const deciding = (limit === 'generator' ? byOutcome('generator-limited') : byOutcome('failed')).toSorted(
    (a, b) => a.rate - b.rate,
  );
  return {
    version: CAPACITY_VERSION,
    ...facts,
    finished: search.next === null,
    bracket: { low, high },
    limit,
    limitReason: limit === null ? null : (deciding[0]?.reasons[0] ?? null),
    confirmations: {
      // The first one that held is what is confirmed.
      held: Math.max(0, atLow.filter(({ outcome }) => outcome === 'held').length - 1),
      steps: Math.max(0, atLow.length - 1),
      asked: facts.settings.repeat,
    },
    steps,
    curve: curveOf(steps),
  };
}

/** 3: the numbers are not about the broker, or there is no steady answer. 99: no rate held. */
export function capacityExit({ limit, bracket }: CapacityResult): ExitCode {
  if (limit === 'generator' || limit === null) return EXIT.invalidMeasurement;
  return bracket.low === null ? EXIT.thresholdFailed : EXIT.ok;
}

export function searchSettings({ settings }: CapacityFacts): SearchSettings {
  const { from, isFromGiven, to, tolerance, repeat } = settings;
  return { from, isFromGiven, to, tolerance, repeat };
}

function curveOf(steps: readonly CapacityStep[]): CurvePoint[] {
  const rates = [...new Set(steps.map(({ rate }) => rate))].sort((a, b) => a - b);
  return rates.map((rate) => {
    const own = steps.filter((step) => step.rate === rate);
    const outcomes = own.map(({ outcome }) => outcome);
    const middle = (measure: string) => median(own.map(({ figures }) => figures[measure] ?? null));
    return {
      rate,
      outcome: outcomeOf(outcomes) ?? outcomes.at(-1)!,
      held: outcomes.filter((outcome) => outcome === 'held').length,
      steps: own.length,
      p50: middle('response_ms p(50)'),
      p99: middle('response_ms p(99)'),
      p999: middle('response_ms p(99.9)'),
    };
  });
}

/** The upper one of two in the middle, so that it is a value that was measured; a censored one ranks above all others. */
function median(values: readonly (Percentile | null)[]): Percentile | null {
  const size = (value: Percentile) => (typeof value === 'number' ? value : Number.MAX_VALUE);
  const known = values.filter((value) => value !== null).toSorted((a, b) => size(a) - size(b));
  return known[Math.floor(known.length / 2)] ?? null;
}
