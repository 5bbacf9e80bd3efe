/** Producer, senders and monitor as processes of their own, on RabbitMQ and Redis. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connect } from 'amqplib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { killCommands, linesOf, startCommand, until } from '../integration/command.ts';
import { type Line, truthOf } from '../integration/senders-truth.ts';
import { freePorts } from '../server-process.ts';
import { describeServices } from './describe-services.ts';
import { startRabbitmq } from './rabbitmq.ts';
import { startRedis } from './redis.ts';
import type { Service } from './service.ts';

const SEED = 42;
const alike = { meanTimeUs: 50_000, failureRate: 0.2, distribution: 'exponential' } as const;

let rabbitmq: Service;
let redis: Service;

const lastOf = (out: string): Line => JSON.parse(linesOf(out).at(-1) ?? '{"sent":0,"failed":0}');

/** Of an alert in Avro: 5 bytes of wire format, then the id as a string of less than 64 bytes. */
const idOf = (content: Buffer) => content.toString('latin1', 6, 6 + content[5]! / 2);

/** All at once, by a client that is not ours. */
async function fill(queue: string, contents: readonly Buffer[]): Promise<void> {
  const connection = await connect(rabbitmq.url);
  const channel = await connection.createConfirmChannel();
  for (const content of contents) channel.sendToQueue(queue, content, { persistent: true });
  await channel.waitForConfirms();
  await connection.close();
}

async function messagesLeft(queue: string): Promise<number> {
  const connection = await connect(rabbitmq.url);
  const { messageCount } = await (await connection.createChannel()).checkQueue(queue);
  await connection.close();
  return messageCount;
}

/** All that is in the queue. */
async function drain(queue: string): Promise<Buffer[]> {
  const connection = await connect(rabbitmq.url);
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

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}

const enqueue = (...args: string[]) => startCommand(['enqueue', 'sms-alerts', '--queue', rabbitmq.url, ...args]);

describeServices('sms-alerts on RabbitMQ and Redis', ['rabbitmq-server', 'redis-server'], () => {
  beforeAll(async () => {
    [rabbitmq, redis] = await Promise.all([startRabbitmq(), startRedis()]);
  });
  afterAll(async () => {
    killCommands();
    await Promise.all([rabbitmq?.stop(), redis?.stop()]);
  });

  test('enqueue puts the records of the profile there, each once', async () => {
    const json = ['--set', 'scenarios.sms-alerts.format=json'];
    const { code, out, err } = await enqueue('-n', '700', '--topic', 'all', ...json).ended;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^700 messages published to all at amqp:\/\/127\.0\.0\.1:\d+ in \S+\n$/);
    const records = (await drain('all')).map((content) => JSON.parse(content.toString()));
    const indexes = records.map(({ id }) => Number(id.slice(-12)));
    expect(indexes.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 700 }, (_, i) => i));
    const sample = await startCommand(['sample', 'sms-alerts', '-n', '700', '--format', 'json']).ended;
    const texts = sample.out
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line).text);
    expect(records.map(({ text }) => text).toSorted()).toEqual(texts.toSorted());
  });

  test('enqueue puts each when it is due; a signal ends it, and what it says is what is there', async () => {
    const slow = enqueue('-r', '20', '-t', '10m', '--topic', 'slow');
    const connection = await connect(rabbitmq.url);
    const channel = await connection.createChannel();
    while ((await channel.assertQueue('slow', { durable: true })).messageCount < 30) expect(slow.said.err).toBe('');
    await connection.close();
    slow.child.kill('SIGTERM');
    const { code, out, err } = await slow.ended;
    expect(code).toBe(143);
    expect(err).toBe('SIGTERM: publishing stopped, waiting up to 10 s for confirms; repeat to exit immediately\n');
    const [, count, seconds] = /^(\d+) messages published to slow at \S+ in ([\d.]+)s\n$/.exec(out)!;
    expect(await drain('slow')).toHaveLength(Number(count));
    // The first is due at once, and none before its time.
    expect(Number(count)).toBeLessThanOrEqual(1 + 20 * Number(seconds));
  });

  test('a sender that is killed loses no message, and none counts twice', async () => {
    const messages = 200;
    await enqueue('-n', String(messages), '--topic', 'aside').ended;
    const alerts = await drain('aside');
    const truth = truthOf(alerts.map(idOf), alike, SEED);
    expect(truth.sent + truth.failed).toBe(messages);

    const flags = ['--queue', rabbitmq.url, '--metrics', redis.url];
    const work = ['--count', '3', '--mean-time', '50ms', '--failure-rate', '0.2'];
    const senders = (name: string) => startCommand(['senders', ...flags, ...work, '--name', name]);
    const [killed, other] = [senders('killed'), senders('other')];
    const watching = ['monitor', '--metrics', redis.url, '--format', 'json'];
    const monitor = startCommand([...watching, '--interval', '0.1', '--until', String(messages)]);
    // Both wait, so that both get some, however busy one is, and much is left.
    await until(() => [killed, other].every(({ said }) => said.err.includes('3 senders take messages')));
    await fill('sms-alerts', alerts);
    await until(() => Object.keys(lastOf(monitor.said.out).senders ?? {}).length === 6);
    killed.child.kill('SIGKILL');
    const { code, out, err } = await monitor.ended;
    expect(code).toBe(0);

    const last = lastOf(out);
    expect(last).toMatchObject({ sent: truth.sent, failed: truth.failed });
    expect(last.averageMs).toBeCloseTo(truth.averageMs!, 6);
    const counts = linesOf(out).map((line): number => JSON.parse(line).sent + JSON.parse(line).failed);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    const again = await startCommand([...watching, '--until', '1']).ended;
    expect({ ...lastOf(again.out), time: 0 }).toEqual({ ...last, time: 0 });

    other.child.kill('SIGINT');
    const ended = await other.ended;
    expect(ended.code).toBe(130);
    expect(await messagesLeft('sms-alerts')).toBe(0);
    for (const password of [rabbitmq.password, redis.password]) expect(ended.err + err).not.toContain(password);
  });

  test('.env file: where, how many, how long, how often in vain, how often said', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sms-alerts-'));
    try {
      const settings = {
        QUEUE_URL: rabbitmq.url,
        METRICS_URL: redis.url,
        MESSAGE_COUNT: 20,
        SENDER_MEAN_TIME: 0.004,
        SENDER_FAILURE_RATE: 1,
        MONITOR_INTERVAL: '50ms',
      };
      const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
      await writeFile(join(folder, '.env'), lines.join(''));
      const own = ['--topic', 'few', '--results-topic', 'few-results'];
      const there = { cwd: folder };
      const enqueued = await startCommand(['sms-alerts', '--topic', 'few'], {}, there).ended;
      expect(enqueued.out).toMatch(/^20 messages published to few /);
      const senders = startCommand(['senders', ...own, '--distribution', 'constant', '--name', 'one'], {}, there);
      const watching = ['monitor', '--results-topic', 'few-results', '--format', 'json', '--until', '20'];
      const { code, out } = await startCommand(watching, {}, there).ended;
      expect(code).toBe(0);
      expect(lastOf(out)).toMatchObject({ sent: 0, failed: 20, averageMs: 4 });
      senders.child.kill('SIGTERM');
      expect((await senders.ended).code).toBe(143);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('the make targets: senders in the background, a slow one, producer and monitor; stop ends them', async () => {
    const make = (...args: string[]) =>
      promisify(execFile)('make', ['-s', '-C', 'deploy', ...args], {
        env: { PATH: process.env.PATH, QUEUE_URL: rabbitmq.url, METRICS_URL: redis.url, COMPOSE: 'true' },
      });
    const pidsFile = 'deploy/.run/senders.pids';
    try {
      await make('run-senders', 'SENDER_COUNT=3', 'MEAN_TIME=0.001', 'FAIL_RATE=0');
      await make('run-sender', 'MEAN_TIME=2.0', 'FAIL_RATE=0.1');
      const pids = (await readFile(pidsFile, 'utf8')).trim().split('\n').map(Number);
      expect(pids).toHaveLength(2);
      const { stdout } = await make('run-producer', 'MESSAGE_COUNT=40');
      expect(stdout).toMatch(/^40 messages published to sms-alerts /);
      const monitor = startCommand(['monitor', '--until', '30', '--format', 'json'], { METRICS_URL: redis.url });
      expect((await monitor.ended).code).toBe(0);
      await make('stop');
      await until(() => pids.every(isGone));
    } finally {
      await make('clean');
    }
    expect(existsSync('deploy/.run')).toBe(false);
  });

  test('a queue that is deleted meanwhile ends its producer, in one message', async () => {
    const { said, ended } = enqueue('-n', '5000', '-r', '50', '--topic', 'deleted');
    const connection = await connect(rabbitmq.url);
    const channel = await connection.createChannel();
    await channel.assertQueue('deleted', { durable: true });
    while ((await channel.checkQueue('deleted')).messageCount === 0) expect(said.err).toBe('');
    await channel.deleteQueue('deleted');
    const { code, out, err } = await ended;
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe(`error: the queue deleted at amqp://${new URL(rabbitmq.url).host} was deleted\n`);
    await connection.close();
  });

  test('enqueue has to be told where', async () => {
    const { code, out, err } = await startCommand(['enqueue', 'sms-alerts']).ended;
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^error: (--queue|QUEUE_URL): no queue to publish to/);
  });

  test('a server that is not there at the start is exit code 1, in one message without the password', async () => {
    const [port] = await freePorts(1);
    const nowhere = (scheme: string) => `${scheme}://load:not-to-be-seen@127.0.0.1:${port}`;
    const commands = [
      startCommand(['monitor', '--metrics', nowhere('redis')]),
      startCommand(['senders', '--queue', nowhere('amqp'), '--metrics', redis.url]),
      startCommand(['enqueue', 'sms-alerts'], { QUEUE_URL: nowhere('amqp') }),
    ];
    const [monitor, ...others] = await Promise.all(commands.map(({ ended }) => ended));
    const why = 'cannot be reached: connection refused\n  check that it is running and the address is right\n';
    expect(monitor).toEqual({ code: 1, out: '', err: `error: Redis at redis://127.0.0.1:${port} ${why}` });
    const other = { code: 1, out: '', err: `error: RabbitMQ at amqp://127.0.0.1:${port} ${why}` };
    expect(others).toEqual([other, other]);
  });
});
