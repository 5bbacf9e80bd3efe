/** Gates: whether the new runs keep an allowed change or a limit, or whether these runs cannot tell. */
import { type Gate, isBetterHigher, type Measure, unitOf, writtenMeasure } from '../objective-grammar.ts';
import type { Percentile } from '../recorder/histogram.ts';
import { smallestShownEffect } from '../statistics/power.ts';
import { pairedRatio, type RatioInterval } from '../statistics/ratio.ts';
import { thresholdHolds } from '../threshold-grammar.ts';
import { countOf } from '../units.ts';
import { describeChange, describeFigure, describeInterval, formatPercent } from './change-words.ts';
import {
  type ComparedRuns,
  NOISE_ASSUMED,
  noiseOf,
  RUNS_NEEDED_MAX,
  ratioOf,
  runsToShow,
} from './measure-comparison.ts';
import type { RunRecord } from './run-record.ts';

export interface GateOutcome {
  /** As written. */
  readonly gate: string;
  readonly measure: string;
  readonly outcome: 'pass' | 'fail' | 'undecided';
  /** At 95 %, not corrected: NEW ÷ BASE, or of a limit NEW ÷ limit. */
  readonly interval: RatioInterval | null;
  /** What the interval must be below, or above where higher is better. 1 of a limit. */
  readonly bound: number;
  /** The smallest change that would have been shown four times in five. */
  readonly smallestShown: number | null;
  /** Of an undecided one: runs a side, beyond those there are, that would probably decide; null where too many. */
  readonly moreRuns: number | null;
  readonly words: string;
}

/**
 * A gate passes where the whole interval keeps it, fails where the whole interval breaks it, and is undecided in between:
 * each is wrong in at most 2.5 % of comparisons, passing or failing by the same evidence.
 */
export function judgeGates(gates: readonly Gate[], runs: ComparedRuns, alpha: number): GateOutcome[] {
  return gates.map((gate) => (gate.kind === 'change' ? judgeChange(gate, runs, alpha) : judgeLimit(gate, runs, alpha)));
}

type ChangeGate = Extract<Gate, { kind: 'change' }>;
type LimitGate = Extract<Gate, { kind: 'limit' }>;

function judgeChange(gate: ChangeGate, runs: ComparedRuns, alpha: number): GateOutcome {
  const { measure, allowed } = gate;
  const bound = 1 + allowed;
  const isUpper = !isBetterHigher(measure);
  const [base, other] = [readSide(runs.base, measure), readSide(runs.other, measure)];
  const interval = base.isCensored ? null : ratioOf(base.values, other.values, runs.paired, alpha);
  const allowance = `allowed is ${describeChange(bound)}`;
  const shown = { gate, bound, isUpper, interval, alpha };
  if (interval !== null) return judgeInterval(shown, other.isCensored, runs, allowance);
  const unknown = unmeasured(base.isCensored ? base : other.missing > 0 ? other : base, measure);
  if (unknown !== undefined) return outcomeOf(shown, 'undecided', unknown);
  if (base.values.length < 2 || other.values.length < 2) {
    return tooFew(shown, base.values, other.values, Math.abs(allowed), runs.paired);
  }
  const all = [...base.values, ...other.values];
  const keeps = allowed === 0 || isUpper === allowed > 0;
  if (keeps && all.every((value) => value === all[0])) {
    return outcomeOf(shown, 'pass', `${describeFigure(unitOf(measure), all[0]!)} in every run`);
  }
  const limit = `a limit can be judged, e.g. \`${writtenMeasure(measure)} <0.001\``;
  return outcomeOf(shown, 'undecided', `0 in some runs, so there is no relative change; ${limit}`);
}

/** Of NEW alone: its ratio to the limit has an interval like any other, the limit being the same in every round. */
function judgeLimit(gate: LimitGate, runs: ComparedRuns, alpha: number): GateOutcome {
  const { measure, op, value: limit } = gate;
  const isUpper = op === '<' || op === '<=';
  const { values, isCensored, missing } = readSide(runs.other, measure);
  const limits = values.map(() => limit);
  const isOneSided = op !== '==';
  const interval = isOneSided ? pairedRatio(limits, values, alpha) : null;
  const shown = { gate, bound: 1, isUpper, interval, alpha };
  const unknown = unmeasured({ values, isCensored: false, missing }, measure);
  if (unknown !== undefined) return outcomeOf(shown, 'undecided', unknown);
  if (interval !== null)
    return judgeInterval(shown, isCensored, runs, `the limit is ${describeFigure(unitOf(measure), limit)}`);
  if (values.length < 2) return tooFew(shown, values, values, Number.NaN, runs.paired);
  const kept = values.filter((value) => thresholdHolds({ stat: measure.stat, op, value: limit }, value)).length;
  const words = `${kept} of ${countOf(values.length, 'run')} keep the limit`;
  return outcomeOf(shown, kept === values.length ? 'pass' : kept === 0 ? 'fail' : 'undecided', words);
}

interface Shown {
  readonly gate: Gate;
  readonly bound: number;
  readonly isUpper: boolean;
  readonly interval: RatioInterval | null;
  readonly alpha: number;
}

/** @param isCensored the true values of NEW are above those in the interval: it can only show that an upper bound fails. */
function judgeInterval(shown: Shown, isCensored: boolean, runs: ComparedRuns, allowance: string): GateOutcome {
  const { bound, isUpper, alpha } = shown;
  const interval = shown.interval!;
  const [best, worst] = isUpper ? [interval.low, interval.high] : [interval.high, interval.low];
  const isBeyond = (ratio: number) => (isUpper ? ratio > bound : ratio < bound);
  const found =
    shown.gate.kind === 'limit'
      ? `${describeFigure(unitOf(shown.gate.measure), interval.ratio * shown.gate.value)} (${rangeOf(shown.gate, interval)})`
      : `${isCensored ? 'more than ' : ''}${describeChange(interval.ratio)} (${describeInterval(interval)})`;
  if (isBeyond(best) && (isUpper || !isCensored)) return outcomeOf(shown, 'fail', `${found}; ${allowance}`);
  if (!isBeyond(worst) && (!isUpper || !isCensored)) return outcomeOf(shown, 'pass', `${found}; ${allowance}`);
  if (isCensored) {
    const words = `${found}; ${allowance}; in some runs it fell among messages without a latency`;
    return outcomeOf(shown, 'undecided', words);
  }
  const needed = runsToShow(interval.ratio / bound - 1, interval.sd, alpha);
  const there = Math.min(runs.base.length, runs.other.length);
  const moreRuns = needed === null ? null : Math.max(1, needed - there);
  const more =
    moreRuns === null
      ? `more than ${countOf(RUNS_NEEDED_MAX, 'run')} would be needed`
      : `about ${countOf(moreRuns, 'more run')} a side would decide`;
  return outcomeOf(shown, 'undecided', `${found}; ${allowance}; ${more}`, moreRuns);
}

function rangeOf({ measure, value }: LimitGate, { low, high }: RatioInterval): string {
  return `${describeFigure(unitOf(measure), low * value)} to ${describeFigure(unitOf(measure), high * value)}`;
}

/** @param effect that has to be shown; NaN where it is not known. */
function tooFew(
  shown: Shown,
  base: readonly number[],
  other: readonly number[],
  effect: number,
  paired: boolean,
): GateOutcome {
  const { sd, isAssumed } = noiseOf(base, other);
  const needed = effect > 0 ? runsToShow(effect, sd, shown.alpha) : null;
  const noise = isAssumed ? `an assumed noise of ${formatPercent(NOISE_ASSUMED)}` : 'this noise';
  const about = needed === null ? '' : ` (about ${countOf(needed, 'run')} a side at ${noise} from run to run)`;
  const words = `one ${paired ? 'common round' : 'run'} does not show how much runs differ, so it cannot decide: use --repeat N${about}`;
  return outcomeOf(shown, 'undecided', words, needed === null ? null : Math.max(1, needed - 1));
}

function outcomeOf(
  { gate, bound, interval, alpha }: Shown,
  outcome: GateOutcome['outcome'],
  words: string,
  moreRuns: number | null = null,
): GateOutcome {
  const smallest = interval === null ? null : smallestShownEffect(interval, alpha);
  const smallestShown = smallest !== null && Number.isFinite(smallest) ? smallest : null;
  const measure = writtenMeasure(gate.measure);
  return { gate: gate.text, measure, outcome, interval, bound, smallestShown, moreRuns, words };
}

interface Side {
  /** Of a run whose value fell among messages without a latency what it is above. */
  readonly values: readonly number[];
  readonly isCensored: boolean;
  /** Runs that did not measure it. */
  readonly missing: number;
}

function readSide(runs: readonly RunRecord[], measure: Measure): Side {
  const figures = runs.map(({ figures: of }): Percentile | null => of[writtenMeasure(measure)] ?? null);
  const missing = figures.filter((figure) => figure === null).length;
  const values = figures.flatMap((figure) => (typeof figure === 'number' ? figure : (figure?.atLeast ?? [])));
  return { values: missing > 0 ? [] : values, isCensored: figures.some(isAbove), missing };
}

function isAbove(figure: Percentile | null): boolean {
  return typeof figure === 'object' && figure !== null;
}

function unmeasured({ isCensored, missing }: Side, measure: Measure): string | undefined {
  if (missing > 0) return `\`${writtenMeasure(measure)}\` was not measured in ${countOf(missing, 'run')}`;
  return isCensored ? 'in some runs of BASE it fell among messages without a latency' : undefined;
}
