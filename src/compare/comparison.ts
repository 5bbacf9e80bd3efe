/** Two sets of runs compared: whether they may be, each measure, the distribution, the gates, the exit code. */
import { EXIT, type ExitCode, InputError } from '../errors.ts';
import type { Gate, Measure } from '../objective-grammar.ts';
import { type FlatHistogram, percentile, totalCount } from '../recorder/histogram.ts';
import { decodeHistogram } from '../result/hdr.ts';
import {
  type DistributionShift,
  distributionShift,
  MESSAGES_ABOVE_MIN,
  type RunPercentiles,
  SHIFT_PERCENTILES,
} from '../statistics/distribution-shift.ts';
import { ALPHA } from '../statistics/ratio.ts';
import { countOf, formatCount } from '../units.ts';
import { describeChange } from './change-words.ts';
import { caveats, differences } from './comparability.ts';
import { type GateOutcome, judgeGates } from './gates.ts';
import {
  type ComparedRuns,
  type ComparisonVerdict,
  compareMeasures,
  type MeasureComparison,
} from './measure-comparison.ts';
import { type RunIdentityFacts, type RunRecord, type RunSet, STANDARD_MEASURES, usable } from './run-record.ts';

export const COMPARISON_VERSION = 1;

export interface CompareOptions {
  readonly gates?: readonly Gate[];
  /** STANDARD_MEASURES by default. */
  readonly measures?: readonly Measure[];
  /** Also where the sets are not comparable. */
  readonly force?: boolean;
  /** By default that of the experiments they are of, else 0.05. */
  readonly alpha?: number;
}

export interface Comparison {
  readonly version: typeof COMPARISON_VERSION;
  readonly verdict: ComparisonVerdict;
  /** What follows from all of it, a sentence. */
  readonly words: string;
  readonly exitCode: ExitCode;
  readonly base: SetSummary;
  readonly other: SetSummary;
  readonly paired: boolean;
  readonly alpha: number;
  readonly comparable: { readonly ok: boolean; readonly reasons: readonly string[]; readonly forced: boolean };
  readonly gates: readonly GateOutcome[];
  readonly measures: readonly MeasureComparison[];
  /** Of response; null for fewer than two runs on a side, or where nothing was compared. */
  readonly distribution: (DistributionShift & { readonly words: string }) | null;
  readonly notes: readonly string[];
}

export interface SetSummary {
  readonly label: string;
  readonly kind: RunSet['kind'];
  readonly experiment?: string;
  readonly factors?: Readonly<Record<string, string>>;
  /** Those that count. */
  readonly runs: number;
  /** Those that do not, and why. */
  readonly excluded: readonly { readonly path: string; readonly status: string; readonly reason: string }[];
  /** Of the first that counts. */
  readonly identity: RunIdentityFacts | null;
}

export function compareSets(base: RunSet, other: RunSet, options: CompareOptions = {}): Comparison {
  const { gates = [], measures = STANDARD_MEASURES, force = false } = options;
  const ofLooks = Math.min(base.alpha ?? ALPHA, other.alpha ?? ALPHA);
  const { alpha = ofLooks } = options;
  const { runs, alone, repeated } = pairRuns(base, other);
  const missing = missingRuns(base, other, runs);
  const reasons = [...missing, ...differences(base, other)];
  const isComparable = reasons.length === 0;
  const isCompared = missing.length === 0 && (isComparable || force);
  const compared = isCompared ? compareMeasures(measures, runs, alpha) : [];
  const judged = isCompared ? judgeGates(gates, runs, alpha) : [];
  const [before, after] = [summaryOf(base), summaryOf(other)];
  const invalid = before.excluded.length + after.excluded.length;
  const verdict = isCompared ? overall(compared) : 'not-comparable';
  return {
    version: COMPARISON_VERSION,
    verdict,
    words: describe(verdict, { compared, judged, reasons: isCompared ? [] : reasons, invalid, paired: runs.paired }),
    exitCode: exitCodeFor({ isComparable, isCompared, isEmpty: missing.length > 0, invalid, gates: judged, verdict }),
    base: before,
    other: after,
    paired: runs.paired,
    alpha,
    comparable: { ok: isComparable, reasons, forced: force && !isComparable && isCompared },
    gates: judged,
    measures: compared,
    distribution: isCompared ? shiftOf(runs, [base.label, other.label], alpha) : null,
    notes: [
      ...(alone === 0 ? [] : [`${countOf(alone, 'run')} without a partner in the same round left out`]),
      ...(repeated === 0 ? [] : [`${countOf(repeated, 'pair')} with a run repeated after the last round left out`]),
      ...(options.alpha === undefined && alpha < ALPHA ? [lookWords(alpha)] : []),
      ...(isCompared ? caveats(base, other) : []),
    ],
  };
}

function missingRuns(base: RunSet, other: RunSet, runs: ComparedRuns): string[] {
  const empty = [base, other].filter((set) => usable(set).length === 0);
  if (empty.length > 0) return empty.map(({ label }) => `${label} has no run that counts`);
  return runs.base.length > 0
    ? []
    : [`${base.label} and ${other.label} have no round in which both have a run to pair`];
}

function lookWords(alpha: number): string {
  const level = formatCount(100 * (1 - alpha), 2);
  return `at ${level} %, the level of each look of --repeat auto: together they keep ${100 * (1 - ALPHA)} %`;
}

interface PairedRuns {
  readonly runs: ComparedRuns;
  /** Whose round the other side has no run of that counts. */
  readonly alone: number;
  /** Pairs with a run that was repeated. */
  readonly repeated: number;
}

/**
 * Of one experiment by round, which cancels what slowed a round; else all against all. A run that was repeated after the
 * last round is in no pair: under a trend such pairs show differences of equal cells (docs/statistics.md).
 */
export function pairRuns(base: RunSet, other: RunSet): PairedRuns {
  const [before, after] = [usable(base), usable(other)];
  if (base.experiment === undefined || base.experiment !== other.experiment) {
    return { runs: { base: before, other: after, paired: false }, alone: 0, repeated: 0 };
  }
  const partners = new Map(after.map((run) => [run.round, run]));
  const common = before.flatMap((run): [RunRecord, RunRecord][] => {
    const partner = partners.get(run.round);
    return run.round === null || partner === undefined ? [] : [[run, partner]];
  });
  const pairs = common.filter((pair) => pair.every(({ attempt }) => attempt === 1));
  return {
    runs: { base: pairs.map(([run]) => run), other: pairs.map(([, run]) => run), paired: true },
    alone: before.length + after.length - 2 * common.length,
    repeated: common.length - pairs.length,
  };
}

/** One that got worse decides, whatever got better: the words name both. */
function overall(measures: readonly MeasureComparison[]): ComparisonVerdict {
  const order: readonly ComparisonVerdict[] = ['worse', 'better', 'too-noisy', 'no-difference-shown'];
  return order.find((verdict) => measures.some((each) => each.verdict === verdict)) ?? 'not-comparable';
}

interface ExitFacts {
  readonly isComparable: boolean;
  readonly isCompared: boolean;
  readonly isEmpty: boolean;
  readonly invalid: number;
  readonly gates: readonly GateOutcome[];
  readonly verdict: ComparisonVerdict;
}

/** As for runs, the first of 2, 3, 99, 0; but one gate that failed decides, whatever the others leave open. Without gates the verdict counts. */
function exitCodeFor({ isComparable, isCompared, isEmpty, invalid, gates, verdict }: ExitFacts): ExitCode {
  if (!isComparable && !isCompared && !isEmpty) return EXIT.badInput;
  if (invalid > 0 || isEmpty) return EXIT.invalidMeasurement;
  if (gates.some(({ outcome }) => outcome === 'fail')) return EXIT.thresholdFailed;
  const isOpen = gates.length === 0 ? verdict === 'too-noisy' : gates.some(({ outcome }) => outcome === 'undecided');
  return isOpen ? EXIT.invalidMeasurement : EXIT.ok;
}

const ONE_RUN = 'too noisy: one run does not show how much runs differ';
const ONE_ROUND = 'too noisy: one common round does not show how much its ratio differs from that of another';

interface Found {
  readonly compared: readonly MeasureComparison[];
  readonly judged: readonly GateOutcome[];
  readonly reasons: readonly string[];
  readonly invalid: number;
  readonly paired: boolean;
}

function describe(verdict: ComparisonVerdict, { compared, judged, reasons, invalid, paired }: Found): string {
  const named = (wanted: ComparisonVerdict) =>
    compared.filter((each) => each.verdict === wanted).map(({ measure }) => measure);
  const list = (label: string, names: readonly string[]) =>
    names.length === 0 ? [] : [`${label} ${names.join(', ')}`];
  const gates = (wanted: GateOutcome['outcome'], word: string) => {
    const count = judged.filter(({ outcome }) => outcome === wanted).length;
    return count === 0 ? [] : [`${countOf(count, 'gate')} ${word}`];
  };
  const isSingle = compared.some(({ base, other }) => base?.n === 1 || other?.n === 1);
  if (reasons.length > 0) return `not comparable: ${reasons.join('; ')}`;
  return [
    ...gates('fail', 'failed'),
    ...gates('undecided', 'undecided'),
    ...gates('pass', 'passed'),
    ...list('worse:', named('worse')),
    ...list('better:', named('better')),
    ...(verdict === 'too-noisy' || verdict === 'no-difference-shown'
      ? [isSingle ? (paired ? ONE_ROUND : ONE_RUN) : 'no difference shown']
      : []),
    ...(isSingle ? [] : list('too noisy:', named('too-noisy'))),
    ...(verdict === 'not-comparable' ? ['no measure can be compared'] : []),
    ...(invalid === 0 ? [] : [`${countOf(invalid, 'run')} left out as invalid or failed`]),
  ].join('; ');
}

function summaryOf(set: RunSet): SetSummary {
  const { label, kind, experiment, factors, runs } = set;
  const counted = usable(set);
  return {
    label,
    kind,
    ...(experiment !== undefined && { experiment }),
    ...(factors !== undefined && { factors }),
    runs: counted.length,
    excluded: runs.flatMap(({ path, status, reason = '' }) => (status === 'ok' ? [] : [{ path, status, reason }])),
    identity: counted[0]?.identity ?? null,
  };
}

function shiftOf(
  { base, other, paired }: ComparedRuns,
  labels: readonly [string, string],
  alpha: number,
): Comparison['distribution'] {
  if (base.length < 2 || other.length < 2) return null;
  const shift = distributionShift(
    base.map((run) => percentilesOf(run, labels[0])),
    other.map((run) => percentilesOf(run, labels[1])),
    { paired, alpha },
  );
  return { ...shift, words: describeShift(shift) };
}

/** The runs of a baseline are compared with those of every cell. */
const decoded = new WeakMap<RunRecord, RunPercentiles>();

function percentilesOf(run: RunRecord, label: string): RunPercentiles {
  const known = decoded.get(run) ?? decodePercentiles(run, label);
  decoded.set(run, known);
  return known;
}

function decodePercentiles({ response, histograms, path }: RunRecord, label: string): RunPercentiles {
  let cells: FlatHistogram;
  try {
    cells = decodeHistogram(histograms.response, response!);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const hint = 'it was edited by hand, or cut short';
    const place = path.startsWith(label) ? path : `${label}: ${path}`;
    throw new InputError([{ place, path: 'histograms.response', message: error.message, hint }]);
  }
  const { censored } = response!;
  const messages = totalCount(cells) + censored;
  return SHIFT_PERCENTILES.map((p) => {
    const value = messages * (1 - p / 100) < MESSAGES_ABOVE_MIN ? null : percentile(cells, p, censored);
    return typeof value === 'number' ? value : null;
  });
}

function describeShift({ part, percentiles }: DistributionShift): string {
  const moved = percentiles.filter((each) => each.moved).map(({ p, ratio }) => `p${p} ${describeChange(ratio)}`);
  if (part === 'none shown') return 'no part of the response distribution is shown to have moved';
  const which = part === 'both' ? 'body and tail of the response distribution moved' : PART_WORDS[part];
  return `${which}: ${moved.join(', ')}`;
}

const PART_WORDS = {
  body: 'the body of the response distribution moved, its tail not shown to',
  tail: 'the tail of the response distribution moved, its body not shown to',
} as const;
