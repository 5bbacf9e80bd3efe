import { expect, test } from 'vitest';
import type { Partitioner } from '../../../src/workload/record-plan.ts';
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

const open = (partitioner: Partitioner, keys: typeof writer = writer) =>
  new KeySlots(keys, 4, { partitioner, partitions: 12 }, recordContext());

test('a slot that had a key has none after a record without one', () => {
  const slots = open('murmur2_random');
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
  const { key, keyLength } = open('murmur2', null);
  expect([...keyLength]).toEqual([-1, -1, -1, -1]);
  // Small typed arrays would lie in V8's heap, where their address changes.
  expect(key.length).toBeGreaterThanOrEqual(8);
});

test.each([
  ['consistent', 0],
  ['murmur2', 0x106e08d9 % 12],
  ['fnv1a', 0x7ee3623b % 12],
  ['consistent_random', -1],
  ['murmur2_random', -1],
  ['fnv1a_random', -1],
  ['random', -1],
] as const)(
  'null keys under %s are all on partition %i, be some null or all (-1: the client sticks)',
  (name, place) => {
    const some = open(name);
    some.write(1, 42);
    some.write(1, 44);
    expect(some.partition[1]).toBe(place);
    expect([...open(name, null).partition]).toEqual([place, place, place, place]);
  },
);
