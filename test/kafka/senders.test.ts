/** Producer, senders and monitor on Apache Kafka: a sender killed, a broker killed; the monitor's numbers are the truth. */
import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { afterAll, expect, test } from 'vitest';
import { killCommands, linesOf, startCommand, until } from '../integration/command.ts';
import { alertIds, type Line, truthOf } from '../integration/senders-truth.ts';
import { startKafka } from './cluster.ts';
import { describeKafka } from './describe-kafka.ts';
import { topicOffsets, withAdmin } from './topics.ts';

const SEED = 7;
const alike = { meanTimeUs: 60_000, failureRate: 0.3, distribution: 'uniform' } as const;
const flags = ['--mean-time', '0.06', '--failure-rate', '0.3', '--distribution', 'uniform', '--seed', String(SEED)];

afterAll(killCommands);

function scene(servers: string, messages: number) {
  const topic = randomUUID();
  const group = randomUUID();
  const results = ['--results-topic', `${topic}-results`, '--bootstrap-servers', servers];
  const senders = (...more: string[]) =>
    startCommand(['senders', '--topic', topic, '--group', group, ...flags, ...results, ...more]);
  const watching = ['--format', 'json', '--quiet', '--interval', '0.1', '--until', String(messages)];
  const monitor = () => startCommand(['monitor', ...watching, ...results]);
  async function produce(): Promise<void> {
    const run = ['sms-alerts', '-n', String(messages), '--topic', topic, '--bootstrap-servers', servers];
    expect((await startCommand([...run, '-o', 'none', '--quiet', '--allow-invalid']).ended).code).toBe(0);
  }
  return { topic, group, senders, monitor, produce };
}

/** Members of the group that have partitions; 0 while they are being given out, or nobody knows of the group. */
function sharers(servers: string, group: string): Promise<number> {
  return withAdmin(servers, async (admin) => {
    const [found] = (await admin.describeGroups([group])).groups;
    if (found?.state !== 'Stable') return 0;
    const parts = found.members.map(({ memberAssignment }) =>
      kafkajs.AssignerProtocol.MemberAssignment.decode(memberAssignment),
    );
    return parts.filter((part) => Object.values(part?.assignment ?? {}).flat().length > 0).length;
  }).catch(() => 0);
}

const lastOf = (out: string): Line => JSON.parse(linesOf(out).at(-1) ?? '{"sent":0,"failed":0,"senders":{}}');
const countOf = (out: string) => lastOf(out).sent + lastOf(out).failed;

async function committed(servers: string, groupId: string, topic: string): Promise<number[]> {
  const [found] = await withAdmin(servers, (admin) => admin.fetchOffsets({ groupId, topics: [topic] }));
  // A partition without messages has no offset.
  return found!.partitions.toSorted((a, b) => a.partition - b.partition).map(({ offset }) => Math.max(0, +offset));
}

describeKafka('senders on Apache Kafka', (servers) => {
  test('roles make their topics; a killed sender loses no message; all is committed in the end', async () => {
    const { topic, group, senders, monitor, produce } = scene(servers, 120);
    const watching = monitor();
    const [killed, other] = [senders('--count', '3', '--name', 'killed'), senders('--count', '3', '--name', 'other')];
    await until(() => [killed, other].every(({ said }) => said.err.includes('3 senders take messages')));
    // Both have a part, so that neither gets nothing, however late it is.
    await until(async () => (await sharers(servers, group)) === 2);
    await produce();
    await until(() => Object.keys(lastOf(watching.said.out).senders).some((name) => name.startsWith('killed')));
    killed.child.kill('SIGKILL');
    const { code, out } = await watching.ended;
    expect(code).toBe(0);
    const truth = truthOf(await alertIds(servers, topic, 120), alike, SEED);
    expect(lastOf(out)).toMatchObject({ sent: truth.sent, failed: truth.failed });
    expect(lastOf(out).averageMs).toBeCloseTo(truth.averageMs!, 6);
    other.child.kill('SIGINT');
    expect((await other.ended).code).toBe(130);
    const ends = (await topicOffsets(servers, topic)).map(({ high }) => high);
    expect(await committed(servers, group, topic)).toEqual(ends);
  });
});

describeKafka('a process that joins', (servers) => {
  test('gets nothing that another one has in hand', async () => {
    const { group, senders, monitor, produce } = scene(servers, 60);
    const watching = monitor();
    const own = ['--count', '60', '--format', 'json', '--name'];
    const first = senders(...own, 'first', '--mean-time', '6');
    await until(async () => (await sharers(servers, group)) === 1, first);
    await produce();
    // All are in hand by now, for 3 to 9 seconds: of every partition.
    const second = senders(...own, 'second');
    expect((await watching.ended).code).toBe(0);
    await until(() => second.said.err.includes('60 senders take messages'), second);
    for (const { child } of [first, second]) child.kill('SIGTERM');
    const counts = (await Promise.all([first.ended, second.ended])).map(({ out }) => countOf(out));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(60);
  });
});

describeKafka('senders and a broker that is killed', () => {
  test('wait for it, and lose and count nothing twice', async () => {
    // A broker that is killed is believed to be alive for so long, and cannot start meanwhile.
    const properties = { 'broker.session.timeout.ms': '2000', 'broker.heartbeat.interval.ms': '400' };
    const kafka = await startKafka({ properties });
    try {
      const { topic, senders, monitor, produce } = scene(kafka.bootstrapServers, 100);
      const [watching, working] = [monitor(), senders('--count', '2')];
      await produce();
      await until(() => countOf(watching.said.out) >= 20);
      await kafka.kill();
      await until(() => [watching, working].every(({ said }) => said.err.includes('warning: ')));
      await kafka.restart();
      const { code, out } = await watching.ended;
      expect(code).toBe(0);
      const truth = truthOf(await alertIds(kafka.bootstrapServers, topic, 100), alike, SEED);
      expect(lastOf(out)).toMatchObject({ sent: truth.sent, failed: truth.failed });
      working.child.kill('SIGINT');
      const ended = await working.ended;
      expect(ended.code).toBe(130);
      for (const { err } of [ended, watching.said]) {
        // Told again where it lasts for half a minute.
        expect([...new Set(err.match(/^warning: .*/gm))]).toEqual([
          expect.stringMatching(/^warning: no broker of \S+ answers: waiting/),
        ]);
        expect(err).not.toContain('librdkafka');
      }
    } finally {
      await kafka.stop();
    }
  });
});
