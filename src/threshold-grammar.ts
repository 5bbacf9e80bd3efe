/**
 * What can be measured of a run and the words for it: `response_ms{scenario:atm}` names what is looked at, `p(99)` a
 * statistic, `<250` what it must be. Profiles keep the first apart from the rest; objective-grammar.ts reads them on one
 * line.
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

/** `x` is a ratio; a `count` is of messages, whatever its metric. */
export type MetricUnit = 'ms' | '/s' | 'µs' | 'B' | 'x' | 'share' | 'messages' | 'probability';

interface MetricRule {
  readonly stats: readonly ThresholdStat[];
  readonly meaning: string;
  readonly better: 'lower' | 'higher';
  readonly unit: MetricUnit;
  /** The one that is meant where none is written. */
  readonly defaultStat?: ThresholdStat;
  /** Known only after the records were read back and checked. */
  readonly verification: boolean;
  /** Known only where a consumer group reads. */
  readonly reading?: true;
  /** Known only when the run is over: it cannot end one. */
  readonly atEnd?: true;
  /** Not known by scenario: they share the process and its connections. */
  readonly wholeRun?: true;
}

const LATENCY = {
  stats: ['avg', 'min', 'max', 'count', 'p'],
  better: 'lower',
  unit: 'ms',
  verification: false,
} as const;
const COUNTER = ['count', 'rate'] as const;
const COST = { stats: ['avg'], defaultStat: 'avg', verification: false, atEnd: true, wholeRun: true } as const;
const SHARE = { stats: COUNTER, better: 'lower', unit: 'share', defaultStat: 'rate' } as const;
const CHECKED = { ...SHARE, verification: true, atEnd: true } as const;

/** What a threshold can look at, and the statistics that have a meaning there. */
export const THRESHOLD_METRICS: Readonly<Record<string, MetricRule>> = {
  response_ms: { ...LATENCY, meaning: 'acknowledged − intended, milliseconds' },
  service_ms: { ...LATENCY, meaning: 'acknowledged − sent, milliseconds' },
  schedule_lag_ms: { ...LATENCY, meaning: 'sent − intended, milliseconds' },
  failed: {
    ...SHARE,
    meaning: 'failed messages; rate is their share of the sent ones',
    verification: false,
  },
  achieved: {
    stats: ['rate'],
    meaning: 'achieved ÷ planned rate',
    better: 'higher',
    unit: 'share',
    defaultStat: 'rate',
    verification: false,
  },
  throughput: {
    stats: COUNTER,
    meaning: 'acknowledged messages; rate is per second',
    better: 'higher',
    unit: '/s',
    defaultStat: 'rate',
    verification: false,
  },
  cpu_us: {
    ...COST,
    meaning: 'CPU time of the client per acknowledged message, microseconds (= CPU seconds per million)',
    better: 'lower',
    unit: 'µs',
  },
  wire_bytes: {
    ...COST,
    meaning: 'bytes of record batches per acknowledged message: compressed, as brokers store them',
    better: 'lower',
    unit: 'B',
  },
  compression_ratio: {
    ...COST,
    meaning: 'bytes of payloads and keys ÷ bytes of record batches',
    better: 'higher',
    unit: 'x',
  },
  weights: {
    stats: ['probability'],
    meaning:
      'χ² of the weighted fields over the acknowledged records: p is how likely a fit this bad or worse is by chance',
    better: 'higher',
    unit: 'probability',
    defaultStat: 'probability',
    verification: false,
    atEnd: true,
  },
  end_to_end_ms: { ...LATENCY, meaning: 'consumed − intended, milliseconds; of all consumer groups', reading: true },
  consumer_lag: {
    stats: ['max'],
    meaning: 'log end offset − position of a consumer group, the worst second of the worst group',
    better: 'lower',
    unit: 'messages',
    defaultStat: 'max',
    verification: false,
    reading: true,
    wholeRun: true,
  },
  lost: {
    ...CHECKED,
    meaning: 'acknowledged messages that are not in the log; rate is their share of those that must be',
  },
  duplicated: {
    ...CHECKED,
    meaning: 'records beyond the first one of their message; rate is their share of those read',
  },
  out_of_order: { ...CHECKED, meaning: 'records behind a later one of their producer, partition and key' },
  corrupted: { ...CHECKED, meaning: 'records whose bytes are not those that were sent' },
};

/** The rule of a metric by its name; undefined where there is none. */
export function metricRule(metric: string): MetricRule | undefined {
  return Object.hasOwn(THRESHOLD_METRICS, metric) ? THRESHOLD_METRICS[metric] : undefined;
}

/** As it is written in an expression. */
export function writtenStat(stat: ThresholdStat): string {
  if (stat === 'probability') return 'p';
  return stat === 'p' ? 'p(N)' : stat;
}

/** `response_ms{scenario:atm}` */
export function writtenMetric({ metric, scenario }: ThresholdMetric): string {
  return scenario === undefined ? metric : `${metric}{scenario:${scenario}}`;
}

/** A text and how far it has been read. */
export interface Cursor {
  readonly text: string;
  at: number;
}

/** What does not belong at `at`; whoever began reading makes an InputError of it. */
export class GrammarFault extends Error {
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

/** The sticky pattern's match behind white space, and past it; null, without moving past the white space, if none. */
export function take(cursor: Cursor, pattern: RegExp): RegExpExecArray | null {
  while (/\s/.test(cursor.text[cursor.at] ?? '')) cursor.at++;
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text);
  if (found !== null) cursor.at = pattern.lastIndex;
  return found;
}

/** @throws GrammarFault */
export function readMetric(cursor: Cursor): ThresholdMetric {
  const metric = take(cursor, /[A-Za-z_][A-Za-z_0-9]*/y)?.[0];
  if (metric === undefined) throw new GrammarFault(cursor.at, 'expected a metric');
  if (take(cursor, /\{/y) === null) return { metric };
  const scenario = take(cursor, /scenario\s*:\s*([^{}]+?)\s*\}/y)?.[1];
  if (scenario === undefined) throw new GrammarFault(cursor.at, 'expected `scenario:NAME}`');
  return { metric, scenario };
}

export interface WrittenStat {
  readonly stat: ThresholdStat;
  readonly p?: number;
}

/** @throws GrammarFault */
export function readStat(cursor: Cursor, expected: string): WrittenStat {
  const parts = take(cursor, /(avg|min|max|count|rate|p)(?![A-Za-z_0-9(]|\s*\()|p\s*\(\s*([0-9.]+)\s*\)/y);
  if (parts === null) throw new GrammarFault(cursor.at, `expected ${expected}`);
  if (parts[1] !== undefined) return { stat: parts[1] === 'p' ? 'probability' : (parts[1] as ThresholdStat) };
  const p = Number(parts[2]);
  if (!(p >= 0 && p <= 100)) throw new GrammarFault(parts.index, PERCENTILE_RANGE);
  return { stat: 'p', p };
}

const PERCENTILE_RANGE = 'a percentile lies between 0 and 100';

/** Undefined, and nothing read, where no comparison is written. @throws GrammarFault */
export function readComparison(cursor: Cursor): Pick<ThresholdExpression, 'op' | 'value'> | undefined {
  const op = take(cursor, /<=|>=|==|<|>/y)?.[0] as ThresholdOperator | undefined;
  return op && { op, value: readNumber(cursor) };
}

/** @throws GrammarFault */
export function readNumber(cursor: Cursor): number {
  const value = Number(take(cursor, /[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/y)?.[0]);
  if (!Number.isFinite(value)) throw new GrammarFault(cursor.at, 'expected a number');
  return value;
}

/** @throws GrammarFault when there is more than white space left. */
export function readEnd(cursor: Cursor, expected = 'nothing more'): void {
  if (take(cursor, /$/y) === null) throw new GrammarFault(cursor.at, `expected ${expected}`);
}

/**
 * `p(99)<250`, `rate<0.001`, `p>0.001`, … → its parts.
 * @throws InputError when the text is none of `avg min max count rate p(N) p`, a comparison and a number.
 */
export function parseThreshold(expression: string): ThresholdExpression {
  return parseOr(expression, 'threshold', EXPRESSION_HINT, (cursor) => {
    const stat = readStat(cursor, 'a statistic');
    const comparison = readComparison(cursor);
    if (comparison === undefined) throw new GrammarFault(cursor.at, 'expected a comparison');
    return { ...stat, ...comparison };
  });
}

const EXPRESSION_HINT = 'avg, min, max, count, rate, p(N) or p, then < <= > >= or ==, then a number, as in p(99)<250';

/**
 * `response_ms{scenario:atm}` → its parts; whether such a metric exists is for `THRESHOLD_METRICS` to say.
 * @throws InputError when the text is not a metric name with an optional `{scenario:NAME}`.
 */
export function parseThresholdMetric(text: string): ThresholdMetric {
  return parseOr(text, 'metric', 'e.g. response_ms or response_ms{scenario:atm}', readMetric);
}

/** Profiles have a line for each: a mark under the column would be more than it takes to see it. */
function parseOr<T>(text: string, what: string, hint: string, read: (cursor: Cursor) => T): T {
  const cursor = { text, at: 0 };
  try {
    const parsed = read(cursor);
    readEnd(cursor);
    return parsed;
  } catch (error) {
    if (!(error instanceof GrammarFault)) throw error;
    const isRange = error.message === PERCENTILE_RANGE;
    const message = isRange ? `\`${text}\`: ${PERCENTILE_RANGE}` : `\`${text}\` is not a ${what}`;
    throw new InputError([{ message, hint: isRange ? 'e.g. p(99.9)<1000' : hint }]);
  }
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
