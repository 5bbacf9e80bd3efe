/** Records whose schema is registered at a real registry, read back and decoded by clients that are not ours. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import avsc from 'avsc';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { run } from '../../dist/src/index.js';
import { EXIT } from '../../src/errors.ts';
import { openRegistry } from '../../src/registry/registry-client.ts';
import type { Result } from '../../src/result/result.ts';
import { workloads } from '../../src/workload/built-in/built-in.ts';
import { parseTextMark } from '../../src/workload/encoding/mark.ts';
import { load } from '../commands/fake-terminal.ts';
import { profileFile } from '../integration/profile-file.ts';
import { collect } from './java.ts';
import { readWithKcat } from './readers.ts';
import { type Registry, startRegistry } from './registry.ts';
import { skipLoudly } from './skip-loudly.ts';
import { createTopic, topicNames } from './topics.ts';

const bootstrapServers = inject('kafkaBootstrapServers');
const registry = bootstrapServers === null ? undefined : await startOrSkip();
afterAll(() => registry?.kill());

async function startOrSkip(): Promise<Registry | undefined> {
  try {
    return await startRegistry();
  } catch (error) {
    skipLoudly('every test against a real schema registry', error);
    return undefined;
  }
}

const schema = workloads.atm!.avroSchema!;
const fullName = `${schema.namespace}.${schema.name}`;

/** A question asked without our client. */
async function ask(path: string, body?: unknown, method = body === undefined ? 'GET' : 'POST'): Promise<unknown> {
  const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' };
  const response = await fetch(`${registry!.url}${path}`, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  expect(response.ok, JSON.stringify(answer)).toBe(true);
  return answer;
}

function profileOf(topic: string, block: Readonly<Record<string, unknown>> = {}, load: object = {}): string {
  const constant = { executor: 'constant-arrival-rate', rate: 500, duration: '1s', ...load };
  return profileFile(
    { workload: 'atm', topic, params: {}, key: 'atm_id', ...constant },
    {
      topics: { [topic]: { partitions: 3 } },
      kafka: { 'bootstrap.servers': bootstrapServers },
      schemaRegistry: { url: registry!.url, ...block },
    },
  );
}

// On a busy machine a run may be limited by the generator: what arrived is looked at here, not how fast.
const runOf = (profile: string) => run(profile, { env: {}, allowInvalid: true });

/** Every record of the topic, decoded by the schema that the registry has for the id in it. */
async function decoded(topic: string): Promise<{ ids: number[]; records: Record<string, unknown>[] }> {
  const stored = await readWithKcat(bootstrapServers!, topic);
  const ids = [...new Set(stored.map(({ value }) => value!.readUInt32BE(1)))];
  const types = new Map<number, avsc.Type>();
  for (const id of ids) {
    const answer = (await ask(`/schemas/ids/${id}`)) as { schema: string };
    types.set(id, avsc.Type.forSchema(JSON.parse(answer.schema)));
  }
  const records = stored.map(({ value }) => {
    expect(value!.readUInt8(0)).toBe(0);
    return types.get(value!.readUInt32BE(1))!.fromBuffer(value!.subarray(5)) as Record<string, unknown>;
  });
  return { ids, records };
}

function expectIndexes(records: readonly Record<string, unknown>[], count: number): void {
  const indexes = records.map(({ transaction_id }) => parseTextMark(transaction_id as string)!.index);
  expect(indexes.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
}

const noteOf = ({ run }: Result) => run.notes.find((note) => note.includes('schema id'));

describe.skipIf(registry === undefined)('a real schema registry', () => {
  test.each([
    ['topic', (topic: string) => `${topic}-value`],
    ['record', () => fullName],
    ['topic-record', (topic: string) => `${topic}-${fullName}`],
  ] as const)(
    'strategy %s: registered once, found again, decoded by what the registry says',
    async (strategy, name) => {
      const topic = randomUUID();
      const { result, exitCode } = await runOf(profileOf(topic, { subject: strategy }));
      expect(exitCode).toBe(EXIT.ok);
      const subject = name(topic);
      const latest = (await ask(`/subjects/${subject}/versions/latest`)) as { id: number; schema: string };
      expect(JSON.parse(latest.schema)).toEqual(schema);
      expect(noteOf(result)).toBe(`s: schema id ${latest.id} of subject ${subject}, registered at ${registry!.url}`);
      const { ids, records } = await decoded(topic);
      expect(ids).toEqual([latest.id]);
      expectIndexes(records, 500);

      const again = await runOf(profileOf(topic, { subject: strategy, register: false }));
      expect(noteOf(again.result)).toContain(`schema id ${latest.id} of subject ${subject}, found at`);
      expect(await ask(`/subjects/${subject}/versions`)).toEqual([1]);
    },
  );

  test('a schema that must be there and is not: nothing sent, nothing registered', async () => {
    const topic = randomUUID();
    const missing = runOf(profileOf(topic, { register: false }));
    await expect(missing).rejects.toMatchObject({ code: 'REGISTRY_SCHEMA_MISSING', exitCode: EXIT.failed });
    expect(await topicNames(bootstrapServers!)).not.toContain(topic);
    expect(await ask('/subjects')).not.toContain(`${topic}-value`);
  });

  test('an incompatible schema: the registry’s own reason, nothing sent', async () => {
    const topic = randomUUID();
    const subject = `${topic}-value`;
    const other = { ...schema, fields: [{ name: 'colour', type: 'string' }] };
    await ask(`/subjects/${subject}/versions`, { schema: JSON.stringify(other) });
    await ask(`/config/${subject}`, { compatibility: 'BACKWARD' }, 'PUT');
    const profile = profileOf(topic);
    const refused = runOf(profile);
    await expect(refused).rejects.toMatchObject({ code: 'REGISTRY_INCOMPATIBLE', exitCode: EXIT.failed });
    await expect(refused).rejects.toThrow(`subject ${subject}: 409: `);
    await expect(refused).rejects.toThrow(/Incompatible artifact/);
    expect(await topicNames(bootstrapServers!)).not.toContain(topic);

    const check = await load('schema', 'check', profile);
    expect(check.exitCode).toBe(EXIT.failed);
    expect(check.out).toMatch(/incompatible: Incompatible artifact/);
    expect(await ask(`/subjects/${subject}/versions`)).toEqual([1]);
  });

  test('load schema: new, registered, shown', async () => {
    const profile = profileOf(randomUUID());
    expect((await load('schema', 'check', profile)).out).toContain('new: the subject has no version yet');
    const registered = await load('schema', 'register', profile, '--format', 'json');
    const [{ subject, id }] = JSON.parse(registered.out).schemas;
    expect(await ask(`/subjects/${subject}/versions/latest`)).toMatchObject({ id });
    expect((await load('schema', 'check', profile)).out).toContain(`registered: schema id ${id}, version 1`);
    const [shown] = JSON.parse((await load('schema', 'show', profile, '--format', 'json')).out).schemas;
    expect(shown).toMatchObject({ subject, id, version: 1, schema });
  });

  test('every workload’s schema is taken as it is', async () => {
    const schemas = Object.values(workloads).flatMap(({ avroSchema }) => avroSchema ?? []);
    expect(schemas.length).toBeGreaterThan(1);
    const client = openRegistry({ url: registry!.url, subject: 'topic', register: true, tls: {} });
    for (const each of schemas) {
      const id = await client.register(`taken-${each.name}`, JSON.stringify(each));
      const { schema: kept } = (await ask(`/schemas/ids/${id}`)) as { schema: string };
      expect(JSON.parse(kept)).toEqual(each);
      expect(await client.lookup(`taken-${each.name}`, JSON.stringify(each))).toMatchObject({ id, version: 1 });
    }
  });

  test('consume asks the registry what an id stands for', async () => {
    const topic = randomUUID();
    await runOf(profileOf(topic));
    const where = ['--bootstrap-servers', bootstrapServers!, '--schema-registry-url', registry!.url];
    const read = ['consume', topic, '-n', '500', '--format', 'json', '--quiet'];
    const out = await collect(process.execPath, [resolve('dist/src/cli.js'), ...read, ...where]);
    const lines = out
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const { id } = (await ask(`/subjects/${topic}-value/versions/latest`)) as { id: number };
    expect(new Set(lines.map(({ schemaId }) => schemaId))).toEqual(new Set([id]));
    expectIndexes(
      lines.map(({ value }) => value),
      500,
    );
  });

  test('consume decodes what refers to other subjects; what it cannot is told, and never decoded by another schema', async () => {
    const topic = randomUUID();
    const version = async (subject: string, stored: object) => {
      const { id } = (await ask(`/subjects/${subject}/versions`, stored)) as { id: number };
      return { id, references: [{ name: subject, subject, version: 1 }] };
    };
    const record = (name: string, type: string) =>
      JSON.stringify({
        type: 'record',
        name,
        fields: [
          { name: 'f', type },
          { name: 'o', type: ['null', type], default: null },
        ],
      });
    const [street, address] = [`s${topic.slice(0, 8)}.Street`, `a${topic.slice(0, 8)}.Address`];
    const { references: streets } = await version(street, { schema: record(street, 'string') });
    const { references } = await version(address, { schema: record(address, street), references: streets });
    const order = await version(`${topic}-value`, { schema: record('Order', address), references });
    const json = await version(`${topic}-json`, {
      schema: '{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","properties":{}}',
      schemaType: 'JSON',
    });
    const body = [2, 65, 0, 0, 0];
    const folder = mkdtempSync(join(tmpdir(), 'registry-'));
    const files = [order.id, json.id, 999_999].map((id) => {
      const header = Buffer.alloc(5);
      header.writeInt32BE(id, 1);
      writeFileSync(join(folder, String(id)), Buffer.concat([header, Buffer.from(body)]));
      return join(folder, String(id));
    });
    await createTopic(bootstrapServers!, topic);
    await collect('kcat', ['-P', '-b', bootstrapServers!, '-t', topic, '-p', '0', ...files]);

    const read = ['consume', topic, '-p', profileOf(topic), '-n', '3', '--format', 'json'];
    const { exitCode, out, err } = await load(...read);
    expect(exitCode).toBe(EXIT.ok);
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const value = { f: { f: { f: 'A', o: null }, o: null }, o: null };
    const unusable = `the schema of id ${json.id} cannot be used: it is a JSON schema, not an Avro one`;
    expect(lines).toMatchObject([
      { schemaId: order.id, value },
      { problem: unusable, valueBase64: expect.any(String) },
      { problem: expect.stringContaining('not of its schema (id 999999)') },
    ]);
    expect(err).toContain(`warning: ${topic}: ${unusable}; printed as base64`);
    expect(err).toContain(`has no schema id 999999; decoded as the profile sends its records`);
  });

  test('an address without its path is told from a registry', async () => {
    const url = new URL(registry!.url).origin;
    const wrong = runOf(profileOf(randomUUID(), { url }));
    await expect(wrong).rejects.toMatchObject({
      code: 'REGISTRY_UNKNOWN_API',
      hint: expect.stringContaining('ccompat'),
    });
  });

  test('gone during the run it is not missed; gone before the next one, nothing is sent', async () => {
    const topic = randomUUID();
    let killed: Promise<void> | undefined;
    const { result, exitCode } = await run(profileOf(topic, {}, { duration: '4s' }), {
      env: {},
      allowInvalid: true,
      onReady: () => {
        setTimeout(() => {
          killed = registry!.kill();
        }, 1000);
      },
    });
    expect(killed).toBeDefined();
    await killed;
    expect(exitCode).toBe(EXIT.ok);
    expect(result.totals).toMatchObject({ scheduled: 2000, sent: 2000, acked: 2000 });
    expect(await readWithKcat(bootstrapServers!, topic)).toHaveLength(2000);

    const next = randomUUID();
    await expect(runOf(profileOf(next))).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE', exitCode: EXIT.failed });
    expect(await topicNames(bootstrapServers!)).not.toContain(next);
  });
});
