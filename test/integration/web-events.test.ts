/** Random user events as their user meets them: by the environment, printed as they go out, and read back. */
import { afterAll, expect, test } from 'vitest';
import { run } from '../../dist/src/index.js';
import { killCommands, linesOf, startCluster, startCommand } from './command.ts';

afterAll(killCommands);

interface WebEvent {
  readonly timestamp: string;
}

test('INTERVAL_SECONDS, KAFKA_BROKER and KAFKA_TOPIC; each event is printed with its partition, and was there', async () => {
  const servers = await startCluster('clicks:3');
  const env = { INTERVAL_SECONDS: '0.05', KAFKA_BROKER: servers, KAFKA_TOPIC: 'clicks' };
  const sent = await startCommand(['web-events', '-n', '8', '--log-events', '--allow-invalid', '-o', 'none'], env)
    .ended;
  expect(sent.code).toBe(0);
  const line = /^Event sent - User: (\d+), Type: (\w+), Metadata: (\{.*\}), Partition: (\d)$/gm;
  const printed = [...sent.err.matchAll(line)].map(([, user, type, metadata, partition]) => ({
    key: user,
    partition: Number(partition),
    value: { user_id: Number(user), event_type: type, metadata: JSON.parse(metadata!) as object },
  }));
  expect(printed).toHaveLength(8);
  expect(sent.err).toMatch(/^Total events sent: 8$/m);

  const read = await startCommand(['consume', '-p', 'web-events', '-n', '8', '--format', 'json', '--quiet'], env).ended;
  expect(read.code).toBe(0);
  const records = linesOf(read.out)
    .map((each) => JSON.parse(each) as { key: string; partition: number; value: WebEvent })
    .toSorted((one, other) => one.value.timestamp.localeCompare(other.value.timestamp));
  expect(records).toMatchObject(printed);
  const times = records.map(({ value }) => Date.parse(`${value.timestamp}Z`));
  for (let i = 1; i < times.length; i++) expect(times[i]! - times[0]!).toBe(50 * i);
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
  expect(err).toMatch(/^warning: message \d+ of web-events failed: simulated failure; more like it are counted$/m);
  const at = (start: RegExp) => linesOf(err).findIndex((line) => start.test(line));
  expect(err.match(/^Event sent - User: /gm)).toHaveLength(50);
  expect(at(/^warning: message/)).toBeLessThan(at(/^Total/));
  expect(err).toMatch(/^Total events sent: 44; 6 more were not acknowledged$/m);
  expect(out).toContain('50 sent = 44 acked + 6 failed + 0 unresolved');
});
