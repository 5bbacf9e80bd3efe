/** The bus of a sharded run on Apache Kafka. */
import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { Bus } from '../../src/shards/bus.ts';
import { openBus } from '../../src/shards/open-bus.ts';
import { type Kafka, startKafka } from './cluster.ts';
import { describeKafka } from './describe-kafka.ts';
import { createTopic, topicConfig, topicNames, withAdmin } from './topics.ts';

const open: Bus[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((bus) => bus.close()));
});

async function openAt(servers: string, id: string, shard: number, more = {}): Promise<Bus> {
  const properties = { 'bootstrap.servers': servers, ...more };
  const bus = await openBus({ kind: 'kafka', properties }, { id, shard, instance: randomUUID().slice(0, 8) });
  open.push(bus);
  return bus;
}

const text = (message: Uint8Array) => Buffer.from(message).toString();

describeKafka('a bus on a cluster', (servers) => {
  test('all come at once: one pair of topics, whose time is the broker’s; removed with the run', async () => {
    const id = randomUUID();
    const topics = [`load-bus-${id}-control`, `load-bus-${id}-data`];
    const buses = await Promise.all([0, 1, 2, 3].map((shard) => openAt(servers, id, shard)));
    expect((await topicNames(servers)).filter((name) => name.includes(id)).sort()).toEqual(topics);
    for (const topic of topics) {
      expect(await topicConfig(servers, topic)).toMatchObject({
        ...{ 'message.timestamp.type': 'LogAppendTime', 'cleanup.policy': 'delete', 'min.insync.replicas': '1' },
      });
    }
    await Promise.all(buses.map((bus, shard) => bus.send('control', Buffer.from(`hello ${shard}`))));
    const widths: number[] = [];
    // A busy machine gives wide ones.
    for (let i = 0; i < 20 && !widths.some((width) => width < 5_000); i++) {
      const { minUs, maxUs } = (await buses[1]!.clockOffset())!;
      expect(minUs).toBeLessThanOrEqual(0);
      expect(maxUs).toBeGreaterThanOrEqual(0);
      widths.push(maxUs - minUs);
    }
    expect(Math.min(...widths)).toBeLessThan(5_000);
    const heard: string[] = [];
    await buses[2]!.listen('control', (message) => heard.push(text(message))).caughtUp;
    expect(heard.sort()).toEqual(['hello 0', 'hello 1', 'hello 2', 'hello 3']);

    await buses[0]!.remove();
    expect((await topicNames(servers)).filter((name) => name.includes(id))).toEqual([]);
  });

  test('topics that are there are taken as they are: where the sender dates, the clock is not known', async () => {
    const id = randomUUID();
    await createTopic(servers, `load-bus-${id}-control`, { partitions: 3 });
    await createTopic(servers, `load-bus-${id}-data`);
    const bus = await openAt(servers, id, 0);
    await bus.send('control', Buffer.from('a'));
    const heard: string[] = [];
    await bus.listen('control', (message) => heard.push(text(message))).caughtUp;
    expect(heard).toEqual(['a']);
    expect(await bus.clockOffset()).toBeUndefined();
    await bus.remove();
  });
});

describeKafka('a bus on a cluster with access control, whose broker fails', () => {
  const login = 'org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="p"';
  const user = {
    ...{ 'security.protocol': 'sasl_plaintext', 'sasl.mechanism': 'PLAIN' },
    ...{ 'sasl.username': 'nobody', 'sasl.password': 'open-sesame' },
  };
  let kafka: Kafka;
  beforeAll(async () => {
    kafka = await startKafka({
      heapMb: 384,
      properties: {
        'inter.broker.listener.name': 'PLAINTEXT',
        'sasl.enabled.mechanisms': 'PLAIN',
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        // Those of the plain listener, and the broker itself.
        'super.users': 'User:ANONYMOUS',
        // A broker that is killed is believed to be alive for so long, and cannot start meanwhile.
        ...{ 'broker.session.timeout.ms': '2000', 'broker.heartbeat.interval.ms': '400' },
      },
      listeners: [
        {
          name: 'LOGIN',
          protocol: 'SASL_PLAINTEXT',
          properties: { 'plain.sasl.jaas.config': `${login} user_nobody="open-sesame";` },
        },
      ],
    });
  });
  afterAll(() => kafka?.stop());

  test('what is missing is named, and what else would do', async () => {
    await expect(openAt(kafka.listeners.LOGIN!, randomUUID(), 0, user)).rejects.toMatchObject({
      ...{ code: 'BUS_RIGHTS', exitCode: 2, hint: expect.stringContaining('--bus-servers') },
      message: expect.stringMatching(/^the bus: topic load-bus-.*-control cannot be made: no right to Create$/),
    });
    await withAdmin(kafka.bootstrapServers, (admin) =>
      admin.createAcls({
        acl: [kafkajs.AclOperationTypes.CREATE, kafkajs.AclOperationTypes.DESCRIBE].map((operation) => ({
          ...{ resourceType: kafkajs.AclResourceTypes.TOPIC, resourceName: 'load-bus-' },
          ...{ resourcePatternType: kafkajs.ResourcePatternTypes.PREFIXED, principal: 'User:nobody', host: '*' },
          ...{ operation, permissionType: kafkajs.AclPermissionTypes.ALLOW },
        })),
      }),
    );
    const bus = await vi.waitFor(() => openAt(kafka.listeners.LOGIN!, 'denied', 0, user), 30_000);
    await expect(bus.send('data', Buffer.from('x'))).rejects.toThrow('-data cannot be written: no right to Write');
    await expect(bus.listen('data', () => {}).caughtUp).rejects.toThrow('-data cannot be read: no right to Read');
    await expect(bus.remove()).rejects.toThrow('topic load-bus-denied-control cannot be deleted: no right to Delete');
  });

  test('a broker that stands still, and one that is killed and comes back: each message once, in order', async () => {
    const [sender, hearer] = [
      await openAt(kafka.bootstrapServers, 'outage', 0, { 'socket.timeout.ms': '2000' }),
      await openAt(kafka.bootstrapServers, 'outage', 1),
    ];
    const heard: string[] = [];
    await hearer.listen('data', (message) => heard.push(text(message))).caughtUp;
    const sent: string[] = [];
    const stored: Promise<void>[] = [];
    const send = (count: number) => {
      for (let i = 0; i < count; i++) {
        sent.push(`${sent.length}`);
        stored.push(sender.send('data', Buffer.from(sent.at(-1)!)));
      }
    };
    send(100);
    kafka.pause();
    send(100);
    // Past the time after which a silent broker is asked again.
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    kafka.resume();
    await Promise.all(stored);
    send(100);
    await kafka.kill();
    send(100);
    await kafka.restart();
    send(100);
    await Promise.all(stored);
    await vi.waitFor(() => expect(heard).toHaveLength(500), 60_000);
    expect(heard).toEqual(sent);
    const late: string[] = [];
    await sender.listen('data', (message) => late.push(text(message))).caughtUp;
    expect(late).toEqual(sent);
  });
});
