/** What becomes of a run's topics while it goes on: told apart by their ids, or by what is left without them. */
import { describe, expect, test } from 'vitest';
import { compareTopics, ensureTopics, type TopicReport } from '../../src/coordinator/run-topics.ts';
import type { TopicSpec } from '../../src/profile/profile.ts';
import { topicNames } from '../../src/topic-pattern.ts';
import { type Admin, type NewTopic, TopicError } from '../../src/transport/librdkafka/admin.ts';
import type { TopicCreation } from '../../src/transport/librdkafka/topic-requests.ts';

const before = { name: 't', partitions: 4, id: 'A' };

test.each([
  ['nothing', before, before, [], []],
  ['deleted', before, { name: 't', partitions: 0 }, ['topic t was deleted during the run'], []],
  [
    'made again',
    before,
    { ...before, id: 'B' },
    ['topic t was deleted and recreated during the run: earlier records are gone'],
    [],
  ],
  [
    'made again, where the broker has no ids: partitions are never taken away',
    { name: 't', partitions: 4 },
    { name: 't', partitions: 1 },
    ['topic t was deleted and recreated during the run: earlier records are gone'],
    [],
  ],
  ['its id was not to be had at the start', { name: 't', partitions: 4 }, before, [], []],
  [
    'more partitions',
    before,
    { ...before, partitions: 6 },
    [],
    ['topic t got more partitions during the run, 6 instead of 4: keys stayed on the first 4'],
  ],
])('%s', (_, was, is, lost, warnings) => {
  expect(compareTopics([was], [is])).toEqual({ lost, unknown: [], warnings });
});

test('what happened to many topics is one sentence', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const was = names.map((name) => ({ name, partitions: 1, id: name }));
  const now = was.map((each, i) => (i === 0 ? { ...each, id: 'Z' } : i === 1 ? each : { ...each, partitions: 0 }));
  expect(compareTopics(was, now).lost).toEqual([
    'topics c, d, e were deleted during the run',
    'topic a was deleted and recreated during the run: earlier records are gone',
  ]);
});

describe('topics are made ready', () => {
  const SPEC: TopicSpec = { partitions: 2, replicationFactor: 1, create: 'if-missing', config: {} };
  const names = topicNames('load-{0..999}');

  /** A cluster that has these topics; what is done to it, in order. */
  function clusterOf(
    there: Readonly<Record<string, number>>,
    refuse?: (name: string) => boolean,
    why = 'POLICY_VIOLATION',
  ) {
    const partitions = new Map(Object.entries(there));
    const done: string[] = [];
    const admin = {
      brokers: async () => ['127.0.0.1:9092'],
      topics: async (asked: readonly string[]) =>
        asked.map((name) => ({ name, partitions: partitions.get(name) ?? 0, replicationFactor: 1 })),
      deleteTopics: async (asked: readonly string[]) => {
        done.push(`delete ${asked.length}`);
        for (const name of asked) partitions.delete(name);
      },
      createTopics: async (asked: readonly NewTopic[], { onCreated, signal }: TopicCreation) => {
        done.push(`create ${asked.length}`);
        for (const topic of asked) {
          if (signal?.aborted) return;
          if (refuse?.(topic.name)) throw new TopicError(`topic ${topic.name}`, 'no', why);
          partitions.set(topic.name, topic.partitions);
          onCreated?.([topic.name]);
        }
      },
    } as unknown as Admin;
    return { admin, done };
  }

  const ready = async (
    { admin }: { readonly admin: Admin },
    wanted: readonly string[],
    spec: Partial<TopicSpec> = {},
    missing?: string,
  ) => {
    const report: TopicReport & { notes: string[] } = { warnings: [], created: [], notes: [] };
    const onNote = (note: string) => void report.notes.push(note);
    const entry = spec.pattern && { entry: spec.pattern };
    const topics = wanted.map((name) => ({ name, spec: { ...SPEC, ...spec }, ...entry, ...(missing && { missing }) }));
    const found = await ensureTopics(admin, topics, { ...report, onNote });
    expect(found.map(({ name }) => name)).toEqual(wanted);
    return { ...report, found };
  };

  test('those that are missing are created, and only they are called created', async () => {
    const cluster = clusterOf({ 'load-3': 2, 'load-5': 3, 'load-9': 1 });
    const { created, warnings, notes } = await ready(cluster, names);
    expect(cluster.done).toEqual(['create 997']);
    expect(created).toHaveLength(997);
    expect(created).not.toContain('load-3');
    expect(warnings).toEqual([
      'topic load-5 has 3 partitions, not 2 as in the profile: it is used as is',
      'topic load-9 has 1 partition, not 2 as in the profile: it is used as is',
    ]);
    expect(notes).toEqual([expect.stringMatching(/^created 997 topics with 1,994 partitions in /)]);
  });

  test('others than planned are one warning', async () => {
    const { warnings } = await ready(clusterOf(Object.fromEntries(names.map((name) => [name, 3]))), names);
    expect(warnings).toEqual([
      'topics load-0, load-1, load-2 and 997 more have 3 partitions, not 2 as in the profile: they are used as they are',
    ]);
  });

  test('create: always deletes those that are there first', async () => {
    const cluster = clusterOf({ 'load-3': 2 });
    const { created } = await ready(cluster, names.slice(0, 10), { create: 'always' });
    expect([cluster.done, created.length]).toEqual([['delete 1', 'create 10'], 10]);
  });

  test('create: never tells how many are missing, and creates none', async () => {
    const cluster = clusterOf({ 'load-3': 2 });
    const never = { create: 'never', pattern: 'load-{0..999}' } as const;
    await expect(ready(cluster, names, never, 'the profile has create: never')).rejects.toMatchObject({
      code: 'TOPIC_MISSING',
      message: 'topics load-0, load-1, load-2 and 996 more do not exist: the profile has create: never',
      hint: 'create the 999 topics, or set topics.load-{0..999}.create to if-missing',
    });
    expect(cluster.done).toEqual([]);
  });

  test('what was created before a failure is known', async () => {
    const created: string[] = [];
    const cluster = clusterOf({}, (name) => name === 'load-2');
    const topics = names.map((name) => ({ name, spec: SPEC }));
    await expect(ensureTopics(cluster.admin, topics, { warnings: [], created })).rejects.toThrow('POLICY_VIOLATION');
    expect(created).toEqual(['load-0', 'load-1']);
  });

  test('more replicas than brokers: the error has the flag that says fewer', async () => {
    const { admin } = clusterOf({}, () => true, 'INVALID_REPLICATION_FACTOR');
    const spec = { ...SPEC, replicationFactor: 3, pattern: 'load-{0..999}-x' };
    const topics = names.map((name) => ({ name, spec, entry: 'load-{0..999}' }));
    await expect(ensureTopics(admin, topics, { warnings: [], created: [] })).rejects.toMatchObject({
      code: 'TOPIC',
      message: expect.stringContaining('INVALID_REPLICATION_FACTOR'),
      hint: "the cluster has 1 broker: --set 'topics.load-{0..999}.replicationFactor=1'",
    });
  });

  test('stopped meanwhile it creates no more, and tells how far it was', async () => {
    const stop = new AbortController();
    const done: string[] = [];
    const created: string[] = [];
    const cluster = clusterOf({}, (name) => {
      if (name === 'load-2') stop.abort({ by: 'SIGTERM', reason: 'asked to end' });
      return false;
    });
    const topics = names.map((name) => ({ name, spec: SPEC }));
    const report = { warnings: [], created, signal: stop.signal, onCreating: () => void done.push('creating') };
    await expect(ensureTopics(cluster.admin, topics, report)).rejects.toMatchObject({
      ...{ code: 'STOPPED', exitCode: 143 },
      message: 'stopped before the start: asked to end; 3 of 1,000 topics had been created',
    });
    expect([done, created]).toEqual([['creating'], ['load-0', 'load-1', 'load-2']]);
    const whole = clusterOf(Object.fromEntries(names.map((name) => [name, 2])));
    await ensureTopics(whole.admin, topics, report);
    expect(done).toEqual(['creating']);
  });

  test('more than a cluster carries are refused before any is created', async () => {
    const cluster = clusterOf({});
    await expect(ready(cluster, names, { partitions: 101, replicationFactor: 2 })).rejects.toMatchObject({
      code: 'TOPICS_MAX',
      message: '1,000 topics with 202,000 partition replicas: a run creates at most 200,000',
    });
    expect(cluster.done).toEqual([]);
  });
});
