import { expect, test } from 'vitest';
import { ClosedCursor } from '../../src/engine/closed-cursor.ts';

test('the next message is due from the start on, to before the end, and at the moment it is asked for', () => {
  const load = { kind: 'closed', startNs: 5, endNs: 10, count: Infinity, warmupEndNs: 5 } as const;
  const cursor = new ClosedCursor(load, 1, 3);
  const dueNs = new Float64Array(8);
  expect([cursor.nextDueNs(), cursor.dueBefore(4, 8, dueNs)]).toEqual([5, 0]);
  expect(cursor.dueBefore(5, 3, dueNs)).toBe(3);
  expect([...dueNs]).toEqual([5, 5, 5, 0, 0, 0, 0, 0]);
  cursor.advance(3);
  expect([cursor.nextIndex(), cursor.nextDueNs()]).toEqual([10, 5]);
  expect(cursor.dueBefore(10, 8, dueNs)).toBe(0);
  expect(cursor.nextDueNs()).toBe(Infinity);
});
