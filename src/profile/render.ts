/**
 * A Profile written out again as a document, every default said: what is put beside a result, so that the run can be
 * repeated from it. Loading it gives the same Profile.
 */
import { redact } from '../secrets.ts';
import { formatDuration, NS_PER_SEC, parseRate } from '../units.ts';
import { type WorkloadReference, writtenOf } from '../workload/reference.ts';
import type { Executor, KeySpec, Profile, ScenarioProfile, Span, ThresholdSpec } from './profile.ts';
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
    ...renderExecutor(scenario.executor, scenario.timeUnitNs),
    ...(scenario.multipliers && { multipliers: renderMultipliers(scenario.multipliers) }),
    ...(scenario.executor.kind !== 'max-throughput' && { arrivals, overload: shed }),
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

function renderSpan({ durationNs, endless }: Span): string {
  return endless ? 'endless' : formatDuration(durationNs);
}

function renderExecutor(executor: Executor, timeUnitNs = NS_PER_SEC): Readonly<Record<string, unknown>> {
  const { kind } = executor;
  const timeUnit = timeUnitNs === NS_PER_SEC ? {} : { timeUnit: formatDuration(timeUnitNs) };
  const rate = (perSec: number) => renderRate(perSec, timeUnitNs);
  switch (kind) {
    case 'constant-arrival-rate':
      return { executor: kind, rate: rate(executor.ratePerSec), ...timeUnit, duration: renderSpan(executor) };
    case 'ramping-arrival-rate':
      return {
        executor: kind,
        startRate: rate(executor.startRatePerSec),
        ...timeUnit,
        stages: executor.stages.map((stage) => ({
          target: rate(stage.targetPerSec),
          duration: formatDuration(stage.durationNs),
        })),
      };
    case 'burst': {
      const { size, everyNs } = executor;
      return { executor: kind, size, every: formatDuration(everyNs), duration: renderSpan(executor) };
    }
    case 'sine':
      return {
        executor: kind,
        mean: rate(executor.meanPerSec),
        amplitude: rate(executor.amplitudePerSec),
        ...timeUnit,
        period: formatDuration(executor.periodNs),
        duration: renderSpan(executor),
      };
    case 'replay':
      return {
        executor: kind,
        ...timeUnit,
        rows: executor.rows.map((row) => ({ second: row.second, rate: rate(row.ratePerSec) })),
      };
    case 'max-throughput': {
      const { durationNs, messages, inFlight } = executor;
      return {
        executor: kind,
        ...(durationNs !== undefined && { duration: formatDuration(durationNs) }),
        ...(messages !== undefined && { messages }),
        ...(inFlight !== undefined && { inFlight }),
      };
    }
  }
}

/** Against the time unit where that reads back as the same number, else a second. */
function renderRate(perSec: number, timeUnitNs: number): number | string {
  if (timeUnitNs === NS_PER_SEC) return perSec;
  const amount = Number(((perSec * timeUnitNs) / NS_PER_SEC).toPrecision(12));
  return parseRate(amount, timeUnitNs) === perSec ? amount : `${perSec}/s`;
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
