import { expect, test } from 'vitest';
import { KeySlots } from '../../../src/workload/source/key-slots.ts';
import { recordContext } from '../fixture.ts';

/** Every third one has no key. */
const writer = {
  bytesMax: 4,
  write: (into: Uint8Array, at: number, body: number) => {
    if (body % 3 === 2) return -1;
    into.set(Buffer.from(String(body)), at);
    return at + String(body).length;
  },
} as unknown as ConstructorParameters<typeof KeySlots>[0];

const open = (partitioner: 'random' | 'murmur2') =>
  new KeySlots(writer, 4, { partitioner, partitions: 12 }, recordContext());

test('a slot that had a key has none after a record without one', () => {
  const slots = open('murmur2');
  slots.write(1, 42);
  const { key, keyOffset, keyLength, partition } = slots;
  expect(Buffer.from(key).toString('latin1', keyOffset[1], keyOffset[1]! + keyLength[1]!)).toBe('42');
  expect(partition[1]).toBeGreaterThanOrEqual(0);
  slots.write(2, 7);
  expect(keyOffset[2]).toBe(keyOffset[1]! + 4);
  slots.write(1, 44);
  expect([keyLength[1], partition[1]]).toEqual([-1, -1]);
});

test('a partition that the client would draw is drawn by the record, wherever its key lies', () => {
  const slots = open('random');
  const placeOf = (slot: number, body: number) => {
    slots.write(slot, body);
    return slots.partition[slot]!;
  };
  const bodies = Array.from({ length: 300 }, (_, i) => 3 * i);
  const places = bodies.map((body) => placeOf(0, body));
  expect(bodies.map((body) => placeOf(3, body))).toEqual(places);
  expect(new Set(places)).toEqual(new Set(Array.from({ length: 12 }, (_, partition) => partition)));
});

test('without a writer every key is null', () => {
  const { key, keyLength, partition } = new KeySlots(
    null,
    2,
    { partitioner: 'murmur2', partitions: 3 },
    recordContext(),
  );
  expect([[...keyLength], [...partition]]).toEqual([
    [-1, -1],
    [-1, -1],
  ]);
  // Small typed arrays would lie in V8's heap, where their address changes.
  expect(key.length).toBeGreaterThanOrEqual(8);
});
