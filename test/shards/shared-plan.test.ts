/** What of a plan goes over the bus, and what cannot be split. */
import { expect, test } from 'vitest';
import type { InputError } from '../../src/errors.ts';
import { checkShardable } from '../../src/plan/shardable.ts';
import { planLoaded } from '../../src/planning.ts';
import { loadProfile } from '../../src/profile/load.ts';
import { packPlan, planHash, runTagOf, unpackPlan, wholePlan } from '../../src/shards/shared-plan.ts';

const SHARED = { runTag: runTagOf('nightly-7'), nowMs: 1_700_000_000_000 };

async function planOf(profile: string, set: readonly string[] = [], index = 0) {
  const overrides = { set: [...set], bootstrapServers: '127.0.0.1:9' };
  const loaded = await loadProfile(profile, { overrides, env: {} });
  return (await planLoaded(loaded, { cores: 2, shared: { ...SHARED, shard: { index, count: 4 } } })).plan;
}

test('every shard plans the same, another seed, time or setting of the client something else', async () => {
  const plans = await Promise.all([0, 1, 3].map((index) => planOf('atm-1h', [], index)));
  expect(new Set(plans.map(planHash)).size).toBe(1);
  expect(plans[0]!.workers).toBe(4);
  const hash = planHash(plans[0]!);
  expect(planHash(await planOf('atm-1h', ['seed=7']))).not.toBe(hash);
  expect(planHash(await planOf('atm-1h', ['producer.acks=0', 'producer.linger.ms=0']))).not.toBe(hash);
  expect(planHash(await planOf('atm-1h', ['kafka.client.id=pod-1', 'kafka.client.rack=b']))).toBe(hash);
});

test('the plan comes back from the bus as it was, but for what may be secret', async () => {
  const set = [
    'kafka.sasl.password=hunter2',
    'kafka.security.protocol=sasl_plaintext',
    'kafka.sasl.username=me',
    'kafka.sasl.mechanism=PLAIN',
  ];
  const plan = await planOf('smoke', [...set, 'scenarios.atm.headers={"token":"hunter2"}']);
  const packed = packPlan(plan);
  const back = unpackPlan(packed);
  expect(back.lanes.map(({ headers: _, ...lane }) => lane)).toEqual(plan.lanes.map(({ headers: _, ...lane }) => lane));
  expect(back.clients[0]!.properties['bootstrap.servers']).toBe('127.0.0.1:9');
  expect(JSON.stringify(back)).not.toContain('hunter2');
  expect('shard' in back || 'shard' in wholePlan(plan)).toBe(false);
});

test('what one process alone can do is refused, all of it at once', async () => {
  const problems = (plan: Parameters<typeof checkShardable>[0]) => {
    try {
      checkShardable(plan);
      return [];
    } catch (error) {
      return (error as InputError).problems.map(({ path }) => path);
    }
  };
  const plan = await planOf('smoke');
  expect(problems(plan)).toEqual([]);
  const database = { file: null, scenario: 'atm', startNs: 0 };
  const clock = { ...plan.clock, speed: 'max' as const };
  const faults = [{ atNs: 0, action: { kind: 'rtt', ms: 1 } }] as unknown as NonNullable<typeof plan.faults>;
  const target = { kind: 'embedded' as const, rttMs: 0, brokers: 1 };
  expect(problems({ ...plan, database, clock, faults, target })).toEqual(['scenarios.atm', 'clock.speed', 'faults']);
  expect(problems({ ...plan, lanes: [] })).toEqual(['scenarios']);
});
