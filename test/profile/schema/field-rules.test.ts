/** What is wrong about `fields:`, each with its line and what is said; and what is right. */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formatProblem } from '../../../src/errors.ts';
import { avroRecord } from '../../workload/avro-record.ts';
import { loadText, problemsOf } from '../load-text.ts';

const file = join(mkdtempSync(join(tmpdir(), 'rules-')), 'order.avsc');
writeFileSync(
  file,
  JSON.stringify(
    avroRecord('Order', [
      { name: 'order_id', type: 'string' },
      { name: 'customer', type: 'string' },
      { name: 'number', type: 'long' },
      { name: 'status', type: { type: 'enum', name: 'Status', symbols: ['OPEN', 'PAID', 'SHIPPED'] } },
      { name: 'price', type: { type: 'bytes', logicalType: 'decimal', precision: 8, scale: 2 } },
      { name: 'weight', type: 'double' },
      { name: 'day', type: { type: 'int', logicalType: 'date' } },
      { name: 'note', type: ['null', 'string'] },
      { name: 'paid', type: 'boolean' },
      { name: 'address', type: avroRecord('Address', [{ name: 'city', type: 'string' }]) },
      {
        name: 'lines',
        type: {
          type: 'array',
          items: avroRecord('Line', [
            { name: 'sku', type: 'string' },
            { name: 'quantity', type: 'int' },
            { name: 'gifts', type: { type: 'array', items: 'string' } },
          ]),
        },
      },
    ]),
  ),
);

const scenario = (name: string, workload: string, lines: readonly string[]) =>
  [
    `  ${name}:`,
    ...[`workload: ${workload}`, 'executor: constant-arrival-rate', 'rate: 5', 'duration: 1m', ...lines].map(
      (line) => `    ${line}`,
    ),
  ].join('\n');
/** Its rules begin in line 8. */
const orders = (...rules: string[]) =>
  `scenarios:\n${scenario('orders', `{ schema: ${file} }`, ['fields:', ...rules.map((rule) => `  ${rule}`)])}\n`;
const atm = (...rules: string[]) =>
  `scenarios:\n${scenario('atm', 'atm', ['fields:', ...rules.map((rule) => `  ${rule}`)])}\n`;
const fields = 'scenarios.orders.fields';

test.each<[name: string, text: string, path: string, says: RegExp]>([
  [
    'an unknown field',
    orders('adress.city: { constant: x }'),
    `${fields}.adress.city`,
    /no field `adress.city` \(did you mean `address.city`\?\)/,
  ],
  [
    'a list without its sign',
    orders('lines.quantity: { range: [1, 5] }'),
    `${fields}.lines.quantity`,
    /did you mean `lines\[\].quantity`\?/,
  ],
  ['a rule that says nothing', orders('number: {}'), `${fields}.number`, /rule is empty/],
  [
    'an unknown rule',
    orders('number: { rnge: [1, 5] }'),
    `${fields}.number`,
    /unknown key `rnge` \(did you mean `range`\?\)/,
  ],
  [
    'two rules at once',
    orders('number: { range: [1, 5], sequence: {} }'),
    `${fields}.number`,
    /several ways to a value: range, sequence/,
  ],
  [
    'a range for an enum',
    orders('status: { range: [1, 5] }'),
    `${fields}.status.range`,
    /is for numbers, dates, times and texts, and the field is an enum/,
  ],
  [
    'a pattern for a number',
    orders('number: { pattern: x }'),
    `${fields}.number.pattern`,
    /is for texts, and the field is a long/,
  ],
  ['a length of a record', orders('address: { length: [1, 2] }'), `${fields}.address.length`, /the field is a record/],
  [
    'a negative weight',
    orders('status: { weighted: { OPEN: -1 } }'),
    `${fields}.status.weighted.OPEN`,
    /must be at least 0/,
  ],
  ['no weight', orders('status: { weighted: { OPEN: 0 } }'), `${fields}.status.weighted`, /must be greater than 0/],
  [
    'an unknown symbol',
    orders('status: { weighted: { OPN: 1 } }'),
    `${fields}.status.weighted.OPN`,
    /`OPN` is not a value of an enum \(did you mean `OPEN`\?\)/,
  ],
  [
    'a constant of another type',
    orders('paid: { constant: 1 }'),
    `${fields}.paid.constant`,
    /1 is not a value of a boolean/,
  ],
  ['bounds the wrong way round', orders('number: { range: [5, 1] }'), `${fields}.number.range`, /5 is more than 1/],
  ['an empty range', orders('number: { range: [1.2, 1.8] }'), `${fields}.number.range`, /contains no whole number/],
  [
    'a range beyond the type',
    orders('lines[].quantity: { range: [0, 3000000000] }'),
    `${fields}.lines[].quantity.range`,
    /from -2147483648 to 2147483647/,
  ],
  [
    'a bound that is no date',
    orders('day: { range: [2026-01-01, soon] }'),
    `${fields}.day.range[1]`,
    /ISO 8601, as 2026-01-31, not `soon`/,
  ],
  [
    'a bound that is no number',
    orders('number: { range: [1, soon] }'),
    `${fields}.number.range[1]`,
    /expected a number, not `soon`/,
  ],
  ['three bounds', orders('number: { range: [1, 2, 3] }'), `${fields}.number.range`, /range/],
  [
    'ranges without weight',
    orders('number: { ranges: [{ range: [1, 2], weight: 0 }] }'),
    `${fields}.number.ranges`,
    /greater than 0/,
  ],
  [
    'no deviation',
    orders('weight: { distribution: { normal: { mean: 1, stddev: 0 } } }'),
    `${fields}.weight.distribution.normal.stddev`,
    /greater than 0/,
  ],
  [
    'an unknown distribution',
    orders('weight: { distribution: { gauss: {} } }'),
    `${fields}.weight.distribution`,
    /unknown key `gauss` \(one of normal, lognormal, exponential, zipf\)/,
  ],
  [
    'min above max',
    orders('weight: { distribution: { normal: { mean: 1, stddev: 1, min: 5, max: 2 } } }'),
    `${fields}.weight.distribution.normal`,
    /min 5 is more than max 2/,
  ],
  [
    'nearly nothing left',
    orders('weight: { distribution: { normal: { mean: 1, stddev: 1, min: 9 } } }'),
    `${fields}.weight.distribution.normal`,
    /only 0 % of it lies between min and max/,
  ],
  [
    'a bad expression',
    orders('customer: { pattern: "a(b" }'),
    `${fields}.customer.pattern`,
    /invalid regular expression: .*Unterminated group/,
  ],
  [
    'a look ahead',
    orders('customer: { pattern: "(?!a)[ab]" }'),
    `${fields}.customer.pattern`,
    /do not always match it/,
  ],
  [
    'texts without an end',
    orders('customer: { pattern: "(a{500}){500}" }'),
    `${fields}.customer.pattern`,
    /up to 250000 characters \(at most 10000\)/,
  ],
  ['half a step', orders('number: { sequence: { step: 0.5 } }'), `${fields}.number.sequence`, /takes whole numbers/],
  [
    'more digits than there are',
    orders('price: { range: [1, 2], decimals: 3 }'),
    `${fields}.price.decimals`,
    /has 2 digits/,
  ],
  [
    'nulls where there are none',
    orders('customer: { nulls: 0.5 }'),
    `${fields}.customer.nulls`,
    /not a union with null/,
  ],
  ['more nulls than records', orders('note: { nulls: 1.5 }'), `${fields}.note.nulls`, /must be at most 1/],
  [
    'lengths the wrong way round',
    orders('customer: { length: [5, 1] }'),
    `${fields}.customer.length`,
    /5 is more than 1/,
  ],
  [
    'a switch on nothing',
    orders('number: { switch: { field: statsu, cases: { OPEN: { constant: 1 } } } }'),
    `${fields}.number.switch.field`,
    /unknown field `statsu` \(did you mean `status`\?\)/,
  ],
  [
    'a case that never is',
    orders('number: { switch: { field: status, cases: { OPNE: { constant: 1 } } } }'),
    `${fields}.number.switch.cases.OPNE`,
    /it is never `OPNE` \(did you mean `OPEN`/,
  ],
  [
    'a bad rule in a case',
    orders('number: { switch: { field: status, cases: { OPEN: { range: [2, 1] } } } }'),
    `${fields}.number.switch.cases.OPEN.range`,
    /2 is more than 1/,
  ],
  [
    'a switch on another list',
    orders('lines[].sku: { switch: { field: "lines[].gifts[]", cases: { x: { constant: y } } } }'),
    `${fields}.lines[].sku.switch.field`,
    /in a different list/,
  ],
  [
    'a switch on itself',
    orders('number: { switch: { field: number, cases: { 1: { constant: 1 } } } }'),
    `${fields}.number.switch.field`,
    /depend on itself/,
  ],
  [
    'a scenario that is not there',
    orders('customer: { foreignKey: { scenario: order, records: 5 } }'),
    `${fields}.customer.foreignKey.scenario`,
    /no scenario `order` \(did you mean `orders`\?\)/,
  ],
  [
    'a key that depends on itself',
    orders('order_id: { foreignKey: { scenario: orders, records: 5 } }'),
    `${fields}.order_id.foreignKey.scenario`,
    /circular keys: orders → orders/,
  ],
  [
    'numbers from keys of text',
    orders('number: { foreignKey: { scenario: orders, records: 5 } }'),
    `${fields}.number.foreignKey.scenario`,
    /takes numbers, and the keys of `orders` are text/,
  ],
  [
    'a day that is none',
    orders('day: { range: [2026-02-30, 2026-03-05] }'),
    `${fields}.day.range[0]`,
    /expected a number or ISO 8601, as 2026-01-31, not `2026-02-30`/,
  ],
  [
    'a constant that is like a symbol',
    orders('status: { constant: PIAD }'),
    `${fields}.status.constant`,
    /"PIAD" is not a value of an enum \(did you mean `PAID`\?\)/,
  ],
  [
    'a sequence that starts beyond its type',
    atm('timestamp: { sequence: { start: 1e16 } }'),
    'scenarios.atm.fields.timestamp.sequence.start',
    /holds numbers from -9007199254740991 to 9007199254740991/,
  ],
  [
    'a distribution that is beyond its type',
    orders('number: { distribution: { normal: { mean: 1e300, stddev: 1 } } }'),
    `${fields}.number.distribution.normal`,
    /hardly any of it fits: a long holds numbers from/,
  ],
  [
    'a zipf distribution that counts beyond its type',
    orders('price: { distribution: { zipf: { cardinality: 1000000 } } }'),
    `${fields}.price.distribution.zipf`,
    /decimal holds numbers from -999999.99 to 999999.99/,
  ],
  [
    'an unknown field of a built-in workload',
    atm('amont: { range: [1, 2] }'),
    'scenarios.atm.fields.amont',
    /`atm` has no field `amont` \(did you mean `amount`\?\)/,
  ],
  [
    'a rule that a built-in workload cannot take',
    atm('amount: { pattern: x }'),
    'scenarios.atm.fields.amount.pattern',
    /is for texts, and the field is a double/,
  ],
])('%s', async (_, text, path, says) => {
  const problems = await problemsOf(loadText(text));
  expect(problems.map(formatProblem)).toEqual([expect.stringMatching(says)]);
  expect(problems[0]).toMatchObject({ place: expect.stringMatching(/^profile\.yaml:[89]$/), path });
});

test('a key inside of what a rule says as a whole', async () => {
  const bern = 'constant: { city: Bern }';
  for (const rule of [bern, `switch: { field: paid, cases: { true: { ${bern} } } }`]) {
    const text = orders(`address: { ${rule} }`).replace('    fields:', '    key: address.city\n    fields:');
    const problems = await problemsOf(loadText(text));
    expect(problems.map(formatProblem)).toEqual([
      'profile.yaml:7: scenarios.orders.key: is part of `address`, whose rule sets all of it (give the fields in it rules of their own)',
    ]);
  }
});

test('a switch on what differs in every record', async () => {
  const by = (field: string) => `{ switch: { field: ${field}, cases: { x: { constant: y } } } }`;
  const says = (path: string, field: string) =>
    `profile.yaml:8: ${path}: \`${field}\` differs in every record (a field of a few values, or one with a rule)`;
  const problemsIn = async (text: string) => (await problemsOf(loadText(text))).map(formatProblem);
  expect(await problemsIn(orders(`customer: ${by('order_id')}`))).toEqual([
    says(`${fields}.customer.switch.field`, 'order_id'),
  ]);
  expect(await problemsIn(atm(`currency: ${by('timestamp')}`))).toEqual([
    says('scenarios.atm.fields.currency.switch.field', 'timestamp'),
  ]);
  // With a rule of its own it is what that says.
  await loadText(orders(`customer: ${by('order_id')}`, 'order_id: { pattern: "[xy]" }'));
});

test('what a workload’s own field never is', async () => {
  const problems = await problemsOf(
    loadText(atm('amount: { switch: { field: transaction_type, cases: { DEPOST: { constant: 5 } } } }')),
  );
  expect(problems.map(formatProblem)).toEqual([
    expect.stringMatching(/it is never `DEPOST` \(did you mean `DEPOSIT`\?\)/),
  ]);
});

test('`null` among weights and cases is null, and not an empty text', async () => {
  const text = orders(
    'note: { weighted: { a: 1, null: 3 } }',
    'paid: { switch: { field: note, cases: { null: { constant: true } } } }',
  );
  const { profile, resolved } = await loadText(text);
  expect(profile.scenarios.orders!.fields).toEqual({
    note: { weighted: { a: 1, null: 3 } },
    paid: { switch: { field: 'note', cases: { null: { constant: true } } } },
  });
  expect((await loadText(resolved)).profile).toEqual(profile);
  const set = ['scenarios.orders.fields={ note: { weighted: { ~: 1, "": 2 } } }'];
  expect((await loadText(text, { overrides: { set } })).profile.scenarios.orders!.fields).toEqual({
    note: { weighted: { null: 1, '': 2 } },
  });
});

test('a field that is called what every object has may not be a key that depends on itself', async () => {
  const other = join(mkdtempSync(join(tmpdir(), 'rules-')), 'odd.avsc');
  writeFileSync(other, JSON.stringify(avroRecord('Odd', [{ name: 'constructor', type: 'string' }])));
  const rule = 'fields: { constructor: { foreignKey: { scenario: odd, records: 5 } } }';
  const text = `scenarios:\n${scenario('odd', `{ schema: ${other} }`, ['key: constructor', rule])}\n`;
  const problems = await problemsOf(loadText(text));
  expect(problems.map(formatProblem)).toEqual([expect.stringMatching(/circular keys: odd → odd/)]);
});

test('what is wrong between scenarios and with the anomalies is told beside what is wrong in one of them', async () => {
  const order = orders('customer: { foreignKey: { scenario: odrers, records: 5 } }');
  const text = `${order}${scenario('plain', 'bytes', ['key: none', 'anomalies: { tombstones: 0.1 }'])}\n`;
  const problems = await problemsOf(loadText(text.replaceAll('rate: 5', 'rate: -1')));
  expect(problems.map(({ path }) => path).toSorted()).toEqual([
    'scenarios.orders.fields.customer.foreignKey.scenario',
    'scenarios.orders.rate',
    'scenarios.plain.anomalies.tombstones',
    'scenarios.plain.rate',
  ]);
});

test('a key of a scenario that has none', async () => {
  const text = `${orders('customer: { foreignKey: { scenario: plain, records: 5 } }')}${scenario('plain', 'bytes', ['key: none'])}\n`;
  const problems = await problemsOf(loadText(text));
  expect(problems.map(formatProblem)).toEqual([expect.stringMatching(/the records of `plain` have no key/)]);
});

test('fields of plain bytes', async () => {
  const text = `scenarios:\n${scenario('plain', 'bytes', ['fields: { size: { range: [1, 2] } }'])}\n`;
  const problems = await problemsOf(loadText(text));
  expect(problems.map(formatProblem)).toEqual([expect.stringMatching(/the records of `bytes` have no schema/)]);
});

test('rules come out as they were written', async () => {
  const rules = {
    order_id: { pattern: 'ORD-[0-9]{8}' },
    customer: { foreignKey: { scenario: 'customers', records: 500 } },
    number: { sequence: { start: 100, step: 10 } },
    status: { weighted: { OPEN: 3, PAID: 1 } },
    price: { distribution: { lognormal: { mu: 3, sigma: 0.8, max: 900 } } },
    day: { range: ['2026-01-01', '2026-01-31'] },
    note: { length: [1, 20], nulls: 0.25 },
    weight: {
      switch: { field: 'status', cases: { OPEN: { range: [0.5, 2], decimals: 1 } }, default: { constant: 9 } },
    },
    lines: { length: [1, 4] },
    'lines[].quantity': {
      ranges: [
        { range: [1, 3], weight: 9 },
        { range: [4, 40], weight: 1 },
      ],
    },
  };
  const more = scenario('customers', 'atm', ['key: user_id']);
  const text = `scenarios:\n${scenario('orders', `{ schema: ${file} }`, [`fields: ${JSON.stringify(rules)}`])}\n${more}\n`;
  const { profile, resolved } = await loadText(text);
  expect(profile.scenarios.orders!.fields).toEqual(rules);
  expect((await loadText(resolved)).profile.scenarios.orders!.fields).toEqual(rules);
});
