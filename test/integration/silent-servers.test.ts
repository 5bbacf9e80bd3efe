/** Servers that accept a connection and never answer: every command ends by itself, and at once by a signal. */
import { createServer, type Server } from 'node:net';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { killCommands, startCommand, until } from './command.ts';

let server: Server;
let connections = 0;
let address: string;

beforeEach(async () => {
  connections = 0;
  server = createServer((socket) => {
    connections += 1;
    socket.on('error', () => {}).resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `127.0.0.1:${(server.address() as { port: number }).port}`;
});
afterEach(() => void server.close());
afterAll(killCommands);

const REDIS = ['--metrics', 'redis://SERVER'];
const RABBITMQ = ['--queue', 'amqp://SERVER'];
const REGISTRY = ['--schema-registry-url', 'http://SERVER'];
const BROKER = ['--bootstrap-servers', 'SERVER'];
const COMMANDS: readonly (readonly [args: readonly string[], says: RegExp])[] = [
  [['monitor', ...REDIS], /Redis at \S+ cannot be reached: no answer within 10 s/],
  [['senders', ...REDIS, ...RABBITMQ], /Redis at \S+ cannot be reached: no answer within 10 s/],
  [['enqueue', 'sms-alerts', ...RABBITMQ], /RabbitMQ at \S+ cannot be reached/],
  [['schema', 'check', 'atm', ...REGISTRY], /schema registry \S+ cannot be used: no answer within 3 s/],
  [['atm', ...REGISTRY, '--bootstrap-servers', 'embedded', '--out', 'none'], /schema registry \S+ cannot be used/],
  [['consume', 'some-topic', ...BROKER], /no broker of \S+ answers/],
  [['senders', ...BROKER], /no broker of \S+ answers/],
  [['monitor', ...BROKER], /no broker of \S+ answers/],
  [['bytes', ...BROKER, '--out', 'none'], /no broker of \S+ answers/],
  [['doctor', ...BROKER], /no broker of \S+ answers/],
];
/** To the server of this test. */
const toSilence = (args: readonly string[]) => startCommand(args.map((arg) => arg.replace('SERVER', address)));

test('each command ends with exit code 1 and says who does not answer', async () => {
  const ended = await Promise.all(COMMANDS.map(async ([args]) => ({ args, ...(await toSilence(args).ended) })));
  expect(ended.map(({ args, code }) => [args, code])).toEqual(COMMANDS.map(([args]) => [args, 1]));
  ended.forEach(({ out, err }, i) => void expect(out + err).toMatch(COMMANDS[i]![1]));
});

test.each(COMMANDS)('SIGINT ends `load %s` while it waits', async (args) => {
  const command = toSilence(args);
  await until(() => connections > 0, command);
  command.child.kill('SIGINT');
  expect((await command.ended).code).toBe(130);
});

test('a Redis that falls silent is asked once, and SIGINT ends `monitor` without waiting for it', async () => {
  const asked: string[] = [];
  server.removeAllListeners('connection').on('connection', (socket) => {
    socket.on('error', () => {}).setEncoding('utf8');
    // Each command is an array of texts, its name the first one.
    socket.on('data', (text: string) => {
      for (const [, name] of text.matchAll(/\*\d+\r\n\$\d+\r\n([^\r]+)\r\n/g)) {
        asked.push(name!.toLowerCase());
        if (asked.at(-1) !== 'hgetall') socket.write(asked.at(-1) === 'info' ? '$0\r\n\r\n' : '+OK\r\n');
      }
    });
  });
  const monitor = toSilence(['monitor', ...REDIS, '--interval', '100ms']);
  // What it knew, for want of an answer.
  await until(() => monitor.said.out !== '', monitor);
  monitor.child.kill('SIGINT');
  expect((await monitor.ended).code).toBe(130);
  expect(asked.filter((name) => name === 'hgetall' || name === 'quit')).toEqual(['hgetall']);
});
