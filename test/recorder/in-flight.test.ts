import { expect, test } from 'vitest';
import { InFlight } from '../../src/recorder/in-flight.ts';

test('every lane has slots of its own, which know their lane', () => {
  const inFlight = new InFlight([3, 0, 2]);
  expect([...inFlight.lane]).toEqual([0, 0, 0, 2, 2]);
  expect(inFlight.index).toHaveLength(5);
});
