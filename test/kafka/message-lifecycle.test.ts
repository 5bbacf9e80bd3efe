/**
 * message-lifecycle on Apache Kafka: a run with a database is killed, the same command goes on, and kcat
 * finds every state of every message once, in its order.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openSqlite } from '../../src/lifecycle/sqlite.ts';
import { killCommands, startCommand, until } from '../integration/command.ts';
import { describeKafka } from './describe-kafka.ts';
import { readWithKcat } from './readers.ts';
import { createTopic, withAdmin } from './topics.ts';

afterAll(killCommands);

/** What the run in the file has written, a record each; nothing while the file is being made. */
function written(file: string): { records: number; ended: boolean } {
  if (!existsSync(file)) return { records: 0, ended: false };
  const database = openSqlite(file, { readOnly: true });
  try {
    const isMade = database.prepare('PRAGMA table_list(messages)').get() !== undefined;
    if (!isMade) return { records: 0, ended: false };
    const states = "SELECT count(*) + total(state <> 'sent') FROM messages";
    const records = database.prepare(states).pluck().get() as number;
    return { records, ended: database.prepare('SELECT ended FROM run').pluck().get() === 1 };
  } finally {
    database.close();
  }
}

/** The state each message is in. */
function statesIn(file: string): [id: string, state: string][] {
  const database = openSqlite(file, { readOnly: true });
  try {
    return database.prepare('SELECT message_id, state FROM messages').raw().all() as [string, string][];
  } finally {
    database.close();
  }
}

function commandFor(servers: string, topic: string, file: string, how: readonly string[]): string[] {
  const load = ['message-lifecycle', '-r', '100', '-t', '4', '--max-active-messages', 'none', '--database', file];
  const times = ['--normal-delivery-time', '1s', '--delayed-delivery-time', '2s'];
  const where = ['--bootstrap-servers', servers, '--topic', topic];
  return [
    ...load,
    ...times,
    ...where,
    ...how,
    '--set',
    'scenarios.message-lifecycle.format=json',
    '-o',
    'none',
    '--allow-invalid',
  ];
}

/** A run that was killed between two writes of its database: what was sent since the last one is in the topic alone. */
async function killedRun(
  servers: string,
  how: readonly string[],
): Promise<{ topic: string; command: string[]; file: string }> {
  const topic = randomUUID();
  await createTopic(servers, topic, { partitions: 3 });
  const file = join(mkdtempSync(join(tmpdir(), 'messages-')), 'run.db');
  const command = commandFor(servers, topic, file, how);
  await withAdmin(servers, async (admin) => {
    const first = startCommand(command);
    await until(async () => {
      const { records, ended } = written(file);
      if (records < 100 || ended) return ended;
      const offsets = await admin.fetchTopicOffsets(topic);
      return offsets.reduce((sum, { high }) => sum + Number(high), 0) > records + 20;
    });
    first.child.kill('SIGKILL');
    await first.ended;
  });
  // A machine that was away for the whole of its few seconds gets another one.
  return written(file).ended ? killedRun(servers, how) : { topic, command, file };
}

describeKafka('message-lifecycle on Apache Kafka', (servers) => {
  test.each([
    ['', []],
    [' with clients', ['--set', 'scenarios.message-lifecycle.clients=6', '--workers', '2']],
  ])('killed while it sends%s, it goes on: every state of every message once, in its order', async (_, how) => {
    const { topic, command, file } = await killedRun(servers, how);
    const { code, err } = await startCommand(command).ended;
    expect(code, err).toBe(0);
    expect(err).toContain('resumes run');

    const courses = new Map<string, string[]>();
    for (const { key, value } of await readWithKcat(servers, topic)) {
      const { messageId, status } = JSON.parse(value!.toString()) as { messageId: string; status: string };
      expect(key!.toString()).toBe(messageId);
      courses.set(messageId, [...(courses.get(messageId) ?? []), status]);
    }
    expect(courses.size).toBe(400);
    const whole = ['sent delivered', 'sent delayed delivered', 'sent failed'];
    expect([...courses.values()].filter((states) => !whole.includes(states.join(' ')))).toEqual([]);
    expect(new Map(statesIn(file))).toEqual(new Map([...courses].map(([id, states]) => [id, states.at(-1)])));
  });
});
