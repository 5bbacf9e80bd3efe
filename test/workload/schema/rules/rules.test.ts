import { describe, expect, test } from 'vitest';
import type { Distribution, FieldRule, RecordPlan } from '../../../../src/workload/record-plan.ts';
import { readSchema } from '../../../../src/workload/schema/reading/read-schema.ts';
import { schemaWorkload } from '../../../../src/workload/schema/schema-workload.ts';
import { limitsOf, normalQuantile, openDistribution } from '../../../../src/workload/schema/values/distribution.ts';
import { placeIn } from '../../../../src/workload/weighting.ts';
import { avroRecord } from '../../avro-record.ts';
import { NOW_MS, recordContext, recordPlan } from '../../fixture.ts';
import { chiSquareZ } from '../../statistics.ts';
import { decoded } from '../reading/avro-schema.ts';

const line = avroRecord('Line', [
  { name: 'number', type: 'int' },
  { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['GOODS', 'GIFT'] } },
  { name: 'price', type: { type: 'bytes', logicalType: 'decimal', precision: 8, scale: 2 } },
]);
const schema = avroRecord('Order', [
  { name: 'status', type: { type: 'enum', name: 'Status', symbols: ['OPEN', 'PAID', 'SHIPPED'] } },
  { name: 'text', type: 'string' },
  { name: 'count', type: 'int' },
  { name: 'big', type: 'long' },
  { name: 'weight', type: 'double' },
  { name: 'ratio', type: 'float' },
  { name: 'day', type: { type: 'int', logicalType: 'date' } },
  { name: 'at', type: { type: 'long', logicalType: 'timestamp-micros' } },
  { name: 'note', type: ['null', 'string'] },
  { name: 'either', type: ['long', 'string', 'null'] },
  { name: 'raw', type: 'bytes' },
  { name: 'lines', type: { type: 'array', items: line } },
  { name: 'prices', type: { type: 'map', values: 'double' } },
]);
const root = readSchema(schema, 'order.avsc');

interface Order {
  readonly status: string;
  readonly text: string;
  readonly count: number;
  readonly big: number;
  readonly weight: number;
  readonly ratio: number;
  readonly day: number;
  readonly at: number;
  readonly note: string | null;
  readonly either: string | number | null;
  readonly raw: string;
  readonly lines: readonly { readonly number: number; readonly kind: string; readonly price: number }[];
  readonly prices: Readonly<Record<string, number>>;
}

function open(fields: Readonly<Record<string, FieldRule>>, overrides: Partial<RecordPlan> = {}) {
  const plan = recordPlan({ key: { kind: 'none' }, fields, ...overrides });
  return schemaWorkload({ schema, name: 'order.avsc', where: 'order.avsc' }).open(plan, recordContext());
}

/** Records 0..count-1; the first ones are compared with what their bytes say. */
function orders(fields: Readonly<Record<string, FieldRule>>, count = 1000): Order[] {
  const generator = open(fields);
  const bytes = Buffer.alloc(generator.bytesMax);
  for (let i = 0; i < Math.min(count, 100); i++) {
    const end = generator.write(bytes, 0, i, i, NOW_MS);
    expect(decoded(schema, root, bytes.subarray(5, end))).toEqual(generator.generate(i, i, NOW_MS));
  }
  return Array.from({ length: count }, (_, i) => generator.generate(i, i, NOW_MS) as unknown as Order);
}

describe('rules', () => {
  test('weighted', () => {
    const found = orders(
      { status: { weighted: { OPEN: 7, SHIPPED: 3 } }, count: { weighted: { 5: 1, '-7': 3 } } },
      10_000,
    );
    const statuses = ['OPEN', 'SHIPPED'].map((status) => found.filter((order) => order.status === status).length);
    expect(Math.abs(chiSquareZ(statuses, [0.7, 0.3]))).toBeLessThan(4);
    const counts = [5, -7].map((count) => found.filter((order) => order.count === count).length);
    expect(Math.abs(chiSquareZ(counts, [0.25, 0.75]))).toBeLessThan(4);
  });

  test('constants of every kind of value', () => {
    const [order] = orders(
      {
        status: { constant: 'PAID' },
        count: { constant: '12' },
        day: { constant: '2026-01-02' },
        note: { constant: null },
        either: { constant: 'x' },
        raw: { constant: 'grüß' },
        lines: { constant: [{ number: 1, kind: 'GIFT', price: 9.5 }] },
        prices: { constant: { a: 1 } },
      },
      1,
    );
    expect(order).toMatchObject({
      status: 'PAID',
      count: 12,
      day: Date.UTC(2026, 0, 2) / 86_400_000,
      note: null,
      either: 'x',
      raw: Buffer.from('grüß').toString('base64'),
      lines: [{ number: 1, kind: 'GIFT', price: 9.5 }],
      prices: { a: 1 },
    });
  });

  test('ranges reach both of their ends and nothing else', () => {
    const found = orders({
      count: { range: [-2, 3] },
      big: { range: [Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER] },
      weight: { range: [0.1, 0.5], decimals: 1 },
      day: { range: ['2026-01-01', '2026-01-03'] },
      at: { range: ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000002Z'] },
      text: { range: [8, 11] },
      'lines[].price': { range: [0.01, 0.03] },
    });
    const valuesOf = (of: (order: Order) => unknown) =>
      [...new Set(found.map(of))].sort((a, b) => Number(a) - Number(b));
    expect(valuesOf(({ count }) => count)).toEqual([-2, -1, 0, 1, 2, 3]);
    expect(valuesOf(({ big }) => big)).toEqual([Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER]);
    expect(valuesOf(({ weight }) => weight)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5]);
    const newYear = Date.UTC(2026, 0, 1) / 86_400_000;
    expect(valuesOf(({ day }) => day)).toEqual([newYear, newYear + 1, newYear + 2]);
    expect(valuesOf(({ text }) => text)).toEqual(['8', '9', '10', '11']);
    expect([...new Set(found.flatMap(({ lines }) => lines.map(({ price }) => price)))].sort()).toEqual([
      0.01, 0.02, 0.03,
    ]);
  });

  test('ranges by weight', () => {
    const found = orders(
      {
        count: {
          ranges: [
            { range: [1, 2], weight: 9 },
            { range: [100, 109], weight: 1 },
          ],
        },
      },
      10_000,
    );
    const small = found.filter(({ count }) => count <= 2).length;
    expect(Math.abs(chiSquareZ([small, 10_000 - small], [0.9, 0.1]))).toBeLessThan(4);
    expect(new Set(found.map(({ count }) => count)).size).toBe(12);
  });

  test('patterns', () => {
    const pattern = '(AB|C+)-[0-9]{2,4}[^a-y]?(x)\\2';
    const found = orders({ text: { pattern }, note: { pattern: 'ü{3}' } }, 500);
    for (const { text, note } of found) {
      expect(text).toMatch(new RegExp(`^${pattern}$`));
      expect(note).toBe('üüü');
    }
    expect(new Set(found.map(({ text }) => text)).size).toBeGreaterThan(300);
  });

  test('patterns do not depend on the texts made before', () => {
    const pattern = '(?:(a)|(b))(?:(c)|(d))\\2?\\4?';
    const textOf = (generator: ReturnType<typeof open>, i: number) => generator.generate(i, i, NOW_MS).text;
    const once = Array.from({ length: 50 }, (_, i) => textOf(open({ text: { pattern } }), i));
    const [forth, back] = [open({ text: { pattern } }), open({ text: { pattern } })];
    expect(once.map((_, i) => textOf(forth, i))).toEqual(once);
    expect(once.map((_, i) => textOf(back, 49 - i)).reverse()).toEqual(once);
  });

  test('sequences count records, in a list its items', () => {
    const found = orders(
      {
        count: { sequence: { start: 10, step: -5 } },
        text: { sequence: { start: 0, step: 1 } },
        'lines[].number': { sequence: { start: 1, step: 1 } },
      },
      50,
    );
    expect(found.map(({ count }) => count)).toEqual(found.map((_, i) => 10 - 5 * i));
    expect(found.map(({ text }) => text)).toEqual(found.map((_, i) => `${i}`));
    for (const { lines } of found) expect(lines.map(({ number }) => number)).toEqual(lines.map((_, i) => i + 1));
    expect(Math.max(...found.map(({ lines }) => lines.length))).toBe(3);
  });

  test('a sequence starts over where its type ends', () => {
    const generator = open({ count: { sequence: { start: 2 ** 31 - 2, step: 1 } } });
    const counts = [0, 1, 2, 3].map((i) => generator.generate(i, i, NOW_MS).count);
    expect(counts).toEqual([2 ** 31 - 2, 2 ** 31 - 1, -(2 ** 31), 1 - 2 ** 31]);
  });

  test('lengths', () => {
    const found = orders({
      lines: { length: [2, 4] },
      text: { length: [0, 2] },
      raw: { length: [3, 3] },
      prices: { length: [1, 1] },
    });
    expect([...new Set(found.map(({ lines }) => lines.length))].sort()).toEqual([2, 3, 4]);
    expect([...new Set(found.map(({ text }) => text.length))].sort()).toEqual([0, 1, 2]);
    expect(new Set(found.map(({ raw }) => Buffer.from(raw, 'base64').length))).toEqual(new Set([3]));
    expect(found.every(({ prices }) => Object.keys(prices).join() === 'key-1')).toBe(true);
  });

  test('nulls: one in ten without a rule, none with one, or as many as it says', () => {
    const shareOf = (rule: FieldRule) => {
      const found = orders(Object.keys(rule).length === 0 ? {} : { note: rule }, 2000);
      return found.filter(({ note }) => note === null).length / found.length;
    };
    expect(shareOf({})).toBeCloseTo(0.1, 1);
    expect(shareOf({ length: [1, 2] })).toBe(0);
    expect(shareOf({ length: [1, 2], nulls: 0.75 })).toBeCloseTo(0.75, 1);
    expect(shareOf({ nulls: 1 })).toBe(1);
    expect(shareOf({ weighted: { a: 1 }, nulls: 0.5 })).toBeCloseTo(0.5, 1);
    expect(shareOf({ weighted: { a: 1, null: 3 } })).toBeCloseTo(0.75, 1);
  });

  test('a union’s rule is for the branch that takes it', () => {
    expect(new Set(orders({ either: { range: [1, 2] } }, 100).map(({ either }) => either))).toEqual(new Set([1, 2]));
    expect(orders({ either: { pattern: 'p' } }, 100).every(({ either }) => either === 'p')).toBe(true);
    expect(new Set(orders({}, 300).map(({ either }) => (either === null ? 'null' : typeof either))).size).toBe(3);
  });

  test('a switch follows a field of a record that comes whole by a rule', () => {
    const home = avroRecord('Home', [{ name: 'city', type: 'string' }]);
    const person = avroRecord('Person', [
      { name: 'home', type: home },
      { name: 'tongue', type: 'string' },
    ]);
    const fields: RecordPlan['fields'] = {
      home: { constant: { city: 'Bern' } },
      tongue: { switch: { field: 'home.city', cases: { Bern: { constant: 'de' } }, default: { constant: 'fr' } } },
    };
    const records = schemaWorkload({ schema: person, name: 'person', where: 'person' }).open(
      recordPlan({ key: { kind: 'none' }, fields }),
      recordContext(),
    );
    expect(records.generate(0, 0, NOW_MS)).toEqual({ home: { city: 'Bern' }, tongue: 'de' });
  });

  describe('a switch follows a field that a record may be without', () => {
    const home = avroRecord('Home', [{ name: 'city', type: 'string' }]);
    const item = avroRecord('Item', [
      { name: 'from', type: ['null', 'Home'] },
      { name: 'tongue', type: 'string' },
    ]);
    const person = avroRecord('Person', [
      { name: 'home', type: ['null', home] },
      { name: 'tongue', type: 'string' },
      { name: 'more', type: ['null', { type: 'array', items: item }] },
    ]);
    const tongue = (field: string): FieldRule => ({
      switch: { field, cases: { Bern: { constant: 'de' }, Sion: { constant: 'fr' } }, default: { constant: 'none' } },
    });
    const cities: FieldRule = { weighted: { Bern: 1, Sion: 1 } };
    const spoken = (city: string | undefined) => (city === 'Bern' ? 'de' : city === 'Sion' ? 'fr' : 'none');
    const fields: RecordPlan['fields'] = {
      home: { nulls: 0.5 },
      'home.city': cities,
      tongue: tongue('home.city'),
      more: { length: [0, 4] },
      'more[].from': { nulls: 0.5 },
      'more[].from.city': cities,
      'more[].tongue': tongue('more[].from.city'),
    };
    type Home = { readonly city: string } | null;
    interface Person {
      readonly home: Home;
      readonly tongue: string;
      readonly more: readonly { readonly from: Home; readonly tongue: string }[];
    }

    test.each(['avro', 'json'] as const)('%s', (format) => {
      const plan = recordPlan({ key: { kind: 'field', field: 'tongue' }, format, fields });
      const records = schemaWorkload({ schema: person, name: 'person', where: 'person' }).open(plan, recordContext());
      const bytes = Buffer.alloc(records.bytesMax);
      const heard = new Set<string>();
      for (let i = 0; i < 100; i++) {
        const payload = bytes.subarray(0, records.write(bytes, 0, i, i, NOW_MS));
        const read =
          format === 'json'
            ? JSON.parse(String(payload))
            : decoded(person, readSchema(person, 'person'), payload.subarray(5));
        expect(read).toEqual(records.generate(i, i, NOW_MS));
        const { home: from, tongue, more } = read as Person;
        for (const each of [{ from, tongue }, ...more]) expect(each.tongue).toBe(spoken(each.from?.city));
        const key = Buffer.alloc(records.keyBytesMax);
        expect(key.toString('utf8', 0, records.writeKey(key, 0, i))).toBe(tongue);
        heard.add(tongue);
      }
      expect([...heard].sort()).toEqual(['de', 'fr', 'none']);
    });
  });

  test('a switch follows another field, in the record and in the item of a list', () => {
    const found = orders({
      count: {
        switch: {
          field: 'status',
          cases: { OPEN: { constant: 0 }, PAID: { range: [1, 3] } },
          default: { constant: 99 },
        },
      },
      'lines[].price': {
        switch: { field: 'lines[].kind', cases: { GIFT: { constant: 0 } }, default: { range: [1, 2] } },
      },
      'lines[].number': { switch: { field: 'status', cases: { OPEN: { constant: -1 } }, default: { constant: 1 } } },
      big: { switch: { field: 'count', cases: { 2: { constant: 22 } }, default: { constant: 11 } } },
    });
    for (const { status, count, big, lines } of found) {
      if (status === 'OPEN') expect(count).toBe(0);
      else if (status === 'SHIPPED') expect(count).toBe(99);
      else expect([1, 2, 3]).toContain(count);
      expect(big).toBe(count === 2 ? 22 : 11);
      for (const item of lines) {
        expect(item.price > 0).toBe(item.kind === 'GOODS');
        expect(item.number).toBe(status === 'OPEN' ? -1 : 1);
      }
    }
    expect(found.filter(({ count }) => count === 2).length).toBeGreaterThan(100);
  });
});

describe('distributions', () => {
  const normal = (x: number, mean: number, stddev: number) => {
    // By bisection of the quantile, which has a test of its own.
    let [low, high] = [1e-12, 1 - 1e-12];
    for (let i = 0; i < 60; i++) {
      const middle = (low + high) / 2;
      if (mean + stddev * normalQuantile(middle) < x) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  };

  test.each<[Distribution, (x: number) => number]>([
    [{ normal: { mean: -3, stddev: 2 } }, (x) => normal(x, -3, 2)],
    [{ lognormal: { mu: 1, sigma: 0.5 } }, (x) => normal(Math.log(x), 1, 0.5)],
    [{ exponential: { mean: 4 } }, (x) => 1 - Math.exp(-x / 4)],
    [
      { normal: { mean: 0, stddev: 1, min: -1, max: 2 } },
      (x) => (normal(x, 0, 1) - normal(-1, 0, 1)) / (normal(2, 0, 1) - normal(-1, 0, 1)),
    ],
    [{ exponential: { mean: 1, min: 1 } }, (x) => 1 - Math.exp(1 - x)],
  ])('%j: Kolmogorov and Smirnov agree', (distribution, cumulative) => {
    const draw = openDistribution(distribution, limitsOf(distribution), 42, 'test');
    const n = 3000;
    const sorted = Array.from({ length: n }, (_, i) => draw(i)).sort((a, b) => a - b);
    const distance = Math.max(
      ...sorted.map((x, i) => Math.max(Math.abs(cumulative(x) - i / n), Math.abs(cumulative(x) - (i + 1) / n))),
    );
    // 1.95 / √n is passed by one sample in a thousand.
    expect(distance).toBeLessThan(1.95 / Math.sqrt(n));
  });

  test('zipf: ranks in proportion to 1 / k^s', () => {
    const zipf: Distribution = { zipf: { cardinality: 10, exponent: 1.2 } };
    const draw = openDistribution(zipf, limitsOf(zipf), 42, 'test');
    const counts = Array<number>(10).fill(0);
    for (let i = 0; i < 20_000; i++) counts[draw(i) - 1]! += 1;
    const weights = counts.map((_, i) => (i + 1) ** -1.2);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    expect(
      Math.abs(
        chiSquareZ(
          counts,
          weights.map((weight) => weight / total),
        ),
      ),
    ).toBeLessThan(4);
  });

  test.each([
    [0.5, 0],
    [0.975, 1.959963984540054],
    [0.99, 2.3263478740408408],
    [0.001, -3.090232306167813],
    [1e-10, -6.361340902404056],
  ])('the normal quantile of %d is %d', (unit, quantile) => {
    expect(normalQuantile(unit)).toBeCloseTo(quantile, 13);
  });

  test('whole numbers and digits are rounded and stay within their bounds', () => {
    const found = orders({
      count: { distribution: { normal: { mean: 0, stddev: 10, min: -4.6, max: 4.6 } } },
      weight: { distribution: { lognormal: { mu: 3, sigma: 1, max: 50 } }, decimals: 2 },
      ratio: { distribution: { exponential: { mean: 1 } } },
      'lines[].price': { distribution: { lognormal: { mu: 3, sigma: 1 } } },
    });
    expect([...new Set(found.map(({ count }) => count))].sort((a, b) => a - b)).toEqual([
      -4, -3, -2, -1, 0, 1, 2, 3, 4,
    ]);
    for (const { weight, ratio, lines } of found) {
      expect(weight).toBe(Math.round(weight * 100) / 100);
      expect(weight).toBeLessThanOrEqual(50);
      expect(ratio).toBe(Math.fround(ratio));
      for (const { price } of lines) expect(price).toBe(Math.round(price * 100) / 100);
    }
  });
});

test('weights can be looked at: of fields that every record has', () => {
  const generator = open({
    status: { weighted: { OPEN: 1, PAID: 3 } },
    day: { weighted: { '2026-01-01': 1, '2026-01-02': 1 } },
    note: { weighted: { a: 1, null: 1 } },
    'lines[].kind': { weighted: { GIFT: 1, GOODS: 9 } },
    count: { switch: { field: 'status', cases: { OPEN: { weighted: { 1: 1, 2: 1 } } } } },
  });
  const weightings = generator.weightings!();
  expect(weightings.map(({ field, shares }) => [field, shares])).toEqual([
    ['status', [0.25, 0.75]],
    ['day', [0.5, 0.5]],
    ['note', [0.5, 0.5]],
  ]);
  for (const weighting of weightings) {
    for (let body = 0; body < 50; body++)
      expect(weighting.pick(body)).toBe(placeIn(weighting, generator.generate(body, body, NOW_MS)));
  }
});

describe('over a pool', () => {
  const fields: Readonly<Record<string, FieldRule>> = {
    status: { weighted: { OPEN: 50, PAID: 30, SHIPPED: 20 } },
    note: { pattern: 'x', nulls: 0.25 },
    count: {
      ranges: [
        { range: [0, 0], weight: 1 },
        { range: [1, 9], weight: 2 },
      ],
    },
  };

  test('weights are met exactly', () => {
    const { weightsDenominator } = open(fields);
    expect(weightsDenominator).toBe(60);
    const generator = open(fields, { mode: 'pooled', poolSize: 120 });
    const pool = Array.from({ length: 120 }, (_, i) => generator.generate(i, i, NOW_MS) as unknown as Order);
    const count = (is: (order: Order) => boolean) => pool.filter(is).length;
    expect(['OPEN', 'PAID', 'SHIPPED'].map((status) => count((order) => order.status === status))).toEqual([
      60, 36, 24,
    ]);
    expect(count(({ note }) => note === null)).toBe(30);
    expect(count((order) => order.count === 0)).toBe(40);
  });
});
