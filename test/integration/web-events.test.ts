/** Random user events as their user meets them: by the environment, printed as they go out, and read back. */
import { afterAll, expect, test } from 'vitest';
import { run } from '../../dist/src/index.js';
import { killCommands, linesOf, startCluster, startCommand } from './command.ts';

afterAll(killCommands);

interface WebEvent {
  readonly user_id: number;
  readonly timestamp: string;
}

test('INTERVAL_SECONDS, KAFKA_BROKER and KAFKA_TOPIC; each event is printed with its partition, and was there', async () => {
  const servers = await startCluster('clicks:3');
  const env = { INTERVAL_SECONDS: '0.05', KAFKA_BROKER: servers, KAFKA_TOPIC: 'clicks' };
  const sent = await startCommand(['web-events', '-n', '8', '--log-events', '--allow-invalid', '-o', 'none'], env)
    .ended;
  expect(sent.code).toBe(0);
  const printed = [...sent.err.matchAll(/ web-events #(\d+) clicks\[(\d)\] (\d+) (\{.*\})$/gm)].map(
    ([, index, partition, key, value]) => ({ index, partition, key, value: JSON.parse(value!) as WebEvent }),
  );
  expect(printed.map(({ index }) => Number(index))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(sent.err).toMatch(/^Total events sent: 8$/m);
  const times = printed.map(({ value }) => Date.parse(`${value.timestamp}Z`));
  for (let i = 1; i < times.length; i++) expect(times[i]! - times[0]!).toBe(50 * i);

  const read = await startCommand(['consume', '-p', 'web-events', '-n', '8', '--format', 'json', '--quiet'], env).ended;
  expect(read.code).toBe(0);
  const records = linesOf(read.out).map((line) => JSON.parse(line));
  const arrived = (key: string, value: WebEvent) => {
    return records.filter((record) => record.key === key && record.value.timestamp === value.timestamp);
  };
  for (const { partition, key, value } of printed) {
    const [record, ...others] = arrived(key!, value);
    expect(others).toEqual([]);
    expect(record.partition).toBe(Number(partition));
    expect(record.value).toEqual(value);
    expect(value.user_id).toBe(Number(key));
  }
});

test('a topic that is missing is made with one partition', async () => {
  const { result } = await run('web-events', {
    env: { INTERVAL_SECONDS: '0.01' },
    overrides: { messages: 5 },
    allowInvalid: true,
  });
  expect(result.totals.acked).toBe(5);
  expect(result.ledger.partitions.map(({ topic, partition }) => [topic, partition])).toEqual([['user-events', 0]]);
});

test('an event that fails is told at once, and the run goes on', async () => {
  const flags = ['-r', '50', '-t', '1', '--bootstrap-servers', 'null', '--allow-invalid', '-o', 'none', '--log-events'];
  const { code, out, err } = await startCommand(['web-events', ...flags, '--set', 'nullTransport={ failRate: 0.125 }'])
    .ended;
  expect(code).toBe(0);
  expect(err).toMatch(/^warning: message \d+ of web-events failed: pretended failure; more like it are counted$/m);
  const at = (start: RegExp) => linesOf(err).findIndex((line) => start.test(line));
  expect(at(/ web-events #49 /)).toBeGreaterThan(0);
  expect(at(/^warning: message/)).toBeLessThan(at(/^Total/));
  expect(err).toMatch(/^Total events sent: 44; 6 more were not acknowledged$/m);
  expect(out).toContain('50 sent = 44 acked + 6 failed + 0 unresolved');
});
