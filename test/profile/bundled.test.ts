/** What the bundled profiles promise: their defaults, and the environment that changes them. */
import { describe, expect, test } from 'vitest';
import type { InputError } from '../../src/errors.ts';
import { describeLoad } from '../../src/plan/pace.ts';
import type { OpenLoad } from '../../src/plan/plan.ts';
import { plan } from '../../src/planning.ts';
import { dueCount, dueCountBefore } from '../../src/schedule/schedule.ts';
import { loadText } from './load-text.ts';

const planOf = async (name: string, env: Record<string, string> = {}, overrides = {}) =>
  (await plan(name, { env, cwd: '/', overrides })).plan;

describe('ecommerce', () => {
  const hourNs = 3600e9;
  /** A Wednesday and a Saturday in New York. */
  const [wednesday, saturday] = ['2025-03-12', '2025-03-15'].map((day) => ({ set: [`clock.start=${day}T00:00:00`] }));
  const hourly = async (overrides: object, env = {}) => {
    const [scenario] = (await planOf('ecommerce', env, overrides)).lanes;
    const load = scenario!.load as OpenLoad;
    const before = (hour: number) => dueCountBefore(load.schedule, hour * hourNs);
    return Array.from({ length: 24 }, (_, hour) => before(hour + 1) - before(hour));
  };

  test('1,000 an hour to transactions, keyed by user_id, with the given producer settings', async () => {
    const { lanes, clients } = await planOf('ecommerce');
    expect(lanes[0]).toMatchObject({
      topic: 'transactions',
      record: { key: { kind: 'field', field: 'user_id' } },
      load: { kind: 'open', endless: true },
    });
    expect(clients[0]!.properties).toMatchObject({
      acks: 'all',
      retries: '3',
      'batch.size': '16384',
      'linger.ms': '10',
      'compression.type': 'snappy',
    });
  });

  test('a day has its windows: nights × 0.3, noon × 2, business × 1.5, week-ends × 1.5', async () => {
    const night = new Array(6).fill(300);
    const work = [1500, 1500, 1500, 2000, 2000, 1500, 1500, 1500];
    const near = (expected: readonly number[]) => expected.map((count) => expect.closeTo(count, -0.5));
    expect(await hourly(wednesday!)).toEqual(
      near([...night, 1000, 1000, 1000, ...work, 1000, 1000, 1000, 1000, 1000, 300, 300]),
    );
    expect(await hourly(saturday!)).toEqual(
      near([...night, 1500, 1500, 1500, ...work, 1500, 1500, 1500, 1500, 1500, 300, 300]),
    );
  });

  test('KAFKA_BOOTSTRAP_SERVERS, KAFKA_TOPIC, GENERATION_RATE and DURATION are honoured', async () => {
    const env = {
      KAFKA_BOOTSTRAP_SERVERS: 'broker:9092',
      KAFKA_TOPIC: 'shop',
      GENERATION_RATE: '6000',
      DURATION: '7200',
    };
    const { lanes, topics, clients, target } = await planOf('ecommerce', env, saturday);
    expect(lanes[0]).toMatchObject({ topic: 'shop', load: { count: 3600, endNs: 2 * hourNs } });
    expect(topics).toEqual({ shop: expect.objectContaining({ partitions: 12 }) });
    expect(target.kind).toBe('kafka');
    expect(clients[0]!.properties['bootstrap.servers']).toBe('broker:9092');
  });

  test('DURATION may be endless, and says so again when it is written out', async () => {
    const { loaded } = await plan('ecommerce', { env: { DURATION: 'endless' }, cwd: '/' });
    expect(loaded.resolved).toContain('duration: endless');
    const { lanes } = await planOf('ecommerce', { DURATION: '90s' });
    expect(lanes[0]!.load).not.toHaveProperty('endless');
  });

  test('takes the documented tuning', async () => {
    const producerConfig = ['batch.size=32768', 'linger.ms=5', 'buffer.memory=16777216'];
    const { clients } = await planOf('ecommerce', {}, { producerConfig });
    const tuned = { 'batch.size': '32768', 'linger.ms': '5', 'queue.buffering.max.kbytes': '16384' };
    expect(clients[0]!.properties).toMatchObject(tuned);
  });

  test('GENERATION_RATE may have a unit of its own, DURATION be infinite', async () => {
    const env = { GENERATION_RATE: '2000/h', DURATION: 'infinite' };
    const made = await planOf('ecommerce', env, wednesday);
    expect(made.pace).toBe('2,000/h × day shape');
    expect(made.lanes[0]!.load).toMatchObject({ endless: true });
    expect((await planOf('ecommerce', { GENERATION_RATE: '5/s' })).pace).toBe('18,000/h × day shape');
    for (const text of ['Infinite', 'infinity', 'forever', 'endless']) {
      expect((await planOf('ecommerce', {}, { duration: text })).lanes[0]!.load).toHaveProperty('endless');
    }
  });

  test('a bare -r counts against an hour and keeps the shape of the day; a unit says it outright', async () => {
    expect((await hourly({ ...wednesday, rate: 500 })).slice(8, 13)).toEqual([500, 750, 750, 750, 1000]);
    expect((await hourly({ ...wednesday, rate: '1500/h' }))[13]).toBe(3000);
    const perSecond = await planOf('ecommerce', {}, { ...wednesday, rate: '500/s', duration: 60 });
    expect(perSecond).toMatchObject({ pace: '500/s × day shape', lanes: [{ load: { count: 9000 } }] });
  });

  test('--topic my_transactions --rate 500 --duration 3600, at noon', async () => {
    const set = ['clock.start=2025-03-12T12:00:00'];
    const made = await planOf('ecommerce', {}, { set, topic: 'my_transactions', rate: '500', duration: '3600' });
    expect(made).toMatchObject({ lanes: [{ topic: 'my_transactions', load: { count: 1000, endNs: hourNs } }] });
    expect(describeLoad(made)).toBe('500/h × day shape, 1,000 messages in 1h');
  });

  test('-n takes as long as the day lets it', async () => {
    const made = await planOf('ecommerce', {}, { ...wednesday, rate: 500, messages: 300 });
    // At 150 an hour until six, 500 an hour from then on.
    expect(made.lanes[0]!.load).toMatchObject({ count: 300, endNs: 2 * hourNs });
    const fast = [...wednesday!.set, 'clock.speed=max'];
    expect((await planOf('ecommerce', {}, { set: fast, rate: 500, messages: 300 })).lanes[0]!.load.count).toBe(300);
  });

  test('multipliers: none takes the shape off', async () => {
    const set = [...wednesday!.set, 'scenarios.ecommerce.multipliers=none'];
    expect(new Set(await hourly({ set, rate: 500 }))).toEqual(new Set([500]));
    expect((await planOf('ecommerce', {}, { set })).pace).toBe('1,000/h');
  });

  test('what is written out again plans the same, with its time unit', async () => {
    const overrides = { ...wednesday, rate: '500', duration: '3600' };
    const { loaded } = await plan('ecommerce', { env: {}, cwd: '/', overrides });
    const again = await loadText(loaded.resolved);
    expect(again.profile).toEqual(loaded.profile);
    expect(loaded.resolved).toMatch(/rate: 500\n +timeUnit: 1h/);
  });
});

describe('web-events', () => {
  test('one event every 3 s to user-events, one partition where it is missing, keyed by user_id', async () => {
    const { lanes, topics, clients } = await planOf('web-events');
    expect(lanes[0]).toMatchObject({
      topic: 'user-events',
      record: { key: { kind: 'field', field: 'user_id' } },
      load: { kind: 'open', targetPerSec: 1 / 3, endless: true },
    });
    expect(topics).toEqual({ 'user-events': expect.objectContaining({ partitions: 1, create: 'if-missing' }) });
    expect(clients[0]!.properties).toMatchObject({
      'reconnect.backoff.ms': '250',
      'reconnect.backoff.max.ms': '10000',
    });
  });

  test('INTERVAL_SECONDS, KAFKA_BROKER and KAFKA_TOPIC are honoured', async () => {
    const env = { INTERVAL_SECONDS: '0.5', KAFKA_BROKER: 'broker:9092', KAFKA_TOPIC: 'clicks' };
    const { lanes, topics, clients, target } = await planOf('web-events', env);
    expect(lanes[0]).toMatchObject({ topic: 'clicks', load: { targetPerSec: 2 } });
    expect(topics).toEqual({ clicks: expect.objectContaining({ partitions: 1 }) });
    expect(target.kind).toBe('kafka');
    expect(clients[0]!.properties['bootstrap.servers']).toBe('broker:9092');
  });

  test.each(['soon', '0', '-1'])(
    'an interval of %s is one clear error, with its variable and line',
    async (interval) => {
      const error: InputError = await planOf('web-events', { INTERVAL_SECONDS: interval }).catch((caught) => caught);
      expect(error.problems).toHaveLength(1);
      expect(error.problems[0]!.place).toMatch(/^INTERVAL_SECONDS in profiles\/web-events\.yaml:\d+$/);
      expect(error.problems[0]!.message).toContain(interval);
    },
  );

  test('--topic keeps the single partition', async () => {
    const { topics } = await planOf('web-events', {}, { topic: 'other' });
    expect(topics).toEqual({ other: expect.objectContaining({ partitions: 1 }) });
  });
});

describe('message-lifecycle', () => {
  test('50 messages a minute to message_status, keyed by messageId, with the given defaults', async () => {
    const { lanes } = await planOf('message-lifecycle');
    const [sent] = lanes;
    expect(sent).toMatchObject({
      topic: 'message_status',
      record: {
        key: { kind: 'field', field: 'messageId' },
        params: {
          totalPhoneNumbers: 1000,
          maxActiveMessages: 100,
          deliveredRate: 0.85,
          delayedRate: 0.1,
          neverDeliveredRate: 0.05,
          normalDeliveryTime: '30s',
          delayedDeliveryTime: '180s',
        },
      },
    });
    const { schedule } = sent!.load as OpenLoad;
    expect([dueCount(schedule, 0), dueCount(schedule, 59e9), dueCount(schedule, 60e9)]).toEqual([50, 50, 100]);
    expect(lanes.map(({ load }) => load.startNs / 1e9)).toEqual([0, 30, 30, 180, 180]);
  });

  const second = {
    totalPhoneNumbers: 500,
    maxActiveMessages: 50,
    deliveredRate: 0.8,
    delayedRate: 0.15,
    neverDeliveredRate: 0.05,
    batchInterval: '30s',
  };

  test('the second given set: 500 numbers, 50 active, .80/.15/.05, a batch every 30 s', async () => {
    const { lanes, warnings } = await planOf('message-lifecycle', {}, { params: second });
    const { schedule } = lanes[0]!.load as OpenLoad;
    const batches = [0, 30e9].map((ns) => dueCount(schedule, ns) - dueCountBefore(schedule, ns));
    expect(batches[0]).toBe(50);
    // What was delivered gave way; what is delayed or never delivered did not yet.
    expect(Math.abs(batches[1]! - 40)).toBeLessThan(6);
    expect(warnings[0]).toMatch(/^message-lifecycle: maxActiveMessages 50 leaves no room for [\d,]+ of 1,000 new ones/);
    expect(lanes[0]!.record.params).toMatchObject({ totalPhoneNumbers: 500, deliveredRate: 0.8 });
  });

  test('--messages-per-batch and --batch-interval are the size and interval of its bursts', async () => {
    const params = { messagesPerBatch: 7, batchInterval: '10s' };
    const { schedule } = (await planOf('message-lifecycle', {}, { params })).lanes[0]!.load as OpenLoad;
    expect([dueCount(schedule, 0), dueCount(schedule, 9e9), dueCount(schedule, 10e9)]).toEqual([7, 7, 14]);
    const wrong: InputError = await planOf('message-lifecycle', {}, { params: { messagesPerBatch: 'many' } }).catch(
      (caught) => caught,
    );
    expect(wrong.problems).toMatchObject([{ place: '--messages-per-batch', path: 'scenarios.message-lifecycle.size' }]);
    const set = ['scenarios.message-lifecycle.params.batchInterval=10s'];
    const written: InputError = await planOf('message-lifecycle', {}, { set }).catch((caught) => caught);
    expect(written.problems).toMatchObject([{ hint: 'it is `every` of the executor, beside params' }]);
    const elsewhere: InputError = await planOf('atm', {}, { params }).catch((caught) => caught);
    expect(elsewhere.problems[0]).toMatchObject({ place: '--messages-per-batch' });
  });

  test('rates that do not make 1 are one clear error', async () => {
    const error: InputError = await planOf('message-lifecycle', {}, { params: { deliveredRate: 0.8 } }).catch(
      (caught) => caught,
    );
    expect(error.problems).toMatchObject([
      {
        path: 'scenarios.message-lifecycle.params',
        message: 'the rates make 0.95, not 1: delivered 0.8, delayed 0.1, never delivered 0.05',
        hint: 'deliveredRate 0.85 would do',
      },
    ]);
  });

  const cloud = {
    BOOTSTRAP_SERVERS: 'pkc-1.confluent.cloud:9092',
    CONFLUENT_CLOUD_API_KEY: 'AN-API-KEY',
    CONFLUENT_CLOUD_API_SECRET: 'an/api/secret',
    CONFLUENT_CLOUD_SCHEMA_REGISTRY_URL: 'https://psrc-1.confluent.cloud',
  };

  test('BOOTSTRAP_SERVERS, the registry and the key pair of Confluent Cloud are honoured, and the secret kept', async () => {
    const { plan: made, loaded } = await plan('message-lifecycle', { env: cloud, cwd: '/' });
    expect(made.clients[0]!.properties).toMatchObject({
      'bootstrap.servers': 'pkc-1.confluent.cloud:9092',
      'security.protocol': 'sasl_ssl',
      'sasl.mechanisms': 'PLAIN',
      'sasl.username': 'AN-API-KEY',
      'sasl.password': 'an/api/secret',
    });
    expect(loaded.profile.schemaRegistry?.url).toBe('https://psrc-1.confluent.cloud');
    for (const secret of ['AN-API-KEY', 'an/api/secret']) expect(loaded.resolved).not.toContain(secret);
    const ours = await plan('message-lifecycle', { env: { ...cloud, SCHEMA_REGISTRY_URL: 'http://ours' }, cwd: '/' });
    expect(ours.loaded.profile.schemaRegistry?.url).toBe('http://ours');
  });

  test('the key pair is for no embedded cluster, nor for a profile with a security of its own', async () => {
    const { BOOTSTRAP_SERVERS: _, ...pair } = cloud;
    expect((await planOf('message-lifecycle', pair)).clients[0]!.properties).not.toHaveProperty('security.protocol');
    const own = { set: ['kafka={ security.protocol: SSL }'] };
    const { properties } = (await planOf('message-lifecycle', cloud, own)).clients[0]!;
    expect(properties).toMatchObject({ 'security.protocol': 'ssl' });
    expect(properties).not.toHaveProperty('sasl.username');
  });

  test('half a key pair is one clear error', async () => {
    const { CONFLUENT_CLOUD_API_SECRET: _, ...half } = cloud;
    const error: InputError = await planOf('message-lifecycle', half).catch((caught) => caught);
    expect(error.problems).toEqual([
      {
        place: 'CONFLUENT_CLOUD_API_KEY',
        message: 'it is set, and CONFLUENT_CLOUD_API_SECRET is not',
        hint: 'set both, or neither',
      },
    ]);
  });
});

describe('sms-alerts', () => {
  test('MESSAGE_COUNT messages, 1,000 unless told, keyed by phone number', async () => {
    const { lanes } = await planOf('sms-alerts');
    expect(lanes[0]).toMatchObject({
      topic: 'sms-alerts',
      record: { key: { kind: 'field', field: 'phone_number' }, mode: 'fresh' },
      load: { kind: 'closed', count: 1000 },
    });
    const { lanes: more } = await planOf('sms-alerts', { MESSAGE_COUNT: '25000' });
    expect(more[0]!.load.count).toBe(25_000);
  });

  test('-r sends as many at a rate', async () => {
    const { lanes } = await planOf('sms-alerts', {}, { rate: 100 });
    expect(lanes[0]!.load).toMatchObject({ kind: 'open', count: 1000, targetPerSec: 100, endNs: 10e9 });
  });

  test('a count that is none is one clear error', async () => {
    const error: InputError = await planOf('sms-alerts', { MESSAGE_COUNT: 'many' }).catch((caught) => caught);
    expect(error.problems).toHaveLength(1);
    expect(error.problems[0]!.place).toMatch(/^MESSAGE_COUNT in profiles\/sms-alerts\.yaml:\d+$/);
  });
});
