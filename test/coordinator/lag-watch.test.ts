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
  const seen: (number | null)[] = [watch.last(group)];
  for (let second = 0; second < 4; second++) {
    watch.look((second + 0.8) * 1e9);
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    seen.push(watch.last(group));
  }
  expect(seen).toEqual([null, 3, null, 5, null]);
  expect([0, 1, 2, 3].map((second) => watch.of(second, group))).toEqual([3, null, 5, null]);
});
