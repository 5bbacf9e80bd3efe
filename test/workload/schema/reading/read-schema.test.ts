import { describe, expect, test } from 'vitest';
import { formatProblem, InputError } from '../../../../src/errors.ts';
import { idleAttributes, readSchema, readTypes } from '../../../../src/workload/schema/reading/read-schema.ts';
import { avroRecord } from '../../avro-record.ts';

const record = (...fields: unknown[]) => ({ type: 'record', name: 'R', namespace: 'n', fields });
const field = (type: unknown, more: object = {}) => record({ name: 'f', type, ...more });

const WRAPPED =
  'x.avsc: fields[0].type.type: expected the name of a type, not ["null","int"] (put what is in there in place of the braces around it)';
const SIZE = 'x.avsc: fields[0].type.size: the size of fixed `F` must be a whole number of at least 1';

function problemsOf(read: () => unknown): string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof InputError) return error.problems.map(formatProblem);
    throw error;
  }
  return [];
}

describe('what is wrong in a schema, with its place', () => {
  test.each<[string, unknown, ...string[]]>([
    ['no record', 'string', 'x.avsc: the schema of a message is a record ({"type": "record", …})'],
    [
      'a list of types',
      [field('int')],
      'x.avsc: the schema of a message is a record (types of their own: schema: [this.avsc, other.avsc])',
    ],
    [
      'a definition without its braces',
      field('enum', { symbols: ['A'] }),
      'x.avsc: fields[0].type: `enum` needs braces around it ("type": {"type": "enum", …})',
    ],
    [
      'a type of another file',
      field('Customer'),
      'x.avsc: fields[0].type: unknown type `Customer` (if it is in another file, schema: [this.avsc, other.avsc])',
    ],
    ['nothing', 5, 'x.avsc: expected a type, not 5'],
    ['null', null, 'x.avsc: expected a type, not null'],
    ['no type', {}, 'x.avsc: has no `type`'],
    [
      'a record that contains itself without an end',
      record({ name: 'f', type: 'n.R' }, { name: 'g', type: avroRecord('S', []) }),
      'x.avsc: `n.R` contains itself without an end (make the field a union with null, or a list)',
    ],
    [
      'an unknown type in a record in a record',
      field(
        avroRecord('S', [
          { name: 'a', type: 'int' },
          { name: 'b', type: 'in' },
        ]),
      ),
      'x.avsc: fields[0].type.fields[1].type: unknown type `in` (did you mean `int`?)',
    ],
    [
      'an unknown type in a union, whatever the default',
      field(['strin', 'null'], { default: 5 }),
      'x.avsc: fields[0].type[0]: unknown type `strin` (did you mean `string`?)',
    ],
    ['a type in a type', field({ type: ['null', 'int'] }), WRAPPED],
    [
      'a type of another namespace without it',
      record({ name: 'a', type: { type: 'fixed', name: 'm.Hash', size: 1 } }, { name: 'b', type: 'Hsh' }),
      'x.avsc: fields[1].type: unknown type `Hsh` (did you mean `Hash`?)',
    ],
    ['a size of 0', field({ type: 'fixed', name: 'F', size: 0 }), SIZE],
    ['half a size', field({ type: 'fixed', name: 'F', size: 1.5 }), SIZE],
    [
      'a name with an empty part',
      field({ type: 'fixed', name: 'n..F', size: 1 }),
      'x.avsc: fields[0].type.name: `n..F` is not a valid Avro name',
    ],
    [
      'a field name with a dot',
      record({ name: 'a.b', type: 'int' }),
      'x.avsc: fields[0].name: `a.b` is not a valid Avro name',
    ],
    [
      'an enum without a name',
      field({ type: 'enum', symbols: ['A'] }),
      'x.avsc: fields[0].type: an enum has no `name`',
    ],
    [
      'a field twice',
      record({ name: 'a', type: 'int' }, { name: 'a', type: 'int' }),
      'x.avsc: fields[1].name: there is a field `a` already',
    ],
    [
      'a field twice, the first of a type that is wrong',
      record({ name: 'a' }, { name: 'a', type: 'int' }),
      'x.avsc: fields[0]: field `a` has no `type`',
      'x.avsc: fields[1].name: there is a field `a` already',
    ],
    [
      'a type by its name in front of its definition',
      record({ name: 'a', type: 'n.F' }, { name: 'b', type: { type: 'fixed', name: 'F', size: 1 } }),
      'x.avsc: fields[0].type: unknown type `n.F` (did you mean `n.R`?)',
    ],
    ['no name', { type: 'record', fields: [] }, 'x.avsc: a record has no `name`'],
    ['a bad name', avroRecord('1x', []), 'x.avsc: name: `1x` is not a valid Avro name'],
    ['no fields', { type: 'record', name: 'R' }, 'x.avsc: record `R` has no `fields` list'],
    ['a field without a name', record({ type: 'int' }), 'x.avsc: fields[0]: a field has no `name`'],
    ['a field without a type', record({ name: 'f' }), 'x.avsc: fields[0]: field `f` has no `type`'],
    [
      'a bad field name',
      record({ name: 'a-b', type: 'int' }),
      'x.avsc: fields[0].name: `a-b` is not a valid Avro name',
    ],
    [
      'an unknown type',
      field({ type: 'array', items: 'strng' }),
      'x.avsc: fields[0].type.items: unknown type `strng` (did you mean `string`?)',
    ],
    [
      'an unknown type inside',
      field({ type: 'strin' }),
      'x.avsc: fields[0].type.type: unknown type `strin` (did you mean `string`?)',
    ],
    ['an array of nothing', field({ type: 'array' }), 'x.avsc: fields[0].type: an array has no `items`'],
    ['a map of nothing', field({ type: 'map' }), 'x.avsc: fields[0].type: a map has no `values`'],
    ['an empty union', field([]), 'x.avsc: fields[0].type: a union needs at least one type'],
    [
      'a type twice in a union',
      field(['null', 'int', 'int']),
      'x.avsc: fields[0].type[2]: `int` is twice in the union',
    ],
    [
      'a union in a union',
      field(['null', ['int', 'string']]),
      'x.avsc: fields[0].type[1]: a union cannot contain a union',
    ],
    [
      'no symbols',
      field({ type: 'enum', name: 'E', symbols: [] }),
      'x.avsc: fields[0].type: enum `E` has no `symbols` list',
    ],
    [
      'a symbol twice',
      field({ type: 'enum', name: 'E', symbols: ['A', 'A'] }),
      'x.avsc: fields[0].type.symbols[1]: `A` is a duplicate',
    ],
    [
      'a bad symbol',
      field({ type: 'enum', name: 'E', symbols: ['A B'] }),
      'x.avsc: fields[0].type.symbols[0]: "A B" is not a valid symbol: use letters, digits and `_`',
    ],
    [
      'a fixed without a size',
      field({ type: 'fixed', name: 'F' }),
      'x.avsc: fields[0].type.size: the size of fixed `F` must be a whole number of at least 1',
    ],
    [
      'a name twice',
      record(
        { name: 'a', type: { type: 'fixed', name: 'F', size: 1 } },
        { name: 'b', type: { type: 'fixed', name: 'F', size: 2 } },
      ),
      'x.avsc: fields[1].type.name: there is a type `n.F` already',
    ],
  ])('%s', (_, schema, ...problems) => {
    expect(problemsOf(() => readSchema(schema, 'x.avsc'))).toEqual(problems);
  });

  test('all at once, in the order of the schema', () => {
    const schema = record(
      { name: 'a', type: 'strng' },
      { name: 'a', type: 'int' },
      { name: 'b', type: { type: 'map' } },
      {
        name: 'c',
        type: ['null', 'nothing', { type: 'array', items: { type: 'enum', name: 'E', symbols: ['A', 1, 'A'] } }],
      },
      { name: 'd', type: ['int', ['null'], 'int', 'int'] },
    );
    const places = problemsOf(() => readSchema(schema, 'x.avsc')).map((problem) => problem.split(': ')[1]);
    expect(places).toEqual([
      'fields[0].type',
      'fields[1].name',
      'fields[2].type',
      'fields[3].type[1]',
      'fields[3].type[2].items.symbols[1]',
      'fields[3].type[2].items.symbols[2]',
      'fields[4].type[1]',
      'fields[4].type[2]',
      'fields[4].type[3]',
    ]);
  });
});

describe('a schema with its names resolved', () => {
  test('names types by their namespace, from anywhere', () => {
    const inner = {
      type: 'record',
      name: 'Inner',
      namespace: 'm',
      fields: [{ name: 'e', type: { type: 'enum', name: 'E', symbols: ['A'] } }],
    };
    const root = readSchema(
      record({ name: 'i', type: inner }, { name: 'again', type: 'm.E' }, { name: 'self', type: ['null', 'R'] }),
      'x.avsc',
    );
    const types = Object.fromEntries(root.fields.map(({ name, node }) => [name, node]));
    expect(root.name).toBe('n.R');
    expect(types.again).toEqual({ kind: 'enum', name: 'm.E', symbols: ['A'] });
    expect(types.self).toMatchObject({ branches: [{ kind: 'null' }, root] });
  });

  test('is what its types say', () => {
    const inner = avroRecord('Inner', []);
    const hash = { type: 'fixed', name: 'Hash', size: 1 };
    const hashed = { kind: 'fixed', name: 'p.Hash', size: 1, logical: null };
    const root = readSchema(
      record(
        { name: 'text', type: { type: 'string' }, doc: 'Why.' },
        { name: 'union', type: ['null', { type: 'int' }], doc: 5 },
        { name: 'inner', type: inner },
        { name: 'again', type: 'Inner' },
        { name: 'dotted', type: avroRecord('p.Dotted', [{ name: 'a', type: hash }]) },
        { name: 'within', type: 'p.Hash' },
        { name: 'failed', type: { type: 'error', name: 'Failed', fields: [] } },
        { name: 'other', type: { type: 'fixed', name: 'F', namespace: '', size: 1 } },
        { name: 'odd', type: { type: 'enum', name: 'o.E', symbols: ['A'], default: 'A' } },
        { name: 'oddly', type: { type: 'o.E' } },
        { name: 'kebab', type: { type: 'fixed', name: 'a-b.2c.F', size: 1 } },
        { name: 'top', type: 'F', default: 'x' },
      ),
      'x.avsc',
    );
    const empty = { kind: 'record', name: 'n.Inner', fields: [] };
    expect(root.fields).toEqual([
      { name: 'text', doc: 'Why.', node: { kind: 'string', logical: null } },
      {
        name: 'union',
        doc: '',
        node: {
          kind: 'union',
          branches: [
            { kind: 'null', logical: null },
            { kind: 'int', logical: null },
          ],
        },
      },
      { name: 'inner', doc: '', node: empty },
      { name: 'again', doc: '', node: empty },
      {
        name: 'dotted',
        doc: '',
        node: { kind: 'record', name: 'p.Dotted', fields: [{ name: 'a', doc: '', node: hashed }] },
      },
      { name: 'within', doc: '', node: hashed },
      { name: 'failed', doc: '', node: { kind: 'record', name: 'n.Failed', fields: [] } },
      { name: 'other', doc: '', node: { kind: 'fixed', name: 'F', size: 1, logical: null } },
      { name: 'odd', doc: '', node: { kind: 'enum', name: 'o.E', symbols: ['A'] } },
      { name: 'oddly', doc: '', node: { kind: 'enum', name: 'o.E', symbols: ['A'] } },
      { name: 'kebab', doc: '', node: { kind: 'fixed', name: 'a-b.2c.F', size: 1, logical: null } },
      { name: 'top', doc: '', node: { kind: 'fixed', name: 'F', size: 1, logical: null }, default: 'x' },
    ]);
  });

  test('says which logical type a type has', () => {
    const logicalOf = (type: unknown) => readSchema(field(type), 'x.avsc').fields[0]!.node;
    expect(logicalOf({ type: 'int', logicalType: 'date' })).toEqual({ kind: 'int', logical: { type: 'date' } });
    expect(logicalOf({ type: 'string', logicalType: 'date' })).toEqual({ kind: 'string', logical: null });
    const fixed = { type: 'fixed', name: 'F', size: 12, logicalType: 'duration' };
    expect(logicalOf(fixed)).toEqual({ kind: 'fixed', name: 'n.F', size: 12, logical: { type: 'duration' } });
    const decimal = { type: 'fixed', name: 'F', size: 2, logicalType: 'decimal', precision: 4, scale: 1 };
    expect(logicalOf(decimal)).toMatchObject({ logical: { type: 'decimal', precision: 4, scale: 1 } });
    expect(logicalOf({ ...decimal, precision: 5 })).toMatchObject({ logical: null });
  });
});

describe('a default that is not a value of its type is no reason to refuse a schema, but told', () => {
  const HINT = 'nothing here uses it, but a schema registry may refuse the schema';
  test.each<[string, unknown, string]>([
    ['of another type', field('int', { default: 'x' }), 'fields[0].default: "x" is not a value of an int'],
    [
      'further inside',
      field({ type: 'array', items: 'int' }, { default: ['x'] }),
      'fields[0].default: ["x"] is not a value of an array',
    ],
    [
      'of no type of the union',
      field(['int', 'null'], { default: 'x' }),
      'fields[0].default: "x" is not a value of an int or null',
    ],
    [
      'no symbol',
      field({ type: 'enum', name: 'E', symbols: ['OPEN', 'PAID'], default: 'OPN' }),
      'fields[0].type.default: "OPN" is not a symbol of `E`',
    ],
  ])('%s', (_, schema, warning) => {
    expect(readSchema(schema, 'x.avsc').fields).toHaveLength(1);
    expect(idleAttributes(schema).map(formatProblem)).toEqual([`${warning} (${HINT})`]);
  });

  test('nothing is told of one that Avro takes', () => {
    const schema = record(
      { name: 'a', type: ['int', 'null'], default: null },
      { name: 'b', type: 'long', default: 2 ** 63 },
      { name: 'c', type: 'bytes', default: '\u00ff' },
    );
    expect(idleAttributes(schema)).toEqual([]);
    expect(readSchema(schema, 'x.avsc').fields.map((each) => each.default)).toEqual([null, 2 ** 63, '\u00ff']);
  });
});

test('a schema for reading may have names that Avro does not allow, and any type at its top', () => {
  const schema = record({ name: 'a-b', type: { type: ['null', 'int'] } }, { name: 'a-b', type: 'string' });
  expect(readTypes(schema)).toMatchObject({ fields: [{ name: 'a-b', node: { kind: 'union' } }, { name: 'a-b' }] });
  expect(readTypes(['null', 'string'])).toMatchObject({ kind: 'union' });
  expect(problemsOf(() => readTypes(field('n.Gone')))).toEqual([
    expect.stringContaining('fields[0].type: unknown type `n.Gone`'),
  ]);
});

describe('attributes that have no effect are told, each kind once', () => {
  test.each<[string, unknown, ...string[]]>([
    [
      'a logical type beside the type',
      record(
        { name: 'a', type: 'long', logicalType: 'timestamp-millis' },
        { name: 'b', type: ['null', 'long'], logicalType: 'date' },
        { name: 'c', type: 'long', logicalType: 'timestamp-millis' },
      ),
      'fields[0].logicalType: `timestamp-millis` beside `type` has no effect, and at 1 other place ("type": {"type": "long", "logicalType": "timestamp-millis"})',
      'fields[1].logicalType: `date` beside `type` has no effect',
    ],
    [
      'one that is not known, or does not fit',
      record(
        { name: 'a', type: { type: 'long', logicalType: 'timestamp-nanos' } },
        { name: 'b', type: { type: 'array', items: { type: 'long', logicalType: 'timestamp-nanos' } } },
        { name: 'c', type: { type: 'bytes', logicalType: 'decimal' } },
      ),
      'fields[0].type.logicalType: `timestamp-nanos` has no effect on a long, and at 1 other place (values are those of a long)',
      'fields[2].type.logicalType: `decimal` has no effect on bytes (values are those of bytes)',
    ],
    [
      'rules of kafka-connect-datagen',
      record(
        { name: 'a', type: { type: 'string', 'arg.properties': { regex: 'x' } } },
        { name: 'b', type: 'long', 'arg.properties': {} },
        { name: 'c', type: { type: 'enum', name: 'E', symbols: ['A'], 'arg.properties': {} } },
      ),
      'fields[0].type: `arg.properties` has no effect, and at 2 other places (rules are in `fields:` of the scenario)',
    ],
    [
      'none where all have one',
      record({ name: 'a', type: { type: 'long', logicalType: 'timestamp-millis' }, logicalType: 'timestamp-millis' }),
    ],
  ])('%s', (_, schema, ...warnings) => {
    expect(idleAttributes(schema).map(formatProblem)).toEqual(warnings);
  });
});
