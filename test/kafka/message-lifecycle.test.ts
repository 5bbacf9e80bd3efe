/**
 * message-lifecycle on Apache Kafka: a run with a database is killed, the same command goes on, and kcat
 * finds every state of every message once, in its order.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { describeKafka } from './describe-kafka.ts';
import { readWithKcat } from './readers.ts';
import { createTopic } from './topics.ts';

const CLI = resolve('dist/src/cli.js');

function start(...args: string[]) {
  const child = spawn(process.execPath, [CLI, ...args], { env: { PATH: process.env.PATH } });
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  return { child, ended: once(child, 'close').then(([code]) => ({ code: code as number | null, err })) };
}

/** None while the file is being made. */
function messagesIn(file: string): number {
  if (!existsSync(file)) return 0;
  const database = new Database(file, { readonly: true });
  try {
    const isMade = database.prepare('PRAGMA table_list(messages)').get() !== undefined;
    return isMade ? (database.prepare('SELECT count(*) FROM messages').pluck().get() as number) : 0;
  } finally {
    database.close();
  }
}

describeKafka('message-lifecycle on Apache Kafka', (servers) => {
  test('killed while it sends, it goes on: every state of every message once, in its order', async () => {
    const topic = randomUUID();
    await createTopic(servers, topic, { partitions: 3 });
    const file = join(mkdtempSync(join(tmpdir(), 'messages-')), 'run.db');
    const load = ['message-lifecycle', '-r', '100', '-t', '4', '--max-active-messages', 'none', '--database', file];
    const times = ['--normal-delivery-time', '1s', '--delayed-delivery-time', '2s'];
    const where = [
      '--bootstrap-servers',
      servers,
      '--topic',
      topic,
      '--set',
      'scenarios.message-lifecycle.format=json',
    ];
    const command = [...load, ...times, ...where, '-o', 'none', '--allow-invalid'];
    const first = start(...command);
    while (messagesIn(file) < 100) await sleep(50);
    // Some time between two writes of the database: what was sent since is in the topic alone.
    await sleep(430);
    first.child.kill('SIGKILL');
    await first.ended;

    const { code, err } = await start(...command).ended;
    expect(code, err).toBe(0);
    expect(err).toContain('goes on with run');

    const courses = new Map<string, string[]>();
    for (const { key, value } of await readWithKcat(servers, topic)) {
      const { messageId, status } = JSON.parse(value!.toString()) as { messageId: string; status: string };
      expect(key!.toString()).toBe(messageId);
      courses.set(messageId, [...(courses.get(messageId) ?? []), status]);
    }
    expect(courses.size).toBe(400);
    const whole = ['sent delivered', 'sent delayed delivered', 'sent failed'];
    expect([...courses.values()].filter((states) => !whole.includes(states.join(' ')))).toEqual([]);
  });
});
