import { expect, test } from 'vitest';
import { existingTopic, idleMembers, withReading } from '../../src/coordinator/reading-target.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { Admin } from '../../src/transport/librdkafka/admin.ts';

const adminOf = (partitions: number) =>
  ({ topic: async (name: string) => ({ name, partitions, replicationFactor: 1 }) }) as unknown as Admin;

test('a topic that is only read must be there, and is never created', async () => {
  expect(await existingTopic(adminOf(3), 't')).toMatchObject({ partitions: 3 });
  await expect(existingTopic(adminOf(0), 't')).rejects.toMatchObject({ code: 'TOPIC_MISSING', exitCode: 1 });
});

const group = { name: 'a', group: 0, members: [0, 1, 2], topics: ['t'], properties: { 'group.id': 'g' } };
const plan = { lanes: [], clients: [], reading: { groups: [group], places: [], cluster: {} } } as unknown as Plan;
const startOffsets = ['t', 'u', 't'].map((topic, i) => ({ topic, partition: i % 2 === 0 ? i / 2 : 0, startOffset: 9 }));

test('places are the partitions of topics that a group reads; what the profile says wins over defaults', () => {
  const properties = { 'bootstrap.servers': 'b:1' };
  const { reading } = withReading(plan, { startOffsets, isEmbedded: true, properties });
  expect(reading!.places).toEqual([
    { topic: 't', partition: 0 },
    { topic: 't', partition: 1 },
  ]);
  expect(reading!.groups[0]!.properties).toMatchObject({ 'group.id': 'g', ...properties, 'fetch.wait.max.ms': '10' });
  expect(reading!.cluster).toEqual(properties);
  const real = withReading(plan, { startOffsets, isEmbedded: false, properties });
  expect(real.reading!.groups[0]!.properties).toEqual({ 'group.id': 'g', ...properties });
});

test('members without a partition of a topic that is only read are a warning once it is known', () => {
  const known = withReading(plan, { startOffsets, isEmbedded: false, properties: {} });
  expect(idleMembers(known)).toEqual(['consumers.a: 3 members for 2 partitions: 1 will have none to read']);
});
