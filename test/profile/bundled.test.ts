/** What the bundled profiles promise: their defaults, and the environment that changes them. */
import { describe, expect, test } from 'vitest';
import type { InputError } from '../../src/errors.ts';
import { plan } from '../../src/run.ts';

const planOf = async (name: string, env: Record<string, string> = {}, overrides = {}) =>
  (await plan(name, { env, cwd: '/', overrides })).plan;

describe('web-events', () => {
  test('one event every 3 s to user-events, one partition where it is missing, keyed by user_id', async () => {
    const { scenarios, topics, clients } = await planOf('web-events');
    expect(scenarios[0]).toMatchObject({
      topic: 'user-events',
      record: { key: { kind: 'field', field: 'user_id' } },
      load: { kind: 'open', targetPerSec: 1 / 3 },
    });
    expect(topics).toEqual({ 'user-events': expect.objectContaining({ partitions: 1, create: 'if-missing' }) });
    expect(clients[0]!.properties).toMatchObject({
      'reconnect.backoff.ms': '250',
      'reconnect.backoff.max.ms': '10000',
    });
  });

  test('INTERVAL_SECONDS, KAFKA_BROKER and KAFKA_TOPIC are honoured', async () => {
    const env = { INTERVAL_SECONDS: '0.5', KAFKA_BROKER: 'broker:9092', KAFKA_TOPIC: 'clicks' };
    const { scenarios, topics, clients, target } = await planOf('web-events', env);
    expect(scenarios[0]).toMatchObject({ topic: 'clicks', load: { targetPerSec: 2 } });
    expect(topics).toEqual({ clicks: expect.objectContaining({ partitions: 1 }) });
    expect(target.kind).toBe('kafka');
    expect(clients[0]!.properties['bootstrap.servers']).toBe('broker:9092');
  });

  test.each(['soon', '0', '-1'])('an interval of %s is one clear error, at its line', async (interval) => {
    const error: InputError = await planOf('web-events', { INTERVAL_SECONDS: interval }).catch((caught) => caught);
    expect(error.problems).toHaveLength(1);
    expect(error.problems[0]!.place).toMatch(/^profiles\/web-events\.yaml:\d+$/);
    expect(error.problems[0]!.message).toContain(interval);
  });

  test('--topic keeps the single partition', async () => {
    const { topics } = await planOf('web-events', {}, { topic: 'other' });
    expect(topics).toEqual({ other: expect.objectContaining({ partitions: 1 }) });
  });
});

describe('sms-alerts', () => {
  test('MESSAGE_COUNT messages, 1,000 unless told, keyed by phone number', async () => {
    const { scenarios } = await planOf('sms-alerts');
    expect(scenarios[0]).toMatchObject({
      topic: 'sms-alerts',
      record: { key: { kind: 'field', field: 'phone_number' }, mode: 'fresh' },
      load: { kind: 'closed', count: 1000 },
    });
    const { scenarios: more } = await planOf('sms-alerts', { MESSAGE_COUNT: '25000' });
    expect(more[0]!.load.count).toBe(25_000);
  });

  test('-r sends as many at a rate', async () => {
    const { scenarios } = await planOf('sms-alerts', {}, { rate: 100 });
    expect(scenarios[0]!.load).toMatchObject({ kind: 'open', count: 1000, targetPerSec: 100, endNs: 10e9 });
  });

  test('a count that is none is one clear error', async () => {
    const error: InputError = await planOf('sms-alerts', { MESSAGE_COUNT: 'many' }).catch((caught) => caught);
    expect(error.problems).toHaveLength(1);
    expect(error.problems[0]!.place).toMatch(/^profiles\/sms-alerts\.yaml:\d+$/);
  });
});
