/**
 * A Profile written out again as a document, every default said: what is put beside a result, so that the run can be
 * repeated from it. Loading it gives the same Profile.
 */
import { encodeExecutor, isClosed } from '../executors/table.ts';
import { redact } from '../secrets.ts';
import { formatDuration } from '../units.ts';
import { type WorkloadReference, writtenOf } from '../workload/reference.ts';
import type { KeySpec, Profile, ScenarioProfile, ThresholdSpec } from './profile.ts';
import { renderClock, renderMultipliers } from './schema/clock-schema.ts';
import { renderMess } from './schema/mess-schema.ts';
import { renderSchemaRegistry } from './schema/schema-registry.ts';

/**
 * Plain data in the shape of the profile schema, without secrets.
 * @param renderWorkload as one would write it, unless told.
 */
export function renderProfile(
  profile: Profile,
  renderWorkload: (reference: WorkloadReference) => unknown = writtenOf,
): Readonly<Record<string, unknown>> {
  const { version, name, seed, clock, kafka, producer, consumer, topics, workers, messages } = profile;
  const { schemaRegistry, nullTransport } = profile;
  const scenarios = Object.entries(profile.scenarios).map(
    ([key, scenario]) => [key, { workload: renderWorkload(scenario.workload), ...renderScenario(scenario) }] as const,
  );
  return redact({
    version,
    name,
    seed,
    clock: renderClock(clock),
    kafka,
    producer,
    consumer,
    ...(schemaRegistry !== undefined && { schemaRegistry: renderSchemaRegistry(schemaRegistry) }),
    topics,
    workers,
    ...(messages !== undefined && { messages }),
    scenarios: Object.fromEntries(scenarios),
    thresholds: renderThresholds(profile.thresholds),
    ...(nullTransport !== undefined && { nullTransport }),
  });
}

function renderScenario(scenario: ScenarioProfile): Readonly<Record<string, unknown>> {
  const { topic, format, payload, mark, affinity, arrivals, overload, headers, recordTimestamp } = scenario;
  const shed = overload.kind === 'shed' ? { shed: { maxLag: formatDuration(overload.maxLagNs) } } : 'wait';
  return {
    topic,
    key: renderKey(scenario.key),
    format,
    payload,
    mark,
    affinity,
    ...encodeExecutor(scenario.executor, scenario.timeUnitNs),
    ...(scenario.multipliers && { multipliers: renderMultipliers(scenario.multipliers) }),
    ...(!isClosed(scenario.executor) && { arrivals, overload: shed }),
    startTime: formatDuration(scenario.startTimeNs),
    warmup: formatDuration(scenario.warmupNs),
    gracefulStop: formatDuration(scenario.gracefulStopNs),
    ...(scenario.mess && { mess: renderMess(scenario.mess) }),
    headers,
    recordTimestamp,
    params: scenario.params,
    fields: scenario.fields,
    producer: scenario.producer,
  };
}

/** As the schema takes it. */
export function renderKey(key: KeySpec): unknown {
  switch (key.kind) {
    case 'none':
      return 'none';
    case 'field':
      return key.field;
    case 'uniform':
      return { uniform: key.cardinality };
    case 'zipf':
      return { zipf: { cardinality: key.cardinality, exponent: key.exponent } };
    case 'hotspot':
      return { hotspot: { cardinality: key.cardinality, hotKeys: key.hotKeys, hotShare: key.hotShare } };
    case 'sequential':
      return { sequential: key.cardinality };
  }
}

function renderThresholds(thresholds: readonly ThresholdSpec[]): Readonly<Record<string, unknown>> {
  const byMetric: Record<string, unknown[]> = {};
  for (const { metric, scenario, expression, abortOnFail, delayAbortEvalNs } of thresholds) {
    const name = scenario === undefined ? metric : `${metric}{scenario:${scenario}}`;
    const plain = !abortOnFail && delayAbortEvalNs === 0;
    byMetric[name] ??= [];
    byMetric[name].push(
      plain ? expression : { threshold: expression, abortOnFail, delayAbortEval: formatDuration(delayAbortEvalNs) },
    );
  }
  return byMetric;
}
