/**
 * From the values of a document to a Profile. Every part is read by itself, so that all problems are found in one go;
 * there is a profile only when there is none.
 */
import { serversProblem } from '../address.ts';
import { decodeExecutor } from '../executors/table.ts';
import { asMap, isMap } from '../own-value.ts';
import { isSecretProperty, REDACTED, rememberSecret, scrub } from '../secrets.ts';
import { topicNames } from '../topic-pattern.ts';
import { NS_PER_MS, NS_PER_SEC } from '../units.ts';
import { canonicalProperty, checkClientProperties, type PropertyRole } from './client-properties/client-properties.ts';
import { withCredentials } from './client-properties/cloud-credentials.ts';
import { readConsumers } from './consumer-groups.ts';
import type { Path } from './document.ts';
import { checkForeignKeys } from './foreign-keys.ts';
import { type ProblemAt, Problems } from './problems.ts';
import type { ClientProperties, ClockSpec, NullTransportSpec, Profile, ScenarioProfile } from './profile.ts';
import { checkAnomalies, normalizeAnomalies } from './schema/anomalies-schema.ts';
import { clockSchema, normalizeClock, simulatesTime } from './schema/clock-schema.ts';
import { checkFaults, normalizeFaults } from './schema/faults-schema.ts';
import { clientPropertiesSchema, type ProfileInput, profileSchema, scenarioSchema } from './schema/schema.ts';
import { describeIssues } from './schema/schema-problem.ts';
import { type FromEnvironment, readSchemaRegistry } from './schema/schema-registry.ts';
import { checkTransactions } from './schema/transactions-schema.ts';
import { readThresholds } from './threshold-specs.ts';
import { isWhole, readTopics } from './topics.ts';
import { type CheckedWorkload, checkWorkload } from './workload-check.ts';

export interface NormalizeContext {
  /** Of the profile: paths in it start there. */
  readonly directory: string;
  /** Used when the document gives no name. */
  readonly name: string;
  /** Used when the document gives no bootstrap servers; the place is a variable of the environment. */
  readonly bootstrapServers: FromEnvironment;
  /** Client properties of the environment, used when the document sets none about security; usually empty. */
  readonly credentials: ClientProperties;
  /** Used when the document gives no address of a schema registry; empty where there is none. */
  readonly schemaRegistryUrl: FromEnvironment;
}

export function normalizeProfile(
  raw: Readonly<Record<string, unknown>>,
  context: NormalizeContext,
): { readonly profile?: Profile; readonly problems: readonly ProblemAt[] } {
  const whole = profileSchema.safeParse(raw);
  const problems = new Problems(describeIssues(whole.error?.issues ?? [], raw));
  const given = withServers(readProperties(raw, ['kafka'], 'both', problems), context, problems);
  const kafka = withCredentials(given, context.credentials);
  const producer = readProperties(raw, ['producer'], 'producer', problems);
  const consumer = readProperties(raw, ['consumer'], 'consumer', problems);
  const schemaRegistry = readSchemaRegistry(raw.schemaRegistry, context.schemaRegistryUrl, problems);
  const clock = normalizeClock(problems.read(clockSchema, raw.clock));
  const scenarios = readScenarios(raw, clock, context, problems);
  const consumers = readConsumers({
    raw,
    sent: isWhole(scenarios, raw.scenarios)
      ? [...new Set(Object.values(scenarios).map(({ topic }) => topic))]
      : undefined,
    onlyReads: Object.keys(asMap(raw.scenarios)).length === 0,
    declared: Object.keys(asMap(raw.topics)),
    problems,
    readConfig: (group, path) => readProperties(group, path, 'consumer', problems),
  });
  const thresholds = readThresholds(asMap(raw.thresholds), Object.keys(asMap(raw.scenarios)), consumers, problems);
  const topics = readTopics(raw, scenarios, consumers, problems);
  checkTransactions({ kafka, producer, scenarios }, problems);
  const faults = normalizeFaults(whole.data?.faults ?? []);
  checkFaults(
    faults,
    { servers: kafka['bootstrap.servers'], brokers: whole.data?.embedded?.brokers ?? 1, topics },
    problems,
  );
  if (whole.data !== undefined) checkTarget(whole.data, kafka, problems);

  if (whole.data === undefined || problems.found.length > 0) return { problems: problems.found };
  const { name, seed, workers, messages, nullTransport, embedded } = whole.data;
  const profile: Profile = {
    version: 1,
    // It names directories as well, in which asterisks would have to be quoted.
    name: scrub(name ?? context.name).replaceAll(REDACTED, 'REDACTED'),
    seed,
    clock,
    kafka,
    producer,
    consumer,
    ...(schemaRegistry !== undefined && { schemaRegistry }),
    topics,
    workers,
    scenarios,
    ...(Object.keys(consumers).length > 0 && { consumers }),
    thresholds,
    ...(messages !== undefined && { messages }),
    ...(kafka['bootstrap.servers'] === 'null' && { nullTransport: normalizeNullTransport(nullTransport) }),
    ...(embedded !== undefined && { embedded: { rttMs: embedded.rtt / NS_PER_MS, brokers: embedded.brokers } }),
    ...(faults.length > 0 && { faults }),
  };
  return { profile, problems: [] };
}

function readScenarios(
  raw: Readonly<Record<string, unknown>>,
  clock: ClockSpec,
  context: NormalizeContext,
  problems: Problems,
): Readonly<Record<string, ScenarioProfile>> {
  const scenarios: Record<string, ScenarioProfile> = {};
  const workloads: Record<string, CheckedWorkload> = {};
  const entries = Object.entries(asMap(raw.scenarios));
  if (entries.length === 0 && Object.keys(asMap(raw.consumers)).length === 0) {
    if (raw.scenarios === undefined) problems.add(['scenarios'], { message: 'is missing; expected a map' });
    else if (isMap(raw.scenarios)) problems.add(['scenarios'], { message: 'there must be at least one scenario' });
  }
  for (const [name, value] of entries) {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
      problems.add(['scenarios', name], { message: 'a scenario name has letters, digits, `.`, `_` and `-`' });
    }
    const map = asMap(value);
    const workload = checkWorkload(map, ['scenarios', name], context.directory, problems);
    if (workload !== undefined) workloads[name] = workload;
    const scenario = readScenario(name, map, workload, clock, context, problems);
    if (scenario !== undefined) scenarios[name] = scenario;
  }
  checkForeignKeys(
    workloads,
    entries.map(([name]) => name),
    problems,
  );
  return scenarios;
}

function readScenario(
  name: string,
  raw: Readonly<Record<string, unknown>>,
  workload: CheckedWorkload | undefined,
  clock: ClockSpec,
  context: NormalizeContext,
  problems: Problems,
): ScenarioProfile | undefined {
  const path: Path = ['scenarios', name];
  const producer = readProperties(raw, [...path, 'producer'], 'producer', problems);
  const decoded = decodeExecutor(raw, {
    directory: context.directory,
    report: ({ at, ...problem }) => problems.add([...path, ...at], problem),
    attempt: (at, parse) => problems.attempt([...path, ...at], parse),
  });
  const input = problems.read(scenarioSchema, raw);
  if (input === undefined || workload === undefined) return undefined;
  const { topic: written, topics: counted, overload, startTime, warmup, gracefulStop, ...rest } = input;
  const anomalies = normalizeAnomalies(input.anomalies);
  if (anomalies !== undefined) checkAnomalies(anomalies, workload, [...path, 'anomalies'], problems);
  if (decoded === undefined) return undefined;
  const { executor, timeUnitNs } = decoded;
  if (written !== undefined && counted !== undefined) {
    const hint = 'remove one of them';
    problems.add([...path, 'topics'], { message: '`topics` says what `topic` says: there is one or the other', hint });
  }
  const topic = written ?? counted ?? workload.definition.defaultTopic;
  return {
    workload: workload.reference,
    topic,
    topics: topicNames(topic),
    spread: rest.spread,
    ...(rest.perTopic && { perTopic: true }),
    ...(rest.clients !== undefined && { clients: rest.clients }),
    key: workload.key,
    format: workload.format,
    payload: rest.payload,
    mark: rest.mark,
    affinity: rest.affinity,
    executor,
    ...(timeUnitNs !== NS_PER_SEC && { timeUnitNs }),
    ...(rest.multipliers && { multipliers: rest.multipliers }),
    arrivals: rest.arrivals,
    overload: overload === 'wait' ? { kind: 'wait' } : { kind: 'shed', maxLagNs: overload.shed.maxLag },
    startTimeNs: startTime,
    warmupNs: warmup,
    gracefulStopNs: gracefulStop,
    ...(anomalies !== undefined && { anomalies }),
    headers: rest.headers,
    recordTimestamp: rest.recordTimestamp ?? (simulatesTime(clock) ? 'intended' : 'client'),
    params: workload.params,
    fields: workload.fields,
    ...(rest.transactions && { transactions: rest.transactions }),
    producer,
  };
}

/** The last step of `path` is the block's key in `raw`. */
function readProperties(
  raw: Readonly<Record<string, unknown>>,
  path: Path,
  role: PropertyRole,
  problems: Problems,
): ClientProperties {
  const block = problems.read(clientPropertiesSchema, raw[path.at(-1)!] ?? {}) ?? {};
  for (const [name, value] of Object.entries(block))
    if (isSecretProperty(canonicalProperty(name))) rememberSecret(value);
  const { properties, problems: inBlock } = checkClientProperties(block, role);
  for (const { name, ...problem } of inBlock) problems.add([...path, name], problem);
  if (role !== 'both' && 'bootstrap.servers' in properties) {
    problems.add([...path, 'bootstrap.servers'], {
      message: 'the servers are the same for all clients',
      hint: 'put it under `kafka:`',
    });
  }
  return properties;
}

function withServers(kafka: ClientProperties, context: NormalizeContext, problems: Problems): ClientProperties {
  if (kafka['bootstrap.servers']) return kafka;
  const { text, place } = context.bootstrapServers;
  const problem = serversProblem(text);
  if (problem !== undefined) problems.add(['kafka', 'bootstrap.servers'], { place, ...problem });
  return { ...kafka, 'bootstrap.servers': text };
}

function checkTarget(input: ProfileInput, kafka: ClientProperties, problems: Problems): void {
  const servers = kafka['bootstrap.servers'];
  if (input.nullTransport !== undefined && servers !== 'null') {
    problems.add(['nullTransport'], {
      message: 'it needs the null transport, but bootstrap.servers names another target',
      hint: "kafka: { bootstrap.servers: 'null' }",
    });
  }
  if (input.embedded !== undefined && servers !== 'embedded') {
    problems.add(['embedded'], {
      message: 'it needs the embedded cluster, but bootstrap.servers names another target',
      hint: 'kafka: { bootstrap.servers: embedded }, or remove this key',
    });
  }
}

function normalizeNullTransport(input: ProfileInput['nullTransport']): NullTransportSpec {
  const { latencyMs = 1, maxAcksPerSec, failRate } = input ?? {};
  return {
    latencyMs: typeof latencyMs === 'number' ? [latencyMs] : latencyMs,
    ...(maxAcksPerSec !== undefined && { maxAcksPerSec }),
    ...(failRate !== undefined && { failRate }),
  };
}
