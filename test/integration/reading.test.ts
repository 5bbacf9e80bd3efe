/** Members of consumer groups on the embedded cluster: every record is counted once, whatever the group does meanwhile. */
import { afterEach, expect, test } from 'vitest';
import { groupOf, type RunningMembers, startMembers } from '../../dist/bench/consume/members.js';
import { executePlan } from '../../dist/src/coordinator/execute.js';
import { plan } from '../../dist/src/index.js';
import type { GroupPlan } from '../../dist/src/plan/reading-plan.js';
import { Admin } from '../../dist/src/transport/librdkafka/admin.js';
import { EMBEDDED_GROUP_PROPERTIES, LibrdkafkaConsumer } from '../../dist/src/transport/librdkafka/consumer.js';
import { EmbeddedCluster } from '../../dist/src/transport/librdkafka/embedded-cluster.js';
import { profileFile } from './profile-file.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

const PARTITIONS = 6;
const PLACES = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic: 't', partition }));

function cluster(): string {
  const embedded = new EmbeddedCluster({ t: { partitions: PARTITIONS } });
  open.push(embedded);
  return embedded.bootstrapServers;
}

async function planOf(servers: string, scenario: Readonly<Record<string, unknown>>) {
  const kafka = { 'bootstrap.servers': servers };
  const topics = { t: { partitions: PARTITIONS } };
  return (await plan(profileFile(scenario, { kafka, topics, workers: 1 }), { env: {} })).plan;
}

function membersOf(
  servers: string,
  planned: Awaited<ReturnType<typeof planOf>>,
  count: number,
  more: Partial<GroupPlan> & { readonly strategy?: string; readonly ends?: readonly number[] } = {},
): RunningMembers {
  const { strategy = 'range,roundrobin', ends, ...rest } = more;
  const properties = {
    'bootstrap.servers': servers,
    'partition.assignment.strategy': strategy,
    ...EMBEDDED_GROUP_PROPERTIES,
  };
  const members = Array.from({ length: count }, (_, member) => member);
  const group = groupOf({ name: 'g', members, topics: ['t'], properties }, rest);
  const running = startMembers({ plan: planned, groups: [group], places: PLACES, ...(ends && { ends }) });
  open.push(running);
  return running;
}

async function endsOf(servers: string): Promise<number[]> {
  const admin = new Admin({ 'bootstrap.servers': servers }, 10_000);
  try {
    return [...(await admin.endOffsets('t', PARTITIONS))];
  } finally {
    await admin.close();
  }
}

const STEADY = { executor: 'constant-arrival-rate', gracefulStop: '5s' };
const GROUP = { group: 0, members: [0, 1, 2] };
const of = (count: number) => ({ group: 0, members: GROUP.members.slice(0, count) });

test.each([
  [1, 'range,roundrobin'],
  [3, 'range,roundrobin'],
  [3, 'cooperative-sticky'],
])('%i member(s), %s: assigned before the start, every record counted once and dated', async (count, strategy) => {
  const servers = cluster();
  const planned = await planOf(servers, { ...STEADY, rate: 5000, duration: '2s' });
  const running = membersOf(servers, planned, count, { strategy });
  await running.ready;
  const { reader } = running;
  const assigned = of(count).members.map((member) => reader.member(member).assigned);
  expect(assigned.reduce((sum, each) => sum + each)).toBe(PARTITIONS);
  expect(Math.min(...assigned)).toBeGreaterThan(0);
  running.start();
  await executePlan(planned);
  const ends = await endsOf(servers);
  expect(ends.reduce((sum, each) => sum + each)).toBe(10_000);
  running.drain(ends);
  const measured = await running.done;
  expect(measured.map(({ complete, failure }) => ({ complete, failure }))).toEqual(
    of(count).members.map(() => ({ complete: true, failure: undefined })),
  );
  const counts = reader.counts(of(count));
  expect(counts).toMatchObject({ consumed: 10_000, bytes: 1_000_000, foreign: 0, rebalances: 0 });
  expect(reader.places(of(count)).map(({ position }) => position)).toEqual(ends);
  expect(reader.endToEndBuckets(of(count)).count).toBe(10_000);
  let rows = 0;
  for (let second = 0; second < reader.seconds; second++) rows += reader.second(second, of(count)).consumed;
  expect(rows).toBe(10_000);
});

test.each(['range,roundrobin', 'cooperative-sticky'])(
  '%s: another member comes and goes, and what it read meanwhile is counted all the same',
  async (strategy) => {
    const servers = cluster();
    const planned = await planOf(servers, { ...STEADY, rate: 2000, duration: '3s' });
    const running = membersOf(servers, planned, 2, { strategy });
    await running.ready;
    running.start();
    const sent = executePlan(planned);
    const properties = {
      'bootstrap.servers': servers,
      'group.id': 'g',
      'partition.assignment.strategy': strategy,
    };
    const other = new LibrdkafkaConsumer({
      properties: { ...properties, ...EMBEDDED_GROUP_PROPERTIES },
      topics: ['t'],
      onLog: () => {},
    });
    while (other.assigned.size === 0) await other.poll(20);
    await sent;
    while ((await other.poll(100)) > 0);
    await other.close();
    const ends = await endsOf(servers);
    running.drain(ends);
    const measured = await running.done;
    expect(measured.map(({ failure }) => failure)).toEqual([undefined, undefined]);
    const counts = running.reader.counts(of(2));
    expect(counts).toMatchObject({ consumed: 6000, bytes: 600_000, foreign: 0 });
    expect(counts.rebalances).toBeGreaterThan(1);
    expect(running.reader.places(of(2)).map(({ position }) => position)).toEqual(ends);
  },
);

test('a pause takes no records, keeps the member in its group, and all is read afterwards', async () => {
  const servers = cluster();
  const planned = await planOf(servers, { ...STEADY, rate: 1000, duration: '4s' });
  const running = membersOf(servers, planned, 1, { pause: { atNs: 0.8e9, forNs: 2.4e9 } });
  await running.ready;
  running.start();
  await executePlan(planned);
  running.drain(await endsOf(servers));
  await running.done;
  const { reader } = running;
  expect(reader.counts(of(1))).toMatchObject({ consumed: 4000, rebalances: 0 });
  expect(reader.second(2, of(1)).consumed).toBe(0);
  // All of that second, whenever a busy machine let the pause begin.
  expect(reader.member(0).pausedNs).toBeGreaterThanOrEqual(1.2e9);
});

test('assigned by hand, from an offset to an end, at a rate: two members share the partitions and return by themselves', async () => {
  const servers = cluster();
  const planned = await planOf(servers, { ...STEADY, rate: 6000, duration: '1s' });
  await executePlan(planned);
  const ends = await endsOf(servers);
  const more = { mode: 'assign', ratePerSec: 2000, ends } as const;
  const running = membersOf(servers, { ...planned, lanes: [] }, 2, more);
  await running.ready;
  running.start();
  const measured = await running.done;
  expect(measured.map(({ complete }) => complete)).toEqual([true, true]);
  const counts = running.reader.counts(of(2));
  expect(counts.consumed).toBe(6000);
  // 6,000 at 2,000/s, less what may come at once.
  expect(counts.lastRecordNs).toBeGreaterThan(2.5e9);
});

test('given up: it returns at once and says that not all was read', async () => {
  const servers = cluster();
  const planned = await planOf(servers, { ...STEADY, rate: 100, duration: '1s' });
  const running = membersOf(servers, planned, 1);
  await running.ready;
  running.start();
  running.abandon();
  expect(await running.done).toEqual([
    { member: 0, group: 0, complete: false, failure: 'given up before all was read' },
  ]);
});

test('a group that is not assigned in time ends the run before anything is sent, and says what it lacks', async () => {
  const servers = cluster();
  // Who was there first shares the partitions, and our group never has all of them.
  const properties = { 'bootstrap.servers': servers, 'group.id': 'shared', ...EMBEDDED_GROUP_PROPERTIES };
  const other = new LibrdkafkaConsumer({ properties, topics: ['t'], onLog: () => {} });
  open.push(other);
  while (other.assigned.size === 0) await other.poll(20);
  const profile = profileFile(
    { ...STEADY, rate: 100, duration: '1s' },
    {
      ...{ workers: 1, topics: { t: { partitions: PARTITIONS } }, kafka: { 'bootstrap.servers': servers } },
      consumers: { audit: { group: 'shared' } },
    },
  );
  const { plan: planned } = await plan(profile, { env: {} });
  let isOver = false;
  const ended = executePlan(planned, { assignmentMs: 10_000 }).finally(() => {
    isOver = true;
  });
  ended.catch(() => {});
  while (!isOver) await other.poll(20);
  await expect(ended).rejects.toMatchObject({
    code: 'GROUP_NOT_ASSIGNED',
    message: 'consumer groups are not assigned after 10 s: audit: 1 of 1 member joined, 3 of 6 partitions',
    hint: expect.stringContaining('does nobody else use it'),
  });
  expect(await endsOf(servers)).toEqual(PLACES.map(() => 0));
});
