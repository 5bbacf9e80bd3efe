/** `consume` while its only broker is killed and started again. */
import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { afterAll, expect, test } from 'vitest';
import { killCommands, linesOf, startCommand, until } from '../integration/command.ts';
import { startKafka } from './cluster.ts';
import { describeKafka } from './describe-kafka.ts';
import { createTopic, withAdmin } from './topics.ts';

afterAll(killCommands);

describeKafka('consume and a broker that is killed', () => {
  test('goes on where it was: each record once, one warning, and Ctrl-C commits', async () => {
    // A broker that is killed is believed to be alive for so long, and cannot start meanwhile.
    const properties = { 'broker.session.timeout.ms': '2000', 'broker.heartbeat.interval.ms': '400' };
    const kafka = await startKafka({ properties });
    const servers = kafka.bootstrapServers;
    try {
      const [topic, group] = [randomUUID(), randomUUID()];
      await createTopic(servers, topic, { partitions: 2 });
      const send = async (from: number) => {
        const client = new kafkajs.Kafka({ brokers: [servers], logLevel: kafkajs.logLevel.NOTHING });
        const producer = client.producer();
        await producer.connect();
        const messages = Array.from({ length: 50 }, (_, i) => ({ partition: i % 2, value: `${from + i}` }));
        await producer.send({ topic, messages });
        await producer.disconnect();
      };
      /** Nothing while the group has no coordinator yet. */
      const committed = () =>
        withAdmin(servers, (admin) => admin.fetchOffsets({ groupId: group, topics: [topic] })).then(
          ([found]) => found!.partitions.map(({ offset }) => offset).join(),
          () => '',
        );
      const flags = ['--bootstrap-servers', servers, '--group', group, '--format', 'raw'];
      const reader = startCommand(['consume', topic, ...flags, '-X', 'auto.commit.interval.ms=100']);
      await send(0);
      // Where the outage is longer than a session, what was not committed would come again.
      await until(async () => (await committed()) === '25,25');
      await kafka.kill();
      await until(() => reader.said.err.includes('warning: '));
      await kafka.restart();
      await send(50);
      await until(() => linesOf(reader.said.out).length >= 100);
      reader.child.kill('SIGINT');
      const { code, out, err } = await reader.ended;
      expect(code, err).toBe(130);
      const numbers = linesOf(out).map(Number);
      expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
      // Told again where it lasts for half a minute.
      const warnings = linesOf(err).filter((line) => /warning|librdkafka/.test(line));
      expect([...new Set(warnings)]).toEqual([
        `warning: no broker of ${servers} answers: waiting until one does; reading goes on where it was`,
      ]);
      await expect.poll(committed, { timeout: 30_000 }).toBe('50,50');
    } finally {
      await kafka.stop();
    }
  });
});
