/** Thresholds as they stand in a result, which another version of the engine may have judged. */
import { InputError } from '../../errors.ts';
import {
  parseThreshold,
  parseThresholdMetric,
  type ThresholdExpression,
  type ThresholdMetric,
} from '../../threshold-grammar.ts';

interface WrittenThreshold {
  readonly metric: string;
  readonly expression: string;
}

/** Nothing where this version does not know the words. */
export function readThreshold(written: WrittenThreshold): (ThresholdMetric & ThresholdExpression) | undefined {
  try {
    return { ...parseThresholdMetric(written.metric), ...parseThreshold(written.expression) };
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
