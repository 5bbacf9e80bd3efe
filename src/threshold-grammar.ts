/**
 * The grammar of thresholds, the same wherever one can be written: `response_ms{scenario:atm}` names what is looked
 * at, `p(99)<250` what it must be. Reading a profile and judging a result share it, and neither imports the other.
 */
import { InputError } from './errors.ts';

/** `p` is a percentile, written `p(99)`; `probability` is written `p`. */
export type ThresholdStat = 'avg' | 'min' | 'max' | 'count' | 'rate' | 'p' | 'probability';
export type ThresholdOperator = '<' | '<=' | '>' | '>=' | '==';

export interface ThresholdExpression {
  readonly stat: ThresholdStat;
  /** The percentile, 0..100; present exactly when `stat` is `p`. */
  readonly p?: number;
  readonly op: ThresholdOperator;
  readonly value: number;
}

export interface ThresholdMetric {
  readonly metric: string;
  readonly scenario?: string;
}

interface MetricRule {
  readonly stats: readonly ThresholdStat[];
  readonly meaning: string;
  /** Known only after the records were read back. */
  readonly verification: boolean;
  /** Known only when the run is over: it cannot end one. */
  readonly atEnd?: true;
}

const LATENCY: readonly ThresholdStat[] = ['avg', 'min', 'max', 'count', 'p'];
const COUNTER: readonly ThresholdStat[] = ['count', 'rate'];

/** What a threshold can look at, and the statistics that have a meaning there. */
export const THRESHOLD_METRICS: Readonly<Record<string, MetricRule>> = {
  response_ms: { stats: LATENCY, meaning: 'acknowledged − intended, milliseconds', verification: false },
  service_ms: { stats: LATENCY, meaning: 'acknowledged − sent, milliseconds', verification: false },
  schedule_lag_ms: { stats: LATENCY, meaning: 'sent − intended, milliseconds', verification: false },
  failed: { stats: COUNTER, meaning: 'failed messages; rate is their share of the sent ones', verification: false },
  achieved: { stats: ['rate'], meaning: 'achieved ÷ planned rate', verification: false },
  throughput: { stats: COUNTER, meaning: 'acknowledged messages; rate is per second', verification: false },
  weights: {
    stats: ['probability'],
    meaning:
      'χ² of the weighted fields over the acknowledged records: p is how likely a fit this bad or worse is by chance',
    verification: false,
    atEnd: true,
  },
  end_to_end_ms: { stats: LATENCY, meaning: 'consumed − intended, milliseconds', verification: true },
  lost: { stats: COUNTER, meaning: 'acknowledged messages that are not in the log', verification: true },
  duplicated: { stats: COUNTER, meaning: 'messages that are in the log more than once', verification: true },
  out_of_order: { stats: COUNTER, meaning: 'messages behind a later one of their key', verification: true },
};

const EXPRESSION = /^\s*(?:(avg|min|max|count|rate|p)|p\(\s*([0-9.]+)\s*\))\s*(<=|>=|==|<|>)\s*(\S+)\s*$/;
const METRIC = /^\s*([a-z_]+)\s*(?:\{\s*scenario\s*:\s*([^{}]+?)\s*\})?\s*$/;

/** As it is written in an expression. */
export function writtenStat(stat: ThresholdStat): string {
  if (stat === 'probability') return 'p';
  return stat === 'p' ? 'p(N)' : stat;
}

/**
 * `p(99)<250`, `rate<0.001`, `p>0.001`, … → its parts.
 * @throws InputError when the text is none of `avg min max count rate p(N) p`, a comparison and a number.
 */
export function parseThreshold(expression: string): ThresholdExpression {
  const parts = EXPRESSION.exec(expression);
  const value = Number(parts?.[4]);
  const op = parts?.[3] as ThresholdOperator;
  if (parts === null || !Number.isFinite(value)) {
    const hint = 'avg, min, max, count, rate, p(N) or p, then < <= > >= or ==, then a number, as in p(99)<250';
    throw new InputError([{ message: `\`${expression}\` is not a threshold`, hint }]);
  }
  if (parts[1] !== undefined)
    return { stat: parts[1] === 'p' ? 'probability' : (parts[1] as ThresholdStat), op, value };
  const p = Number(parts[2]);
  if (!(p >= 0 && p <= 100)) {
    throw new InputError([
      { message: `\`${expression}\`: a percentile lies between 0 and 100`, hint: 'e.g. p(99.9)<1000' },
    ]);
  }
  return { stat: 'p', p, op, value };
}

/**
 * `response_ms{scenario:atm}` → its parts; whether such a metric exists is for `THRESHOLD_METRICS` to say.
 * @throws InputError when the text is not a metric name with an optional `{scenario:NAME}`.
 */
export function parseThresholdMetric(text: string): ThresholdMetric {
  const parts = METRIC.exec(text);
  if (parts === null) {
    throw new InputError([
      { message: `\`${text}\` is not a metric`, hint: 'e.g. response_ms or response_ms{scenario:atm}' },
    ]);
  }
  const metric = parts[1]!;
  return parts[2] === undefined ? { metric } : { metric, scenario: parts[2] };
}

/** Whether `actual` keeps what the expression promises; NaN (nothing measured) never does. */
export function thresholdHolds(expression: ThresholdExpression, actual: number): boolean {
  switch (expression.op) {
    case '<':
      return actual < expression.value;
    case '<=':
      return actual <= expression.value;
    case '>':
      return actual > expression.value;
    case '>=':
      return actual >= expression.value;
    case '==':
      return actual === expression.value;
  }
}
