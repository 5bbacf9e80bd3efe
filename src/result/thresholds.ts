/** Judging thresholds, at the end and, for those that abort, while the run goes on. */

import type { ThresholdSpec } from '../profile/profile.ts';
import {
  type FlatHistogram,
  maximum,
  mean,
  minimum,
  type Percentile,
  percentile,
  totalCount,
} from '../recorder/histogram.ts';
import {
  metricRule,
  parseThreshold,
  type ThresholdExpression,
  thresholdHolds,
  writtenMetric,
} from '../threshold-grammar.ts';
import { US_PER_MS } from '../units.ts';
import type { MessageCost } from './message-cost.ts';
import type { ThresholdOutcome, WeightsFit } from './result.ts';

/** What thresholds look at: of one scenario or of all, at the end or so far. Histograms in µs. */
export interface ThresholdInputs {
  readonly response: FlatHistogram;
  readonly service: FlatHistogram;
  readonly scheduleLag: FlatHistogram;
  readonly sent: number;
  readonly acked: number;
  /** Not acknowledged: failed and, at the end, unresolved. They rank above every acknowledged message. */
  readonly notAcked: number;
  readonly achievedPerSec: number;
  /** Null in a closed loop. */
  readonly targetPerSec: number | null;
  /** Known at the end only, and only where a threshold asks. */
  readonly weights?: readonly WeightsFit[];
  /** Known at the end only, of the whole run. */
  readonly cost?: MessageCost;
  /** Where a consumer group reads: consumed − intended, of all groups. */
  readonly endToEnd?: FlatHistogram;
  /** Likewise: of the worst group; absent where the cluster did not answer. */
  readonly consumerLagMax?: number;
  /** Known at the end only; absent where nothing was verified, or verification was refused. */
  readonly verified?: Readonly<Record<VerifiedCount | 'expected' | 'consumed', number>>;
}

type VerifiedCount = 'lost' | 'duplicated' | 'outOfOrder' | 'corrupted';

/** Inputs of a scenario, or of all of them when undefined; undefined when there is no such scenario. */
export type ThresholdInputsOf = (scenario: string | undefined) => ThresholdInputs | undefined;

/** Every threshold's value and whether it holds. */
export function judgeThresholds(thresholds: readonly ThresholdSpec[], inputsOf: ThresholdInputsOf): ThresholdOutcome[] {
  return thresholds.map((threshold) => judge(threshold, inputsOf));
}

/** Those `abortOnFail` thresholds that are breached by now, `delayAbortEval` after run start; evaluated once a second. */
export function breachedThresholds(
  thresholds: readonly ThresholdSpec[],
  inputsOf: ThresholdInputsOf,
  elapsedNs: number,
): ThresholdOutcome[] {
  const due = thresholds.filter(({ abortOnFail, delayAbortEvalNs }) => abortOnFail && elapsedNs >= delayAbortEvalNs);
  // Nothing measured yet is not a breach while the run goes on; at the end it is.
  return judgeThresholds(due, inputsOf).filter(({ ok, value }) => ok === false && value !== null);
}

/** `response_ms p(99)<250 is 312.4` for messages. */
export function describeOutcome({ metric, expression, value, worst }: ThresholdOutcome): string {
  const actual = value === null ? 'not measured' : formatThresholdValue(value);
  return `${metric} ${expression} is ${actual}${worst === undefined ? '' : `: ${describeFit(worst)}`}`;
}

export function formatThresholdValue(value: Percentile): string {
  return typeof value === 'number' ? round(value) : `> ${round(value.atLeast)}`;
}

function describeFit({ scenario, field, chiSquare }: WeightsFit): string {
  return `${field} of ${scenario}, χ² ${round(chiSquare)}`;
}

function judge(threshold: ThresholdSpec, inputsOf: ThresholdInputsOf): ThresholdOutcome {
  const metric = writtenMetric(threshold);
  const { expression } = threshold;
  const inputs = inputsOf(threshold.scenario);
  if (metricRule(threshold.metric)?.verification && inputs?.verified === undefined) {
    return { metric, expression, value: null, ok: null };
  }
  const parsed = parseThreshold(expression);
  const value = inputs === undefined ? null : measure(threshold.metric, parsed, inputs);
  const worst = threshold.metric === 'weights' ? worstFit(inputs?.weights) : undefined;
  return { metric, expression, value, ok: holds(parsed, value), ...(worst !== undefined && { worst }) };
}

/** Among censored messages the value is unknown but above `atLeast`: it can only satisfy a lower bound. */
function holds(expression: ThresholdExpression, value: Percentile | null): boolean {
  if (value === null) return false;
  if (typeof value === 'number') return thresholdHolds(expression, value);
  const isLowerBound = expression.op === '>' || expression.op === '>=';
  return isLowerBound && thresholdHolds(expression, value.atLeast);
}

/** Null where it was not measured. */
export function measure(
  metric: string,
  { stat, p }: Pick<ThresholdExpression, 'stat' | 'p'>,
  inputs: ThresholdInputs,
): Percentile | null {
  switch (metric) {
    case 'response_ms':
      return latencyMs(inputs.response, inputs.notAcked, stat, p);
    case 'service_ms':
      return latencyMs(inputs.service, inputs.notAcked, stat, p);
    case 'schedule_lag_ms':
      return latencyMs(inputs.scheduleLag, 0, stat, p);
    case 'failed':
      if (stat === 'count') return inputs.notAcked;
      return inputs.sent === 0 ? null : inputs.notAcked / inputs.sent;
    case 'achieved':
      return inputs.targetPerSec === null || inputs.targetPerSec === 0
        ? null
        : inputs.achievedPerSec / inputs.targetPerSec;
    case 'throughput':
      return stat === 'count' ? inputs.acked : inputs.achievedPerSec;
    case 'cpu_us':
      return inputs.cost?.cpuUs ?? null;
    case 'wire_bytes':
      return inputs.cost?.wireBytes ?? null;
    case 'compression_ratio':
      return inputs.cost?.compressionRatio ?? null;
    case 'weights':
      return probability(inputs.weights);
    case 'end_to_end_ms':
      return inputs.endToEnd === undefined ? null : latencyMs(inputs.endToEnd, 0, stat, p);
    case 'consumer_lag':
      return inputs.consumerLagMax ?? null;
    case 'lost':
      return verifiedValue(inputs.verified, 'lost', 'expected', stat);
    case 'duplicated':
      return verifiedValue(inputs.verified, 'duplicated', 'consumed', stat);
    case 'out_of_order':
      return verifiedValue(inputs.verified, 'outOfOrder', 'consumed', stat);
    case 'corrupted':
      return verifiedValue(inputs.verified, 'corrupted', 'consumed', stat);
    default:
      return null;
  }
}

function verifiedValue(
  verified: ThresholdInputs['verified'],
  count: VerifiedCount,
  of: 'expected' | 'consumed',
  stat: ThresholdExpression['stat'],
): number | null {
  if (verified === undefined) return null;
  if (stat === 'count') return verified[count];
  return verified[of] === 0 ? 0 : verified[count] / verified[of];
}

/**
 * That the worst of n fields fits no better is at most n times as likely as that one of them does (Bonferroni): so
 * `p>0.001` is breached by chance once in a thousand runs, however many fields there are.
 */
function probability(fits: readonly WeightsFit[] | undefined): number | null {
  const worst = worstFit(fits);
  return worst === undefined ? null : Math.min(1, worst.p * fits!.length);
}

function worstFit(fits: readonly WeightsFit[] | undefined): WeightsFit | undefined {
  return fits?.reduce<WeightsFit | undefined>((worst, fit) => (worst && worst.p <= fit.p ? worst : fit), undefined);
}

function latencyMs(
  cells: FlatHistogram,
  censored: number,
  stat: ThresholdExpression['stat'],
  p: number | undefined,
): Percentile | null {
  switch (stat) {
    case 'avg':
      return inMs(mean(cells));
    case 'min':
      return inMs(minimum(cells));
    case 'max':
      return inMs(censored > 0 ? { atLeast: maximum(cells) ?? 0 } : maximum(cells));
    case 'count':
      return totalCount(cells);
    case 'p':
      return inMs(percentile(cells, p ?? 100, censored));
    case 'rate':
    case 'probability':
      return null;
  }
}

export function inMs(us: Percentile | null): Percentile | null {
  if (us === null) return null;
  return typeof us === 'number' ? us / US_PER_MS : { atLeast: us.atLeast / US_PER_MS };
}

function round(value: number): string {
  return String(Math.abs(value) >= 1_000 ? Math.round(value) : Number(value.toPrecision(6)));
}
