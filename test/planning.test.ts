import { afterEach, expect, test, vi } from 'vitest';
import { plan } from '../src/planning.ts';
import { subjectSchemas } from '../src/registry/schema-ids.ts';

afterEach(() => vi.restoreAllMocks());

test.each([
  [0.5, 0],
  [5, 1],
])('a note when planning takes more than a second (%s ms each record: %s)', async (ms, count) => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => {
    now += ms;
    return now;
  });
  const notes: string[] = [];
  await plan('quickstart', { onNote: (note) => notes.push(note) });
  expect(notes).toHaveLength(count);
});

test('a topic suffix: the topic keeps its settings, the schema its subject, the profile its hash', async () => {
  const set = ['topics.t.partitions=3', 'topics.t.create=always', 'topics.t.config.retention.ms=1000'];
  const overrides = { topic: 't', set, bootstrapServers: 'null' };
  const options = { env: {}, cwd: '/' };
  const [one, other] = [
    await plan('atm', { ...options, overrides }),
    await plan('atm', { ...options, overrides: { ...overrides, topicSuffix: '-07' } }),
  ];
  expect(other.plan.lanes[0]!.topic).toBe('t-07');
  expect(other.plan.topics).toEqual({ 't-07': one.plan.topics.t });
  expect(other.loaded.hash).toBe(one.loaded.hash);
  expect(subjectSchemas(other.plan, 'topic').map(({ subject }) => subject)).toEqual(['t-value']);
});

test('processes of one machine share its cores; what one process alone can do is refused', async () => {
  const options = { env: {}, cwd: '/', cores: 5 };
  const burst = { bootstrapServers: 'null', burst: true, duration: '1s' };
  const threads = async (shards: number) =>
    (await plan('bytes', { ...options, overrides: burst, shards })).plan.workers;
  expect([await threads(1), await threads(2), await threads(9)]).toEqual([2, 2 * 1, 9 * 1]);
  const [one, two] = [
    await plan('bytes', { ...options, overrides: burst }),
    await plan('bytes', { ...options, overrides: burst, shards: 2 }),
  ];
  expect(two.loaded.hash).toBe(one.loaded.hash);
  const fast = { bootstrapServers: 'null', set: ['clock.speed=max', 'clock.start=2026-01-01T00:00:00Z'] };
  await expect(plan('bytes', { ...options, overrides: fast, shards: 2 })).rejects.toThrow('clock.speed');
});

test.each(['', '-ä', '{0..2}', 'x'.repeat(300)])('a topic suffix that is not one: %s', async (topicSuffix) => {
  const planned = plan('atm', { env: {}, cwd: '/', overrides: { topicSuffix } });
  if (topicSuffix === '') await planned;
  else await expect(planned).rejects.toThrow(/^--topic-suffix: .*is not the name of a topic/);
});

test('a topic suffix goes behind each name of a pattern', async () => {
  const overrides = { topic: 't-{0..2}', bootstrapServers: 'null', topicSuffix: '-07' };
  const { plan: planned } = await plan('atm', { env: {}, cwd: '/', overrides });
  expect(planned.lanes[0]).toMatchObject({ topic: 't-{0..2}-07', topics: ['t-0-07', 't-1-07', 't-2-07'] });
  expect(planned.topics).toMatchObject({ 't-{0..2}-07': { pattern: 't-{0..2}-07' } });
});

test.each([
  ['message-lifecycle', {}, 'scenarios.message-lifecycle.topic: the workload sends several records for each message'],
  ['atm', { set: ['scenarios.atm.affinity=key'] }, 'scenarios.atm.affinity: `key` keeps the order of a key in one'],
])('what %s cannot do over several topics is refused', async (name, more, message) => {
  const overrides = { topic: 't-{0..2}', bootstrapServers: 'null', ...more };
  await expect(plan(name, { env: {}, cwd: '/', overrides })).rejects.toThrow(message);
  await plan(name, { env: {}, cwd: '/', overrides: { ...overrides, topic: 't-{0..0}' } });
});

test('settings without an effect are noted', async () => {
  const set = ['scenarios.atm.spread=zipf', 'scenarios.atm.perTopic=true'];
  const notesOf = async (topic: string, more: string[] = []) =>
    (await plan('atm', { env: {}, cwd: '/', overrides: { topic, set: [...set, ...more], bootstrapServers: 'null' } }))
      .plan.notes;
  expect(await notesOf('t')).toEqual(
    expect.arrayContaining([
      'atm: `spread` has no effect with one topic',
      'atm: `perTopic` adds nothing with one topic',
    ]),
  );
  expect((await notesOf('t-{0..1}')).filter((note) => /spread|perTopic/.test(note))).toEqual([]);
  const cleanup = 'topics.t.cleanup=true';
  expect(await notesOf('t', [cleanup, 'topics.t.create=never'])).toContain(
    'topic t: `cleanup: true` has no effect with `create: never`: only what a run creates is deleted',
  );
  expect((await notesOf('t', [cleanup])).filter((note) => note.includes('cleanup'))).toEqual([]);
});

test('each topic of a pattern has its subject', async () => {
  const overrides = { topic: 't-{0..2}', bootstrapServers: 'null', topicSuffix: '-07' };
  const { plan: planned } = await plan('atm', { env: {}, cwd: '/', overrides });
  const subjects = (strategy: 'topic' | 'record') => subjectSchemas(planned, strategy).map(({ subject }) => subject);
  expect(subjects('topic')).toEqual(['t-0-value', 't-1-value', 't-2-value']);
  expect(subjects('record')).toHaveLength(1);
});
