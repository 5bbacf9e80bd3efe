/** A reader whose group has no coordinator any more: what it cannot do in time it does not wait for. */
import { afterAll, expect, test } from 'vitest';
import { LibrdkafkaConsumer } from '../../dist/src/transport/librdkafka/consumer.js';
import { type Command, killCommands, linesOf, startCommand, until } from './command.ts';

afterAll(killCommands);

/** librdkafka itself waits for some two of them, or for what is left of one: longer than a test may take. */
const SESSION_MS = '120000';

/** With five records. */
async function clusterOfOurs(): Promise<{ cluster: Command; servers: string }> {
  const cluster = startCommand(['embedded', '--topics', 't:1']);
  await until(() => cluster.said.out.includes('\n'));
  const servers = cluster.said.out.trim();
  const fill = ['atm', '-n', '5', '--topic', 't', '-o', 'none', '--quiet', '--allow-invalid'];
  await startCommand([...fill, '--bootstrap-servers', servers]).ended;
  return { cluster, servers };
}

async function kill({ child, ended }: Command): Promise<void> {
  child.kill('SIGKILL');
  await ended;
}

test('a commit gives up in the time it has, leaving the group does not wait again', async () => {
  const { cluster, servers } = await clusterOfOurs();
  const properties = {
    'bootstrap.servers': servers,
    'group.id': 'g',
    'auto.offset.reset': 'earliest',
    'session.timeout.ms': SESSION_MS,
    'enable.auto.commit': 'false',
  };
  const reader = new LibrdkafkaConsumer({ properties, topics: ['t'], onLog: () => {}, coordinatorMs: 200 });
  let read = 0;
  while (read < 5) {
    const count = await reader.poll(100);
    reader.finish(count);
    read += count;
  }
  await kill(cluster);
  await expect(reader.commit()).rejects.toMatchObject({
    code: 'COMMIT',
    exitCode: 1,
    message: "the offsets cannot be committed: the group's coordinator does not answer within 0.2 s",
  });
  await reader.close();
});

test('an outage is told in one line; a second signal ends it at once, commit or not', async () => {
  const { cluster, servers } = await clusterOfOurs();
  const group = ['--group', 'g', '-X', `session.timeout.ms=${SESSION_MS}`];
  const reader = startCommand(['consume', 't', '--bootstrap-servers', servers, ...group, '--workload', 'atm']);
  await until(() => linesOf(reader.said.out).length === 5);
  await kill(cluster);
  await until(() => reader.said.err.includes('warning: '));
  reader.child.kill('SIGINT');
  await until(() => reader.said.err.includes('SIGINT: '));
  reader.child.kill('SIGTERM');
  const { code, err } = await reader.ended;
  expect(code).toBe(143);
  const notes = linesOf(err).filter((line) => !/^Reading t|records read/.test(line));
  expect(notes).toEqual([
    `warning: no broker of ${servers} answers: waiting until one does; reading resumes at the same offsets`,
    'SIGINT: leaving the group; repeat to exit immediately',
  ]);
});
