import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BatchGroups } from '../../src/engine/batch-groups.ts';

/** Groups of (topic, partition) in the order of their first messages: the messages' places. */
function placesOf(messages: readonly { readonly topic: number; readonly partition: number }[]): number[] {
  const groups = new Map<string, number[]>();
  messages.forEach(({ topic, partition }, j) => {
    const name = `${topic} ${partition}`;
    groups.set(name, [...(groups.get(name) ?? []), j]);
  });
  const order = [...groups.values()].flat();
  return messages.map((_, j) => order.indexOf(j));
}

test('messages of a partition are side by side, groups in the order of their first, batch after batch', () => {
  const cases = fc.integer({ min: 1, max: 40 }).chain((batchMax) =>
    fc
      .record({ topics: fc.constantFrom(1, 3, 1024, 1_000_000), partitions: fc.constantFrom(1, 2, 1023, 10_000) })
      .chain(({ topics, partitions }) => {
        const few = (max: number) => fc.oneof(fc.nat(Math.min(max, 3)), fc.nat(max));
        const message = fc.record({ topic: few(topics - 1), partition: few(partitions).map((p) => p - 1) });
        const batches = fc.array(fc.array(message, { maxLength: batchMax }), { minLength: 1, maxLength: 8 });
        return fc.record({
          ...{ batchMax: fc.constant(batchMax), topics: fc.constant(topics) },
          batches,
          partitions: fc.constant(partitions),
        });
      }),
  );
  const property = fc.property(cases, ({ batchMax, topics, partitions, batches }) => {
    const groups = new BatchGroups(batchMax);
    for (const batch of batches) {
      const topic = Int32Array.from(batch, (message) => message.topic);
      const partition = Int32Array.from(batch, (message) => message.partition);
      groups.arrange(batch.length, topics === 1 ? undefined : topic, partition, partitions);
      expect([...groups.place.subarray(0, batch.length)]).toEqual(placesOf(batch));
    }
  });
  fc.assert(property, { numRuns: 300 });
});
