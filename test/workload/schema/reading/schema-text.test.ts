import { expect, test } from 'vitest';
import { formatProblem, InputError } from '../../../../src/errors.ts';
import { checkSchema } from '../../../../src/workload/schema/reading/schema-text.ts';
import { avroRecord } from '../../avro-record.ts';

function problemsOf(text: string): string[] {
  try {
    checkSchema([{ text, where: 'x.avsc' }]);
  } catch (error) {
    if (error instanceof InputError) return error.problems.map(formatProblem);
    throw error;
  }
  return [];
}

const schemaOf = (text: string) => checkSchema([{ text, where: 'x.avsc' }]).schema;

test.each([
  ['', '1:1'],
  ['{"type": "record",\n  "name": }', '2:11'],
  ['{"type": "record"\n', '2:1'],
  ['{"a": [1, 2,]}', '1:13'],
  ['{"a": "x\ny"}', '1:7'],
  ['{"a": 01}', '1:8'],
  ['{"a": "\\x"}', '1:7'],
  ['{} x', '1:4'],
  ["{'a': 1}", '1:2'],
  ['[1 2]', '1:4'],
  ['{"a" 1}', '1:6'],
  ['nul', '1:1'],
  ['{ // "\n  /* two\n lines */ "a": }', '3:16'],
  ['{"a": "// no comment" // one\n', '2:1'],
  ['{} /* without an end', '1:4'],
])('%j is not JSON at %s', (text, place) => {
  const [problem, ...others] = problemsOf(text);
  expect(others).toEqual([]);
  expect(problem).toMatch(new RegExp(`^x\\.avsc:${place}: is not JSON: .`));
});

test('text of a schema gives the schema', () => {
  const schema = avroRecord('R', [{ name: 'f', type: ['null', 'R'] }]);
  for (const mark of ['', '\uFEFF']) expect(schemaOf(mark + JSON.stringify(schema))).toEqual(schema);
  expect(problemsOf('{"type": "int"}')).toHaveLength(1);
});

test('comments are no part of it, as in Java, but texts with slashes are', () => {
  const text = `// A header, with "quotes"
    {"type": "record", /* what it is
    called */ "name": "R", "doc": "see http://x/*y*/", "fields": [ // none
    ]} // end`;
  expect(schemaOf(text)).toEqual({ type: 'record', name: 'R', doc: 'see http://x/*y*/', fields: [] });
});

test('numbers keep their digits in its text', () => {
  const fields = ['9223372036854775807', '1.0', '1E3', '-0', '5', '"5"', '[1.50,"1.50"]'].map(
    (digits, i) => `{"name":"f${i}","type":"long","default":${digits}}`,
  );
  const text = `{"type":"record","name":"R","fields":[${fields}]}`;
  expect(checkSchema([{ text: text.replaceAll(':', ' : '), where: 'x' }]).text).toBe(text);
});

test('types may be in several files, whose numbers keep their digits too', () => {
  const fixed = '{"type":"fixed","name":"Hash","namespace":"n","size":16,"weight":1.0}';
  const order = '{"type":"record","name":"n.Order","fields":[{"name":"a","type":"Hash"},{"name":"b","type":"Hash"}]}';
  const whole = order.replace('"Hash"', fixed);
  for (const texts of [
    [order, fixed],
    [fixed, order],
  ]) {
    const files = texts.map((text, i) => ({ text, where: `${i}.avsc` }));
    expect(checkSchema(files)).toEqual({ text: whole, schema: JSON.parse(whole), where: '0.avsc, 1.avsc' });
  }
  const broken = [order, '{', '[}'].map((text, i) => ({ text, where: `${i}.avsc` }));
  expect(() => checkSchema(broken)).toThrow(/^1\.avsc:1:2: is not JSON: .*\n2\.avsc:1:2: is not JSON: /);
});

test('a type that two files define in two ways is refused, and one that only reads differently is not', () => {
  const line = (type: unknown, more: object = {}) => ({
    type: 'record',
    name: 's.Line',
    fields: [{ name: 'p', type }],
    ...more,
  });
  const order = (lines: unknown) => avroRecord('s.Order', [{ name: 'lines', type: lines }]);
  const check = (...schemas: unknown[]) =>
    checkSchema(schemas.map((each, i) => ({ text: JSON.stringify(each), where: `${i}` })));
  const price = { type: 'bytes', logicalType: 'decimal', precision: 4 };
  for (const other of [line('long'), line(price), { type: 'enum', name: 's.Line', symbols: ['A'] }]) {
    for (const schemas of [
      [order('Line'), line('int'), other],
      [order(line('int')), other],
    ]) {
      let reported: string[] = [];
      try {
        check(...schemas);
      } catch (error) {
        reported = (error as InputError).problems.map(formatProblem);
      }
      const place = schemas.length - 1;
      expect(reported).toEqual([
        `${place}: defines \`s.Line\` otherwise than ${place - 1} does (a type has one definition)`,
      ]);
    }
  }
  const same = line(
    { type: 'int', doc: 'in cents' },
    { name: 'Line', namespace: 's', doc: 'one of an order', aliases: ['L'] },
  );
  expect(check(order(line('int')), same).schema).toEqual(order(line('int')));
});
