/** `consume` while its only broker is killed and started again. */
import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { afterAll, expect, test } from 'vitest';
import { killCommands, linesOf, startCommand, until } from '../integration/command.ts';
import { startKafka } from './cluster.ts';
import { describeKafka } from './describe-kafka.ts';
import { createTopic, withAdmin } from './topics.ts';

afterAll(killCommands);

/** Many: a broker that has just started does not lead them all at the same moment. */
const PARTITIONS = 40;
const RECORDS = 25 * PARTITIONS;

describeKafka('consume and a broker that is killed', () => {
  test('goes on where it was: each record once, one warning, and Ctrl-C commits', async () => {
    // A broker that is killed is believed to be alive for so long, and cannot start meanwhile.
    const properties = { 'broker.session.timeout.ms': '2000', 'broker.heartbeat.interval.ms': '400' };
    const kafka = await startKafka({ properties });
    const servers = kafka.bootstrapServers;
    try {
      const [topic, group] = [randomUUID(), randomUUID()];
      await createTopic(servers, topic, { partitions: PARTITIONS });
      const send = async (from: number) => {
        const client = new kafkajs.Kafka({ brokers: [servers], logLevel: kafkajs.logLevel.NOTHING });
        // It repeats the whole request where one partition has no leader yet: without sequence numbers the others'
        // records are in the topic twice.
        const producer = client.producer({ idempotent: true });
        await producer.connect();
        const messages = Array.from({ length: RECORDS }, (_, i) => ({
          partition: i % PARTITIONS,
          value: `${from + i}`,
        }));
        await producer.send({ topic, messages });
        await producer.disconnect();
      };
      /** Nothing while the group has no coordinator yet. */
      const committed = () =>
        withAdmin(servers, (admin) => admin.fetchOffsets({ groupId: group, topics: [topic] })).then(
          ([found]) => found!.partitions.map(({ offset }) => offset).join(),
          () => '',
        );
      const everyPartition = (offset: number) => Array<number>(PARTITIONS).fill(offset).join();
      const flags = ['--bootstrap-servers', servers, '--group', group, '--format', 'raw'];
      // Longer than any outage of a busy machine: past its session a member gets again what it has not committed.
      const settings = ['-X', 'auto.commit.interval.ms=100', '-X', 'session.timeout.ms=240000'];
      const reader = startCommand(['consume', topic, ...flags, ...settings]);
      await send(0);
      await until(async () => (await committed()) === everyPartition(25), reader);
      await kafka.kill();
      await until(() => reader.said.err.includes('warning: '), reader);
      await kafka.restart();
      await send(RECORDS);
      await until(() => linesOf(reader.said.out).length >= 2 * RECORDS, reader);
      reader.child.kill('SIGINT');
      const { code, out, err } = await reader.ended;
      expect(code, err).toBe(130);
      const numbers = linesOf(out).map(Number);
      expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 2 * RECORDS }, (_, i) => i));
      // Told again where it lasts for half a minute.
      const warnings = linesOf(err).filter((line) => /warning|librdkafka/.test(line));
      expect([...new Set(warnings)]).toEqual([
        `warning: no broker of ${servers} answers: waiting until one does; reading resumes at the same offsets`,
      ]);
      await expect.poll(committed, { timeout: 30_000 }).toBe(everyPartition(50));
    } finally {
      await kafka.stop();
    }
  }, 300_000);
});
