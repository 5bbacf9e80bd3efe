import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXIT } from '../../../src/errors.ts';
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
