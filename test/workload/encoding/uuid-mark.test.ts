import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scenarioTag } from '../../../src/workload/encoding/mark.ts';
import { INDEX_MAX } from '../../../src/workload/encoding/stamp.ts';
import {
  parseUuidMark,
  parseUuidMarkAt,
  uuidIndex,
  uuidIndexText,
  uuidMarkHead,
} from '../../../src/workload/encoding/uuid-mark.ts';

const runTag = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((tag) => tag.toString(16).padStart(16, '0'));
const index = fc.integer({ min: 0, max: INDEX_MAX });

test('a mark comes back from a UUID of version 8, and from where it stands in a payload', () => {
  fc.assert(
    fc.property(runTag, fc.string(), index, (tag, scenario, i) => {
      const text = uuidMarkHead(tag, scenario) + uuidIndexText(i);
      expect(text).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      const mark = { runTag: tag, scenarioTag: scenarioTag(scenario), index: i };
      expect(parseUuidMark(text)).toEqual(mark);
      const payload = Buffer.from(`  ${text}  `).subarray(1);
      expect(parseUuidMarkAt(payload, 1)).toEqual(mark);
    }),
  );
});

test('other ids are no marks: another version, no variant of ours, more behind it', () => {
  const text = uuidMarkHead('0123456789abcdef', 'atm') + uuidIndexText(7);
  expect(parseUuidMark(text)?.index).toBe(7);
  const withDigit = (at: number, digit: string) => text.slice(0, at) + digit + text.slice(at + 1);
  for (const other of [withDigit(14, '4'), withDigit(19, 'c'), `${text}0`, `0${text}`, text.toUpperCase()]) {
    expect(parseUuidMark(other)).toBeUndefined();
  }
});

test('indexes are stamped as their text says, one by one and in runs; beyond 40 bits they begin again', () => {
  const numbers = fc.oneof(index, fc.nat(70_000), fc.integer({ min: 2 ** 40 - 3, max: 2 ** 40 + 300 }));
  const steps = fc.array(fc.oneof(fc.constant(1), fc.nat(3), fc.nat(500), fc.nat(2 ** 33)), { maxLength: 40 });
  fc.assert(
    fc.property(numbers, steps, fc.nat(100), fc.nat(3), (start, jumps, shift, first) => {
      const stamp = uuidIndex((each) => each + shift);
      const list = [start];
      for (const jump of jumps) list.push(list.at(-1)! + jump);
      const at = Int32Array.from(list, (_, i) => 2 + i * 12);
      const run = Buffer.alloc(list.length * 12 + 2, '.');
      stamp.writeRun(run, at, 0, Float64Array.from([...Array(first).fill(9), ...list]), first, list.length);
      const single = Buffer.alloc(run.length, '.');
      for (const [i, each] of list.entries()) stamp.write(single, at[i]!, each);
      const text = list.map((each) => `..${uuidIndexText(each + shift)}`).join('');
      expect(single.toString()).toBe(`${text}..`);
      expect(run.toString()).toBe(`${text}..`);
    }),
  );
  expect(uuidIndexText(2 ** 40 + 5)).toBe('0000000005');
});
