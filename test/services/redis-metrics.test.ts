import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRedisReader, openRedisWriter } from '../../src/roles/redis-metrics.ts';
import type { SendResult } from '../../src/roles/send-result.ts';
import { PROCESSING_BOUNDS_US } from '../../src/roles/sender-totals.ts';
import { readServiceUrl } from '../../src/roles/service-url.ts';
import { describeServices } from './describe-services.ts';
import { startRedis } from './redis.ts';
import type { Service } from './service.ts';

let redis: Service;
const warnings: string[] = [];

const options = (name: string, url = redis.url) => ({
  url: readServiceUrl(url, '--metrics', ['redis', 'rediss']),
  name,
  onWarning: (text: string) => void warnings.push(text),
});

const result = (id: string, own: Partial<SendResult> = {}): SendResult => ({
  id,
  sender: 'host-1',
  outcome: 'sent',
  processingUs: 1_000,
  ...own,
});

async function totalsOf(name: string) {
  const reader = await openRedisReader(options(name));
  const totals = await reader.totals();
  await reader.close();
  return Object.fromEntries(totals);
}

describeServices('metrics in Redis', ['redis-server'], () => {
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => {
    await redis?.stop();
  });

  test('adds up by sender, exactly', async () => {
    const writer = await openRedisWriter(options('sums'));
    await Promise.all([
      writer.record(result('a')),
      writer.record(result('b', { outcome: 'failed', processingUs: 234_567 })),
      writer.record(result('c', { sender: 'host:2' })),
      writer.record(result('d', { processingUs: 2 ** 40 + 1 })),
    ]);
    await writer.close();
    const from = (boundUs: number, count: number) => PROCESSING_BOUNDS_US.map((each) => (each < boundUs ? 0 : count));
    expect(await totalsOf('sums')).toEqual({
      'host-1': {
        ...{ sent: 2, failed: 1, processingUs: 235_567 + 2 ** 40 + 1 },
        // The longest is above all bounds.
        atOrBelow: from(5_000, 1).map((count, i) => count + from(250_000, 1)[i]!),
      },
      'host:2': { sent: 1, failed: 0, processingUs: 1_000, atOrBelow: from(5_000, 1) },
    });
  });

  test('a message that comes again counts once, with its first result, whoever says it', async () => {
    const [one, other] = await Promise.all([openRedisWriter(options('again')), openRedisWriter(options('again'))]);
    await one.record(result('a'));
    await other.record(result('a', { sender: 'host-2', outcome: 'failed' }));
    await one.record(result('a'));
    await Promise.all([one.close(), other.close()]);
    expect(await totalsOf('again')).toMatchObject({ 'host-1': { sent: 1, failed: 0, processingUs: 1_000 } });
  });

  test('names count apart, and where nothing was sent there is nothing', async () => {
    expect(await totalsOf('nobody')).toEqual({});
  });

  test('a server that goes away and comes back: results wait, what is known is told, nothing counts twice', async () => {
    const writer = await openRedisWriter(options('crash'));
    const reader = await openRedisReader(options('crash'));
    await writer.record(result('before'));
    expect((await reader.totals()).get('host-1')).toMatchObject({ sent: 1 });
    warnings.length = 0;
    await redis.kill();
    const recorded = Promise.all(Array.from({ length: 50 }, (_, i) => writer.record(result(`during-${i}`))));
    expect((await reader.totals()).get('host-1')).toMatchObject({ sent: 1 });
    await redis.restart();
    await recorded;
    await expect
      .poll(async () => (await reader.totals()).get('host-1'), { timeout: 30_000 })
      .toMatchObject({ sent: 51 });
    await Promise.all([writer.close(), reader.close()]);
    const shown = new URL(redis.url).host;
    expect(new Set(warnings)).toEqual(
      new Set([`Redis at redis://${shown} disconnected; reconnecting`, `Redis at redis://${shown} is connected again`]),
    );
  });

  test.each([
    ['a wrong password', (url: string) => url.replace(redis.password, 'wrong-password'), /WRONGPASS/],
    ['a database that it has not', (url: string) => `${url}/99`, /DB index is out of range/],
  ])('%s is refused at once, in its own words', async (_, change, words) => {
    const opened = openRedisWriter(options('x', change(redis.url)));
    await expect(opened).rejects.toMatchObject({
      code: 'METRICS_REFUSED',
      message: expect.stringMatching(words),
      exitCode: 1,
    });
    await expect(opened).rejects.not.toMatchObject({ message: expect.stringContaining('wrong-password') });
  });

  test('a result that can never be kept is an error, not a wait', async () => {
    const client = new Redis(redis.url);
    await client.set('{taken}:ids', 'something else');
    await client.quit();
    const writer = await openRedisWriter(options('taken'));
    await expect(writer.record(result('a'))).rejects.toMatchObject({
      code: 'METRICS_REFUSED',
      message: expect.stringContaining('WRONGTYPE'),
    });
    await writer.close();
  });
});
