/** How far a threshold's value is from its limit, in words. */
import { notJudgedWords } from '../../result/reading-words.ts';
import type { Result, ThresholdOutcome } from '../../result/result.ts';
import { formatThresholdValue } from '../../result/thresholds.ts';
import { type MetricUnit, metricRule } from '../../threshold-grammar.ts';
import { readThreshold } from './threshold-reading.ts';

const UNITS: Readonly<Record<MetricUnit, string>> = {
  ms: ' ms',
  '/s': '/s',
  µs: ' µs',
  B: ' B',
  x: ' ×',
  share: '',
  messages: '',
  probability: '',
};

export function valueWords({ metric, expression, value, ok }: ThresholdOutcome): string {
  if (value === null) return ok === null ? '–' : 'not measured';
  return `${formatThresholdValue(value)}${unitOf(metric, expression)}`;
}

/** `12 % below the limit`; absolute where the limit is 0. */
export function marginWords(result: Pick<Result, 'verification'>, outcome: ThresholdOutcome): string {
  const { metric, expression, value, ok } = outcome;
  if (ok === null) return notJudgedWords(result, metric);
  if (value === null) return '–';
  if (typeof value !== 'number') return 'unknown: it lies among messages without a latency';
  const limit = readThreshold({ metric, expression })?.value;
  if (limit === undefined) return '–';
  const distance = Math.abs(value - limit);
  if (distance === 0) return 'at the limit';
  const percent = (100 * distance) / Math.abs(limit);
  const size = Number.isFinite(percent)
    ? `${Number(percent.toPrecision(3))} %`
    : `${formatThresholdValue(distance)}${unitOf(metric, expression)}`;
  return `${size} ${value < limit ? 'below' : 'above'} the limit`;
}

function unitOf(metric: string, expression: string): string {
  const read = readThreshold({ metric, expression });
  const unit = read?.stat === 'count' ? 'messages' : metricRule(read?.metric ?? '')?.unit;
  return unit === undefined ? '' : UNITS[unit];
}
