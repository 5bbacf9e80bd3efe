/** `load enqueue` as a process, and what is then in the queue, by amqplib alone. */
import { connect } from 'amqplib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { killCommands, startCommand } from '../integration/command.ts';
import { describeServices } from './describe-services.ts';
import { startRabbitmq } from './rabbitmq.ts';
import type { Service } from './service.ts';

/** All that is in the queue. */
async function drain(url: string, queue: string): Promise<Buffer[]> {
  const connection = await connect(url);
  const channel = await connection.createChannel();
  const found: Buffer[] = [];
  for (;;) {
    const message = await channel.get(queue, { noAck: true });
    if (message === false) break;
    found.push(message.content);
  }
  await connection.close();
  return found;
}

describeServices('load enqueue', ['rabbitmq-server'], () => {
  let rabbitmq: Service;
  beforeAll(async () => {
    rabbitmq = await startRabbitmq();
  });
  afterAll(async () => {
    killCommands();
    await rabbitmq.stop();
  });

  const enqueue = (...args: string[]) => startCommand(['enqueue', 'sms-alerts', '--queue', rabbitmq.url, ...args]);

  test('puts the records of the profile there, each once, and the password nowhere', async () => {
    const json = ['--set', 'scenarios.sms-alerts.format=json'];
    const { code, out, err } = await enqueue('-n', '700', '--topic', 'all', ...json).ended;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^700 messages put into all at amqp:\/\/127\.0\.0\.1:\d+ in \S+\n$/);
    const records = (await drain(rabbitmq.url, 'all')).map((content) => JSON.parse(content.toString()));
    const indexes = records.map(({ id }) => Number(id.slice(-12)));
    expect(indexes.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 700 }, (_, i) => i));
    const sample = await startCommand(['sample', 'sms-alerts', '-n', '700', '--format', 'json']).ended;
    const texts = sample.out
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line).text);
    expect(records.map(({ text }) => text).toSorted()).toEqual(texts.toSorted());
  });

  test('each when it is due; a signal ends it, and what it says is what is there', async () => {
    const slow = enqueue('-r', '20', '-t', '10m', '--topic', 'slow');
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    slow.child.kill('SIGTERM');
    const { code, out } = await slow.ended;
    expect(code).toBe(143);
    const count = Number(/^(\d+) messages/.exec(out)![1]);
    expect(count).toBeLessThanOrEqual(41);
    expect(await drain(rabbitmq.url, 'slow')).toHaveLength(count);
  });

  test('no server is exit code 1, no queue is 2', async () => {
    const nowhere = startCommand(['enqueue', 'sms-alerts', '--queue', 'amqp://127.0.0.1:1']);
    const unnamed = await startCommand(['enqueue', 'sms-alerts']).ended;
    expect(unnamed).toMatchObject({ code: 2, out: '' });
    expect(unnamed.err).toMatch(/^error: --queue: there is no queue|^error: QUEUE_URL: there is no queue/);
    const { code, err } = await nowhere.ended;
    expect(code).toBe(1);
    expect(err).toContain('RabbitMQ at amqp://127.0.0.1:1 cannot be reached: connection refused');
  });
});
