/** What is known of lag while the cluster answers, and while it does not. */
import { expect, test } from 'vitest';
import { LagWatch } from '../../src/coordinator/lag-watch.ts';
import type { GroupPlan, ReadingPlan } from '../../src/plan/reading-plan.ts';
import type { ReadingReader } from '../../src/recorder/reading-reader.ts';
import type { OffsetClient } from '../../src/transport/librdkafka/offset-client.ts';

const group = { group: 0, topics: ['t'] } as unknown as GroupPlan;
const reading = { groups: [group], places: [{ topic: 't', partition: 0 }], cluster: {} } as ReadingPlan;
const reader = { places: () => [{ position: 7, start: 0 }] } as unknown as ReadingReader;

test('the last answer does not stand for a cluster that is away', async () => {
  const answers: (() => Promise<readonly number[] | undefined>)[] = [
    async () => [10],
    async () => undefined,
    async () => [12],
    async () => {
      throw new Error('away');
    },
  ];
  const client = { ask: () => answers.shift()!() } as unknown as OffsetClient;
  const watch = new LagWatch(reading, reader, client);
  const seen: (number | null | undefined)[] = [watch.last(group)];
  for (let second = 0; second < 4; second++) {
    watch.look((second + 0.8) * 1e9);
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    seen.push(watch.last(group));
  }
  expect(seen).toEqual([undefined, 3, null, 5, null]);
  expect([0, 1, 2, 3].map((second) => watch.of(second, group))).toEqual([3, null, 5, null]);
});

test('lag is end − position, of the places of the group’s topics; one that has not begun is where it starts', () => {
  const places = ['t', 'u', 't'].map((topic, partition) => ({ topic, partition }));
  const both = { group: 1, topics: ['t', 'u'] } as unknown as GroupPlan;
  const positions = [
    { position: 90, start: 80 },
    { position: 7, start: 0 },
    { position: 0, start: 40 },
  ];
  const standing = { places: () => positions } as unknown as ReadingReader;
  const watch = new LagWatch({ groups: [group, both], places, cluster: {} }, standing, {} as OffsetClient);
  expect(watch.lagOf(both, [100, 9, 50])).toBe(10 + 2 + 10);
  expect(watch.lagOf(group, [100, 9, 50])).toBe(10 + 10);
  // The answer is older than the position.
  expect(watch.lagOf(group, [88, 9, 50])).toBe(10);
});

test('asks once a second, in its last part, and one question at a time', async () => {
  const answers: ((ends: number[]) => void)[] = [];
  const ask = () => new Promise((resolve) => answers.push(resolve));
  const watch = new LagWatch(reading, reader, { ask } as unknown as OffsetClient);
  const asked = (seconds: number) => {
    watch.look(seconds * 1e9);
    return answers.length;
  };
  const answer = async (end: number) => {
    answers.at(-1)!([end]);
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  expect([0, 0.5, 0.69].map(asked)).toEqual([0, 0, 0]);
  expect([0.7, 0.9].map(asked)).toEqual([1, 1]);
  await answer(8);
  expect([0.95, 1.5, 1.75].map(asked)).toEqual([1, 1, 2]);
  // This answer takes until the next second but one.
  expect([2.8, 3.2].map(asked)).toEqual([2, 2]);
  await answer(9);
  expect([3.3, 3.8].map(asked)).toEqual([2, 3]);
  expect([0, 1, 2, 3].map((second) => watch.of(second, group))).toEqual([1, 2, null, null]);
});
