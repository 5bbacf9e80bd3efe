import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { queueOfRun } from '../../../src/commands/roles/role-settings.ts';
import { EXIT } from '../../../src/errors.ts';
import { plan } from '../../../src/planning.ts';
import { load } from '../fake-terminal.ts';

test('what cannot be put into a queue is said before a server is asked', async () => {
  const profile = join(mkdtempSync(join(tmpdir(), 'enqueue-')), 'two.yaml');
  const scenario = '{ workload: sms-alerts, topic: a, executor: max-throughput, messages: 1 }';
  writeFileSync(profile, `scenarios:\n  s: ${scenario}\n  t: ${scenario}\n`);
  const expected: [string[], string][] = [
    [[profile, '--queue', 'amqp://127.0.0.1:1'], 'scenarios.t: beside s: one scenario fills a queue'],
    [['sms-alerts', '--queue', 'http://127.0.0.1:1'], '--queue: a URL of http, expected amqp or amqps'],
    [['sms-alerts', '--queue', 'amqp://127.0.0.1:1', '-n', 'x'], '--messages: '],
    [['sms-alerts', '--qeue', 'amqp://127.0.0.1:1'], 'there is no flag `--qeue` (did you mean `--queue`?)'],
  ];
  for (const [args, message] of expected) {
    const { exitCode, out, err } = await load('enqueue', ...args);
    expect(err).toContain(message);
    expect({ exitCode, out }).toEqual({ exitCode: EXIT.badInput, out: '' });
  }
});

test('a run into a queue is told which flags cannot be met there', async () => {
  const queue = ['--queue', 'amqp://127.0.0.1:1'];
  const expected: [string[], string][] = [
    [['sms-alerts', ...queue, '--log-events'], '--log-events: nothing is measured where messages go into amqp://'],
    [['sms-alerts', ...queue, '--metrics-port', '0'], '--metrics-port: nothing is measured'],
    [['sms-alerts', ...queue, '--format', 'json'], '--format: nothing is measured'],
    [['sms-alerts', ...queue, '--out', 'there'], '--out: nothing is measured'],
    [['sms-alerts', ...queue, '--bootstrap-servers', '127.0.0.1:1'], '--queue: --bootstrap-servers is another one'],
    [['sms-alerts', '--queue', 'redis://127.0.0.1:1'], '--queue: a URL of redis, expected amqp or amqps'],
  ];
  for (const [args, message] of expected) {
    const { exitCode, out, err } = await load('run', ...args);
    expect(err).toContain(message);
    expect({ exitCode, out }).toEqual({ exitCode: EXIT.badInput, out: '' });
  }
});

test('QUEUE_URL is where alerts go, unless a broker is named; other messages go to Kafka', async () => {
  const planned = async (profile: string) => (await plan(profile)).plan;
  const environment = process.env.QUEUE_URL;
  process.env.QUEUE_URL = 'amqp://load:not-to-be-seen@127.0.0.1:5673';
  try {
    const alerts = await planned('sms-alerts');
    expect(queueOfRun({ format: 'text', out: 'none' }, alerts)?.shown).toBe('amqp://127.0.0.1:5673');
    expect(queueOfRun({ 'bootstrap-servers': '127.0.0.1:9092' }, alerts)).toBeUndefined();
    expect(queueOfRun({}, await planned('atm'))).toBeUndefined();
    expect(queueOfRun({ queue: 'amqp://127.0.0.1:9' }, await planned('atm'))?.shown).toBe('amqp://127.0.0.1:9');
  } finally {
    if (environment === undefined) delete process.env.QUEUE_URL;
    else process.env.QUEUE_URL = environment;
  }
});
