/** Every problem of a rule: its place, what is said and the hint. How a profile's lines come into it: field-rules.test.ts. */

import { describe, expect, test } from 'vitest';
import type { FieldRule } from '../../../../src/workload/record-plan.ts';
import { readSchema } from '../../../../src/workload/schema/reading/read-schema.ts';
import { checkRules } from '../../../../src/workload/schema/rules/rule-check.ts';
import { avroRecord } from '../../avro-record.ts';

const home = avroRecord('Home', [
  { name: 'city', type: 'string' },
  { name: 'zip', type: 'int' },
]);
const line = avroRecord('Line', [
  { name: 'sku', type: 'string' },
  { name: 'kind', type: 'Status' },
  { name: 'gifts', type: { type: 'array', items: 'string' } },
]);
const shapeOf = (name: string, size: unknown, mark: unknown) => ({
  type: 'record',
  name,
  fields: [
    { name: 'size', type: size },
    { name: 'mark', type: mark },
  ],
});
const schema = avroRecord('Order', [
  { name: 'text', type: 'string' },
  { name: 'count', type: 'int' },
  { name: 'big', type: 'long' },
  { name: 'weight', type: 'double' },
  { name: 'ratio', type: 'float' },
  { name: 'flag', type: 'boolean' },
  { name: 'status', type: { type: 'enum', name: 'Status', symbols: ['OPEN', 'PAID', 'SHIPPED'] } },
  { name: 'price', type: { type: 'bytes', logicalType: 'decimal', precision: 8, scale: 2 } },
  { name: 'day', type: { type: 'int', logicalType: 'date' } },
  { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
  { name: 'paid', type: ['null', { type: 'long', logicalType: 'timestamp-micros' }] },
  { name: 'clock', type: { type: 'int', logicalType: 'time-millis' } },
  { name: 'token', type: { type: 'string', logicalType: 'uuid' } },
  { name: 'hash', type: { type: 'fixed', name: 'Hash', size: 4 } },
  { name: 'raw', type: 'bytes' },
  { name: 'note', type: ['string', 'null'] },
  { name: 'state', type: ['null', 'Status'] },
  { name: 'either', type: ['null', 'boolean', 'long'] },
  { name: 'whole', type: ['int', 'long', 'null'] },
  { name: 'home', type: home },
  { name: 'second', type: ['null', 'Home'] },
  { name: 'lines', type: { type: 'array', items: line } },
  { name: 'prices', type: { type: 'map', values: 'double' } },
  { name: 'shape', type: [shapeOf('Circle', ['null', 'int'], 'string'), shapeOf('Square', 'int', 'Home')] },
  { name: 'constructor', type: 'int' },
  { name: '__proto__', type: 'int' },
]);
const root = readSchema(schema, 'order.avsc');
const NUMBERS = 'numbers, dates, times and texts';
const WAYS = 'weighted, constant, range, ranges, distribution, pattern, sequence, foreignKey, length';

const check = (rules: Readonly<Record<string, FieldRule>>, weightedFields = {}) =>
  checkRules(root, rules, { name: 'order.avsc', weightedFields }).map(({ at, message, hint }) => [
    at.join(' '),
    ...[message, hint].filter((each) => each !== undefined),
  ]);
const by = (field: string, cases: Readonly<Record<string, FieldRule>>, more: object = {}): FieldRule => ({
  switch: { field, cases, ...more },
});
const one: FieldRule = { constant: 1 };
const FEW = 'a field of a few values, or one with a rule';

describe('one rule, one problem', () => {
  test.each<[string, FieldRule, ...string[]]>([
    ['txt', one, 'txt', '`order.avsc` has no field `txt`', 'did you mean `text`?'],
    ['home.cty', one, 'home.cty', '`order.avsc` has no field `home.cty`', 'did you mean `home.city`?'],
    ['home[]', one, 'home[]', '`order.avsc` has no field `home[]`', 'did you mean `home`?'],
    ['toString', one, 'toString', '`order.avsc` has no field `toString`'],

    ['text', {}, 'text', 'the rule is empty', `one of ${WAYS}`],
    [
      'text',
      { pattern: 'a', length: [1, 2] },
      'text',
      'there are several ways to a value: pattern, length',
      'keep one',
    ],
    ['weight', { constant: 1, decimals: 2 }, 'weight decimals', 'has no effect on `constant`', 'leave it out'],
    ['weight', { weighted: { 1: 1 }, decimals: 2 }, 'weight decimals', 'has no effect on `weighted`', 'leave it out'],
    ['text', { nulls: 0.5 }, 'text nulls', 'the field is not a union with null'],
    ['count', { pattern: 'a' }, 'count pattern', 'is for texts, and the field is an int'],
    ['token', { pattern: 'a' }, 'token pattern', 'is for texts, and the field is uuid'],
    ['either', { pattern: 'a' }, 'either pattern', 'is for texts, and the field is null or a boolean or a long'],
    ['flag', { range: [1, 2] }, 'flag range', `is for ${NUMBERS}, and the field is a boolean`],
    ['raw', { range: [1, 2] }, 'raw range', `is for ${NUMBERS}, and the field is bytes`],
    ['flag', { sequence: { start: 1, step: 1 } }, 'flag sequence', `is for ${NUMBERS}, and the field is a boolean`],
    [
      'flag',
      { ranges: [{ range: [1, 2], weight: 1 }] },
      'flag ranges',
      `is for ${NUMBERS}, and the field is a boolean`,
    ],
    [
      'flag',
      { distribution: { exponential: { mean: 1 } } },
      'flag distribution',
      `is for ${NUMBERS}, and the field is a boolean`,
    ],
    ['home', { weighted: { a: 1 } }, 'home weighted', 'is for single values, and the field is a record'],
    ['lines', { weighted: { a: 1 } }, 'lines weighted', 'is for single values, and the field is an array'],
    ['prices', { weighted: { a: 1 } }, 'prices weighted', 'is for single values, and the field is a map'],
    ['count', { length: [1, 2] }, 'count length', 'is for texts, bytes, arrays and maps, and the field is an int'],
    ['price', { length: [1, 2] }, 'price length', 'is for texts, bytes, arrays and maps, and the field is decimal'],
    [
      'weight',
      { foreignKey: { scenario: 's', records: 1 } },
      'weight foreignKey',
      'is for texts and whole numbers, and the field is a double',
    ],
    [
      'day',
      { foreignKey: { scenario: 's', records: 1 } },
      'day foreignKey',
      'is for texts and whole numbers, and the field is date',
    ],
    ['count', { decimals: 1 }, 'count decimals', 'is for numbers with digits after the point, and the field is an int'],
    [
      'clock',
      { decimals: 1 },
      'clock decimals',
      'is for numbers with digits after the point, and the field is time-millis',
    ],
    ['price', { range: [1, 2], decimals: 3 }, 'price decimals', 'the field has 2 digits after the point'],

    ['text', { constant: null }, 'text constant', 'null is not a value of a string'],
    ['count', { constant: 'x' }, 'count constant', '"x" is not a value of an int'],
    ['count', { constant: 2 ** 31 }, 'count constant', '2147483648 is not a value of an int'],
    [
      'big',
      { constant: 2 ** 60 },
      'big constant',
      '1152921504606847000 is not a value of a long',
      'a rule gives longs within ±2^53',
    ],
    [
      'paid',
      { constant: '2300-01-01' },
      'paid constant',
      '"2300-01-01" is not a value of null or timestamp-micros',
      'a rule gives longs within ±2^53',
    ],
    [
      'price',
      { constant: 1.234 },
      'price constant',
      '1.234 is not a value of decimal',
      'up to 8 digits, 2 of them after the point',
    ],
    ['status', { constant: 'PIAD' }, 'status constant', '"PIAD" is not a value of an enum', 'did you mean `PAID`?'],
    [
      'state',
      { constant: 'lost' },
      'state constant',
      '"lost" is not a value of null or an enum',
      'one of OPEN, PAID, SHIPPED',
    ],
    ['hash', { constant: 'gü' }, 'hash constant', '"gü" is not a value of a fixed', 'it has 4 bytes, not 3'],
    ['home', { constant: { city: 'x' } }, 'home constant', '{"city":"x"} is not a value of a record', 'without `zip`'],
    [
      'second',
      { constant: { city: 'x', ziip: 1, zip: 2 } },
      'second constant',
      '{"city":"x","ziip":1,"zip":2} is not a value of null or a record',
      'unknown field `ziip`, did you mean `zip`?',
    ],
    [
      'home',
      { constant: { city: 'x', zip: 'y' } },
      'home constant',
      '{"city":"x","zip":"y"} is not a value of a record',
      'not with this `zip`',
    ],
    [
      'status',
      { weighted: { OPNE: 1 } },
      'status weighted OPNE',
      '`OPNE` is not a value of an enum',
      'did you mean `OPEN`?',
    ],
    ['flag', { weighted: { yes: 1 } }, 'flag weighted yes', '`yes` is not a value of a boolean'],
    ['flag', { weighted: { true: 0 } }, 'flag weighted', 'at least one weight must be greater than 0'],

    ['second', { weighted: { a: 1 } }, 'second weighted', 'is for single values, and the field is null or a record'],
    [
      'whole',
      { range: [0, 2 ** 31], nulls: 0.5 },
      'whole range',
      'an int holds numbers from -2147483648 to 2147483647',
    ],

    ['shape.size', { nulls: 0.5 }, 'shape.size nulls', 'the field is not a union with null'],
    ['shape.mark', { pattern: 'a' }, 'shape.mark pattern', 'is for texts, and the field is a record'],

    ['text', { pattern: '(' }, 'text pattern', 'invalid regular expression: /(/: Unterminated group'],
    [
      'text',
      { pattern: '[a-z]{9999}üü' },
      'text pattern',
      'matches strings of up to 10001 characters',
      'at most 10000',
    ],
    ['text', { length: [3, 2] }, 'text length', '3 is more than 2'],
    ['prices', { length: [3, 2] }, 'prices length', '3 is more than 2'],
  ])('%s: %j', (field, rule, ...problem) => {
    expect(check({ [field]: rule })).toEqual([problem]);
  });
});

test.each<[string, FieldRule]>([
  ['text', { length: [3, 3] }],
  ['text', { pattern: '[a-z]{9999}ü' }],
  ['text', { pattern: '(😀|u{1,2})x' }],
  ['shape.size', { range: [1, 2] }],
  ['prices[]', { decimals: 2 }],
  ['hash', { constant: 'four' }],
])('%s may be %j', (field, rule) => {
  expect(check({ [field]: rule })).toEqual([]);
});

describe('numbers', () => {
  const INT = 'an int holds numbers from -2147483648 to 2147483647';
  test.each<[string, FieldRule, ...string[]]>([
    ['count', { range: [5, 4] }, 'count range', '5 is more than 4'],
    ['count', { range: [0, 2 ** 31] }, 'count range', INT],
    ['count', { range: [-(2 ** 31) - 1, 0] }, 'count range', INT],
    ['count', { range: [1.2, 1.8] }, 'count range', 'it contains no whole number'],
    ['price', { range: [0.001, 0.002] }, 'price range', 'it contains no number with 2 digits after the point'],
    [
      'weight',
      { range: [0.11, 0.19], decimals: 1 },
      'weight range',
      'it contains no number with 1 digit after the point',
    ],
    ['count', { range: ['a', 1] }, 'count range 0', 'expected a number, not `a`'],
    ['count', { range: ['a', 2 ** 40] }, 'count range 0', 'expected a number, not `a`'],
    [
      'clock',
      { distribution: { zipf: { cardinality: 86_400_000, exponent: 1 } } },
      'clock distribution zipf',
      'time-millis holds numbers from 0 to 86399999',
    ],
    ['count', { range: [1, 'b'] }, 'count range 1', 'expected a number, not `b`'],
    [
      'day',
      { range: ['2026-13-01', 1] },
      'day range 0',
      'expected a number or ISO 8601, as 2026-01-31, not `2026-13-01`',
    ],
    ['clock', { range: [1, '25:00'] }, 'clock range 1', 'expected a number or ISO 8601, as 08:30, not `25:00`'],
    ['clock', { range: [0, 86_400_000] }, 'clock range', 'time-millis holds numbers from 0 to 86399999'],
    [
      'count',
      {
        ranges: [
          { range: [1, 2], weight: 1 },
          { range: [4, 3], weight: 0 },
        ],
      },
      'count ranges 1 range',
      '4 is more than 3',
    ],
    ['count', { ranges: [{ range: [1, 2], weight: 0 }] }, 'count ranges', 'at least one weight must be greater than 0'],
    ['count', { sequence: { start: 0.5, step: 1 } }, 'count sequence', 'an int takes whole numbers'],
    ['count', { sequence: { start: 0, step: 0.5 } }, 'count sequence', 'an int takes whole numbers'],
    ['price', { sequence: { start: 0, step: 0.005 } }, 'price sequence', 'decimal takes 2 digits after the point'],
    [
      'weight',
      { sequence: { start: 0, step: 0.25 }, decimals: 1 },
      'weight sequence',
      'a double takes 1 digit after the point',
    ],
    ['count', { sequence: { start: 2 ** 31, step: 1 } }, 'count sequence start', INT],
    ['count', { sequence: { start: -(2 ** 31) - 1, step: 1 } }, 'count sequence start', INT],
    [
      'weight',
      { distribution: { normal: { mean: 1, stddev: 1, min: 3, max: 2 } } },
      'weight distribution normal',
      'min 3 is more than max 2',
    ],
    ['count', { distribution: { normal: { mean: 0, stddev: 1, min: 1e10 } } }, 'count distribution normal', INT],
    ['count', { distribution: { normal: { mean: 0, stddev: 1, max: -1e10 } } }, 'count distribution normal', INT],
    [
      'count',
      { distribution: { lognormal: { mu: 99, sigma: 1 } } },
      'count distribution lognormal',
      `hardly any of it fits: ${INT}`,
    ],
    [
      'count',
      { distribution: { normal: { mean: 0, stddev: 1, min: 0.1, max: 0.9 } } },
      'count distribution normal',
      'it contains no whole number',
    ],
    [
      'weight',
      { distribution: { exponential: { mean: 1, min: 6.95 } } },
      'weight distribution exponential',
      'only 0.096 % of it lies between min and max',
      'move the bounds, or the distribution',
    ],
  ])('%s: %j', (field, rule, ...problem) => {
    expect(check({ [field]: rule })).toEqual([problem]);
  });

  test.each<[string, FieldRule]>([
    ['count', { range: [-(2 ** 31), 2 ** 31 - 1] }],
    ['count', { range: [1.2, 2] }],
    ['count', { range: [7, 7] }],
    ['clock', { range: [0, 86_399_999] }],
    ['price', { range: [0.29, 0.29] }],
    ['price', { range: [1.1, 1.1] }],
    ['price', { range: [0, 999_999.99] }],
    ['price', { sequence: { start: 0.07, step: 1.1 } }],
    ['count', { sequence: { start: 2 ** 31 - 1, step: -3 } }],
    ['weight', { sequence: { start: 0.1, step: 1e-9 } }],
    ['weight', { distribution: { exponential: { mean: 1, min: 6.9 } } }],
    ['weight', { distribution: { normal: { mean: 1, stddev: 1, min: 1, max: 1.01 } } }],
    ['count', { distribution: { zipf: { cardinality: 5, exponent: 1 } } }],
    ['price', { range: [0, 1], decimals: 2 }],
    ['price', { range: [0, 1], decimals: 0 }],
    [
      'count',
      {
        ranges: [
          { range: [1, 2], weight: 0 },
          { range: [1, 2], weight: 1 },
        ],
      },
    ],
  ])('%s may be %j', (field, rule) => {
    expect(check({ [field]: rule })).toEqual([]);
  });
});

describe('a switch', () => {
  test.each<[string, FieldRule, ...string[]]>([
    ['count', by('statsu', { OPEN: one }), 'count switch field', 'unknown field `statsu`', 'did you mean `status`?'],
    ['count', by('status', {}), 'count switch cases', 'it has no cases'],
    [
      'count',
      { ...by('flag', { true: one }), range: [1, 2] },
      'count range',
      'cannot be combined with `switch`',
      'move it into its cases',
    ],
    [
      'text',
      { ...by('flag', { true: one }), length: [1, 2] },
      'text length',
      'cannot be combined with `switch`',
      'move it into its cases',
    ],
    [
      'weight',
      { ...by('flag', { true: one }), decimals: 1 },
      'weight decimals',
      'cannot be combined with `switch`',
      'move it into its cases',
    ],
    ['count', { ...by('flag', { true: one }), nulls: 0.5 }, 'count nulls', 'the field is not a union with null'],
    ['count', by('count', { 1: one }), 'count switch field', '`count` would depend on itself'],
    [
      'text',
      by('lines[].sku', { a: one }),
      'text switch field',
      '`lines[].sku` is in a different list from `text`',
      'a field of the same item, or outside of lists',
    ],
    [
      'lines[].sku',
      by('lines[].gifts[]', { a: one }),
      'lines[].sku switch field',
      '`lines[].gifts[]` is in a different list from `lines[].sku`',
      'a field of the same item, or outside of lists',
    ],
    [
      'text',
      by('home', { a: one }),
      'text switch field',
      '`home` is not a single value',
      'a field in it, as `home.city`',
    ],
    [
      'text',
      by('second', { null: one }),
      'text switch field',
      '`second` is not a single value',
      'a field in it, as `second.city`',
    ],
    ['text', by('lines', { a: one }), 'text switch field', '`lines` is not a single value'],
    ['text', by('prices', { a: one }), 'text switch field', '`prices` is not a single value'],

    ['text', by('status', { OPNE: one }), 'text switch cases OPNE', 'it is never `OPNE`', 'did you mean `OPEN`?'],
    ['text', by('state', { OPNE: one }), 'text switch cases OPNE', 'it is never `OPNE`', 'did you mean `OPEN`?'],
    ['text', by('status', { null: one }), 'text switch cases null', 'it is never `null`', 'one of OPEN, PAID, SHIPPED'],
    ['text', by('flag', { yes: one }), 'text switch cases yes', 'it is never `yes`', 'one of true, false'],
    ['text', by('count', { x: one }), 'text switch cases x', 'it is never `x`'],
    ['text', by('count', { '05': one }), 'text switch cases 05', 'it is never `05`', 'as `5`'],
    ['text', by('at', { 5: one }), 'text switch field', '`at` differs in every record', FEW],
    ['text', by('paid', { null: one }), 'text switch field', '`paid` differs in every record', FEW],
    ['text', by('day', { 5: one }), 'text switch field', '`day` differs in every record', FEW],
    [
      'text',
      by('clock', { '00:00:00.005': one }),
      'text switch cases 00:00:00.005',
      'it is never `00:00:00.005`',
      'as `5`',
    ],
    ['text', by('raw', { '?': one }), 'text switch cases ?', 'it is never `?`', 'as `Pw==`'],
    ['text', by('hash', { AAA: one }), 'text switch cases AAA', 'it is never `AAA`'],
    ['text', by('token', { x: one }), 'text switch cases x', 'it is never `x`'],
    ['text', by('second.city', { Bern: { range: [2, 1] } }), 'text switch cases Bern range', '2 is more than 1'],
    [
      'text',
      by('flag', { true: one }, { default: { range: [2, 1] } }),
      'text switch default range',
      '2 is more than 1',
    ],
    [
      'count',
      by('flag', { true: { nulls: 1 } }),
      'count switch cases true nulls',
      'the field is not a union with null',
    ],
  ])('%s: %j', (field, rule, ...problem) => {
    expect(check({ [field]: rule })).toEqual([problem]);
  });

  test.each<[string, FieldRule]>([
    ['text', by('status', { OPEN: one, PAID: one })],
    ['text', by('state', { OPEN: one, null: one })],
    ['text', by('note', { anything: one, null: one, '': one })],
    ['text', by('either', { 5: one, true: one, null: one })],
    ['text', by('flag', { true: one, false: one })],
    ['text', by('count', { '-5': one })],
    ['text', by('weight', { '0.5': one })],
    ['text', by('price', { '5.5': one })],
    ['text', by('clock', { 5000: one })],
    ['text', by('raw', { 'Pw==': one })],
    ['text', by('second.city', { Bern: one })],
    ['text', by('shape.mark', { round: one })],
    ['text', by('constructor', { 1: one })],
    ['lines[].sku', by('status', { OPEN: one })],
    ['lines[].sku', by('lines[].kind', { OPEN: one })],
    ['lines[].gifts[]', by('text', { a: one })],
    ['note', { ...by('flag', { true: one }), nulls: 0.5 }],
  ])('%s may be by %j', (field, rule) => {
    expect(check({ [field]: rule })).toEqual([]);
  });

  test('knows what another field can be by its weights', () => {
    const rule = by('text', { a: one, b: one, zero: one });
    const never = [['count switch cases zero', 'it is never `zero`', 'one of a, b']];
    expect(check({ count: rule, text: { weighted: { a: 1, b: 2, zero: 0 } } })).toEqual(never);
    expect(check({ count: rule }, { text: { a: 1, b: 1 } })).toEqual(never);
    expect(check({ count: rule, text: { weighted: { a: 1, b: 2, zero: 3 } } }, { text: { a: 1 } })).toEqual([]);
    const days = { day: { weighted: { '1970-01-03': 1 } }, count: by('day', { 2: one, 3: one }) };
    expect(check(days)).toEqual([['count switch cases 3', 'it is never `3`', 'one of 2']]);
    const nulls = { note: { weighted: { a: 1 }, nulls: 0.5 }, count: by('note', { a: one, null: one }) };
    expect(check(nulls)).toEqual([]);
  });

  test('looks at nothing that is renewed, but at what a rule puts in its place', () => {
    const renewed = () => new Set(['text']);
    const rules = { count: by('text', { a: one }) };
    expect(checkRules(root, rules, { name: 'x', renewed })).toEqual([
      { at: ['count', 'switch', 'field'], message: '`text` differs in every record', hint: FEW },
    ]);
    expect(checkRules(root, { ...rules, text: { pattern: '[ab]' } }, { name: 'x', renewed })).toEqual([]);
  });

  test('may not lead over others back to itself', () => {
    const at = (field: string) => [`${field} switch field`, `\`${field}\` would depend on itself`];
    const circle = { text: by('count', { 1: one }), count: by('big', { 1: one }), big: by('text', { 1: one }) };
    expect(check(circle)).toEqual([at('text'), at('count'), at('big')]);
    // One that leads into a circle is not in it.
    expect(check({ ...circle, weight: by('text', { a: one }) })).toEqual([at('text'), at('count'), at('big')]);
    expect(check({ text: by('count', { 1: one }), count: by('big', { 1: one }), big: one })).toEqual([]);
  });
});

test('a constant says what is in it', () => {
  const city: FieldRule = { pattern: 'x' };
  const problem = (field: string, outer: string) => [
    field,
    `has no effect: it is part of the constant \`${outer}\``,
    'keep one',
  ];
  expect(check({ home: { constant: { city: 'a', zip: 1 } }, 'home.city': city })).toEqual([
    problem('home.city', 'home'),
  ]);
  expect(check({ 'lines[].sku': city, lines: { constant: [] } })).toEqual([problem('lines[].sku', 'lines')]);
  expect(check({ 'prices[]': { constant: 1 }, prices: { constant: {} } })).toEqual([problem('prices[]', 'prices')]);
  expect(
    check({ second: { nulls: 0.5 }, 'second.city': city, lines: { length: [1, 2] }, 'lines[].sku': city }),
  ).toEqual([]);
  const atTimes = by('flag', { true: { constant: { city: 'a', zip: 1 } } });
  expect(check({ home: atTimes, 'home.city': city })).toEqual([]);
});

test('names that every object has are names like others', () => {
  const rules = (first: FieldRule, proto: FieldRule) =>
    Object.fromEntries([
      ['constructor', first],
      ['__proto__', proto],
    ]);
  expect(check(rules({ range: [1, 2] }, { range: [2, 1] }))).toEqual([['__proto__ range', '2 is more than 1']]);
  expect(check({ count: by('__proto__', { 1: one }), ...rules(one, by('constructor', { 1: one })) })).toEqual([]);
  expect(check({ count: by('constructor', { 1: one }) }, { count: { 1: 1 } })).toEqual([]);
});

test('a union’s rule is for the first type that takes it, and null is what it says', () => {
  expect(check({ note: { pattern: 'a', nulls: 0.5 }, either: { range: [1, 2] } })).toEqual([]);
  expect(check({ note: { constant: null }, either: { weighted: { null: 1, true: 1, 5: 1 } } })).toEqual([]);
  expect(check({ either: { range: [2, 1], nulls: 0.1 } })).toEqual([['either range', '2 is more than 1']]);
});

test('all problems at once, in the order of the profile', () => {
  const found = check({
    txt: one,
    count: { range: [5, 1], constant: 'x', nulls: 0.5 },
    text: by('status', { OPNE: { range: [2, 1] } }, { default: {} }),
  });
  expect(found.map(([at]) => at)).toEqual([
    'txt',
    'count',
    'count nulls',
    'count constant',
    'count range',
    'text switch cases OPNE',
    'text switch cases OPNE range',
    'text switch default',
  ]);
});
