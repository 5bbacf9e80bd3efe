import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/commands/command-table.ts';
import { EXIT } from '../../src/errors.ts';
import { workloads } from '../../src/workload/built-in/built-in.ts';
import { type FakeRegistry, startRegistry } from '../registry/fake-registry.ts';
import { directoryOf } from '../workload/own-files.ts';
import { load } from './fake-terminal.ts';

const subject = 'atm-transactions-value';
const local = JSON.stringify(workloads.atm!.avroSchema);
const older = '{"type":"record","name":"Old","fields":[]}';

let server: FakeRegistry;
beforeAll(async () => {
  server = await startRegistry();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => server.subjects.clear());

const schema = (...words: string[]) => load('schema', ...words, '--schema-registry-url', server.url);

describe('check', () => {
  test('new, then registered; nothing is changed by looking', async () => {
    const first = await schema('check', 'atm');
    expect(first).toMatchObject({ exitCode: EXIT.ok, err: '' });
    expect(first.out).toContain(`${subject} (atm): new`);
    expect(server.subjects.size).toBe(0);
    server.subjects.set(subject, [{ id: 9, schema: local }]);
    expect((await schema('check', 'atm')).out).toContain('registered: schema id 9, version 1');
  });

  test('incompatible: exit 1 and the registry’s reason', async () => {
    server.subjects.set(subject, [{ id: 9, schema: older }]);
    const { exitCode, out } = await schema('check', 'atm');
    expect(exitCode).toBe(EXIT.failed);
    expect(out).toContain(`${subject} (atm): incompatible: field x is gone; y too`);
  });

  test('compatible, as JSON', async () => {
    server.subjects.set(subject, [{ id: 9, schema: older }]);
    server.replies.push({ status: 404, body: { error_code: 40403, message: '' } });
    server.replies.push({ status: 200, body: { is_compatible: true } });
    const { exitCode, out } = await schema('check', 'atm', '--format', 'json');
    expect(exitCode).toBe(EXIT.ok);
    expect(JSON.parse(out)).toEqual({
      registry: server.url,
      schemas: [{ subject, scenarios: ['atm'], says: 'compatible: it would be a new version', ok: true }],
    });
  });
});

test('register', async () => {
  const { exitCode, out } = await schema('register', 'atm', '--topic', 'else');
  expect(exitCode).toBe(EXIT.ok);
  expect(out).toContain('else-value (atm): registered: schema id 101');
  expect(server.subjects.get('else-value')).toEqual([{ id: 101, schema: local }]);
});

describe('show', () => {
  test('the schema, with a registry and without', async () => {
    server.subjects.set(subject, [{ id: 9, schema: older }]);
    const { out } = await schema('show', 'atm');
    expect(out).toContain('not registered: the subject has another one, id 9 version 1');
    const { out: alone, exitCode } = await load('schema', 'show', 'atm', '--format', 'json');
    expect(exitCode).toBe(EXIT.ok);
    expect(JSON.parse(alone)).toMatchObject({ registry: null, schemas: [{ schema: workloads.atm!.avroSchema }] });
  });

  test('with the digits that its file has', async () => {
    const fields =
      '[{"name":"f","type":"long","default":9223372036854775807},{"name":"g","type":"double","default":1.0}]';
    const scenario = 'workload: { schema: r.avsc }, executor: constant-arrival-rate, rate: 1, duration: 1s';
    const directory = directoryOf({
      'r.avsc': `{"type":"record","name":"R","fields":${fields}}`,
      'p.yaml': `version: 1\nscenarios: { s: { ${scenario} } }\n`,
    });
    for (const format of ['text', 'json']) {
      const { out } = await load('schema', 'show', join(directory, 'p.yaml'), '--format', format);
      expect(out).toContain('"default": 9223372036854775807');
      expect(out).toContain('"default": 1.0');
    }
  });

  test('records without a schema', async () => {
    expect((await schema('show', 'bytes')).out).toBe('No record of this profile has an Avro schema.\n');
  });
});

test('refused by the registry: one message, exit 1', async () => {
  server.replies.push({ status: 401, body: { error_code: 401, message: 'who are you' } });
  const { exitCode, out, err } = await schema('register', 'atm');
  expect(exitCode).toBe(EXIT.failed);
  expect(out).toBe('');
  expect(err).toMatch(
    /^error: the schema registry .* refuses access: subject .*: 401: who are you\n {2}schemaRegistry takes/,
  );
});

test.each([
  [['schema'], 'load schema: what is to be done? (one of check, register, show)'],
  [['schema', 'chek', 'atm'], 'load schema has no `chek` (did you mean `check`?)'],
  [['schema', 'check', 'atm', 'again'], 'unexpected argument `again` (--help lists the arguments)'],
  [['schema', 'check', 'atm'], expect.stringMatching(/^no schema registry is set \(.*--schema-registry-url/)],
])('%j', async (args, message) => {
  const { exitCode, err } = await load(...args);
  expect(exitCode).toBe(EXIT.badInput);
  expect(err.replace(/^error: /, '').trimEnd()).toEqual(message);
});

test('a workload’s parameters are flags here too, and the words have their help', async () => {
  expect((await schema('register', 'atm', '--atms', '5')).exitCode).toBe(EXIT.ok);
  const { out } = await load('schema', '--help');
  for (const action of COMMANDS.schema!.actions!) expect(out).toContain(action);
});
