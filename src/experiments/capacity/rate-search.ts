/**
 * The search for the highest rate that holds: doubling, bisection, confirmations. A function of the steps that have been
 * made, so that a search goes on from what is on disk.
 *
 * Machines swing: no answer stands on a single step. The outcome of a rate is the one that comes twice, be it `failed`,
 * `generator-limited` or `invalid`; until then a step that held counts. So a rate holds with one failure among its steps,
 * and fails at the second, also while it is being confirmed. A first failure turns the search around; whether it was
 * one is asked again when the rate turns out to be the end of the bracket, and not before: what lies above does not matter.
 */
import type { CapacityLimit, CapacityStep, StepOutcome, StepPhase } from '../../compare/capacity-result.ts';

export type Trial = Pick<CapacityStep, 'rate' | 'outcome'>;

export interface SearchSettings {
  /** Where it begins, messages per second. */
  readonly from: number;
  /** Whether lower rates are not to be tried. */
  readonly isFromGiven: boolean;
  readonly to: number | null;
  /** How far apart the ends of the bracket may be, as a fraction of the lower one. */
  readonly tolerance: number;
  /** Steps that confirm the found rate. */
  readonly repeat: number;
}

export interface NextStep {
  readonly rate: number;
  readonly phase: StepPhase;
}

export interface SearchState {
  /** Highest rate below every one that did not hold. */
  readonly low: number | null;
  /** Lowest rate that the broker failed. */
  readonly high: number | null;
  /** Null while it goes on, and where it ran out of steps. */
  readonly limit: CapacityLimit | null;
  readonly next: NextStep | null;
  /** Ended without an answer: a rate that cannot be measured, or more steps than a search may take. */
  readonly stuck: { readonly rate: number; readonly why: 'invalid' | 'steps' } | null;
}

/** How often a rate must end the same way until that is believed. */
const BELIEVED = 2;
const FACTOR = 2;
/** A search begins near the broker's limit: a thousandth of that is not a rate worth looking for. */
const HALVINGS_MAX = 10;
/** An answer that keeps being refuted is not there to be found. */
export const STEPS_MAX = 60;

interface RateTally {
  readonly rate: number;
  readonly outcomes: readonly StepOutcome[];
}

/** Null: a step that did not hold, and has not been repeated. */
export function outcomeOf(outcomes: readonly StepOutcome[]): StepOutcome | null {
  for (const bad of ['failed', 'generator-limited', 'invalid'] as const) {
    if (outcomes.filter((outcome) => outcome === bad).length >= BELIEVED) return bad;
  }
  return outcomes.includes('held') ? 'held' : null;
}

export function searchState(settings: SearchSettings, trials: readonly Trial[]): SearchState {
  const known = tally(trials).map(({ rate, outcomes }) => ({ rate, outcomes, outcome: outcomeOf(outcomes) }));
  const blocked = known.find(({ outcome }) => outcome !== 'held');
  const found = known.findLast(
    ({ rate, outcome }) => outcome === 'held' && (blocked === undefined || rate < blocked.rate),
  );
  const ends = {
    low: found?.rate ?? null,
    high: known.find(({ outcome }) => outcome === 'failed')?.rate ?? null,
  };
  const on = (rate: number, phase: StepPhase): SearchState => {
    if (trials.length >= STEPS_MAX) return { ...ends, limit: null, next: null, stuck: { rate, why: 'steps' } };
    return { ...ends, limit: null, next: { rate, phase }, stuck: null };
  };
  const end = (limit: CapacityLimit): SearchState => ({ ...ends, limit, next: null, stuck: null });

  if (blocked === undefined) {
    if (found === undefined) return on(settings.from, 'doubling');
    if (settings.to !== null && found.rate >= settings.to) return confirmed(found, 'range');
    return on(Math.min(rounded(found.rate * FACTOR), settings.to ?? Number.POSITIVE_INFINITY), 'doubling');
  }
  if (blocked.outcome === 'invalid') {
    return { ...ends, limit: null, next: null, stuck: { rate: blocked.rate, why: 'invalid' } };
  }
  if (blocked.outcome === null && blocked.outcomes.includes('invalid')) return on(blocked.rate, 'confirmation');
  const limit = blocked.outcome === 'generator-limited' ? 'generator' : found === undefined ? 'range' : 'broker';
  if (found === undefined) {
    // Nothing has held: a chance failure here would send the search far away.
    if (blocked.outcome === null) return on(blocked.rate, 'confirmation');
    const isLowest = settings.isFromGiven || blocked.rate <= settings.from / FACTOR ** HALVINGS_MAX;
    return isLowest ? end(limit) : on(rounded(blocked.rate / FACTOR), 'halving');
  }
  const middle = rounded(Math.sqrt(found.rate * blocked.rate));
  const isNarrow = blocked.rate - found.rate <= settings.tolerance * found.rate;
  if (!isNarrow && middle > found.rate && middle < blocked.rate) return on(middle, 'bisection');
  return blocked.outcome === null ? on(blocked.rate, 'confirmation') : confirmed(found, limit);

  function confirmed({ rate, outcomes }: RateTally, limit: CapacityLimit): SearchState {
    const held = outcomes.filter((outcome) => outcome === 'held').length;
    return held > settings.repeat ? end(limit) : on(rate, 'confirmation');
  }
}

/** By rate, ascending. */
export function tally(trials: readonly Trial[]): RateTally[] {
  const byRate = new Map<number, StepOutcome[]>();
  for (const { rate, outcome } of trials) byRate.set(rate, [...(byRate.get(rate) ?? []), outcome]);
  return [...byRate].map(([rate, outcomes]) => ({ rate, outcomes })).toSorted((a, b) => a.rate - b.rate);
}

/** Four digits: more would be read as precision. */
export function rounded(rate: number): number {
  return Number(rate.toPrecision(4));
}

/** Steps of a search in which no rate changes its mind, when the limit is at `limit`. */
export function stepsOf({ from, tolerance, repeat }: SearchSettings, limit: number): number {
  const doublings = Math.max(1, Math.ceil(Math.log2(limit / from)) + 1);
  const halvings = Math.max(0, Math.ceil(Math.log2(Math.log(FACTOR) / Math.log1p(tolerance))));
  return doublings + halvings + repeat + 1;
}

/** Where the search looks now: the lowest rate that did not hold, be it once, and the highest that held below it. */
export function bracketOf(trials: readonly Trial[]): { readonly low: number | null; readonly high: number | null } {
  const known = tally(trials);
  const high = known.find(({ outcomes }) => outcomeOf(outcomes) !== 'held')?.rate ?? null;
  const low = known.findLast(({ rate, outcomes }) => outcomeOf(outcomes) === 'held' && rate < (high ?? Infinity));
  return { low: low?.rate ?? null, high };
}

/** Rates of the steps that are left, if no rate changes its mind; null while the bracket has no two ends. */
export function ratesLeft(settings: SearchSettings, trials: readonly Trial[]): number[] | null {
  const { next, stuck } = searchState(settings, trials);
  const { low, high } = bracketOf(trials);
  if (next === null) return [];
  if (low === null || high === null || stuck !== null) return null;
  const limit = Math.sqrt(low * high);
  const supposed: Trial[] = [];
  for (let step: NextStep | null = next; step !== null; step = searchState(settings, [...trials, ...supposed]).next) {
    supposed.push({ rate: step.rate, outcome: step.rate <= limit ? 'held' : 'failed' });
  }
  return supposed.map(({ rate }) => rate);
}
