/** Fields are found where they are, in the bytes of any record. */

import { describe, expect, test } from 'vitest';
import { workloads } from '../../../../src/workload/built-in/built-in.ts';
import { avroSpans } from '../../../../src/workload/schema/overrides/avro-spans.ts';
import { jsonSpans } from '../../../../src/workload/schema/overrides/json-spans.ts';
import { Spans } from '../../../../src/workload/schema/overrides/spans.ts';
import { readSchema } from '../../../../src/workload/schema/reading/read-schema.ts';
import { placesOf } from '../../../../src/workload/schema/rules/rule-fit.ts';
import { avroBytes } from '../../../../src/workload/schema/values/json-reader.ts';
import { openEncoder, openRecords } from '../../../../src/workload/workload.ts';
import { avroRecord } from '../../avro-record.ts';
import { recordContext, recordPlan, timeOf } from '../../fixture.ts';

const valueAt = (record: unknown, path: string): unknown =>
  path.split('.').reduce((value, step) => (value as Record<string, unknown> | undefined)?.[step], record);

/** What each path leads to, as bytes; undefined where the record is without it. */
function slices(spans: Spans, paths: readonly string[], bytes: Uint8Array): Record<string, string | undefined> {
  const of = (i: number) => Buffer.from(bytes.subarray(spans.from[i], spans.to[i])).toString('latin1');
  return Object.fromEntries(paths.map((path, i) => [path, spans.has(i) ? of(i) : undefined]));
}

const withSchema = Object.values(workloads).filter(({ avroSchema }) => avroSchema !== null);

describe.each(withSchema.map(({ name }) => name))('%s', (name) => {
  const schema = workloads[name]!.avroSchema;
  const root = readSchema(schema, name);
  const places = placesOf(root);
  const all = [...places.keys()];
  const key = workloads[name]!.defaultKey;

  test.each(['avro', 'json'] as const)('every field of a record, %s', (format) => {
    const plan = recordPlan({ workload: name, format, key });
    const encode = openEncoder(plan, recordContext());
    const read = openRecords(plan, recordContext());
    // All of them, and each alone: what is behind the last one is not looked at.
    for (const paths of [all, ...all.map((path) => [path])]) {
      const spans = new Spans(paths.length);
      const find = (format === 'json' ? jsonSpans : avroSpans)(root, paths, spans);
      for (let i = 0; i < 20; i++) {
        const payload = encode(i, timeOf(i)).payload!;
        const { value } = read(i, timeOf(i));
        spans.clear();
        find(payload, format === 'json' ? 0 : 5);
        const expected = paths.map((path) => {
          const each = valueAt(value, path);
          if (each === undefined) return [path, undefined];
          const encoded = format === 'json' ? JSON.stringify(each) : avroBytes(places.get(path)![0]!, each);
          return [path, Buffer.from(encoded).toString('latin1')];
        });
        expect(slices(spans, paths, payload)).toEqual(Object.fromEntries(expected));
      }
    }
  });

  test('a field that several branches of a union have is of one type in all of them', () => {
    for (const nodes of places.values()) for (const node of nodes) expect(node).toEqual(nodes[0]);
  });
});

describe('types that no built-in workload has', () => {
  const schema = avroRecord('Tree', [
    { name: 'lists', type: { type: 'array', items: { type: 'map', values: 'int' } } },
    { name: 'left', type: ['null', 'Tree'] },
    { name: 'hash', type: { type: 'fixed', name: 'Hash', size: 3 } },
    { name: 'flags', type: { type: 'array', items: 'boolean' } },
    { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['A', 'B'] } },
    { name: 'ratio', type: 'float' },
    { name: 'last', type: avroRecord('Last', [{ name: 'text', type: 'string' }]) },
  ]);
  const root = readSchema(schema, 'tree');
  const leaf = {
    lists: [{ 'a"b': -1 }, {}],
    left: null,
    hash: 'AAEC',
    flags: [],
    kind: 'B',
    ratio: 0.5,
    last: { text: 'x\\"]},{' },
  };
  const record = { ...leaf, left: leaf, flags: [true, false, true], last: { text: `"${'long '.repeat(50)}` } };
  const paths = ['last.text', 'kind', 'left', 'lists'];

  test('avro', () => {
    const bytes = avroBytes(root, record);
    const spans = new Spans(paths.length);
    avroSpans(root, paths, spans)(bytes, 0);
    const places = placesOf(root);
    const expected = paths.map((path) => {
      const encoded = avroBytes(places.get(path)![0]!, valueAt(record, path));
      return [path, Buffer.from(encoded).toString('latin1')];
    });
    expect(slices(spans, paths, bytes)).toEqual(Object.fromEntries(expected));
    expect(spans.count).toBe(4);
    expect([...spans.found].map((field) => paths[field])).toEqual(['lists', 'left', 'kind', 'last.text']);
  });

  test('avro: a block that says how long it is', () => {
    const lists = [
      { name: 'a', type: { type: 'array', items: 'int' } },
      { name: 'b', type: 'int' },
    ] as const;
    const spans = new Spans(1);
    // Two items in two bytes, then the empty block; then 5.
    avroSpans(readSchema(avroRecord('L', lists), 'l'), ['b'], spans)(Uint8Array.of(3, 4, 2, 4, 0, 10), 0);
    expect([spans.from[0], spans.to[0]]).toEqual([5, 6]);
  });

  test('json', () => {
    const spans = new Spans(paths.length);
    const find = jsonSpans(root, paths, spans);
    for (const each of [record, leaf]) {
      const bytes = Buffer.from(JSON.stringify(each));
      spans.clear();
      find(bytes, 0);
      const expected = paths.map((path) => [path, JSON.stringify(valueAt(each, path))]);
      expect(slices(spans, paths, bytes)).toEqual(Object.fromEntries(expected));
    }
  });

  test('json: of a union, what is in the record that comes, or in none', () => {
    const one = avroRecord('One', [
      { name: 'a', type: { type: 'array', items: 'int' } },
      { name: 'b', type: { type: 'map', values: ['null', 'int'] } },
    ]);
    const other = avroRecord('Other', [
      { name: 'ab', type: 'string' },
      { name: 'b', type: 'One' },
    ]);
    const either = [
      { name: 'of', type: ['null', 'string', 'int', one, other] },
      { name: 'end', type: 'int' },
    ];
    const all = ['of.a', 'of.b', 'of.ab', 'end'];
    const spans = new Spans(all.length);
    const find = jsonSpans(readSchema(avroRecord('E', either), 'e'), all, spans);
    const some = { a: [1, 2], b: { x: 1, '}': null } };
    for (const of of [null, '{"a":1}', 5, some, { a: [], b: {} }, { ab: '"},{', b: some }]) {
      const bytes = Buffer.from(JSON.stringify({ of, end: 7 }));
      spans.clear();
      find(bytes, 0);
      const expected = all.map((path) => [path, JSON.stringify(valueAt({ of: of ?? undefined, end: 7 }, path))]);
      expect(slices(spans, all, bytes)).toEqual(Object.fromEntries(expected));
      expect([...spans.found.subarray(0, spans.count)].every((field) => spans.has(field))).toBe(true);
    }
  });

  test('json: a record that has no fields', () => {
    const none = { name: 'none', type: avroRecord('None', []) };
    const fields = [none, { name: 'end', type: 'int' }];
    const spans = new Spans(2);
    const bytes = Buffer.from('{"none":{},"end":7}');
    jsonSpans(readSchema({ type: 'record', name: 'E', fields }, 'e'), ['none', 'end'], spans)(bytes, 0);
    expect(slices(spans, ['none', 'end'], bytes)).toEqual({ none: '{}', end: '7' });
  });

  test('a record is without a field until it is found', () => {
    expect(new Spans(1).has(0)).toBe(false);
  });
});
