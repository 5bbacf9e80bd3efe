import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatProblem, InputError } from '../../src/errors.ts';
import { ENDLESS } from '../../src/executors/span.ts';
import { durationNsOf, type ExecutorProfile, plannedMessages } from '../../src/executors/table.ts';
import { loadProfile } from '../../src/profile/load.ts';
import { applyLoadOverrides, parseLoadOverrides, wholeShares } from '../../src/profile/load-overrides.ts';
import type { Overrides } from '../../src/profile/overrides.ts';
import type { Profile } from '../../src/profile/profile.ts';
import { CONSTANT, type LoadTextOptions, loadText, problemsOf, scenario } from './load-text.ts';

const SEC = 1e9;

/** A profile with these executors as scenarios s0, s1, … starting when told. */
async function profileOf(
  ...executors: readonly { executor: ExecutorProfile; startTimeNs?: number }[]
): Promise<Profile> {
  const { profile } = await loadText(scenario(...CONSTANT));
  const scenarios = executors.map((each, i) => [`s${i}`, { ...profile.scenarios.atm!, ...each }] as const);
  return { ...profile, scenarios: Object.fromEntries(scenarios) };
}

const constant = (ratePerSec: number, seconds: number): ExecutorProfile => ({
  kind: 'constant-arrival-rate',
  ratePerSec,
  durationNs: seconds * SEC,
});

const ramp = (...stages: readonly [targetPerSec: number, seconds: number][]): ExecutorProfile => ({
  kind: 'ramping-arrival-rate',
  startRatePerSec: 0,
  stages: stages.map(([targetPerSec, seconds]) => ({ targetPerSec, durationNs: seconds * SEC })),
});

function executors(profile: Profile, overrides: Overrides): ExecutorProfile[] {
  const { scenarios } = applyLoadOverrides(profile, parseLoadOverrides(overrides));
  return Object.values(scenarios).map(({ executor }) => executor);
}

describe('the examples of the ATM producer', () => {
  test.each<[string, Overrides, ExecutorProfile]>([
    ['-r 10 -t 60', { rate: '10', duration: '60' }, constant(10, 60)],
    ['-t 300', { duration: '300' }, constant(5, 300)],
    [
      '-r 20 -b -t 600',
      { rate: '20', burst: true, duration: '600' },
      { kind: 'burst', size: 20, everyNs: SEC, durationNs: 600 * SEC },
    ],
    ['-r 50 -t 120', { rate: '50', duration: '120' }, constant(50, 120)],
    ['-b -t 30', { burst: true, duration: '30' }, { kind: 'max-throughput', durationNs: 30 * SEC }],
    [
      '-r 100 -t 10 -b',
      { rate: '100', duration: '10', burst: true },
      { kind: 'burst', size: 100, everyNs: SEC, durationNs: 10 * SEC },
    ],
    ['-r 25 -t 3600', { rate: '25', duration: '3600' }, constant(25, 3600)],
  ])('%s', async (_, overrides, expected) => {
    const { profile } = await loadProfile('atm', { env: {}, cwd: '/', overrides });
    expect(profile.scenarios.atm?.executor).toEqual(expected);
  });

  test('-r 100 -t 10 -b is exactly 1,000 messages', async () => {
    const { profile } = await loadProfile('atm', {
      env: {},
      cwd: '/',
      overrides: { rate: 100, duration: 10, burst: true },
    });
    expect(plannedMessages(profile.scenarios.atm!.executor)).toBe(1000);
  });
});

describe('-r', () => {
  test('replaces whatever there is, for as long as it lasted', async () => {
    expect(executors(await profileOf({ executor: ramp([10, 5], [0, 5]) }), { rate: '600/m' })).toEqual([
      constant(10, 10),
    ]);
    const counted = await profileOf({ executor: { kind: 'max-throughput', messages: 500 } });
    expect(executors(counted, { rate: 100 })).toEqual([constant(100, 5)]);
  });

  test('goes on without an end where one had none, shared by mean rates', async () => {
    const profile = await profileOf({ executor: { ...constant(5, 1), ...ENDLESS } }, { executor: constant(15, 10) });
    expect(executors(profile, { rate: 100 })).toEqual([
      { ...constant(25, 1), ...ENDLESS },
      { ...constant(75, 1), ...ENDLESS },
    ]);
    expect(executors(profile, { rate: 100, duration: 3 })).toEqual([constant(25, 3), constant(75, 3)]);
    expect(() => executors(profile, { burst: true })).toThrow(/not an endless run/);
    expect(executors(profile, { burst: true, messages: 8 })).toMatchObject([{ messages: 2 }, { messages: 6 }]);
  });

  test('several scenarios share it by planned messages, from start to end', async () => {
    const profile = await profileOf(
      { executor: constant(30, 10) },
      { executor: constant(10, 10), startTimeNs: 20 * SEC },
    );
    const changed = applyLoadOverrides(profile, parseLoadOverrides({ rate: 100 }));
    expect(Object.values(changed.scenarios)).toMatchObject([
      { startTimeNs: 0, executor: constant(75, 30) },
      { startTimeNs: 0, executor: constant(25, 30) },
    ]);
  });

  test('whatever is shared sums up to the whole', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.nat(1_000_000), weights, (total, planned) => {
        const sum = planned.reduce((a, b) => a + b);
        const shares = wholeShares(
          total,
          planned.map((each) => each / sum),
        );
        expect(shares.reduce((a, b) => a + b)).toBe(total);
        for (const [i, share] of shares.entries()) {
          expect(Math.abs(share - (total * planned[i]!) / sum)).toBeLessThan(1 + 1e-6);
        }
      }),
    );
  });

  test('without a unit it counts against the time unit that the scenarios share', async () => {
    const profile = await profileOf({ executor: constant(1, 10) }, { executor: constant(3, 10) });
    const withUnits = (...units: (number | undefined)[]): Profile => {
      const entries = Object.entries(profile.scenarios).map(([name, scenario], i) => {
        return [name, { ...scenario, ...(units[i] && { timeUnitNs: units[i] }) }] as const;
      });
      return { ...profile, scenarios: Object.fromEntries(entries) };
    };
    const hourly = withUnits(3600 * SEC, 3600 * SEC);
    expect(executors(hourly, { rate: 3600 })).toEqual([constant(0.25, 10), constant(0.75, 10)]);
    expect(executors(hourly, { rate: '4/s' })).toEqual([constant(1, 10), constant(3, 10)]);
    expect(executors(hourly, { rate: 4, burst: true })).toMatchObject([{ size: 1 }, { size: 3 }]);
    const mixed = withUnits(3600 * SEC, undefined);
    expect(() => executors(mixed, { rate: 500 })).toThrow(/count against 1h \(s0\) or 1s \(s1\).*500\/s or 500\/h/);
    expect(executors(mixed, { rate: '240/m' })).toEqual([constant(1, 10), constant(3, 10)]);
  });

  test('bursts are shared in whole messages, or refused', async () => {
    const profile = await profileOf({ executor: constant(2, 10) }, { executor: constant(1, 10) });
    expect(executors(profile, { rate: 10, burst: true })).toMatchObject([{ size: 7 }, { size: 3 }]);
    expect(() => executors(profile, { rate: 1, burst: true })).toThrow(/each of 2 scenarios/);
  });
});

describe('-t', () => {
  test.each<[string, ExecutorProfile, number, ExecutorProfile | RegExp]>([
    ['cuts a ramp where it is', ramp([10, 10], [10, 10], [0, 10]), 25, ramp([10, 10], [10, 10], [5, 5])],
    ['keeps a jump at the cut', ramp([0, 5], [10, 0], [10, 5]), 7, ramp([0, 5], [10, 0], [10, 2])],
    [
      'gives the difference to the longest level',
      ramp([10, 1], [10, 5], [20, 1], [20, 6], [0, 1]),
      20,
      ramp([10, 1], [10, 5], [20, 1], [20, 12], [0, 1]),
    ],
    ['goes on at the last rate', ramp([10, 5], [20, 5]), 30, ramp([10, 5], [20, 5], [20, 20])],
    ['has nothing to go on with', ramp([10, 5], [0, 5]), 30, /ends at 0/],
    [
      'cuts bursts',
      { kind: 'burst', size: 3, everyNs: SEC, durationNs: 5 * SEC },
      2,
      { kind: 'burst', size: 3, everyNs: SEC, durationNs: 2 * SEC },
    ],
    [
      'ends a count in time',
      { kind: 'max-throughput', messages: 5 },
      2,
      { kind: 'max-throughput', messages: 5, durationNs: 2 * SEC },
    ],
  ])('%s', async (_, executor, seconds, expected) => {
    const profile = await profileOf({ executor });
    if (expected instanceof RegExp) expect(() => executors(profile, { duration: seconds })).toThrow(expected);
    else expect(executors(profile, { duration: seconds })).toEqual([expected]);
  });

  test('endless: what has a rate to go on with, and ended with the run', async () => {
    const profile = await profileOf(
      { executor: constant(5, 10) },
      { executor: constant(7, 5) },
      { executor: { kind: 'burst', size: 3, everyNs: SEC, durationNs: 10 * SEC } },
    );
    expect(executors(profile, { duration: 'endless' })).toEqual([
      { ...constant(5, 10), ...ENDLESS },
      constant(7, 5),
      { kind: 'burst', size: 3, everyNs: SEC, ...ENDLESS },
    ]);
    for (const executor of [ramp([10, 5]), { kind: 'max-throughput', messages: 5 } as const]) {
      const bounded = await profileOf({ executor });
      expect(() => executors(bounded, { duration: 'endless' })).toThrow(`${executor.kind} cannot be endless`);
    }
  });

  test('what is endless is cut, and keeps no trace of it', async () => {
    const profile = await profileOf({ executor: { ...constant(5, 1), ...ENDLESS } });
    expect(executors(profile, { duration: 60 })).toEqual([constant(5, 60)]);
  });

  test('a replay is cut, or starts over, rate by rate', async () => {
    const rows = fc
      .uniqueArray(fc.nat(20), { minLength: 1, maxLength: 6 })
      .map((seconds) => seconds.sort((a, b) => a - b).map((second) => ({ second, ratePerSec: second * 3 + 1 })));
    const rateAt = (all: readonly { second: number; ratePerSec: number }[], second: number) =>
      all.findLast((row) => row.second <= second)?.ratePerSec ?? 0;
    const base = await profileOf({ executor: constant(1, 1) });
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 90 }), (recorded, seconds) => {
        const scenarios = { s0: { ...base.scenarios.s0!, executor: { kind: 'replay', rows: recorded } as const } };
        const [changed] = executors({ ...base, scenarios }, { duration: seconds });
        const length = recorded.at(-1)!.second + 1;
        expect(durationNsOf(changed!)).toBe(seconds * SEC);
        for (let second = 0; second < seconds; second++) {
          const actual = changed?.kind === 'replay' ? rateAt(changed.rows, second) : Number.NaN;
          expect(actual).toBe(rateAt(recorded, second % length));
        }
      }),
    );
  });

  test('scenarios that end before the run keep their end, those after it cannot be', async () => {
    const profile = await profileOf(
      { executor: constant(1, 60) },
      { executor: constant(5, 10), startTimeNs: 20 * SEC },
      { executor: constant(2, 30), startTimeNs: 30 * SEC },
    );
    expect(executors(profile, { duration: 100 })).toEqual([constant(1, 100), constant(5, 10), constant(2, 70)]);
    expect(executors(profile, { duration: 40 })).toEqual([constant(1, 40), constant(5, 10), constant(2, 10)]);
    expect(() => executors(profile, { duration: 25 })).toThrow(/scenarios\.s2: it would not have started/);
  });

  test('a warm-up that would be all of it is refused', async () => {
    const loading = loadProfile('smoke', { env: {}, cwd: '/', overrides: { duration: '1s' } });
    expect(await problemsOf(loading)).toMatchObject([{ place: '--duration', path: 'scenarios.atm.warmup' }]);
  });
});

describe('-n', () => {
  test('alone bounds the run, with -r or -b it makes it', async () => {
    const profile = await profileOf({ executor: constant(5, 10) });
    expect(applyLoadOverrides(profile, parseLoadOverrides({ messages: '100' }))).toEqual({ ...profile, messages: 100 });
    expect(executors(profile, { messages: 1000, rate: 10 })).toEqual([constant(10, 100)]);
    expect(executors(profile, { messages: 1000, burst: true })).toEqual([{ kind: 'max-throughput', messages: 1000 }]);
    expect(executors(profile, { messages: 25, rate: 10, burst: true })).toMatchObject([
      { size: 10, durationNs: 3 * SEC },
    ]);
    expect(executors(profile, { messages: 1000, burst: true, duration: 5 })).toEqual([
      { kind: 'max-throughput', messages: 1000, durationNs: 5 * SEC },
    ]);
  });

  test('is reached whatever rounding takes from each scenario', async () => {
    const base = await profileOf({ executor: constant(1, 1) });
    const rates = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(
        rates,
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 1, max: 500 }),
        (planned, messages, rate) => {
          const scenarios = planned.map(
            (each, i) => [`s${i}`, { ...base.scenarios.s0!, executor: constant(each, 10) }] as const,
          );
          const changed = executors({ ...base, scenarios: Object.fromEntries(scenarios) }, { messages, rate });
          const whole = changed.map((each) => Math.floor(plannedMessages(each) + 1e-6)).reduce((a, b) => a + b);
          expect(whole).toBeGreaterThanOrEqual(messages);
        },
      ),
    );
  });
});

test('every flag that cannot be read is named', () => {
  const overrides: Overrides = { rate: '0', duration: 'soon', messages: '1.5', burst: true };
  expect(() => parseLoadOverrides(overrides)).toThrow(InputError);
  expect(() => parseLoadOverrides(overrides)).toThrow(
    /--rate: .*\n--duration: `soon` is not a duration.*\n--messages: `1.5`/,
  );
  expect(() => parseLoadOverrides({ rate: '30/m', burst: true })).toThrow(
    /--rate: `30\/m` with --burst is 0.5 a second/,
  );
  expect(parseLoadOverrides({ rate: '30/m' })).toEqual({ rate: '30/m', burst: false });
});

describe('what only JavaScript lets pass', () => {
  const problemsWith = (options: object) => problemsOf(loadText(scenario(...CONSTANT), options as LoadTextOptions));

  test.each([
    [
      { overrides: { bootstrapServer: 'x:1' } },
      /^overrides: there is no override `bootstrapServer` \(did you mean `bootstrapServers`\?\)/,
    ],
    [{ overrides: { 'bootstrap-servers': 'x:1' } }, /did you mean `bootstrapServers`/],
    [{ overrides: { x: undefined } }, /there is no override `x` \(one of rate, duration/],
    [{ overrides: { constructor: 1 } }, /there is no override `constructor`/],
    [{ overrides: { set: 'workers=2' } }, /^overrides\.set: expected a list of texts/],
    [{ overrides: { burst: 'yes' } }, /^overrides\.burst: expected true or false/],
    [{ overrides: null }, /^overrides: expected an object \(\{ overrides: \{ rate: 5 \} \}\)/],
    [{ overrides: ['rate=5'] }, /^overrides: expected an object/],
    [{ overrides: 'rate=5' }, /^overrides: expected an object/],
    [{ rate: 5 }, /^`rate` is not an option \(it is an override: \{ overrides: \{ rate: … \} \}\)/],
  ])('%j', async (options, words) => {
    expect((await problemsWith(options)).map(formatProblem).join('\n')).toMatch(words);
  });
});

describe('flags that are values', () => {
  const atm = scenario(...CONSTANT, 'topic: orders');
  const load = async (overrides: Overrides, text = atm) => (await loadText(text, { overrides })).profile;

  test('land where they belong', async () => {
    const profile = await load({
      workers: '3',
      seed: '7',
      key: '{ uniform: 5 }',
      recordFormat: 'json',
      bootstrapServers: 'a:1',
      producerConfig: ['linger.ms=5', 'sasl.username=0123', 'bootstrap.servers=b:1'],
      params: { atms: '9' },
    });
    expect(profile).toMatchObject({ workers: 3, seed: 7, kafka: { 'bootstrap.servers': 'a:1' } });
    expect(profile.producer).toEqual({ 'linger.ms': '5', 'sasl.username': '0123' });
    expect(profile.scenarios.atm).toMatchObject({
      format: 'json',
      key: { kind: 'uniform', cardinality: 5 },
      params: { atms: 9 },
    });
  });

  test('--topic takes along what was said about the old one', async () => {
    const profile = await load({ topic: 'other' }, `topics: { orders: { partitions: 3 } }\n${atm}`);
    expect(profile.scenarios.atm?.topic).toBe('other');
    expect(profile.topics).toEqual({
      other: { partitions: 3, replicationFactor: 1, create: 'if-missing', config: {} },
    });
  });

  test.each<[string, (profile: Profile) => unknown, unknown]>([
    ['workers=2', (profile) => profile.workers, 2],
    ['scenarios.atm.rate=50', (profile) => profile.scenarios.atm?.executor, constant(50, 30)],
    ['producer.linger.ms=5', (profile) => profile.producer, { 'linger.ms': '5' }],
    ['topics.orders.config.retention.ms=1', (profile) => profile.topics.orders?.config, { 'retention.ms': '1' }],
    ['topics.orders.partitions=3', (profile) => profile.topics.orders?.partitions, 3],
    [
      'scenarios.atm.overload={ shed: { maxLag: 1s } }',
      (profile) => profile.scenarios.atm?.overload,
      { kind: 'shed', maxLagNs: SEC },
    ],
    [
      'scenarios.atm.overload.shed.maxLag=1s',
      (profile) => profile.scenarios.atm?.overload,
      { kind: 'shed', maxLagNs: SEC },
    ],
    ['scenarios.atm.params.atms=3', (profile) => profile.scenarios.atm?.params.atms, 3],
    ['scenarios.atm.headers.a.b=c=d', (profile) => profile.scenarios.atm?.headers, { 'a.b': 'c=d' }],
    ['kafka.bootstrap.servers=x:1', (profile) => profile.kafka['bootstrap.servers'], 'x:1'],
    ['thresholds.failed=rate<1', (profile) => profile.thresholds.length, 1],
  ])('--set %s', async (text, of, expected) => {
    expect(of(await load({ set: [text] }))).toEqual(expected);
  });

  test.each([
    [{ producerConfig: ['batch_size=5', 'linger_ms=7'] }],
    [{ producerConfig: ['queue.buffering.max.ms=7', 'batch.size=5'] }],
    [{ set: ['producer.batch_size=5', 'producer.linger_ms=7'] }],
  ])('%j: another name of a property that the profile has', async (overrides) => {
    const text = `producer: { linger.ms: 1, batch_size: 2 }\n${atm}`;
    expect((await load(overrides, text)).producer).toEqual({ 'batch.size': '5', 'linger.ms': '7' });
  });

  test('--set reaches the settings of a pattern of topics', async () => {
    const text = atm.replace('topic: orders', 'topic: load-{0..9}');
    const written = `topics: { "load-{0..9}": { partitions: 2 } }\n${text}`;
    const set = ['topics.load-{0..9}.partitions=3', 'topics.load-{0..9}.config.min.insync.replicas=1'];
    expect((await load({ set }, written)).topics['load-{0..9}']).toMatchObject({
      partitions: 3,
      config: { 'min.insync.replicas': '1' },
    });
  });

  test('--set reaches into lists, and changes the executor as a whole', async () => {
    const text = scenario('workload: atm', 'executor: ramping-arrival-rate', 'stages: [{ target: 1, duration: 1s }]');
    expect((await load({ set: ['scenarios.atm.stages[0].target=9'] }, text)).scenarios.atm?.executor).toEqual(
      ramp([9, 1]),
    );
    const changed = ['executor=burst', 'size=4', 'bursts=2', 'rate=1'].map((each) => `scenarios.atm.${each}`);
    const problems = await problemsOf(load({ set: changed }));
    expect(problems.map(({ place }) => place)).toContain('--set scenarios.atm.rate');
  });

  test.each<[string, Overrides, string, RegExp]>([
    ['a bad path', { set: ['scenario.atm.rate=1'] }, '--set scenario.atm.rate', /no key `scenario` .*`scenarios`/],
    [
      'a bad path inside',
      { set: ['scenarios.atm.rat=1'] },
      '--set scenarios.atm.rat',
      /`scenarios.atm` has no key `rat` .*`rate`/,
    ],
    [
      'a bad path with more behind it',
      { set: ['scenarios.atm.parameters.size=1'] },
      '--set scenarios.atm.parameters.size',
      /`scenarios.atm` has no key `parameters`/,
    ],
    [
      'a scenario that is not there',
      { set: ['scenarios.atn.rate=1'] },
      '--set scenarios.atn.rate',
      /no scenario `atn` .*`atm`/,
    ],
    ['no value', { set: ['workers'] }, '--set workers', /a path and a value/],
    ['a bad value', { set: ['scenarios.atm.rate=0'] }, '--set scenarios.atm.rate', /greater than 0/],
    ['a bad property', { producerConfig: ['linger.sm=1'] }, '-X linger.sm', /`linger.ms`/],
    ['no property', { producerConfig: ['linger.ms'] }, '-X linger.ms', /a name and a value/],
    ['a bad parameter', { params: { atmz: '1' } }, '--atmz', /no scenario's workload.*`atms`/],
    ['a bad parameter value', { params: { atms: '0' } }, '--atms', /at least 1/],
    ['bad workers', { workers: 'many' }, '--workers', /`auto` or a whole number/],
    ['a bad format', { recordFormat: 'JSN' }, '--record-format', /`JSN` is not one of avro, json/],
    ['a bad key', { key: 'atm' }, '--key', /not a field of `atm`/],
    ['a registry', { schemaRegistryUrl: 'x' }, '--schema-registry-url', /not the address of a schema registry/],
  ])('%s has the flag as its place', async (_, overrides, place, says) => {
    const problems = await problemsOf(load(overrides));
    expect(problems).toHaveLength(1);
    expect(problems[0]?.place).toBe(place);
    expect(`${problems[0]?.message} ${problems[0]?.hint}`).toMatch(says);
  });
});
