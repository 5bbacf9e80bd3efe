import { describe, expect, test } from 'vitest';
import { clientCostWarnings, clientFootprint, footprintProblems } from '../../src/plan/client-footprint.ts';
import type { Plan } from '../../src/plan/plan.ts';

const LIMITS = { openFiles: 20_000, threads: Number.POSITIVE_INFINITY, openFilesNow: 30, threadsNow: 12 };

function planOf({ producers = 200, servers = 'a:1', more = {}, workers = 2, shards = 1, members = 0 } = {}): Plan {
  const group = { name: 'g', members: Array(members).fill(0), properties: { 'bootstrap.servers': servers } };
  return {
    ...(members > 0 && { reading: { groups: [group] } }),
    workers,
    target: { kind: 'kafka' },
    ...(shards > 1 && { shard: { index: 0, count: shards } }),
    clients: [{ properties: { 'bootstrap.servers': servers, ...more }, producers }],
    lanes: [{ name: 'many', producers }],
  } as unknown as Plan;
}

describe('what clients take', () => {
  test('is by the brokers: those of the profile, or those that the cluster has', () => {
    // As counted: 613 threads and 1,033 files with 200 clients of one broker, 19 and 43 with 2.
    expect(clientFootprint(planOf())).toMatchObject({ clients: 200, threads: 600, openFiles: 1000 });
    expect(clientFootprint(planOf({ servers: 'a:1,b:2,c:3' }))).toMatchObject({ threads: 1000, openFiles: 2200 });
    expect(clientFootprint(planOf(), 3)).toMatchObject({ threads: 1000, openFiles: 2200 });
  });

  test('is that of this process', () => {
    expect(clientFootprint(planOf({ shards: 4, workers: 4 })).clients).toBe(50);
    const { target: _, ...rest } = planOf();
    const nowhere = { ...rest, target: { kind: 'null', spec: { latencyMs: [0] } } } as const;
    expect(clientFootprint(nowhere)).toMatchObject({ clients: 0, threads: 0, openFiles: 0, bytes: 0 });
  });

  test('has the members of consumer groups, with their workers and coordinators', () => {
    // As counted: 126 threads and 335 files with 21 of one broker, 76 and 195 with 11.
    const [one, many] = [11, 21].map((members) => clientFootprint(planOf({ members })));
    expect(many).toMatchObject({ clients: 200, members: 21 });
    expect([many!.threads - one!.threads, many!.openFiles - one!.openFiles]).toEqual([50, 140]);
    const { shard: _, ...first } = planOf({ shards: 2, members: 21 });
    const ofShard = (index: number) => clientFootprint({ ...first, shard: { index, count: 2 } });
    expect([ofShard(0), ofShard(1)]).toMatchObject([{ members: 21 }, { clients: 100, members: 0, threads: 300 }]);
  });

  test('has the coordinator of transactions', () => {
    expect(clientFootprint(planOf({ more: { 'transactional.id': 't' } })).threads).toBe(800);
  });
});

describe('what the system does not let a run have', () => {
  test('is refused with the numbers and with what would do', () => {
    expect(footprintProblems(planOf(), LIMITS)).toEqual([]);
    expect(footprintProblems(planOf(), { ...LIMITS, openFiles: 1024, threads: 500 })).toEqual([
      {
        path: 'scenarios.many.clients',
        message: '200 clients take 1,000 open files, 1,094 with the rest: more than the 1,024 of ulimit -n',
        hint: 'use fewer clients or more shards, or ulimit -n 1094',
      },
      {
        path: 'scenarios.many.clients',
        message:
          '200 clients take 600 threads, 630 with the rest: more than the 500 that this user or container may have',
        hint: 'use fewer clients, or raise pids.max or ulimit -u to 630',
      },
    ]);
  });

  test('is also that of members alone', () => {
    const { clients: _, lanes: __, ...rest } = planOf({ members: 300 });
    const reads = { ...rest, clients: [], lanes: [] } as unknown as Plan;
    const [problem, ...more] = footprintProblems(reads, { ...LIMITS, threads: 1000 });
    expect([problem, more]).toMatchObject([{ path: 'consumers.g.members' }, []]);
    expect(problem!.message).toMatch(/^300 members take 1,500 threads, 1,530 with the rest: more than/);
    expect(problem!.hint).toBe('use fewer members, or raise pids.max or ulimit -u to 1530');
    expect(footprintProblems(planOf({ members: 1 }), LIMITS)).toEqual([]);
  });

  test('is by the brokers of the cluster once they are known', () => {
    const limits = { ...LIMITS, openFiles: 1500 };
    expect(footprintProblems(planOf(), limits)).toEqual([]);
    expect(footprintProblems(planOf(), limits, 3)).toHaveLength(1);
  });

  test('is not looked at where no scenario gives a number of clients', () => {
    const { lanes: _, ...rest } = planOf();
    expect(
      footprintProblems({ ...rest, lanes: [{ name: 'one' }] } as unknown as Plan, { ...LIMITS, openFiles: 1 }),
    ).toEqual([]);
  });
});

function warningsOf(targetPerSec: number, producers: number | undefined, cores: number, shards = 1, lingerMs?: number) {
  const lane = { name: 'many', client: 0, load: { kind: 'open', targetPerSec }, ...(producers && { producers }) };
  const properties = lingerMs === undefined ? {} : { 'linger.ms': String(lingerMs) };
  const plan = { lanes: [lane], clients: [{ properties }] } as unknown as Plan;
  return clientCostWarnings(plan, { workers: 1, shards, cores });
}

test('clients that take more CPU than there is have a warning', () => {
  expect(warningsOf(150_000, 100, 2)).toEqual([
    'many: 150,000/s over 100 clients take about 2.2 of 2 cores: such batches took at least 15 CPU s per million messages where they were measured; expect GENERATOR_LIMITED, or use fewer clients, a higher linger.ms or more shards',
  ]);
  expect(warningsOf(150_000, 100, 4)).toEqual([]);
  expect(warningsOf(600_000, 400, 4, 2)[0]).toContain('about 4.4 of 4 cores in each process');
});

test('what was measured is where it was measured', () => {
  const costOf = (producers: number) => warningsOf(20_000, producers, 0.01)[0] ?? '';
  expect(costOf(200)).toContain('at least 45 CPU s');
  expect(costOf(2_000)).toContain('at least 45 CPU s');
  expect(costOf(20)).toContain('at least 17 CPU s');
  expect(costOf(2)).toContain('at least 7 CPU s');
});

test('larger batches than were measured, and lanes without clients of their own, have none', () => {
  expect(warningsOf(2_000_000, 100, 1)).toEqual([]);
  expect(warningsOf(150_000, 100, 2, 1, 50)).toEqual([]);
  expect(warningsOf(150_000, undefined, 1)).toEqual([]);
});
