import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crc32, fnv1a, murmur2, partitionOf } from '../../src/workload/partitioner.ts';
import type { Partitioner } from '../../src/workload/record-plan.ts';
import { librdkafkaPartition } from './partitioner-oracle.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

// Vectors of librdkafka's unit tests (rdmurmur2.c, rdfnv1a.c); those of murmur2 were made with the Java client.
const unaligned = 'PreAmbleWillBeRemoved,ThePrePartThatIs';
const vectors: readonly (readonly [string, number, number])[] = [
  ['kafka', 0xd067cf64, 0xd33c4e1],
  ['giberish123456789', 0x8f552b0c, 0x77a58295],
  ['1234', 0x9fc97b14, 0x23bdd03],
  ['234', 0xe7c009ca, 0x2dea3cd2],
  ['34', 0x873930da, 0x740fa83e],
  ['4', 0x5a4b5ca1, 0x310ca263],
  [unaligned, 0x78424f1c, 0x65cbd69c],
  [unaligned.slice(1), 0x4a62b377, 0x6e49c79a],
  [unaligned.slice(2), 0xe0e4e09e, 0x69eed356],
  [unaligned.slice(3), 0x62b8b43f, 0x6abcc023],
  ['', 0x106e08d9, 0x7ee3623b],
];

describe('hashes', () => {
  test.each(vectors)('hashes %j as librdkafka does', (text, murmur, fnv) => {
    expect(murmur2(bytes(text), 0, bytes(text).length) >>> 0).toBe(murmur);
    expect(fnv1a(bytes(text), 0, bytes(text).length)).toBe(fnv);
  });

  test('computes zlib’s CRC-32, at any place in a buffer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(9), (data, at) => {
        const placed = new Uint8Array(data.length + 20);
        placed.set(data, at);
        expect(crc32(placed, at, data.length)).toBe(zlib.crc32(data));
        expect(murmur2(placed, at, data.length)).toBe(murmur2(data, 0, data.length));
        expect(fnv1a(placed, at, data.length)).toBe(fnv1a(data, 0, data.length));
      }),
    );
  });
});

describe('partitionOf', () => {
  // librdkafka tests/0048-partitioner.c, 17 partitions; -1 where the outcome is random there.
  const keys = ['', '23456', 'this is another string with more length to it perhaps', 'hejsan'];
  const expected: Readonly<Record<Partitioner, readonly number[]>> = {
    random: [-1, -1, -1, -1],
    consistent: [0, 0xb1b451d7 % 17, 0xb0150df7 % 17, 0xd077037e % 17],
    consistent_random: [-1, 0xb1b451d7 % 17, 0xb0150df7 % 17, 0xd077037e % 17],
    murmur2: [0x106e08d9 % 17, 0x058d780f % 17, 0x4f7703da % 17, 0x5ec19395 % 17],
    murmur2_random: [0x106e08d9 % 17, 0x058d780f % 17, 0x4f7703da % 17, 0x5ec19395 % 17],
    fnv1a: [0x7ee3623b % 17, 0x27e6f469 % 17, 0x155e3e5f % 17, 0x17b1e27a % 17],
    fnv1a_random: [0x7ee3623b % 17, 0x27e6f469 % 17, 0x155e3e5f % 17, 0x17b1e27a % 17],
  };

  test.each(Object.keys(expected) as Partitioner[])('places keys as librdkafka’s %s', (partitioner) => {
    const placed = keys.map((key) => partitionOf(partitioner, bytes(key), 0, bytes(key).length, 17));
    expect(placed).toEqual(expected[partitioner]);
  });

  test('places any key as librdkafka itself does, a null one too', () => {
    const keys = fc.option(fc.uint8Array({ maxLength: 40 }), { nil: null });
    const partitioners = fc.constantFrom(...(Object.keys(expected) as Partitioner[]));
    fc.assert(
      fc.property(partitioners, keys, fc.nat(3), fc.integer({ min: 1, max: 1000 }), (name, key, at, partitions) => {
        const placed = new Uint8Array(50);
        placed.set(key ?? [], at);
        const partition = partitionOf(name, placed, at, key?.length ?? -1, partitions);
        expect(partition).toBe(librdkafkaPartition(name, key, partitions) ?? -1);
      }),
    );
  });

  test('cuts a negative murmur2 to its lower 31 bits', () => {
    // 0xd067cf64 is negative in Java; toPositive keeps 0x5067cf64.
    expect(partitionOf('murmur2', bytes('kafka'), 0, 5, 12)).toBe(0x5067cf64 % 12);
  });

  test('stays inside the partitions for any key', () => {
    const partitioners = Object.keys(expected).filter((name) => name !== 'random') as Partitioner[];
    fc.assert(
      fc.property(
        fc.constantFrom(...partitioners),
        fc.uint8Array({ minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 1000 }),
        (partitioner, key, partitions) => {
          const partition = partitionOf(partitioner, key, 0, key.length, partitions);
          expect(partition).toBeGreaterThanOrEqual(0);
          expect(partition).toBeLessThan(partitions);
        },
      ),
    );
  });
});
