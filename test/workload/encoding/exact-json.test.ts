import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decimalNumber,
  parseJson,
  plainJson,
  prettyJson,
  scaledInteger,
} from '../../../src/workload/encoding/exact-json.ts';

test('any JSON is written as it was read', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      expect(plainJson(parseJson(json))).toEqual(plainJson(JSON.parse(json)));
    }),
  );
});

test.each([
  '{"k":1795292668348461057,"x":[1.0,1e3,-0,1E+400,0.10]}',
  '{"k \\" 5":"1.0 \\\\","__proto__":{"a":1}}',
  '"\\u0000 5"',
  '{"\\\\":5,"a\\\\\\"1":"\\\\\\\\","b":2.0}',
])('numbers keep their digits, and nothing else is one: %s', (text) => {
  expect(plainJson(parseJson(text))).toBe(text);
});

test('texts of megabytes, with and without escapes', () => {
  for (const part of ['A', '\\n', '\\"', '\\\\']) {
    const text = `{"k":1.0,"v":"${part.repeat(4_000_000)}","x":2.0}`;
    expect(plainJson(parseJson(text)) === text).toBe(true);
  }
});

test('on several lines, too', () => {
  expect(prettyJson({ a: parseJson('{"k":1.0}') })).toBe('{\n  "a": {\n    "k": 1.0\n  }\n}');
});

test('of a key that stands twice, the last one', () => {
  expect(plainJson(parseJson('{"a":1.0,"a":2.0}'))).toBe('{"a":2.0}');
});

test.each<[string, number, bigint | undefined]>([
  ['10.67', 10, 106_700_000_000n],
  ['10.67', 1, undefined],
  ['1e9', 0, 1_000_000_000n],
  ['-1.50e1', 0, -15n],
  ['0.000', 0, 0n],
  ['1e-2', 2, 1n],
  ['1e-3', 2, undefined],
  ['1e999999999', 0, undefined],
  ['+.5', 1, 5n],
])('%s with %i digits after the point', (text, scale, scaled) => {
  expect(scaledInteger(text, scale)).toBe(scaled);
});

test.each<[bigint, number, string]>([
  [106_700_000_000n, 10, '10.67'],
  [-5n, 2, '-0.05'],
  [500n, 0, '500'],
  [0n, 3, '0'],
])('%s / 10^%i is %s', (unscaled, scale, text) => {
  expect(decimalNumber(unscaled, scale).text).toBe(text);
});
