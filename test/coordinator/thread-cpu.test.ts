import { expect, test } from 'vitest';
import { parseStat } from '../../src/coordinator/thread-cpu.ts';

test('a thread’s name may hold spaces and brackets; times are fields 14 and 15', () => {
  const stat = '123 (rdk:bro) (ker1) S 1 123 123 0 -1 4194368 500 0 0 0 250 75 0 0 20 0 12 0 1 2 3';
  expect(parseStat(stat)).toEqual({ name: 'rdk:bro) (ker1', cpuSec: 3.25 });
});
