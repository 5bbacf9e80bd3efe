import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  binaryMarkHead,
  parseBinaryMark,
  parseTextMark,
  parseTextMarkAt,
  scenarioTag,
  textMarkHead,
  unmarkedTag,
} from '../../../src/workload/encoding/mark.ts';
import { binaryIndex, INDEX_MAX } from '../../../src/workload/encoding/stamp.ts';

const runTag = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((tag) => tag.toString(16).padStart(16, '0'));
const index = fc.integer({ min: 0, max: INDEX_MAX });

describe('marks', () => {
  test('come back from text', () => {
    fc.assert(
      fc.property(runTag, fc.string(), index, (tag, scenario, i) => {
        const text = textMarkHead(tag, scenario) + String(i).padStart(12, '0');
        const mark = { runTag: tag, scenarioTag: scenarioTag(scenario), index: i };
        expect(parseTextMark(text)).toEqual(mark);
        expect(parseTextMarkAt(Buffer.from(`  ${text}  `).subarray(1), 1)).toEqual(mark);
      }),
    );
  });

  test('come back from the first 16 bytes of a payload', () => {
    fc.assert(
      fc.property(runTag, fc.string(), index, (tag, scenario, i) => {
        const payload = new Uint8Array(40).fill(255);
        payload.set(binaryMarkHead(tag, scenario));
        binaryIndex.write(payload, 10, i);
        expect(parseBinaryMark(payload.subarray(0, 16))).toEqual(parseBinaryMark(payload));
        expect(parseBinaryMark(payload)).toEqual({ runTag: tag, scenarioTag: scenarioTag(scenario), index: i });
      }),
    );
  });

  test('are not seen where there are none', () => {
    for (const text of [
      '',
      'txn_20250101_123456789',
      '0123456789ABCDEF-0000-000000000000',
      '0123456789abcdef-0000-1',
      '0123456789abcdef-0000-0000000000001',
    ]) {
      expect(parseTextMark(text)).toBeUndefined();
    }
    expect(parseBinaryMark(new Uint8Array(15))).toBeUndefined();
  });

  test('tell scenarios apart', () => {
    const names = ['atm', 'bytes', 'a', 'b', 'load', 'warm', 'scenario-1', 'scenario-2', 'scenario-3'];
    expect(new Set(names.map(scenarioTag)).size).toBe(names.length);
    expect(scenarioTag('atm')).toBe('9d60');
  });

  test('have a stand-in that depends on seed and scenario only', () => {
    expect(unmarkedTag(42, 'atm')).toMatch(/^[0-9a-f]{16}$/);
    expect(unmarkedTag(42, 'atm').slice(0, 8)).not.toBe(unmarkedTag(42, 'atm').slice(8));
    expect(unmarkedTag(42, 'atm')).toBe(unmarkedTag(42, 'atm'));
    expect(unmarkedTag(42, 'atm')).not.toBe(unmarkedTag(43, 'atm'));
    expect(unmarkedTag(42, 'atm')).not.toBe(unmarkedTag(42, 'b'));
  });
});
