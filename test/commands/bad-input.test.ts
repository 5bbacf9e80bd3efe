/** What a person may get wrong about data of their own: one message each, the exit code, and nothing is begun. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { EXIT } from '../../src/errors.ts';
import { avroString } from '../../src/workload/encoding/avro.ts';
import { startRegistry } from '../registry/fake-registry.ts';
import { avroRecord } from '../workload/avro-record.ts';
import { directoryOf } from '../workload/own-files.ts';
import { load } from './fake-terminal.ts';

const OWN = 'scenarios.orders.workload:';
const SCHEMA = JSON.stringify(
  avroRecord('Order', [
    { name: 'order_id', type: 'string' },
    { name: 'customer', type: avroRecord('Customer', [{ name: 'city', type: 'string' }]) },
    { name: 'status', type: { type: 'enum', name: 'Status', symbols: ['OPEN', 'PAID'] } },
  ]),
);
const MODULE = (spec: string) =>
  `import { defineWorkload } from 'kafka-load-engine';\nexport default defineWorkload(${spec});`;
const FILES = {
  'order.avsc': SCHEMA,
  'cut.avsc': SCHEMA.slice(0, 60),
  'typo.avsc': SCHEMA.replace('"string"', '"strin"'),
  'nothing.ts': 'export const value = 1;',
  'orders.ts': MODULE(
    `{ schema: ${SCHEMA}, value: () => ({ order_id: 'a', customer: { city: 'Bern' }, status: 'OPEN' }) }`,
  ),
  'weights.ts': MODULE("{ value: ({ random }) => ({ a: random.weighted('a', { x: 3, y: -1 }) }) }"),
  'late.ts': MODULE('{ value: ({ index }) => ({ id: index < 500 ? index : index.code.length }) }'),
  'vast.avsc':
    '{"type":"record","name":"Vast","fields":[{"name":"a","type":{"type":"fixed","name":"F","size":99999999}}]}',
  'circle.ts': MODULE('{ value: () => { const a = {}; a.a = a; return a; } }'),
  'promise.ts': MODULE("{ key: async () => 'a', value: () => ({ a: 1 }) }"),
  'misspelt.ts': MODULE('{ valu: () => ({ a: 1 }) }'),
  'topic.ts': MODULE("{ topic: 'a b', value: () => ({ a: 1 }) }"),
  'parameter.ts': MODULE('{ params: { a_b: 1 }, value: () => ({ a: 1 }) }'),
  'nothing-given.ts': MODULE('{ params: { a: null }, value: () => ({ a: 1 }) }'),
  'broken.avro': brokenContainer(),
  'list.jsonl': '[\n',
  'lines.jsonl': '{"order_id":"a"}\n{"order_id":}\n',
};

/** A block that is said to have more bytes than any number holds. */
function brokenContainer(): Buffer {
  const entry = (key: string, value: string) => [avroString(key), avroString(value)];
  const meta = [Uint8Array.of(4), ...entry('avro.schema', SCHEMA), ...entry('avro.codec', 'null'), Uint8Array.of(0)];
  const header = [Buffer.from('Obj\u0001', 'latin1'), ...meta, Buffer.alloc(16)];
  return Buffer.concat([...header, Buffer.alloc(20, 255)]);
}

type Json = Readonly<Record<string, unknown>>;

/** What stderr says to `load run` of a profile with this scenario; the directory is taken out. */
async function ended(scenario: Json, more: Json = {}) {
  const directory = directoryOf(FILES);
  const file = join(directory, 'profile.yaml');
  const executor = { executor: 'constant-arrival-rate', rate: 10, duration: '1s' };
  writeFileSync(file, stringify({ ...more, scenarios: { orders: { workload: 'atm', ...executor, ...scenario } } }));
  const { exitCode, out, err } = await load('run', file, '-o', join(directory, 'result'));
  return { exitCode, out, err: err.replaceAll(`${directory}/`, '') };
}

test.each<[name: string, scenario: Json, more: Json, says: string]>([
  [
    'an unknown time zone',
    {},
    { clock: { timezone: 'Europe/Zurick' } },
    'profile.yaml:2: clock.timezone: there is no time zone `Europe/Zurick` (did you mean `Europe/Zurich`?)',
  ],
  [
    'a schema that is cut off',
    { workload: { schema: './cut.avsc' } },
    {},
    'cut.avsc:1:61: scenarios.orders.workload: is not JSON: ',
  ],
  [
    'a schema that does not parse',
    { workload: { schema: './typo.avsc' } },
    {},
    'typo.avsc: scenarios.orders.workload: fields[0].type: unknown type `strin` (did you mean `string`?)',
  ],
  [
    'a schema that is not there',
    { workload: { schema: './ordre.avsc' } },
    {},
    'profile.yaml:3: scenarios.orders.workload: there is no file `./ordre.avsc` (the path is relative to the profile)',
  ],
  [
    'a module without a default export',
    { workload: './nothing.ts' },
    {},
    'nothing.ts: scenarios.orders.workload: the module has no default export (export default defineWorkload({ value: … }))',
  ],
  [
    'a negative weight',
    { fields: { status_code: { weighted: { SUCCESS: 3, FAILED: -1 } } } },
    {},
    'scenarios.orders.fields.status_code.weighted.FAILED: must be at least 0, not `-1`',
  ],
  [
    'rates that do not sum to 1',
    { workload: 'message-lifecycle', params: { deliveredRate: 0.9 } },
    {},
    'scenarios.orders.params: the rates make 1.05, not 1: delivered 0.9, delayed 0.1, never delivered 0.05',
  ],
  [
    'a negative weight in a module',
    { workload: './weights.ts' },
    {},
    "weights.ts:2: scenarios.orders: record 0: value() fails: weighted('a'): the weight of y is -1 (load sample PROFILE --scenario orders --from 0 -n 1 --seed 1)",
  ],
  [
    'a record that fails, found before the run',
    { workload: './late.ts' },
    {},
    'late.ts:2: scenarios.orders: record 500: value() fails: Cannot read properties of undefined',
  ],
  [
    'a key field that does not exist, of a schema',
    { workload: { schema: './order.avsc' }, key: 'order_i' },
    {},
    'profile.yaml:8: scenarios.orders.key: `order_i` is not a field of `order.avsc` (did you mean `order_id`?)',
  ],
  [
    'a key field that does not exist, of a module',
    { workload: './orders.ts', key: 'customer.cty' },
    {},
    'profile.yaml:7: scenarios.orders.key: `customer.cty` is not a field of `orders.ts` (did you mean `customer.city`?)',
  ],
  [
    'a key field that does not exist, of a built-in workload',
    { key: 'atm_i' },
    {},
    'profile.yaml:7: scenarios.orders.key: `atm_i` is not a field of `atm` (did you mean `atm_id`?)',
  ],
  [
    'a line that does not parse',
    { workload: { file: './lines.jsonl' } },
    {},
    'lines.jsonl:2: scenarios.orders.workload: is not JSON: Unexpected token',
  ],
  [
    'records of more bytes than are taken',
    { workload: { schema: './vast.avsc' } },
    {},
    `error: ${OWN} a record can take up to 95.37 MiB; the maximum is 16 MiB`,
  ],
  ['a directory', { workload: { schema: '.' } }, {}, `profile.yaml:3: ${OWN} \`.\` is a directory, not a file`],
  [
    'a value that contains itself',
    { workload: './circle.ts' },
    {},
    'circle.ts: scenarios.orders: record 0: value() is not JSON: Converting circular structure to JSON (load sample',
  ],
  [
    'a key that is a promise',
    { workload: './promise.ts' },
    {},
    'promise.ts: scenarios.orders: record 0: key() gives a promise, not text, bytes or null',
  ],
  [
    'a misspelt function',
    { workload: './misspelt.ts' },
    {},
    `misspelt.ts: ${OWN} unknown property \`valu\` of defineWorkload (did you mean \`value\`?)`,
  ],
  [
    'a topic that is none',
    { workload: './topic.ts' },
    {},
    `topic.ts: ${OWN} topic: a topic name has up to 249 letters`,
  ],
  [
    'a name that no parameter has',
    { workload: './parameter.ts' },
    {},
    `parameter.ts: ${OWN} params.a_b: a parameter is named in letters and digits, like itemsMax`,
  ],
  [
    'a parameter without a default',
    { workload: './nothing-given.ts' },
    {},
    `nothing-given.ts: ${OWN} params.a: expected a default (text, a number, true or false)`,
  ],
  [
    'a container with a block of nonsense',
    { workload: { file: './broken.avro' } },
    {},
    `broken.avro: ${OWN} block 1 is cut off, or broken`,
  ],
  [
    'a list around the records',
    { workload: { file: './list.jsonl' } },
    {},
    `list.jsonl:1: ${OWN} is not JSON: Unexpected end of JSON input (write one record per line, without a list`,
  ],
  [
    'a rule for a field of a module',
    { workload: './orders.ts', fields: { status: { constant: 'PAID' } } },
    {},
    'profile.yaml:8: scenarios.orders.fields.status: `orders.ts` generates its records itself: no rule can change them',
  ],
  [
    'Avro without a schema',
    { workload: './late.ts', format: 'avro' },
    {},
    'profile.yaml:7: scenarios.orders.format: there is no Avro schema for the records of `late.ts` (give it one, or set format: json)',
  ],
])('%s', async (_, scenario, more, says) => {
  const { exitCode, out, err } = await ended(scenario, more);
  expect(err).toContain(says);
  expect(err.split('\n')).toEqual([expect.stringMatching(/^error: /), '']);
  expect(exitCode).toBe(EXIT.badInput);
  expect(out).toBe('');
});

test('a registry that refuses the schema: its own reason, exit code 1', async () => {
  await using server = await startRegistry();
  server.replies.push({ status: 409, body: { error_code: 409, message: 'Order has lost its field currency' } });
  const { exitCode, err } = await ended({ workload: './orders.ts' }, { schemaRegistry: { url: server.url } });
  expect(err).toContain('Order has lost its field currency');
  expect(err).toContain('nothing was sent');
  expect(err.match(/^error: /gm)).toHaveLength(1);
  expect(err).not.toContain('messages in');
  expect(exitCode).toBe(EXIT.failed);
  expect(server.questions.map(({ path }) => path)).toEqual(['/subjects/orders-value/versions']);
  const { schema } = server.questions[0]!.body as { schema: string };
  expect(JSON.parse(schema)).toEqual(JSON.parse(SCHEMA));
});
