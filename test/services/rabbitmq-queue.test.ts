import { connect } from 'amqplib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MessageQueue, TakenMessage } from '../../src/roles/queue.ts';
import { openRabbitmqProducer } from '../../src/roles/rabbitmq-producer.ts';
import { openRabbitmqQueue } from '../../src/roles/rabbitmq-queue.ts';
import { readServiceUrl } from '../../src/roles/service-url.ts';
import { describeServices } from './describe-services.ts';
import { startRabbitmq } from './rabbitmq.ts';
import type { Service } from './service.ts';

let rabbitmq: Service;
const warnings: string[] = [];
const endless = new AbortController().signal;

const options = (queue: string, url = rabbitmq.url) => ({
  url: readServiceUrl(url, '--queue', ['amqp', 'amqps']),
  queue,
  onWarning: (text: string) => void warnings.push(text),
});

const textOf = ({ payload }: TakenMessage) => Buffer.from(payload).toString();

async function put(queue: string, texts: readonly string[]): Promise<void> {
  const producer = await openRabbitmqProducer(options(queue));
  await Promise.all(texts.map((text) => producer.put(Buffer.from(text))));
  await producer.close();
}

/** One after the other. */
async function takeTexts(queue: MessageQueue, count: number): Promise<string[]> {
  const texts: string[] = [];
  while (texts.length < count) {
    const message = (await queue.take(endless))!;
    texts.push(textOf(message));
    queue.acknowledge(message);
  }
  return texts;
}

/** Asked of the server by a client of its own. */
async function messagesLeft(queue: string): Promise<number> {
  const connection = await connect(rabbitmq.url);
  const channel = await connection.createChannel();
  const { messageCount } = await channel.checkQueue(queue);
  await connection.close();
  return messageCount;
}

describeServices('a queue in RabbitMQ', ['rabbitmq-server'], () => {
  beforeAll(async () => {
    rabbitmq = await startRabbitmq();
  });
  afterAll(async () => {
    await rabbitmq?.stop();
  });

  test('gives each message to one taker, byte for byte, and is empty when all are acknowledged', async () => {
    const texts = Array.from({ length: 100 }, (_, i) => `message ${i} ${'é\0'.repeat(i)}`);
    await put('each', texts);
    const [one, other] = await Promise.all([
      openRabbitmqQueue({ ...options('each'), senders: 3 }),
      openRabbitmqQueue({ ...options('each'), senders: 1 }),
    ]);
    const stop = new AbortController();
    const taken: string[] = [];
    const take = async (queue: MessageQueue) => {
      for (let message = await queue.take(stop.signal); message; message = await queue.take(stop.signal)) {
        taken.push(textOf(message));
        queue.acknowledge(message);
        if (taken.length === texts.length) stop.abort();
      }
    };
    await Promise.all([take(one), take(one), take(one), take(other)]);
    await Promise.all([one.close(), other.close()]);
    expect(taken.toSorted()).toEqual(texts.toSorted());
    expect(await messagesLeft('each')).toBe(0);
  });

  test('what a slow sender did not get to lies with the server: a sender holds what it works on and no more', async () => {
    await put('fair', ['1', '2', '3', '4', '5', '6']);
    const slow = await openRabbitmqQueue({ ...options('fair'), senders: 2 });
    const held = [(await slow.take(endless))!, (await slow.take(endless))!];
    const quick = await openRabbitmqQueue({ ...options('fair'), senders: 1 });
    expect([...held.map(textOf), ...(await takeTexts(quick, 4))].toSorted()).toEqual(['1', '2', '3', '4', '5', '6']);
    await Promise.all([slow.close(), quick.close()]);
    // Held and never acknowledged: given back.
    await expect.poll(() => messagesLeft('fair')).toBe(2);
  });

  test('a taker who gives up takes nothing with him', async () => {
    const queue = await openRabbitmqQueue({ ...options('patience'), senders: 1 });
    const stop = new AbortController();
    const taken = queue.take(stop.signal);
    stop.abort();
    expect(await taken).toBeUndefined();
    await put('patience', ['late']);
    expect(await takeTexts(queue, 1)).toEqual(['late']);
    await queue.close();
  });

  test('a server killed in the middle loses nothing, and both sides go on when it is back', async () => {
    const texts = Array.from({ length: 40 }, (_, i) => `message ${i}`);
    const producer = await openRabbitmqProducer(options('crash'));
    const queue = await openRabbitmqQueue({ ...options('crash'), senders: 2 });
    await Promise.all(texts.slice(0, 20).map((text) => producer.put(Buffer.from(text))));
    const seen = new Set(await takeTexts(queue, 5));
    const inHand = await queue.take(endless);
    const leaving = await openRabbitmqQueue({ ...options('left'), senders: 1 });
    warnings.length = 0;
    await rabbitmq.kill();
    await leaving.close();
    const rest = Promise.all(texts.slice(20).map((text) => producer.put(Buffer.from(text))));
    // Too late: it comes again.
    queue.acknowledge(inHand!);
    await rabbitmq.restart();
    await rest;
    // Acknowledgements on the way when the server died are lost with it, so some may come twice.
    while (seen.size < texts.length) for (const text of await takeTexts(queue, 1)) seen.add(text);
    expect([...seen].toSorted()).toEqual(texts.toSorted());
    await Promise.all([producer.close(), queue.close()]);
    const { host } = new URL(rabbitmq.url);
    expect(warnings.filter((text) => text.includes('is connected again'))).toEqual(
      Array(2).fill(`RabbitMQ at amqp://${host} is connected again`),
    );
    expect(warnings.join()).not.toContain(rabbitmq.password);
  });

  test('a deleted queue ends both sides', async () => {
    const producer = await openRabbitmqProducer(options('deleted'));
    const queue = await openRabbitmqQueue({ ...options('deleted'), senders: 1 });
    const refused = expect(queue.take(endless)).rejects.toMatchObject({ code: 'QUEUE_GONE', exitCode: 1 });
    const connection = await connect(rabbitmq.url);
    await (await connection.createChannel()).deleteQueue('deleted');
    await connection.close();
    await refused;
    await expect(producer.put(Buffer.from('lost'))).rejects.toMatchObject({ code: 'QUEUE_GONE' });
    await Promise.all([producer.close(), queue.close()]);
  });

  test.each([
    [
      'a wrong password',
      () => rabbitmq.url.replace(rabbitmq.password, 'wrong-password'),
      /refuses: ACCESS_REFUSED - Login was refused/,
    ],
    [
      'a virtual host that it has not',
      () => `${rabbitmq.url}/nowhere`,
      /refuses: there is no such virtual host, or none for this user/,
    ],
  ])('%s is refused at once, in its own words', async (_, url, words) => {
    const opened = openRabbitmqQueue({ ...options('x', url()), senders: 1 });
    await expect(opened).rejects.toMatchObject({
      code: 'QUEUE_REFUSED',
      message: expect.stringMatching(words),
      exitCode: 1,
    });
  });

  test('a queue of that name that is not durable is refused', async () => {
    const connection = await connect(rabbitmq.url);
    await (await connection.createChannel()).assertQueue('passing', { durable: false });
    await expect(openRabbitmqProducer(options('passing'))).rejects.toMatchObject({
      code: 'QUEUE_REFUSED',
      message: expect.stringContaining("inequivalent arg 'durable'"),
    });
    await connection.close();
  });
});
