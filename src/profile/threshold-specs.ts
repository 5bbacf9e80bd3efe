/** The `thresholds` block: each metric known, its scenario there, its expressions readable and about what it has. */
import { suggest } from '../nearest.ts';
import {
  metricRule,
  parseThreshold,
  parseThresholdMetric,
  THRESHOLD_METRICS,
  writtenMetric,
  writtenStat,
} from '../threshold-grammar.ts';
import { formatDuration } from '../units.ts';
import type { Path } from './document.ts';
import type { Problems } from './problems.ts';
import type { ConsumerGroupProfile, ThresholdSpec } from './profile.ts';
import { thresholdSchema } from './schema/schema.ts';

/** @param raw the block as written, by metric. */
export function readThresholds(
  raw: Readonly<Record<string, unknown>>,
  scenarios: readonly string[],
  consumers: Readonly<Record<string, Pick<ConsumerGroupProfile, 'verify'>>>,
  problems: Problems,
): readonly ThresholdSpec[] {
  return Object.entries(raw).flatMap(([text, value]) => {
    const path: Path = ['thresholds', text];
    const metric = problems.attempt(path, () => parseThresholdMetric(text));
    const rule = metric && metricRule(metric.metric);
    if (metric !== undefined && rule === undefined) {
      const hint = suggest(metric.metric, Object.keys(THRESHOLD_METRICS));
      problems.add(path, { message: `unknown metric \`${metric.metric}\``, ...(hint !== undefined && { hint }) });
    }
    if (rule?.verification && !Object.values(consumers).some(({ verify }) => verify)) {
      problems.add(path, { message: `\`${metric?.metric}\` needs verification`, hint: 'add `verify: true`' });
    } else if (rule?.reading && Object.keys(consumers).length === 0) {
      problems.add(path, {
        message: `\`${metric?.metric}\` needs a consumer group`,
        hint: 'add one under `consumers:`',
      });
    }
    if (rule?.wholeRun && metric?.scenario !== undefined) {
      problems.add(path, { message: `\`${metric.metric}\` is known of a whole run, not of a scenario` });
    } else if (metric?.scenario !== undefined && !scenarios.includes(metric.scenario)) {
      const hint = suggest(metric.scenario, scenarios);
      problems.add(path, {
        message: `there is no scenario \`${metric.scenario}\``,
        ...(hint !== undefined && { hint }),
      });
    }
    const items = Array.isArray(value) ? value : [value];
    return items.flatMap((item, i): ThresholdSpec[] => {
      const at = Array.isArray(value) ? [...path, i] : path;
      const input = problems.read(thresholdSchema, item);
      if (input === undefined || metric === undefined) return [];
      const spec = typeof input === 'string' ? { threshold: input, abortOnFail: false, delayAbortEval: 0 } : input;
      const expression = problems.attempt(at, () => parseThreshold(spec.threshold));
      if (expression !== undefined && rule !== undefined && !rule.stats.includes(expression.stat)) {
        const hint = `one of ${rule.stats.map(writtenStat).join(', ')}`;
        problems.add(at, { message: `\`${metric.metric}\` has no \`${writtenStat(expression.stat)}\``, hint });
      }
      const { abortOnFail, delayAbortEval: delayAbortEvalNs } = spec;
      if (abortOnFail && rule?.atEnd) {
        problems.add(at, { message: `\`${metric.metric}\` is known when the run is over: it cannot end it` });
      }
      return [{ ...metric, expression: spec.threshold, abortOnFail, delayAbortEvalNs }];
    });
  });
}

/** As the block is written, by metric. */
export function encodeThresholds(thresholds: readonly ThresholdSpec[]): Readonly<Record<string, unknown>> {
  const byMetric: Record<string, unknown[]> = {};
  for (const { expression, abortOnFail, delayAbortEvalNs, ...metric } of thresholds) {
    const name = writtenMetric(metric);
    const plain = !abortOnFail && delayAbortEvalNs === 0;
    byMetric[name] ??= [];
    byMetric[name].push(
      plain ? expression : { threshold: expression, abortOnFail, delayAbortEval: formatDuration(delayAbortEvalNs) },
    );
  }
  return byMetric;
}
