/**
 * The search for the highest rate that holds: doubling, bisection, confirmations. A function of the steps that have been
 * made, so that a search goes on from what is on disk.
 *
 * Machines swing: no rate is given up for a single step. The outcome of a rate is the one that comes twice, be it
 * `failed`, `generator-limited` or `invalid`; until then a step that held counts. So a rate holds with one failure among
 * its steps, and fails at the second, also while it is being confirmed.
 */
import type { CapacityLimit, CapacityStep, StepOutcome, StepPhase } from '../compare/capacity-result.ts';

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
  const tallies = tally(trials);
  const known = tallies.map(({ rate, outcomes }) => ({ rate, outcomes, outcome: outcomeOf(outcomes) }));
  const blocked = known.find(({ outcome }) => outcome !== 'held' && outcome !== null);
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

  if (blocked?.outcome === 'invalid') {
    return { ...ends, limit: null, next: null, stuck: { rate: blocked.rate, why: 'invalid' } };
  }
  const open = known.find(({ outcome }) => outcome === null);
  if (open !== undefined) return on(open.rate, phaseAt(open.rate, found?.rate, blocked?.rate));
  if (found === undefined) {
    if (blocked === undefined) return on(settings.from, 'doubling');
    const limit = blocked.outcome === 'generator-limited' ? 'generator' : 'range';
    const isLowest = blocked.rate <= settings.from / FACTOR ** HALVINGS_MAX;
    return settings.isFromGiven || isLowest ? end(limit) : on(rounded(blocked.rate / FACTOR), 'halving');
  }
  const confirm = (limit: CapacityLimit): SearchState => {
    const held = found.outcomes.filter((outcome) => outcome === 'held').length;
    return held > settings.repeat ? end(limit) : on(found.rate, 'confirmation');
  };
  if (blocked === undefined) {
    if (settings.to !== null && found.rate >= settings.to) return confirm('range');
    return on(Math.min(rounded(found.rate * FACTOR), settings.to ?? Number.POSITIVE_INFINITY), 'doubling');
  }
  const middle = rounded(Math.sqrt(found.rate * blocked.rate));
  const isNarrow = blocked.rate - found.rate <= settings.tolerance * found.rate;
  if (!isNarrow && middle > found.rate && middle < blocked.rate) return on(middle, 'bisection');
  return confirm(blocked.outcome === 'failed' ? 'broker' : 'generator');
}

/** By rate, ascending. */
export function tally(trials: readonly Trial[]): RateTally[] {
  const byRate = new Map<number, StepOutcome[]>();
  for (const { rate, outcome } of trials) byRate.set(rate, [...(byRate.get(rate) ?? []), outcome]);
  return [...byRate].map(([rate, outcomes]) => ({ rate, outcomes })).toSorted((a, b) => a.rate - b.rate);
}

/** What a step that is repeated was for. */
function phaseAt(rate: number, low: number | undefined, high: number | undefined): StepPhase {
  if (high === undefined) return 'doubling';
  return low === undefined && rate < high ? 'halving' : 'bisection';
}

/** Four digits: more would be read as precision. */
export function rounded(rate: number): number {
  return Number(rate.toPrecision(4));
}

/** Steps of a search without a failure that has to be repeated, and with one at every rate that is given up. */
export function stepsOf(settings: SearchSettings, to: number): { readonly min: number; readonly max: number } {
  const doublings = Math.max(1, Math.ceil(Math.log2(to / settings.from)) + 1);
  const halvings = Math.ceil(Math.log2(Math.log(FACTOR) / Math.log1p(settings.tolerance)));
  const min = doublings + Math.max(0, halvings) + settings.repeat;
  return { min, max: Math.min(STEPS_MAX, BELIEVED * min) };
}
