/** From the values of a document to a profile: what the context fills in, what is put together, what contradicts itself. */
import { describe, expect, test } from 'vitest';
import { type NormalizeContext, normalizeProfile } from '../../src/profile/normalize.ts';

const CONTEXT: NormalizeContext = {
  directory: '/nowhere',
  name: 'by-file',
  bootstrapServers: { text: 'env:9092', place: 'KAFKA_BOOTSTRAP_SERVERS' },
  credentials: {},
  schemaRegistryUrl: { text: '', place: '' },
};
const ATM = { workload: 'atm', executor: 'constant-arrival-rate', rate: 10, duration: '30s' };

type Raw = Readonly<Record<string, unknown>>;

function profileOf(raw: Raw, context: Partial<NormalizeContext> = {}) {
  const { profile, problems } = normalizeProfile({ scenarios: { a: ATM }, ...raw }, { ...CONTEXT, ...context });
  expect(problems).toEqual([]);
  return profile!;
}

/** Where something is wrong; there is no profile then. */
function placesOf(raw: Raw, context: Partial<NormalizeContext> = {}): string[] {
  const { profile, problems } = normalizeProfile({ scenarios: { a: ATM }, ...raw }, { ...CONTEXT, ...context });
  expect(profile).toBeUndefined();
  return problems.map(({ path }) => path.join('/'));
}

const scenarioOf = (scenario: Raw, more: Raw = {}) =>
  profileOf({ scenarios: { a: { ...ATM, ...scenario } }, ...more }).scenarios.a!;

describe('what the document leaves open', () => {
  test('a topic may be called as what every object has', () => {
    const { topics } = profileOf({ scenarios: { constructor: { ...ATM, topic: 'constructor' } } });
    expect(Object.keys(topics.constructor!)).toContain('config');
  });

  test('its name is the file’s', () => {
    expect(profileOf({}).name).toBe('by-file');
    expect(profileOf({ name: 'own' }).name).toBe('own');
  });

  test('its servers are the environment’s, where there is nothing or an empty text', () => {
    expect(profileOf({}).kafka).toEqual({ 'bootstrap.servers': 'env:9092' });
    const empty = profileOf({ kafka: { 'bootstrap.servers': '' } });
    expect(empty.kafka).toEqual({ 'bootstrap.servers': 'env:9092' });
    const own = profileOf({ kafka: { 'bootstrap.servers': 'own:1', 'client.id': 'x' } });
    expect(own.kafka).toEqual({ 'bootstrap.servers': 'own:1', 'client.id': 'x' });
  });

  test('bad servers of the environment are told by their variable, and only where they are used', () => {
    const bootstrapServers = { text: 'a b:9092', place: 'KAFKA_BROKER' };
    const { problems } = normalizeProfile({ scenarios: { a: ATM } }, { ...CONTEXT, bootstrapServers });
    expect(problems).toMatchObject([{ path: ['kafka', 'bootstrap.servers'], place: 'KAFKA_BROKER' }]);
    profileOf({ kafka: { 'bootstrap.servers': 'own:1' } }, { bootstrapServers });
  });

  test('the environment’s credentials, unless the document has security of its own', () => {
    const credentials = { 'security.protocol': 'sasl_ssl', 'sasl.username': 'user' };
    expect(profileOf({}, { credentials }).kafka).toMatchObject(credentials);
    const own = { 'bootstrap.servers': 'own:1', 'security.protocol': 'plaintext' };
    expect(profileOf({ kafka: own }, { credentials }).kafka).toEqual(own);
  });

  test('the registry of the environment', () => {
    const schemaRegistryUrl = { text: 'http://registry:8081', place: 'SCHEMA_REGISTRY_URL' };
    expect(profileOf({}, { schemaRegistryUrl }).schemaRegistry).toMatchObject({ url: 'http://registry:8081' });
    expect(profileOf({})).not.toHaveProperty('schemaRegistry');
  });

  test('topic, key and format are the workload’s', () => {
    expect(scenarioOf({})).toMatchObject({
      topic: 'atm-transactions',
      key: { kind: 'field', field: 'atm_id' },
      format: 'avro',
    });
    expect(scenarioOf({ topic: 'own', format: 'json' })).toMatchObject({ topic: 'own', format: 'json' });
  });
});

describe('a scenario', () => {
  test('waits when it is late, or drops', () => {
    expect(scenarioOf({}).overload).toEqual({ kind: 'wait' });
    expect(scenarioOf({ overload: { shed: { maxLag: '20ms' } } }).overload).toEqual({ kind: 'shed', maxLagNs: 20e6 });
  });

  test('says its times in ns', () => {
    const times = scenarioOf({ startTime: '1s', warmup: '2s', gracefulStop: '3s' });
    expect(times).toMatchObject({ startTimeNs: 1e9, warmupNs: 2e9, gracefulStopNs: 3e9 });
  });

  test('keeps its time unit where that is another one than the second', () => {
    expect(scenarioOf({})).not.toHaveProperty('timeUnitNs');
    expect(scenarioOf({ timeUnit: '1h' })).toMatchObject({
      timeUnitNs: 3600e9,
      executor: { ratePerSec: 10 / 3600 },
    });
  });

  test('dates its records by the schedule where time is simulated, unless it says otherwise', () => {
    const clock = { start: '2026-01-01T00:00:00', speed: 60 };
    expect(scenarioOf({}).recordTimestamp).toBe('client');
    expect(scenarioOf({}, { clock }).recordTimestamp).toBe('intended');
    expect(scenarioOf({ recordTimestamp: 'client' }, { clock }).recordTimestamp).toBe('client');
  });

  test('has Java’s property names as librdkafka’s', () => {
    const { producer } = scenarioOf({ producer: { 'buffer.memory': 33_554_432 } });
    expect(producer).toEqual({ 'queue.buffering.max.kbytes': '32768' });
  });
});

describe('topics', () => {
  test('are those that are used, declared or not', () => {
    const scenarios = { a: ATM, b: { ...ATM, topic: 'other' }, c: { ...ATM, topic: 'other' } };
    const { topics } = profileOf({ scenarios, topics: { other: { partitions: 3 } } });
    expect(Object.keys(topics)).toEqual(['atm-transactions', 'other']);
    expect(topics.other).toMatchObject({ partitions: 3, replicationFactor: 1, create: 'if-missing' });
    expect(topics['atm-transactions']).toMatchObject({ partitions: 12 });
  });

  test('that nobody sends to are a mistake, but not where a scenario could not be read', () => {
    const topics = { 'atm-transaction': {} };
    const { problems } = normalizeProfile({ scenarios: { a: ATM }, topics }, CONTEXT);
    expect(problems).toMatchObject([
      { path: ['topics', 'atm-transaction'], hint: expect.stringContaining('`atm-transactions`') },
    ]);
    expect(placesOf({ scenarios: { a: { ...ATM, workload: 'atn' } }, topics })).toEqual(['scenarios/a/workload']);
  });
});

describe('the null transport', () => {
  const kafka = { 'bootstrap.servers': 'null' };

  test('is there where the servers say so: 1 ms unless told, several in turn', () => {
    expect(profileOf({})).not.toHaveProperty('nullTransport');
    expect(profileOf({ kafka }).nullTransport).toEqual({ latencyMs: [1] });
    const nullTransport = { latencyMs: [1, 5], maxAcksPerSec: 10, failRate: 0.1 };
    expect(profileOf({ kafka, nullTransport }).nullTransport).toEqual(nullTransport);
  });

  test('beside servers is a contradiction', () => {
    expect(placesOf({ nullTransport: {} })).toEqual(['nullTransport']);
  });
});

describe('mistakes', () => {
  test('there must be a scenario', () => {
    expect(placesOf({ scenarios: {} })).toEqual(['scenarios']);
    expect(placesOf({ scenarios: undefined })).toEqual(['scenarios']);
    expect(placesOf({ scenarios: [] })).toEqual(['scenarios']);
  });

  test('a name that no directory or metric could have', () => {
    expect(placesOf({ scenarios: { 'a b': ATM } })).toEqual(['scenarios/a b']);
  });

  test('servers of one client alone', () => {
    const own = { 'bootstrap.servers': 'x:1' };
    const places = placesOf({ producer: own, consumer: own, scenarios: { a: { ...ATM, producer: own } } });
    expect(places.sort()).toEqual([
      'consumer/bootstrap.servers',
      'producer/bootstrap.servers',
      'scenarios/a/producer/bootstrap.servers',
    ]);
  });

  test('of every part are told, also those between parts', () => {
    const places = placesOf({
      workers: 0,
      producer: { acks: 7000 },
      consumer: { linger: 1 },
      clock: { speed: -1 },
      thresholds: { failed: ['rate<'], 'failed{scenario:b}': ['rate<1'] },
      scenarios: {
        a: { ...ATM, rate: 0, anomalies: { malformed: 2 } },
        b: { workload: 'bytes', executor: 'max-throughput', key: 'none', anomalies: { tombstones: 0.1 } },
      },
      nullTransport: { latencyMs: -1 },
    });
    expect([...new Set(places)].sort()).toEqual(
      [
        'workers',
        'producer/acks',
        'consumer/linger',
        'clock/speed',
        'thresholds/failed/0',
        'scenarios/a/rate',
        'scenarios/a/anomalies/malformed',
        'scenarios/b',
        'scenarios/b/anomalies/tombstones',
        'nullTransport/latencyMs',
      ].sort(),
    );
  });
});
