/**
 * A Profile written out as a document with every default: it lies beside a result, so that the run can be repeated from
 * it. Loading it gives the same Profile.
 */
import { encodeExecutor, isClosed } from '../executors/table.ts';
import { redact } from '../secrets.ts';
import { formatDuration, NS_PER_MS } from '../units.ts';
import { type WorkloadReference, writtenOf } from '../workload/reference.ts';
import { renderConsumers } from './consumer-groups.ts';
import type { Profile, ScenarioProfile } from './profile.ts';
import { renderAnomalies } from './schema/anomalies-schema.ts';
import { renderClock, renderMultipliers } from './schema/clock-schema.ts';
import { renderFaults } from './schema/faults-schema.ts';
import { encodeKey } from './schema/key-schema.ts';
import { renderSchemaRegistry } from './schema/schema-registry.ts';
import { encodeSpread } from './schema/topic-schema.ts';
import { encodeThresholds } from './threshold-specs.ts';

type ProfileData = Readonly<Record<string, unknown>>;

/**
 * Plain data in the shape of the profile schema, without secrets.
 * @param renderWorkload as in a profile, by default.
 */
export function renderProfile(
  profile: Profile,
  renderWorkload: (reference: WorkloadReference) => unknown = writtenOf,
): ProfileData {
  return withoutVariables(redact(dataOf(profile, renderWorkload))) as ProfileData;
}

/** The same with its secrets, which must not be written anywhere. */
export function renderWithSecrets(
  profile: Profile,
  renderWorkload: (reference: WorkloadReference) => unknown,
): ProfileData {
  return withoutVariables(dataOf(profile, renderWorkload)) as ProfileData;
}

function dataOf(profile: Profile, renderWorkload: (reference: WorkloadReference) => unknown): ProfileData {
  const { version, name, seed, clock, kafka, producer, consumer, topics, workers, messages } = profile;
  const { schemaRegistry, nullTransport, embedded, faults } = profile;
  const scenarios = Object.entries(profile.scenarios).map(
    ([key, scenario]) => [key, { workload: renderWorkload(scenario.workload), ...renderScenario(scenario) }] as const,
  );
  return {
    version,
    name,
    seed,
    clock: renderClock(clock),
    kafka,
    producer,
    consumer,
    ...(schemaRegistry !== undefined && { schemaRegistry: renderSchemaRegistry(schemaRegistry) }),
    topics: renderTopics(topics),
    workers,
    ...(messages !== undefined && { messages }),
    scenarios: Object.fromEntries(scenarios),
    ...renderConsumers(profile.consumers ?? {}),
    thresholds: encodeThresholds(profile.thresholds),
    ...(nullTransport !== undefined && { nullTransport }),
    ...(embedded !== undefined && {
      embedded: { rtt: formatDuration(embedded.rttMs * NS_PER_MS), brokers: embedded.brokers },
    }),
    ...(faults !== undefined && { faults: renderFaults(faults) }),
  };
}

function renderTopics(topics: Profile['topics']): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(topics).map(([entry, { pattern: _, ...settings }]) => [entry, settings]));
}

/** `${` is text here and would be a variable where it is read again: `$${`. */
function withoutVariables(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('${', () => '$${');
  if (Array.isArray(value)) return value.map(withoutVariables);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [withoutVariables(key), withoutVariables(inner)]),
  );
}

function renderScenario(scenario: ScenarioProfile): Readonly<Record<string, unknown>> {
  const { topic, format, payload, mark, affinity, arrivals, overload, headers, recordTimestamp } = scenario;
  const shed = overload.kind === 'shed' ? { shed: { maxLag: formatDuration(overload.maxLagNs) } } : 'wait';
  return {
    topic,
    ...(scenario.spread.kind !== 'round-robin' && { spread: encodeSpread(scenario.spread) }),
    ...(scenario.clients !== undefined && { clients: scenario.clients }),
    ...(scenario.perTopic && { perTopic: true }),
    key: encodeKey(scenario.key),
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
    ...(scenario.anomalies && { anomalies: renderAnomalies(scenario.anomalies) }),
    headers,
    recordTimestamp,
    params: scenario.params,
    fields: scenario.fields,
    ...(scenario.transactions && { transactions: scenario.transactions }),
    producer: scenario.producer,
  };
}
