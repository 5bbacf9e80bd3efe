/** One measure of two sets of runs: the interval of its ratio, and what that shows or leaves open. */
import { isBetterHigher, type Measure, unitOf, writtenMeasure } from '../objective-grammar.ts';
import type { Percentile } from '../recorder/histogram.ts';
import { holm, holmLevels } from '../statistics/holm.ts';
import { medianInterval } from '../statistics/median.ts';
import { runsNeeded, smallestShownEffect } from '../statistics/power.ts';
import {
  ALPHA,
  atLevel,
  type EffectSize,
  effectSize,
  pairedRatio,
  type RatioInterval,
  unpairedRatio,
} from '../statistics/ratio.ts';
import type { MetricUnit } from '../threshold-grammar.ts';
import { countOf } from '../units.ts';
import { describeChange, describeFigure, describeInterval, formatPercent } from './change-words.ts';
import type { RunRecord } from './run-record.ts';

export type ComparisonVerdict = 'better' | 'worse' | 'no-difference-shown' | 'too-noisy' | 'not-comparable';

export interface MeasureComparison {
  /** As it is written: `response_ms p(99)`. */
  readonly measure: string;
  readonly unit: MetricUnit;
  readonly better: 'lower' | 'higher';
  readonly base: SideFigures | null;
  readonly other: SideFigures | null;
  /** Of the ratio NEW ÷ BASE, at the level of Holm's correction: it leaves out 1 exactly where a difference is shown. */
  readonly interval: RatioInterval | null;
  readonly effect: EffectSize | null;
  readonly pAdjusted: number | null;
  readonly verdict: ComparisonVerdict;
  /** The smallest change that would have been shown four times in five: 0.08 for 8 %. Null where there is no interval. */
  readonly smallestShown: number | null;
  /** Where it is too noisy: runs a side, in all, that would show a change of WORTH_SHOWING four times in five. */
  readonly runsNeeded: number | null;
  readonly words: string;
}

/** Over the runs of one side, with the 95 % interval of the median. */
export interface SideFigures {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/** The runs of both sides that count; paired: those of one round at the same place. */
export interface ComparedRuns {
  readonly base: readonly RunRecord[];
  readonly other: readonly RunRecord[];
  readonly paired: boolean;
}

/** Nothing shown is an answer where a change of 10 % would have been; else there were too few runs. */
export const WORTH_SHOWING = 0.1;
/** Run-to-run noise, as standard deviation of the logarithm, where a single run tells nothing about it. */
export const NOISE_ASSUMED = 0.05;
/** Beyond it nobody repeats. */
export const RUNS_NEEDED_MAX = 1_000;

export interface AskedComparison {
  readonly measure: Measure;
  readonly runs: ComparedRuns;
}

/** What neither side measured is left out. */
export function compareMeasures(measures: readonly Measure[], runs: ComparedRuns, alpha: number): MeasureComparison[] {
  const asked = measures.map((measure) => ({ measure, runs }));
  return compareTogether(asked, alpha).filter((comparison) => comparison !== null);
}

/**
 * Corrected for together; null where neither side measured it.
 * @param beside p values of other comparisons that these are corrected with.
 */
export function compareTogether(
  asked: readonly AskedComparison[],
  alpha: number,
  beside: readonly number[] = [],
): (MeasureComparison | null)[] {
  const compared = asked.map(({ measure, runs }) => valuesOf(measure, runs));
  const intervals = compared.map(({ base, other, isMeasured }, i) =>
    isMeasured ? ratioOf(base, other, asked[i]!.runs.paired, alpha) : null,
  );
  const ps = intervals.flatMap((interval) => interval?.p ?? []);
  const [adjusted, levels] = [holm([...ps, ...beside]), holmLevels([...ps, ...beside], alpha)];
  let at = 0;
  return compared.map((values, i) => {
    if (!values.isMeasured) return null;
    const interval = intervals[i]!;
    if (interval === null) return withoutInterval(values);
    const [pAdjusted, level] = [adjusted[at]!, levels[at]!];
    at++;
    return withInterval(values, atLevel(interval, level), { pAdjusted, level, alpha });
  });
}

export function ratioOf(
  base: readonly number[],
  other: readonly number[],
  paired: boolean,
  alpha: number,
): RatioInterval | null {
  return paired ? pairedRatio(base, other, alpha) : unpairedRatio(base, other, alpha);
}

/** Null where not even RUNS_NEEDED_MAX runs would do. */
export function runsToShow(effect: number, sd: number, alpha: number): number | null {
  if (Math.abs(effect) < 1e-6) return null;
  const runs = runsNeeded(sd, effect, alpha);
  return runs <= RUNS_NEEDED_MAX ? runs : null;
}

/** Standard deviation of the log ratio of two runs, from what either side shows of it, else NOISE_ASSUMED. */
export function noiseOf(base: readonly number[], other: readonly number[]): { sd: number; isAssumed: boolean } {
  const spread = [base, other].flatMap((side) => unpairedRatio(side, side)?.sd ?? []);
  return spread.length > 0
    ? { sd: Math.max(...spread), isAssumed: false }
    : { sd: NOISE_ASSUMED * Math.SQRT2, isAssumed: true };
}

interface MeasureValues {
  readonly measure: Measure;
  readonly base: readonly number[];
  readonly other: readonly number[];
  readonly isMeasured: boolean;
  readonly paired: boolean;
  /** Why there can be no ratio, in words. */
  readonly obstacle?: string;
}

function valuesOf(measure: Measure, { base, other, paired }: ComparedRuns): MeasureValues {
  const name = writtenMeasure(measure);
  const all = [base, other].map((side) => side.map(({ figures }) => figures[name] ?? null));
  const figures = all.flat();
  const isMeasured = figures.some((figure) => figure !== null);
  const obstacle = obstacleIn(figures, measure);
  // A side of which some run has no number shows none.
  const [before, after] = all.map((side) => {
    const numbers = side.filter((figure) => typeof figure === 'number');
    return numbers.length === side.length ? numbers : [];
  });
  return { measure, base: before!, other: after!, isMeasured, paired, ...(obstacle !== undefined && { obstacle }) };
}

/** Messages without a latency are part of a percentile: it has no mean, and leaving the run out would flatter it. */
function obstacleIn(figures: readonly (Percentile | null)[], measure: Measure): string | undefined {
  const inRuns = (count: number) => `in ${count} of ${countOf(figures.length, 'run')}`;
  const unmeasured = figures.filter((figure) => figure === null).length;
  if (unmeasured > 0) return `not measured ${inRuns(unmeasured)}`;
  const censored = figures.filter((figure) => typeof figure === 'object' && figure !== null);
  if (censored.length === 0) return undefined;
  const above = Math.max(...censored.map(({ atLeast }) => atLeast));
  const fell = `it fell among messages without a latency (above ${describeFigure(unitOf(measure), above)})`;
  return `${inRuns(censored.length)} ${fell}, so it has no mean`;
}

function withoutInterval(values: MeasureValues): MeasureComparison {
  const { base, other, obstacle, measure, paired } = values;
  const rest = { effect: null, interval: null, pAdjusted: null, smallestShown: null, runsNeeded: null };
  const as = (verdict: ComparisonVerdict, words: string) => ({ ...headOf(values), ...rest, verdict, words });
  if (obstacle !== undefined) return as('not-comparable', `not comparable: ${obstacle}`);
  if (base.length === 0 || other.length === 0) return as('not-comparable', 'not comparable: no run that counts');
  const all = [...base, ...other];
  if (base.length < 2 || other.length < 2) {
    const { sd, isAssumed } = noiseOf(base, other);
    const needed = runsToShow(WORTH_SHOWING, sd, ALPHA);
    const noise = isAssumed ? `an assumed noise of ${formatPercent(NOISE_ASSUMED)} from run to run` : 'this noise';
    const change = base[0]! > 0 && other[0]! > 0 ? `${describeChange(other[0]! / base[0]!)}, but ` : '';
    const one = paired ? 'one common round' : 'one run';
    const words = `too noisy: ${change}${one} shows nothing; ${runsWords(needed, WORTH_SHOWING)}, at ${noise}`;
    return { ...as('too-noisy', words), runsNeeded: needed };
  }
  if (all.every((value) => value === all[0])) {
    return as('no-difference-shown', `${describeFigure(unitOf(measure), all[0]!)} in every run`);
  }
  return as('not-comparable', 'not comparable: 0 in some runs, so there is no ratio');
}

function withInterval(
  values: MeasureValues,
  interval: RatioInterval,
  { pAdjusted, level, alpha }: { pAdjusted: number; level: number; alpha: number },
): MeasureComparison {
  const { measure, base, other } = values;
  const smallest = smallestShownEffect(interval, level);
  const head = { ...headOf(values), interval, effect: effectSize(base, other), pAdjusted };
  const smallestShown = Number.isFinite(smallest) ? smallest : null;
  const change = `${describeChange(interval.ratio)} (${describeInterval(interval)})`;
  if (pAdjusted <= alpha) {
    const verdict = interval.ratio > 1 === isBetterHigher(measure) ? 'better' : 'worse';
    return { ...head, verdict, smallestShown, runsNeeded: null, words: `${verdict}: ${change}` };
  }
  const shown = smallestShown === null ? 'no change' : `a change of ${formatPercent(smallestShown)}`;
  if (smallest <= WORTH_SHOWING) {
    const words = `no difference shown: ${change}; ${shown} would have been`;
    return { ...head, verdict: 'no-difference-shown', smallestShown, runsNeeded: null, words };
  }
  const needed = runsToShow(WORTH_SHOWING, interval.sd, level);
  const words = `too noisy: ${change}; only ${shown} would have been shown; ${runsWords(needed, WORTH_SHOWING)}`;
  return { ...head, verdict: 'too-noisy', smallestShown, runsNeeded: needed, words };
}

function runsWords(needed: number | null, effect: number): string {
  const change = formatPercent(Math.abs(effect));
  if (needed === null) return `more than ${countOf(RUNS_NEEDED_MAX, 'run')} a side would be needed for ${change}`;
  return `${countOf(needed, 'run')} a side would show ${change}`;
}

function headOf({ measure, base, other }: MeasureValues) {
  const better = isBetterHigher(measure) ? 'higher' : 'lower';
  return {
    measure: writtenMeasure(measure),
    unit: unitOf(measure),
    better,
    base: sideOf(base),
    other: sideOf(other),
  } as const;
}

function sideOf(values: readonly number[]): SideFigures | null {
  if (values.length === 0) return null;
  const { median, low, high } = medianInterval(values);
  // Of equal values the logarithm loses the last bit.
  return { median, low: Math.min(low, median), high: Math.max(high, median), n: values.length };
}
