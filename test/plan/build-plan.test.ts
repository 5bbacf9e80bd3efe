import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import type { ExecutorProfile } from '../../src/executors/table.ts';
import { buildPlan, type PlanFacts } from '../../src/plan/build-plan.ts';
import type { ClosedLoad, OpenLoad, Plan } from '../../src/plan/plan.ts';
import type { Profile, ScenarioProfile } from '../../src/profile/profile.ts';
import { shareOf } from '../../src/split.ts';
import { RUN_TAG } from '../workload/fixture.ts';
import { definitionFrom, SCHEMA } from '../workload/own-files.ts';
import { profileOf, scenarioOf } from './profile.ts';

const SEC = 1e9;
const NOW_MS = Date.UTC(2026, 2, 8, 12);
const constant = (ratePerSec: number, seconds: number): ExecutorProfile => {
  return { kind: 'constant-arrival-rate', ratePerSec, durationNs: seconds * SEC };
};
const fast = (more: object = { durationNs: 10 * SEC }): ExecutorProfile => ({ kind: 'max-throughput', ...more });

function plan(profile: Partial<Profile>, facts: Partial<PlanFacts> = {}): Plan {
  const measure = () => ({ bytesMean: 200, weightsDenominator: 100 });
  return buildPlan(profileOf(profile), { cores: 8, runTag: RUN_TAG, nowMs: NOW_MS, measure, ...facts });
}

function planOne(
  scenario: Partial<ScenarioProfile>,
  profile: Partial<Profile> = {},
  facts: Partial<PlanFacts> = {},
): Plan {
  return plan({ scenarios: { a: scenarioOf(scenario) }, ...profile }, facts);
}

function problemsOf(build: () => Plan): string[] {
  try {
    build();
  } catch (error) {
    if (error instanceof InputError) return error.problems.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  return [];
}

test('warns of a distribution that a field cannot hold', () => {
  const fields = { quantity: { distribution: { exponential: { mean: 2 ** 31 } } } };
  expect(planOne({ workload: 'ecommerce', fields }).warnings).toEqual([
    'a: 36.8 % of the exponential distribution of `quantity` is beyond what an int holds, and does not occur',
  ]);
});

test('warns of what has no effect in a schema, once for all scenarios of it', () => {
  const schema = SCHEMA.replace('"type":"string"', '"type":"string","logicalType":"uuid"');
  const { reference } = definitionFrom({ schema: 'order.avsc' }, { 'order.avsc': schema });
  const own = scenarioOf({ workload: reference });
  const { warnings } = plan({ scenarios: { a: own, b: own } });
  expect(warnings.map((warning) => warning.replace(/^.*(?=order.avsc)/, ''))).toEqual([
    'order.avsc: fields[0].logicalType: `uuid` beside `type` has no effect ("type": {"type": "string", "logicalType": "uuid"})',
  ]);
});

describe('loads', () => {
  test('plans an open scenario exactly, warm-up cut by intended time', () => {
    const result = planOne({ executor: constant(100_000, 60), startTimeNs: 5 * SEC, warmupNs: 10 * SEC });
    const load = result.lanes[0]!.load as OpenLoad;
    expect(load).toMatchObject({ kind: 'open', count: 6_000_000, warmupCount: 1_000_000, endNs: 65 * SEC });
    expect(load.targetPerSec).toBe(100_000);
    expect(result.durationNs).toBe(65 * SEC);
  });

  test('plans a closed one by time, by count, or both', () => {
    const closed = (more: object) => planOne({ executor: fast(more), startTimeNs: SEC }).lanes[0]!.load as ClosedLoad;
    expect(closed({ durationNs: SEC })).toMatchObject({
      kind: 'closed',
      startNs: SEC,
      endNs: 2 * SEC,
      count: Infinity,
    });
    expect(closed({ messages: 7 })).toMatchObject({ endNs: Infinity, count: 7 });
    expect(planOne({ executor: fast({ messages: 7 }) }).durationNs).toBe(0);
  });

  test('is plain data', () => {
    const result = planOne({ executor: constant(1000, 5), arrivals: 'poisson' });
    expect(structuredClone(result)).toEqual(result);
  });

  test('shares -n over the scenarios in proportion to what they plan', () => {
    const scenarios = {
      a: scenarioOf({ executor: constant(300, 10) }),
      b: scenarioOf({ executor: constant(100, 10), startTimeNs: SEC }),
    };
    const counts = (messages: number) => plan({ scenarios, messages }).lanes.map(({ load }) => load.count);
    expect(counts(1001)).toEqual([751, 250]);
    expect(counts(4000)).toEqual([3000, 1000]);
    expect(counts(9999)).toEqual([3000, 1000]);
    const cut = plan({ scenarios, messages: 400 }).lanes[1]!.load as OpenLoad;
    expect(cut).toMatchObject({ count: 100, endNs: 2 * SEC, targetPerSec: 100 });
  });

  test('shares -n equally over closed loops without a count, and refuses where there is no proportion', () => {
    const loops = { a: scenarioOf({ executor: fast() }), b: scenarioOf({ executor: fast() }) };
    expect(plan({ scenarios: loops, messages: 11 }).lanes.map(({ load }) => load.count)).toEqual([6, 5]);
    const mixed = { ...loops, c: scenarioOf({ executor: constant(1, 5) }) };
    expect(problemsOf(() => plan({ scenarios: mixed, messages: 11 }))).toHaveLength(1);
  });
});

describe('workers', () => {
  const workersFor = (rate: number, cores: number) => planOne({ executor: constant(rate, 10) }, {}, { cores });

  test('are chosen from the planned peak, and leave a core free', () => {
    expect(workersFor(25, 2).workers).toBe(1);
    expect(workersFor(600_000, 16).workers).toBe(1);
    expect(workersFor(2_000_000, 16).workers).toBe(4);
    expect(workersFor(50_000_000, 4).workers).toBe(3);
    expect(workersFor(50_000_000, 1).workers).toBe(1);
    expect(workersFor(2_000_000, 16).workersReason).toContain('2,000,000/s');
  });

  test('count scenarios at the same time together, those after one another not', () => {
    const at = (startTimeNs: number) => ({
      a: scenarioOf({ executor: constant(500_000, 10) }),
      b: scenarioOf({ executor: constant(500_000, 10), startTimeNs }),
    });
    expect(plan({ scenarios: at(5 * SEC) }).workers).toBe(2);
    expect(plan({ scenarios: at(10 * SEC) }).workers).toBe(1);
  });

  test('share the cores two by two in a closed loop, never more than there are slots', () => {
    const closed = (cores: number, more = {}) =>
      planOne({ executor: fast({ messages: 9, ...more }) }, {}, { cores }).workers;
    expect([1, 2, 3, 8, 64].map((cores) => closed(cores))).toEqual([1, 1, 1, 4, 4]);
    expect(closed(8, { inFlight: 1 })).toBe(1);
  });

  test('warns of more than is sensible, and of more load than they carry', () => {
    expect(planOne({ executor: constant(10, 10) }, { workers: 9 }).warnings.join()).toContain('9 workers on 8 cores');
    expect(planOne({ executor: constant(3e6, 1) }, { workers: 2 }).warnings.join()).toContain('GENERATOR_LIMITED');
    expect(planOne({ executor: constant(10, 10) }).warnings).toEqual([]);
  });

  test('keep a key on one worker where that is asked for', () => {
    const key = { kind: 'uniform', cardinality: 10 } as const;
    const scenario = { executor: constant(5e6, 10), affinity: 'key', key } as const;
    expect(planOne(scenario).workers).toBe(1);
    expect(problemsOf(() => planOne(scenario, { workers: 2 }))[0]).toContain('affinity: key');
  });
});

test('warns of messages without a key that all go to one partition', () => {
  const warningsOf = (partitioner: string, key: ScenarioProfile['key'] = { kind: 'none' }) =>
    planOne({ key, producer: { partitioner } }).warnings.join();
  expect(warningsOf('murmur2')).toMatch(/^a: every message goes to one partition, .*; murmur2_random spreads them$/);
  for (const partitioner of ['murmur2_random', 'consistent_random', 'random']) expect(warningsOf(partitioner)).toBe('');
  expect(warningsOf('murmur2', { kind: 'uniform', cardinality: 10 })).toBe('');
});

describe('payloads', () => {
  const recordFor = (executor: ExecutorProfile, payload: ScenarioProfile['payload'], more: Partial<Profile> = {}) =>
    planOne({ executor, payload }, more).lanes[0]!.record;
  const auto = { mode: 'auto', poolSize: 'auto' } as const;

  test('are fresh at a rate that generating keeps up with, else pooled', () => {
    expect(recordFor(constant(25, 10), auto)).toMatchObject({ mode: 'fresh', poolSize: 0 });
    expect(recordFor(constant(50_001, 10), auto).mode).toBe('pooled');
    expect(recordFor(constant(100_000, 10), auto, { workers: 2 }).mode).toBe('fresh');
    expect(recordFor(fast(), auto).mode).toBe('pooled');
    expect(recordFor(fast(), { mode: 'fresh', poolSize: 'auto' })).toMatchObject({ mode: 'fresh', poolSize: 0 });
  });

  test('are decided for each scenario by itself', () => {
    const scenarios = { trickle: scenarioOf({ executor: constant(10, 10) }), flood: scenarioOf({ executor: fast() }) };
    expect(plan({ scenarios }).lanes.map(({ record }) => record.mode)).toEqual(['fresh', 'pooled']);
  });

  test('have a pool of whole weights, four batches and a zstd window', () => {
    const small = recordFor(fast(), auto, { producer: { 'batch.size': '16384' } }).poolSize;
    expect(small % 100).toBe(0);
    expect(small * 200).toBeGreaterThanOrEqual(8 * 2 ** 20);
    expect((small - 100) * 200).toBeLessThan(8 * 2 ** 20);
    expect(recordFor(fast(), auto, { producer: { 'batch.size': '10000000' } }).poolSize).toBe(200_000);
  });

  test('refuse a pool that cannot meet its weights, and warn of a small one', () => {
    const given = (poolSize: number) => ({ executor: fast(), payload: { mode: 'pooled', poolSize } }) as const;
    expect(problemsOf(() => planOne(given(4096)))).toEqual([
      'scenarios.a.payload.poolSize: a pool of 4096 cannot meet its weights exactly: they come out even over 100 records',
    ]);
    const lz4 = { producer: { 'compression.type': 'lz4' } };
    expect(planOne(given(4000), lz4).warnings.join()).toContain('flatters compression');
    expect(planOne(given(4000)).warnings).toEqual([]);
  });

  test('a pool is described in the singular where it is one record', () => {
    const measure = () => ({ bytesMean: 1024, weightsDenominator: 1 });
    const payload = { mode: 'pooled', poolSize: 1 } as const;
    const [lane] = planOne({ executor: fast(), payload }, {}, { measure }).lanes;
    expect(lane!.record.reason).toBe('pooled as configured: 1 record, 1 KiB');
  });

  test('are fresh when weights would need a pool beyond memory', () => {
    const measure = () => ({ bytesMean: 200, weightsDenominator: 100_000_000 });
    const result = planOne({ executor: fast(), payload: auto }, {}, { measure });
    expect(result.lanes[0]!.record.mode).toBe('fresh');
    expect(result.warnings).toHaveLength(1);
    const pooled = { mode: 'pooled', poolSize: 'auto' } as const;
    expect(problemsOf(() => planOne({ executor: fast(), payload: pooled }, {}, { measure }))).toHaveLength(1);
  });
});

describe('clients', () => {
  test('are shared by scenarios with equal properties, in whatever order they are written', () => {
    const scenarios = {
      a: scenarioOf({ producer: { 'linger.ms': '5', acks: '1' } }),
      b: scenarioOf({ producer: { acks: '1', 'linger.ms': '5' } }),
      c: scenarioOf({ producer: { acks: '0', partitioner: 'murmur2' } }),
    };
    const result = plan({ scenarios, producer: { acks: 'all' }, kafka: { 'bootstrap.servers': 'k:9092' } });
    expect(result.target).toEqual({ kind: 'kafka' });
    expect(result.lanes.map(({ client }) => client)).toEqual([0, 0, 1]);
    expect(result.clients[0]!.properties).toMatchObject({ 'bootstrap.servers': 'k:9092', acks: '1', 'linger.ms': '5' });
    expect(result.lanes.map(({ partitioner }) => partitioner)).toEqual([
      'consistent_random',
      'consistent_random',
      'murmur2',
    ]);
  });

  test('know no address yet on the embedded cluster, and none without a broker', () => {
    expect(planOne({}).target).toEqual({ kind: 'embedded', rttMs: 0, brokers: 1 });
    const embedded = planOne({}, { kafka: { 'bootstrap.servers': 'embedded' } });
    expect(embedded.clients[0]!.properties).not.toHaveProperty('bootstrap.servers');
    const spec = { latencyMs: [5] };
    expect(planOne({}, { kafka: { 'bootstrap.servers': 'null' }, nullTransport: spec }).target).toEqual({
      kind: 'null',
      spec,
    });
  });
});

describe('clients of a scenario', () => {
  const of = (clients: number, more: Partial<ScenarioProfile> = {}) => scenarioOf({ clients, ...more });
  const problems = (clients: number, facts: Partial<PlanFacts>, workers: Profile['workers'] = 'auto') => {
    try {
      plan({ scenarios: { a: of(clients) }, workers }, facts);
    } catch (error) {
      return (error as InputError).problems.map(({ path, message, hint }) => `${path}: ${message}; ${hint}`);
    }
    return [];
  };

  test('are a multiple of the workers: as many as are needed, and divide them', () => {
    const busy = { executor: constant(4_000_000, 1) };
    const workers = (...counts: number[]) =>
      plan(
        { scenarios: Object.fromEntries(counts.map((n, i) => [`s${i}`, of(n, i === 0 ? busy : {})])) },
        { cores: 16 },
      );
    expect([7, 50, 200, 1, 13].map((count) => workers(count).workers)).toEqual([7, 5, 5, 1, 1]);
    expect(workers(12, 8).workers).toBe(4);
    expect(workers(50).workersReason).toBe('5 workers: of at most 7 the most that divide 50 clients');
  });

  test('that the workers do not divide are refused, with what does', () => {
    expect(problems(50, {}, 4)).toEqual([
      'scenarios.a.clients: 50 clients cannot be split over 4 workers; 48 or 52 can, or 2 or 5 workers',
    ]);
    expect(problems(3, {}, 4)).toEqual([
      'scenarios.a.clients: 3 clients cannot be split over 4 workers; 4 can, or 3 workers',
    ]);
    const shard = { index: 0, count: 4 };
    expect(problems(50, { shard })).toEqual([
      'scenarios.a.clients: 50 clients cannot be split over 4 workers (4 shards of 1); 48 or 52 can',
    ]);
    expect(problems(40, { shard }, 3)).toEqual([
      'scenarios.a.clients: 40 clients cannot be split over 12 workers (4 shards of 3); 36 or 48 can, or 2 or 5 workers in each shard',
    ]);
    expect(problems(40, { shard }, 5)).toEqual([]);
  });

  test('do not go with an affinity of keys', () => {
    const byKey = of(2, { affinity: 'key', key: { kind: 'field', field: 'id' } });
    expect(problemsOf(() => plan({ scenarios: { a: byKey } }))[0]).toContain('2 clients do not');
  });

  test('are warned of where the last record of a key counts', () => {
    const topics = (policy: string) => ({
      load: { ...profileOf({}).topics.load!, config: { 'cleanup.policy': policy } },
    });
    const keyed = of(10, { key: { kind: 'field', field: 'id' } });
    const warningsOf = (scenario: ScenarioProfile, policy: string) =>
      plan({ scenarios: { a: scenario }, topics: topics(policy) }).warnings.filter((text) =>
        text.includes('compacted'),
      );
    expect(warningsOf(keyed, 'compact,delete')).toEqual([
      'a: 10 clients send the records of a key in no common order, and topic load is compacted: which of them it keeps is left to chance',
    ]);
    const others = [
      warningsOf(keyed, 'delete'),
      warningsOf(of(10), 'compact'),
      warningsOf({ ...keyed, clients: 1 }, 'compact'),
    ];
    expect(others.flat()).toEqual([]);
  });

  test('are its own, shared by none with the same properties', () => {
    const { clients, lanes } = plan({ scenarios: { a: of(10), b: of(10), c: scenarioOf({}), d: scenarioOf({}) } });
    expect(clients.map(({ producers }) => producers)).toEqual([10, 10, undefined]);
    expect(lanes.map(({ client }) => client)).toEqual([0, 1, 2, 2]);
  });

  test('have windows that split exactly, and fit the queue of each', () => {
    const arbitrary = fc.record({ workers: fc.integer({ min: 1, max: 8 }), each: fc.integer({ min: 1, max: 40 }) });
    fc.assert(
      fc.property(arbitrary, ({ workers, each }) => {
        const count = workers * each;
        const result = plan({ scenarios: { a: of(count), b: scenarioOf({}) }, workers });
        const { inFlight } = result.lanes[0]!;
        expect(inFlight % count).toBe(0);
        const queue = Number(result.clients[0]!.properties['queue.buffering.max.messages']);
        expect(queue).toBe((2 * inFlight) / count);
      }),
    );
    const executor = fast({ durationNs: SEC, inFlight: 9 });
    expect(problemsOf(() => planOne({ clients: 10, executor }))[0]).toContain(
      '9 in flight cannot be split over 10 clients',
    );
  });
});

describe('windows', () => {
  test('split exactly, and fit the queue of each client', () => {
    const arbitrary = fc.record({
      workers: fc.integer({ min: 1, max: 64 }),
      lanes: fc.integer({ min: 1, max: 5 }),
      queue: fc.option(fc.integer({ min: 10, max: 200_000 }), { nil: undefined }),
      bytesMean: fc.double({ min: 1, max: 1e7, noNaN: true }),
    });
    fc.assert(
      fc.property(arbitrary, ({ workers, lanes, queue, bytesMean }) => {
        const scenarios = Object.fromEntries(
          Array.from({ length: lanes }, (_, i) => [`s${i}`, scenarioOf({ executor: fast() })]),
        );
        const producer = queue === undefined ? {} : { 'queue.buffering.max.messages': String(queue) };
        const measure = () => ({ bytesMean, weightsDenominator: 1 });
        const result = plan({ scenarios, workers, producer }, { measure });
        const held = result.lanes.reduce((sum, { inFlight }) => sum + shareOf(inFlight, 0, workers), 0);
        for (const { inFlight } of result.lanes) {
          expect(inFlight).toBeGreaterThanOrEqual(workers);
          expect(inFlight).toBeLessThanOrEqual(100_000);
        }
        expect(held).toBeLessThanOrEqual(Number(result.clients[0]!.properties['queue.buffering.max.messages']));
      }),
    );
  });

  test('are as configured, or refused', () => {
    const given = (inFlight: number) => ({ executor: fast({ durationNs: SEC, inFlight }) });
    expect(planOne(given(777), { workers: 2 }).lanes[0]!.inFlight).toBe(777);
    expect(planOne({}, {}).lanes[0]!.inFlight).toBe(100_000);
    expect(planOne({ executor: fast({ durationNs: SEC }) }, {}).lanes[0]!.inFlight).toBe(50_000);
    expect(problemsOf(() => planOne(given(1), { workers: 2 }))[0]).toContain('cannot be split');
    const producer = { 'queue.buffering.max.messages': '100' };
    expect(problemsOf(() => planOne(given(500), { workers: 2, producer }))[0]).toContain('its queue holds 100');
    expect(planOne(given(200), { workers: 2, producer }).lanes[0]!.inFlight).toBe(200);
  });
});

describe('what is impossible', () => {
  test('is reported all at once', () => {
    const burst: ExecutorProfile = { kind: 'burst', size: 10, everyNs: SEC, durationNs: 5 * SEC };
    const sine: ExecutorProfile = { kind: 'sine', meanPerSec: 1, amplitudePerSec: 2, periodNs: SEC, durationNs: SEC };
    const scenarios = {
      warm: scenarioOf({ executor: constant(10, 5), warmupNs: 5 * SEC }),
      poisson: scenarioOf({ executor: burst, arrivals: 'poisson' }),
      loop: scenarioOf({ executor: fast(), arrivals: 'poisson', overload: { kind: 'shed', maxLagNs: SEC } }),
      keyless: scenarioOf({ executor: constant(1, 5), affinity: 'key', key: { kind: 'none' } }),
      sine: scenarioOf({ executor: sine }),
      empty: scenarioOf({ executor: constant(0.1, 5) }),
      countless: scenarioOf({ executor: constant(1e18, 5) }),
      lost: scenarioOf({ executor: constant(1, 5), topic: 'nowhere' }),
      short: scenarioOf({ executor: constant(1, 0) }),
    };
    const paths = problemsOf(() => plan({ scenarios })).map((text) => text.split(':')[0]);
    expect(paths.sort()).toEqual([
      'scenarios.countless',
      'scenarios.empty',
      'scenarios.keyless.affinity',
      'scenarios.loop.arrivals',
      'scenarios.loop.overload',
      'scenarios.lost.topic',
      'scenarios.poisson.arrivals',
      'scenarios.short',
      'scenarios.sine.amplitude',
      'scenarios.warm.warmup',
    ]);
  });

  test('includes a run that -n ends within the warm-up', () => {
    const scenario = { executor: constant(10, 50), warmupNs: 5 * SEC };
    expect(problemsOf(() => planOne(scenario, { messages: 50 }))[0]).toContain('all warm-up');
    expect(problemsOf(() => planOne(scenario, { messages: 51 }))).toEqual([]);
  });
});
