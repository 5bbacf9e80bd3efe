/** Consumer groups in a plan. */
import { expect, test } from 'vitest';
import type { InputError } from '../../src/errors.ts';
import { buildPlan } from '../../src/plan/build-plan.ts';
import { describeReading, summarizeGroups } from '../../src/plan/reading-summary.ts';
import type { ConsumerGroupProfile, Profile } from '../../src/profile/profile.ts';
import { formatDuration } from '../../src/units.ts';
import { profileOf } from './profile.ts';

const GROUP: ConsumerGroupProfile = {
  topics: ['load'],
  members: 1,
  verify: false,
  from: 'run',
  startNs: 0,
  config: {},
};
const FACTS = { cores: 4, runTag: '00000000000000ff', measure: () => ({ bytesMean: 100, poolBytes: 100 }) as never };

const planOf = (profile: Partial<Profile>) => buildPlan(profileOf(profile), FACTS);

function problemsOf(profile: Partial<Profile>): string[] {
  try {
    planOf(profile);
    return [];
  } catch (error) {
    return (error as InputError).problems.map(({ path, message }) => `${path}: ${message}`);
  }
}

test('nothing is read unless a profile says so', () => {
  expect(planOf({})).not.toHaveProperty('reading');
});

test('members are numbered over all groups, and the nearest properties win', () => {
  const kafka = { 'client.id': 'k', 'fetch.min.bytes': '1' };
  const consumer = { 'fetch.min.bytes': '2', 'fetch.wait.max.ms': '5', 'group.id': 'of-consume' };
  const config = { 'fetch.wait.max.ms': '6' };
  const consumers = {
    a: { ...GROUP, members: 2, config },
    b: { ...GROUP, group: 'mine' },
    c: { ...GROUP, group: 'none' },
  };
  const { reading } = planOf({ kafka, consumer, consumers });
  const [a, b, c] = reading!.groups;
  expect([a!.members, b!.members, c!.members]).toEqual([[0, 1], [2], [3]]);
  expect(a!.properties).toEqual({
    'client.id': 'k',
    'fetch.min.bytes': '2',
    'fetch.wait.max.ms': '6',
    'group.id': 'load-00000000000000ff-a',
  });
  expect(b).toMatchObject({ mode: 'group', dates: 'marks', properties: { 'group.id': 'mine' } });
  expect(c).toMatchObject({ mode: 'assign', properties: { 'group.id': 'load-00000000000000ff-c' } });
  expect(reading!.cluster).toEqual(kafka);
});

test('a suffix of topics is that of those which are read', () => {
  const { reading } = planOf({ topicSuffix: '-x', consumers: { a: GROUP } });
  expect(reading!.groups[0]!.topics).toEqual(['load-x']);
});

test('what the consumer block has of `load consume` only is noted, and not where there are no groups', () => {
  const consumer = { 'auto.offset.reset': 'latest', 'group.id': 'mine', 'fetch.min.bytes': '1' };
  const note =
    'consumer.auto.offset.reset is of `load consume`, not of consumer groups in a run: the engine begins where `from` says';
  const { notes } = planOf({ consumer });
  expect(notes).not.toContain(note);
  expect(planOf({ consumer, consumers: { a: GROUP } }).notes).toEqual([...notes, note]);
  const error = { ...consumer, 'auto.offset.reset': 'error' };
  expect(planOf({ consumer: error, consumers: { a: GROUP } }).notes).toEqual(notes);
});

test('members without a partition are a warning', () => {
  expect(planOf({ consumers: { a: { ...GROUP, members: 12 } } }).warnings).toEqual([]);
  expect(planOf({ consumers: { a: { ...GROUP, members: 14 } } }).warnings).toEqual([
    'consumers.a: 14 members for 12 partitions: 2 will have none to read',
  ]);
});

test('a pause that the run does not reach, or that it cuts short, is a warning', () => {
  const { durationNs } = planOf({});
  const warningsOf = (atNs: number, forNs: number) =>
    planOf({ consumers: { a: { ...GROUP, pause: { atNs, forNs } } } }).warnings;
  const end = formatDuration(durationNs);
  const hint = '--set consumers.a.pause.at=… --set consumers.a.pause.for=…';
  expect(warningsOf(durationNs - 1e9, 1e9)).toEqual([]);
  expect(warningsOf(durationNs, 1e9)).toEqual([
    `consumers.a.pause: begins at ${end}, the run ends at ${end}: nothing will be paused: ${hint}`,
  ]);
  expect(warningsOf(durationNs - 1e9, 2e9)).toEqual([
    `consumers.a.pause: ends at ${formatDuration(durationNs + 1e9)}, the run at ${end}: it is cut short there, and its backlog drains without load: ${hint}`,
  ]);
});

test('a run that only reads is warned of a pause beyond its duration; without one nobody knows its end', () => {
  const pause = { atNs: 60e9, forNs: 1e9 };
  const warningsOf = (more: Partial<ConsumerGroupProfile>) =>
    planOf({ kafka: { 'bootstrap.servers': 'b:9092' }, scenarios: {}, consumers: { a: { ...GROUP, ...more, pause } } })
      .warnings;
  expect(warningsOf({})).toEqual([]);
  expect(warningsOf({ durationNs: 70e9 })).toEqual([]);
  expect(warningsOf({ durationNs: 15e9, startNs: 5e9 })[0]).toMatch(/begins at 1m, the run ends at 20s: nothing/);
});

test('a run that only reads has no lane, no worker and no client', () => {
  const kafka = { 'bootstrap.servers': 'b:9092' };
  const consumers = { a: { ...GROUP, durationNs: 5e9, startNs: 1e9 } };
  const plan = planOf({ kafka, scenarios: {}, consumers });
  expect(plan).toMatchObject({ workers: 0, lanes: [], clients: [], durationNs: 6e9, pace: 'nothing is sent' });
  expect(plan.reading!.groups[0]).toMatchObject({ dates: 'timestamps' });
  expect(describeReading(plan)).toBe('1 consumer group reads for 6s');
  expect(summarizeGroups(plan)).toMatchObject([{ name: 'a', members: 1 }]);
});

test('there must be something to read', () => {
  const consumers = { a: GROUP };
  expect(problemsOf({ kafka: { 'bootstrap.servers': 'null' }, consumers })).toEqual([
    'consumers: the null transport keeps no records that could be read',
  ]);
  expect(problemsOf({ scenarios: {}, consumers })).toEqual([
    'consumers: the embedded cluster begins empty: a run without scenarios has nothing to read there',
  ]);
  expect(problemsOf({ scenarios: {} })).toEqual(['scenarios: there must be a scenario']);
});
