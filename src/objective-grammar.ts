/**
 * What is asked of runs, on one line, in the words of thresholds: a measure (`response_ms p(99)`), an objective
 * (`response_ms p(99)<50`), a gate, which may allow a change instead (`response_ms p(99) +10%`), and a goal
 * (`response_ms p(99)<50, then throughput`). What cannot be read is shown with the place marked.
 */
import { InputError } from './errors.ts';
import { suggest } from './nearest.ts';
import {
  type Cursor,
  GrammarFault,
  type MetricUnit,
  metricRule,
  readComparison,
  readEnd,
  readMetric,
  readNumber,
  readStat,
  THRESHOLD_METRICS,
  type ThresholdMetric,
  type ThresholdOperator,
  type ThresholdStat,
  take,
  type WrittenStat,
  writtenMetric,
  writtenStat,
} from './threshold-grammar.ts';

export interface Measure extends ThresholdMetric {
  readonly stat: ThresholdStat;
  /** The percentile, 0..100; present exactly when `stat` is `p`. */
  readonly p?: number;
}

export interface Objective {
  readonly measure: Measure;
  readonly op: ThresholdOperator;
  /** In the metric's unit. */
  readonly value: number;
  readonly text: string;
}

/** The change that is allowed, as a fraction, +0.10 or −0.05; or an objective. */
export type Gate =
  | { readonly kind: 'change'; readonly measure: Measure; readonly allowed: number; readonly text: string }
  | ({ readonly kind: 'limit' } & Objective);

/** What must hold, then what is to be as good as possible, the first before the second. */
export interface Goal {
  readonly constraints: readonly Objective[];
  readonly optimize: readonly Measure[];
  readonly text: string;
}

/** @param place where the text was written, e.g. `--slo`, for the message. @throws InputError */
export function parseMeasure(text: string, place?: string): Measure {
  return parse(text, place, 'nothing behind the statistic', readMeasure);
}

/** @throws InputError */
export function parseObjective(text: string, place?: string): Objective {
  return parse(text, place, 'nothing behind the number', (cursor) => {
    const measure = readMeasure(cursor);
    const comparison = readComparison(cursor);
    if (comparison === undefined) throw new GrammarFault(cursor.at, `expected ${COMPARISON}`);
    return { measure, ...comparison, text: text.trim() };
  });
}

/** @throws InputError */
export function parseGate(text: string, place?: string): Gate {
  return parse(text, place, 'nothing behind the limit', (cursor): Gate => {
    const measure = readMeasure(cursor);
    const comparison = readComparison(cursor);
    if (comparison !== undefined) return { kind: 'limit', measure, ...comparison, text: text.trim() };
    return { kind: 'change', measure, allowed: readChange(cursor), text: text.trim() };
  });
}

/** @throws InputError */
export function parseGoal(text: string, place?: string): Goal {
  return parse(text, place, '`,` between the parts of a goal', (cursor) => {
    const constraints: Objective[] = [];
    const optimize: Measure[] = [];
    do {
      const isTarget = take(cursor, /then\b/y) !== null;
      const from = cursor.at;
      const measure = readMeasure(cursor);
      const behind = cursor.at;
      const comparison = readComparison(cursor);
      if (comparison === undefined) optimize.push(measure);
      else if (isTarget) throw new GrammarFault(behind, 'behind `then` stands a measure without a comparison');
      else if (optimize.length > 0) throw new GrammarFault(from, 'limits come before what is optimized');
      else constraints.push({ measure, ...comparison, text: text.slice(from, cursor.at).trim() });
    } while (take(cursor, /,/y) !== null);
    if (optimize.length === 0) {
      readEnd(cursor, '`,` between the parts of a goal');
      throw new GrammarFault(cursor.at, 'expected what to optimize, e.g. `, then throughput`');
    }
    return { constraints, optimize, text: text.trim() };
  });
}

/** As it is written: `response_ms{scenario:atm} p(99)`, `throughput`. Equal measures are written alike. */
export function writtenMeasure(measure: Measure): string {
  const { stat, p } = measure;
  if (metricRule(measure.metric)?.defaultStat === stat) return writtenMetric(measure);
  return `${writtenMetric(measure)} ${stat === 'p' ? `p(${p})` : writtenStat(stat)}`;
}

export function isBetterHigher({ metric, stat }: Measure): boolean {
  const rule = metricRule(metric);
  // Of a latency it is how many were acknowledged.
  if (stat === 'count' && rule?.unit === 'ms') return true;
  return rule?.better === 'higher';
}

export function unitOf({ metric, stat }: Measure): MetricUnit {
  return stat === 'count' ? 'messages' : metricRule(metric)!.unit;
}

const COMPARISON = 'a comparison, e.g. `<50`';

function readMeasure(cursor: Cursor): Measure {
  const at = startOfNext(cursor);
  const metric = readMetric(cursor);
  const rule = metricRule(metric.metric);
  if (rule === undefined) {
    const names = Object.entries(THRESHOLD_METRICS).flatMap(([name, each]) => (each.verification ? [] : [name]));
    const hint = suggest(metric.metric, names);
    throw new GrammarFault(at, `unknown metric \`${metric.metric}\`${hint === undefined ? '' : `: ${hint}`}`);
  }
  if (rule.verification) {
    throw new GrammarFault(
      at,
      `\`${metric.metric}\` is judged by each run itself, with exit code 4: it is not compared`,
    );
  }
  if (rule.wholeRun && metric.scenario !== undefined) {
    throw new GrammarFault(at, `\`${metric.metric}\` is known of a whole run, not of a scenario`);
  }
  return { ...metric, ...readStatOf(cursor, metric.metric, rule) };
}

function readStatOf(cursor: Cursor, metric: string, rule: NonNullable<ReturnType<typeof metricRule>>): WrittenStat {
  const at = startOfNext(cursor);
  const isWritten = /[A-Za-z]/.test(cursor.text[at] ?? '');
  if (!isWritten && rule.defaultStat !== undefined) return { stat: rule.defaultStat };
  const stats = rule.stats.map(writtenStat).join(', ');
  const near = /p\s*([0-9][0-9.]*)/y;
  near.lastIndex = at;
  const percentile = rule.stats.includes('p') ? near.exec(cursor.text)?.[1] : undefined;
  const meant = percentile === undefined ? '' : `; did you mean \`p(${percentile})\`?`;
  const one = rule.stats.length > 1 ? `one of ${stats}` : stats;
  const written = readStat(cursor, `a statistic of \`${metric}\`: ${one}${meant}`);
  if (rule.stats.includes(written.stat)) return written;
  throw new GrammarFault(at, `\`${metric}\` has no \`${writtenStat(written.stat)}\`: ${one}`);
}

/** `+10%` → 0.1 */
function readChange(cursor: Cursor): number {
  const sign = take(cursor, /[-+−]/y)?.[0];
  if (sign === undefined) throw new GrammarFault(cursor.at, 'expected a change, e.g. `+10%` or `-5%`, or a comparison');
  const at = startOfNext(cursor);
  const percent = readNumber(cursor);
  if (take(cursor, /%/y) === null) throw new GrammarFault(cursor.at, 'expected `%`: an allowed change is relative');
  if (percent < 0) throw new GrammarFault(at, 'expected one sign');
  const allowed = (sign === '+' ? percent : -percent) / 100;
  if (allowed <= -1) throw new GrammarFault(at, 'nothing can fall by 100 % or more');
  return allowed;
}

function startOfNext(cursor: Cursor): number {
  take(cursor, /(?=.)/y);
  return cursor.at;
}

function parse<T>(text: string, place: string | undefined, behind: string, read: (cursor: Cursor) => T): T {
  const cursor = { text, at: 0 };
  try {
    const parsed = read(cursor);
    readEnd(cursor, behind);
    return parsed;
  } catch (error) {
    if (!(error instanceof GrammarFault)) throw error;
    const shown = text.replaceAll(/\s/g, ' ');
    const message = `${error.message}\n    ${shown}\n    ${' '.repeat(error.at)}^`;
    throw new InputError([{ ...(place !== undefined && { place }), message }]);
  }
}
