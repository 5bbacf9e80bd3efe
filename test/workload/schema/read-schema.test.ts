import { describe, expect, it } from 'vitest';
import { formatProblem, InputError } from '../../../src/errors.ts';
import { checkSchema, readSchema } from '../../../src/workload/schema/read-schema.ts';

const record = (...fields: unknown[]) => ({ type: 'record', name: 'R', namespace: 'n', fields });
const field = (type: unknown, more: object = {}) => record({ name: 'f', type, ...more });

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
  it.each<[string, unknown, string]>([
    ['no record', 'string', 'x.avsc: the schema of a message is a record ({"type": "record", …})'],
    ['a list of types', [field('int')], 'x.avsc: the schema of a message is a record ({"type": "record", …})'],
    ['nothing', 5, 'x.avsc: expected a type, not 5'],
    ['no type', {}, 'x.avsc: has no `type`'],
    ['no name', { type: 'record', fields: [] }, 'x.avsc: a record has no `name`'],
    ['a bad name', { type: 'record', name: '1x', fields: [] }, 'x.avsc: name: `1x` is no name in Avro'],
    ['no fields', { type: 'record', name: 'R' }, 'x.avsc: record `R` has no list `fields`'],
    ['a field without a name', record({ type: 'int' }), 'x.avsc: fields[0]: a field has no `name`'],
    ['a field without a type', record({ name: 'f' }), 'x.avsc: fields[0]: field `f` has no `type`'],
    ['a bad field name', record({ name: 'a-b', type: 'int' }), 'x.avsc: fields[0].name: `a-b` is no name in Avro'],
    [
      'an unknown type',
      field({ type: 'array', items: 'strng' }),
      'x.avsc: fields[0].type.items: there is no type `strng` (did you mean `string`?)',
    ],
    [
      'an unknown type inside',
      field({ type: 'strin' }),
      'x.avsc: fields[0].type.type: there is no type `strin` (did you mean `string`?)',
    ],
    ['an array of nothing', field({ type: 'array' }), 'x.avsc: fields[0].type: an array has no `items`'],
    ['a map of nothing', field({ type: 'map' }), 'x.avsc: fields[0].type: a map has no `values`'],
    ['an empty union', field([]), 'x.avsc: fields[0].type: a union has at least one type'],
    [
      'a type twice in a union',
      field(['null', 'int', 'int']),
      'x.avsc: fields[0].type[2]: `int` stands twice in the union',
    ],
    [
      'a union in a union',
      field(['null', ['int', 'string']]),
      'x.avsc: fields[0].type[1]: a union stands in no other union',
    ],
    [
      'no symbols',
      field({ type: 'enum', name: 'E', symbols: [] }),
      'x.avsc: fields[0].type: enum `E` has no list `symbols`',
    ],
    [
      'a symbol twice',
      field({ type: 'enum', name: 'E', symbols: ['A', 'A'] }),
      'x.avsc: fields[0].type.symbols[1]: `A` stands twice',
    ],
    [
      'a bad symbol',
      field({ type: 'enum', name: 'E', symbols: ['A B'] }),
      'x.avsc: fields[0].type.symbols[0]: "A B" is no symbol: letters, digits and `_`',
    ],
    [
      'a fixed without a size',
      field({ type: 'fixed', name: 'F' }),
      'x.avsc: fields[0].type.size: the size of fixed `F` is a whole number of at least 1',
    ],
    [
      'a name twice',
      record(
        { name: 'a', type: { type: 'fixed', name: 'F', size: 1 } },
        { name: 'b', type: { type: 'fixed', name: 'F', size: 2 } },
      ),
      'x.avsc: fields[1].type.name: there is a type `n.F` already',
    ],
    ['a bad default', field('int', { default: 'x' }), 'x.avsc: fields[0].default: "x" is no value of an int'],
    [
      'a default of another branch than the first',
      field(['int', 'null'], { default: null }),
      'x.avsc: fields[0].default: null is no value of an int, the first type of its union',
    ],
    [
      'a default that is wrong further inside',
      field({ type: 'array', items: 'int' }, { default: ['x'] }),
      'x.avsc: is no Avro schema: incompatible field default ["x"] (invalid "int": "x")',
    ],
  ])('%s', (_, schema, problem) => {
    expect(problemsOf(() => readSchema(schema, 'x.avsc'))).toEqual([problem]);
  });

  it('all at once', () => {
    const schema = record(
      { name: 'a', type: 'strng' },
      { name: 'a', type: 'int' },
      { name: 'b', type: { type: 'map' } },
    );
    expect(problemsOf(() => readSchema(schema, 'x.avsc'))).toHaveLength(3);
  });

  it.each([
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
  ])('%j is no JSON at %s', (text, place) => {
    const [problem, ...others] = problemsOf(() => checkSchema(text, 'x.avsc'));
    expect(others).toEqual([]);
    expect(problem).toMatch(new RegExp(`^x\\.avsc:${place}: is no JSON: .`));
  });

  it('text of a schema gives the schema', () => {
    const schema = field(['null', { type: 'record', name: 'S', fields: [{ name: 'back', type: ['null', 'R'] }] }]);
    expect(checkSchema(JSON.stringify(schema), 'x.avsc')).toEqual(schema);
  });
});

describe('a schema with its names resolved', () => {
  it('names types by their namespace, from anywhere', () => {
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

  it('says which logical type a type has', () => {
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
