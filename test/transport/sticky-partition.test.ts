import { expect, test } from 'vitest';
import { StickyPartition } from '../../src/transport/librdkafka/sticky-partition.ts';

test('stays for the linger, then moves on, and in time is everywhere', () => {
  const sticky = new StickyPartition(6, 10);
  const seen = new Set<number>();
  for (let period = 0; period < 200; period++) {
    const during = [0, 3, 9.99].map((ms) => sticky.at(period * 10 + ms));
    expect(new Set(during).size).toBe(1);
    seen.add(during[0]!);
  }
  expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5]);
});

test('a linger of 0 leaves every message to the client', () => {
  expect(new StickyPartition(6, 0).at(1)).toBe(-1);
});
