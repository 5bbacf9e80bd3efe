import { expect, test } from 'vitest';
import { openRegistry } from '../../src/registry/registry-client.ts';
import { writerSchema } from '../../src/registry/writer-schema.ts';
import { UnusableSchema } from '../../src/workload/encoding/payload-decoder.ts';
import { type FakeRegistry, type Stored, startRegistry } from './fake-registry.ts';

const patience = { answerMs: 200, totalMs: 600, pauseMs: 1 };
const open = (server: FakeRegistry) =>
  openRegistry({ url: server.url, subject: 'topic', register: true, tls: {} }, patience);

const record = (name: string, ...types: string[]) =>
  JSON.stringify({ type: 'record', name, fields: types.map((type, i) => ({ name: `f${i}`, type: ['null', type] })) });
const to = (...subjects: string[]) => subjects.map((subject) => ({ name: subject, subject, version: 1 }));

async function withSubjects(server: FakeRegistry, subjects: Record<string, Omit<Stored, 'id'>>): Promise<void> {
  for (const [i, [name, stored]] of Object.entries(subjects).entries()) {
    server.subjects.set(name, [{ id: i + 1, ...stored }]);
  }
}

test('has in it what it refers to, over several steps, each asked for once', async () => {
  await using server = await startRegistry();
  await withSubjects(server, {
    order: { schema: record('Order', 'Customer', 'a/b.Item'), references: to('customer', 'a/b item') },
    customer: { schema: record('Customer', 'Address'), references: to('address') },
    address: { schema: record('Address') },
    'a/b item': { schema: record('Item', 'Address').replace('"Item"', '"a/b.Item"'), references: to('address') },
  });
  expect(await writerSchema(open(server), 1)).toMatchObject({
    name: 'Order',
    fields: [
      { type: ['null', { name: 'Customer', fields: [{ type: ['null', { name: 'Address' }] }] }] },
      { type: ['null', { name: 'a/b.Item', fields: [{ type: ['null', 'Address'] }] }] },
    ],
  });
  expect(server.questions.map(({ path }) => path)).toEqual([
    '/schemas/ids/1',
    '/subjects/customer/versions/1',
    '/subjects/a%2Fb%20item/versions/1',
    '/subjects/address/versions/1',
  ]);
});

test('references in a circle come to an end', async () => {
  await using server = await startRegistry();
  await withSubjects(server, {
    a: { schema: record('A', 'B'), references: to('b') },
    b: { schema: record('B', 'A'), references: to('a') },
  });
  expect(await writerSchema(open(server), 1)).toMatchObject({ name: 'A', fields: [{ type: ['null', { name: 'B' }] }] });
});

test.each<[string, Record<string, Omit<Stored, 'id'>>, string]>([
  ['a JSON schema', { a: { schema: '{"type":"object"}', schemaType: 'JSON' } }, 'it is a JSON schema, not an Avro one'],
  [
    'Protocol Buffers',
    { a: { schema: 'syntax = "proto3";', schemaType: 'PROTOBUF' } },
    'it is a PROTOBUF schema, not an Avro one',
  ],
  ['no JSON', { a: { schema: 'syntax' } }, 'it is not JSON'],
  ['no types', { a: { schema: record('A', 'Gone') } }, 'fields[0].type[1]: unknown type `Gone`'],
  [
    'a reference to nothing',
    { a: { schema: record('A', 'B'), references: to('b') } },
    'it refers to version 1 of subject b, which the registry does not have',
  ],
  [
    'a reference to another kind',
    { a: { schema: record('A', 'B'), references: to('b') }, b: { schema: '{}', schemaType: 'JSON' } },
    'version 1 of subject b is a JSON schema, not an Avro one',
  ],
])('%s: the reason why it cannot be used', async (_, subjects, reason) => {
  await using server = await startRegistry();
  await withSubjects(server, subjects);
  expect(await writerSchema(open(server), 1)).toEqual(new UnusableSchema(reason));
});

test('is undefined only where the registry says that there is none; a failure is an error', async () => {
  await using server = await startRegistry();
  expect(await writerSchema(open(server), 1)).toBeUndefined();
  await withSubjects(server, { a: { schema: record('A', 'B'), references: to('b') }, b: { schema: record('B') } });
  const refused = { status: 403, body: { error_code: 403, message: 'no' } };
  server.replies.push(refused);
  await expect(writerSchema(open(server), 1)).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' });
  server.replies.push({ status: 200, body: server.subjects.get('a')![0] }, 'hang', 'hang', 'hang', 'hang', 'hang');
  await expect(writerSchema(open(server), 1)).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
  server.replies.splice(0, 9, { status: 404, text: 'nginx' });
  await expect(writerSchema(open(server), 1)).rejects.toMatchObject({ code: 'REGISTRY_UNKNOWN_API' });
});
