import { expect, test } from 'vitest';
import { rateOf } from '../../src/result/rate.ts';

const timing = {
  startNs: 1e9,
  endNs: 11e9,
  plannedCount: 1000,
  firstSentNs: 1e9,
  lastSentNs: 10.9e9,
  lastAckNs: 11.1e9,
};

test('open model: over the planned duration, or to the last hand-over where that is later', () => {
  expect(rateOf(timing, 1000, false)).toEqual({ targetPerSec: 100, achievedPerSec: 100, errorPct: 0 });
  expect(rateOf({ ...timing, lastSentNs: 21e9 }, 1000, false)).toEqual({
    targetPerSec: 100,
    achievedPerSec: 50,
    errorPct: -50,
  });
});

test('a run that was stopped is not blamed for the rest of its plan', () => {
  const stopped = { ...timing, lastSentNs: 2.95e9, lastAckNs: 3.1e9, stoppedNs: 3e9 };
  expect(rateOf(stopped, 200, false)).toMatchObject({ targetPerSec: 100, achievedPerSec: 100 });
});

test('closed loop: seconds in which it tried and was not answered count', () => {
  const gone = { ...timing, firstSentNs: 1e9, lastAckNs: 4e9, triedUntilNs: 11e9 };
  expect(rateOf(gone, 1000, true).achievedPerSec).toBe(100);
  expect(rateOf({ ...gone, lastAckNs: 21e9 }, 1000, true).achievedPerSec).toBe(50);
});

test('closed loop: from the first hand-over to the last acknowledgement, and no target', () => {
  expect(rateOf({ ...timing, firstSentNs: 2e9, lastAckNs: 4e9 }, 1000, true)).toEqual({
    targetPerSec: null,
    achievedPerSec: 500,
    errorPct: null,
  });
});
