/** The engine in a program: constructed with servers, topic, rate and producer settings, run for a duration, closed. */
import { afterAll, expect, test } from 'vitest';
import { run } from '../../dist/src/index.js';
import { killCommands, linesOf, startCluster, startCommand } from './command.ts';

afterAll(killCommands);

test('servers, topic, rate and producer settings are those given; all is there when it resolves', async () => {
  const bootstrapServers = await startCluster('shop:3');
  const { result } = await run('ecommerce', {
    env: {},
    overrides: {
      bootstrapServers,
      topic: 'shop',
      rate: '200/s',
      duration: '1s',
      producerConfig: ['acks=1', 'batch.size=32768', 'linger.ms=5', 'buffer.memory=16777216'],
    },
    onReady: ({ clients }) =>
      expect(clients[0]!.properties).toMatchObject({ acks: '1', 'batch.size': '32768', 'linger.ms': '5' }),
  });
  expect(result.run.acks).toBe('1');
  expect(result.totals).toMatchObject({ scheduled: 200, acked: 200 });
  expect(new Set(result.ledger.partitions.map(({ topic }) => topic))).toEqual(new Set(['shop']));
  const args = ['consume', 'shop', '-n', '200', '--workload', 'ecommerce', '--format', 'json', '--quiet'];
  const { out } = await startCommand([...args, '--bootstrap-servers', bootstrapServers]).ended;
  const keys = linesOf(out)
    .map((line) => JSON.parse(line))
    .map(({ key, value }) => [key, value.user_id]);
  expect(keys).toHaveLength(200);
  for (const [key, user] of keys) expect(key).toBe(user);
});

test('an abort ends it early: what was sent is acknowledged, and it still resolves', async () => {
  const stop = new AbortController();
  const { result } = await run('ecommerce', {
    env: {},
    overrides: { rate: '200/s', duration: '10m' },
    signal: stop.signal,
    onProgress: ({ acked }) => acked > 0 && stop.abort(),
  });
  expect(result.run.stopped?.by).toBe('abort');
  expect(result.totals.acked).toBe(result.totals.sent);
  expect(result.totals.unsent).toBeGreaterThan(100_000);
});

test('bursts of 100 for ten seconds: exactly 1,000', async () => {
  const { result } = await run('atm', {
    env: {},
    overrides: { rate: '100', duration: '10', burst: true },
    allowInvalid: true,
  });
  expect(result.totals).toMatchObject({ scheduled: 1_000, sent: 1_000, acked: 1_000, failed: 0 });
});
