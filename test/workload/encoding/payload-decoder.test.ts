import avsc from 'avsc';
import { describe, expect, test } from 'vitest';
import { atmSchema } from '../../../src/workload/built-in/atm/atm.ts';
import { avroType } from '../../../src/workload/encoding/avsc-type.ts';
import { plainJson } from '../../../src/workload/encoding/exact-json.ts';
import { PayloadDecoder, UnusableSchema } from '../../../src/workload/encoding/payload-decoder.ts';
import { readTypes } from '../../../src/workload/schema/reading/read-schema.ts';
import { readAvro } from '../../../src/workload/schema/values/avro-reader.ts';
import { avroRecord } from '../avro-record.ts';

const wire = (id: number, body: Uint8Array) => {
  const header = Buffer.alloc(5);
  header.writeInt32BE(id, 1);
  return Buffer.concat([header, body]);
};

const schema = avroRecord('Order', [
  { name: 'id', type: 'long' },
  { name: 'raw', type: 'bytes' },
  { name: 'what', type: ['null', 'string'] },
  { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
]);
const order = { id: 7, raw: Buffer.from([255]), what: 'x', at: 1.7e12 };
const encoded = avsc.Type.forSchema(schema as avsc.Schema).toBuffer(order);

describe('Avro', () => {
  test('by the schema of its id', () => {
    const asked: number[] = [];
    const decoder = new PayloadDecoder((id) => {
      asked.push(id);
      return schema;
    });
    const decoded = [1, 2, 1].map((id) => decoder.decode(wire(id, encoded)));
    expect(decoded).toEqual([1, 2, 1].map((schemaId) => ({ kind: 'avro', schemaId, value: order })));
    expect(asked).toEqual([1, 2]);
  });

  test('a schema that comes later is waited for once, though the payload may be overwritten meanwhile', async () => {
    let asked = 0;
    const decoder = new PayloadDecoder(async () => {
      asked += 1;
      return schema;
    });
    const payload = wire(3, encoded);
    const both = [decoder.decode(payload), decoder.decode(payload)];
    payload.fill(0);
    for (const decoded of await Promise.all(both)) expect(decoded).toMatchObject({ schemaId: 3, value: order });
    expect(asked).toBe(1);
    expect(decoder.decode(wire(3, encoded))).toMatchObject({ kind: 'avro' });
  });

  test('without a schema, of another one, or cut: bytes, with the reason', () => {
    const unknown = new PayloadDecoder(() => undefined);
    expect(unknown.decode(wire(9, encoded))).toMatchObject({ kind: 'bytes', problem: 'no schema for id 9' });
    const other = new PayloadDecoder(() => atmSchema);
    expect(other.decode(wire(9, encoded))).toMatchObject({ kind: 'bytes', problem: expect.stringContaining('(id 9)') });
    const cut = new PayloadDecoder(() => schema);
    expect(cut.decode(wire(9, encoded.subarray(0, -1)))).toMatchObject({ kind: 'bytes' });
  });

  test('a schema that is known and cannot be used: bytes, with the reason', () => {
    const unusable = new PayloadDecoder(() => new UnusableSchema('it is a JSON schema'));
    const problem = 'the schema of id 9 cannot be used: it is a JSON schema';
    expect(unusable.decode(wire(9, encoded))).toMatchObject({ kind: 'bytes', problem });
    const broken = new PayloadDecoder(async () => ({ type: 'record', name: 'R' }));
    return expect(broken.decode(wire(9, encoded))).resolves.toMatchObject({
      problem: 'the schema of id 9 cannot be used: record `R` has no `fields` list',
    });
  });

  test('a record without fields is its header alone', () => {
    const empty = new PayloadDecoder(() => avroRecord('E', []));
    expect(empty.decode(wire(7, Buffer.alloc(0)))).toEqual({ kind: 'avro', schemaId: 7, value: {} });
    const unknown = new PayloadDecoder(() => undefined);
    expect(unknown.decode(wire(7, Buffer.alloc(0)))).toMatchObject({ kind: 'bytes', problem: 'no schema for id 7' });
  });

  test('longs beyond 2^53 keep every digit', () => {
    const long = avroType(avroRecord('L', [{ name: 'n', type: 'long' }]));
    const big = 9_007_199_254_740_993n;
    expect(long.fromBuffer(long.toBuffer({ n: big }))).toMatchObject({ n: big });
    expect(long.fromBuffer(long.toBuffer({ n: -3 }))).toMatchObject({ n: -3 });
  });
});

test('as JSON, values are plain: without the names of union branches, bytes in base64, large longs as text', () => {
  const named = (name: string, type: unknown) => ({ type: 'record', name, fields: [{ name: 'x', type }] });
  const branches = ['null', named('A', 'long'), named('B', 'bytes'), named('C', ['null', 'double'])];
  const schema = avroRecord('Holder', [{ name: 'parts', type: { type: 'array', items: branches } }]);
  const type = avroType(schema);
  const parts = [null, { A: { x: 2n ** 60n } }, { B: { x: Buffer.of(255) } }, { C: { x: 0.5 } }];
  const decoded = readAvro(readTypes(schema), type.toBuffer({ parts }));
  expect(plainJson(decoded)).toBe('{"parts":[null,{"x":"1152921504606846976"},{"x":"/w=="},{"x":0.5}]}');
});

test.each([
  ['{"a":1}', { kind: 'json', text: '{"a":1}' }],
  [' [1]', { kind: 'json', text: ' [1]' }],
  ['{"a":', { kind: 'text', text: '{"a":' }],
  ['42', { kind: 'text', text: '42' }],
  ['', { kind: 'text', text: '' }],
  ['Grüße', { kind: 'text', text: 'Grüße' }],
])('%s without a wire header', (text, decoded) => {
  expect(new PayloadDecoder(() => undefined).decode(Buffer.from(text))).toEqual(decoded);
});

test('what is no UTF-8 is bytes', () => {
  const bytes = Buffer.from([0xc3, 0x28]);
  expect(new PayloadDecoder(() => undefined).decode(bytes)).toEqual({ kind: 'bytes', bytes });
});

test('names that Avro does not allow come out as they are, in records, enums, unions and recursions', () => {
  const renamed = avroRecord('my-record', [
    { name: 'order-id', type: 'int' },
    { name: 'order_id', type: 'int' },
    { name: '2nd', type: { type: 'enum', name: 'my.E-1', symbols: ['in-progress', 'in_progress', 'done'] } },
    { name: 'next', type: ['null', 'my-record'] },
    { name: '__proto__', type: 'string' },
    {
      name: 'either',
      type: ['int', avroRecord('my_record', [{ name: 'a b', type: 'my.E-1' }]), 'long'],
    },
  ]);
  const record = (name: string, fields: readonly object[]) => ({ type: 'record', name, fields });
  const legal = record('R', [
    { name: 'a', type: 'int' },
    { name: 'b', type: 'int' },
    { name: 'c', type: { type: 'enum', name: 'E', symbols: ['X', 'Y', 'Z'] } },
    { name: 'd', type: ['null', 'R'] },
    { name: 'e', type: 'string' },
    { name: 'f', type: ['int', avroRecord('S', [{ name: 'a', type: 'E' }]), 'long'] },
  ]);

  const writer = avsc.Type.forSchema(legal as avsc.Schema);
  const inner = { a: 3, b: 4, c: 'Z', d: null, e: 'p', f: { long: 5 } };
  const bytes = writer.toBuffer({ a: 1, b: 2, c: 'X', d: inner, e: 'q', f: { S: { a: 'Y' } } });
  const { value } = new PayloadDecoder(() => renamed).decode(wire(1, bytes)) as { value: Record<string, unknown> };
  expect(Object.keys(value)).toEqual(['order-id', 'order_id', '2nd', 'next', '__proto__', 'either']);
  expect(value).toMatchObject({ 'order-id': 1, order_id: 2, '2nd': 'in-progress' });
  expect(Object.getOwnPropertyDescriptor(value, '__proto__')?.value).toBe('q');
  expect(value.next).toMatchObject({ 'order-id': 3, '2nd': 'done', next: null });
  expect(plainJson(value)).toContain('"either":{"a b":"in_progress"}}');
});
