import { afterEach, expect, test } from 'vitest';
import { buildPlan } from '../../src/plan/build-plan.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { Profile, SchemaRegistrySpec } from '../../src/profile/profile.ts';
import { assignSchemaIds, localIdNote, subjectOf, subjectSchemas } from '../../src/registry/schema-ids.ts';
import { workloads } from '../../src/workload/built-in/built-in.ts';
import { EVERY } from '../../src/workload/thinning.ts';
import { measureRecord } from '../../src/workload/workload.ts';
import { profileOf, scenarioOf } from '../plan/profile.ts';
import { RUN_TAG } from '../workload/fixture.ts';
import { definitionFrom } from '../workload/own-files.ts';
import { type FakeRegistry, startRegistry } from './fake-registry.ts';

let server: FakeRegistry | undefined;
afterEach(async () => {
  await server?.[Symbol.asyncDispose]();
  server = undefined;
});

async function specOf(more: Partial<SchemaRegistrySpec> = {}): Promise<SchemaRegistrySpec> {
  server = await startRegistry();
  return { url: server.url, subject: 'topic', register: true, tls: {}, ...more };
}

const atm = { workload: 'atm', params: { atms: 100, users: 1000 } };

function planOf(profile: Partial<Profile> = {}): Plan {
  const scenarios = {
    one: scenarioOf({ ...atm, topic: 'left' }),
    two: scenarioOf({ ...atm, topic: 'right' }),
    again: scenarioOf({ ...atm, topic: 'left' }),
    json: scenarioOf({ ...atm, topic: 'left', format: 'json' }),
    bytes: scenarioOf({ topic: 'left', params: { size: 100, sizeMax: 0, sizeDistribution: 'uniform', entropy: 1 } }),
  };
  const topic = { partitions: 1, replicationFactor: 1, create: 'if-missing', config: {} } as const;
  const kafka = { 'bootstrap.servers': 'localhost:9092' };
  const full = profileOf({ scenarios, topics: { left: topic, right: topic }, kafka, ...profile });
  return buildPlan(full, { cores: 2, runTag: RUN_TAG, measure: measureRecord });
}

const ids = (plan: Plan) => Object.fromEntries(plan.lanes.map(({ name, record }) => [name, record.schemaId]));

test.each([
  ['topic', 't-value', 't-value'],
  ['record', 'space.Name', 'Name'],
  ['topic-record', 't-space.Name', 't-Name'],
] as const)('the %s strategy', (strategy, withSpace, without) => {
  expect(subjectOf(strategy, 't', { name: 'Name', namespace: 'space' })).toBe(withSpace);
  expect(subjectOf(strategy, 't', { name: 'Name', namespace: '' })).toBe(without);
  expect(subjectOf(strategy, 't', { name: 'space.Name', namespace: 'other' })).toBe(withSpace);
});

test('each subject is asked once, and only for what is Avro', async () => {
  const { plan, notes } = await assignSchemaIds(planOf(), await specOf());
  // What has no answer within three seconds is asked again at once.
  const paths = server!.questions.map(({ path }) => path).filter((path, i, all) => path !== all[i - 1]);
  expect(paths).toEqual(['/subjects/left-value/versions', '/subjects/right-value/versions']);
  expect(JSON.parse((server!.questions[0]!.body as { schema: string }).schema)).toEqual(workloads.atm!.avroSchema);
  expect(ids(plan)).toEqual({ one: 101, two: 102, again: 101, json: 1, bytes: 1 });
  expect(notes).toEqual([
    `one: schema id 101 of subject left-value, registered at ${server!.url}`,
    `two: schema id 102 of subject right-value, registered at ${server!.url}`,
    `again: schema id 101 of subject left-value, registered at ${server!.url}`,
  ]);
});

test('the id is in the bytes, and changes nothing else about them', async () => {
  const before = planOf();
  const { plan } = await assignSchemaIds(before, await specOf());
  const identity = { seed: plan.seed, scenario: 'two', runTag: plan.runTag };
  const payloadOf = (from: Plan) => {
    const generator = workloads.atm!.open({ ...from.lanes[1]!.record, poolSize: 0 }, identity);
    const into = Buffer.alloc(generator.bytesMax);
    return into.subarray(0, generator.write(into, 0, 7, 7, 1_700_000_000_000));
  };
  expect(payloadOf(plan).readUInt32BE(1)).toBe(102);
  expect(payloadOf(plan).subarray(5)).toEqual(payloadOf(before).subarray(5));
});

test('looked up only: what is not there ends it, and is not put there', async () => {
  const spec = await specOf({ register: false, subject: 'record' });
  const [only] = subjectSchemas(planOf(), 'record');
  expect(only!.scenarios).toEqual(['one', 'two', 'again']);
  await expect(assignSchemaIds(planOf(), spec)).rejects.toMatchObject({
    code: 'REGISTRY_SCHEMA_MISSING',
    exitCode: 1,
    message: expect.stringContaining(`subject ${only!.subject} (scenario one, two, again)`),
    hint: expect.stringMatching(/^nothing was sent; `load schema register/),
  });
  expect(server!.subjects.size).toBe(0);
  server!.subjects.set(only!.subject, [{ id: 7, schema: only!.schema }]);
  const { plan, notes } = await assignSchemaIds(planOf(), spec);
  expect(ids(plan)).toMatchObject({ one: 7, two: 7, again: 7 });
  expect(notes[0]).toBe(`one: schema id 7 of subject ${only!.subject}, found at ${spec.url}`);
});

test('without a registry the id is a local one, and that is said', async () => {
  const { plan, notes } = await assignSchemaIds(planOf(), undefined);
  expect(ids(plan)).toEqual({ one: 1, two: 1, again: 1, json: 1, bytes: 1 });
  expect(notes).toHaveLength(3);
  expect(notes[0]).toBe('one: no schema registry, Avro records carry the fixed local schema id 1');
});

test('what there is to know of local ids before anything is sent', async () => {
  const said = (plan: Plan, spec?: SchemaRegistrySpec) => localIdNote(plan, spec)?.split('\n');
  expect(said(planOf())).toEqual([
    'Records of one, two, again are Avro with the local schema id 1: no schema registry is set',
    '(--schema-registry-url URL registers their schemas; --record-format json sends plain JSON)',
  ]);
  const alone = { alone: scenarioOf({ ...atm, topic: 'left' }) };
  expect(said(planOf({ scenarios: alone }))![0]).toMatch(/^Records are Avro/);
  expect(said(planOf(), await specOf())).toBeUndefined();
  expect(said(planOf({ scenarios: { json: scenarioOf({ ...atm, topic: 'left', format: 'json' }) } }))).toBeUndefined();
});

test('records that follow others have their note with those', async () => {
  const trail = { scenario: 'one', name: 'again', thinning: EVERY, gapNs: 0 };
  const whole = planOf();
  const lanes = whole.lanes.map((each) =>
    each.name === 'again' ? { ...each, record: { ...each.record, trail } } : each,
  );
  const { notes } = await assignSchemaIds({ ...whole, lanes }, undefined);
  expect(notes.map((note) => note.split(':')[0])).toEqual(['one', 'two']);
});

test('where nothing is sent nothing is registered', async () => {
  const spec = await specOf();
  const nothing = planOf({ kafka: { 'bootstrap.servers': 'null' } });
  const { plan, notes } = await assignSchemaIds(nothing, spec);
  expect(server!.questions).toEqual([]);
  expect(ids(plan).one).toBe(1);
  expect(notes[0]).toContain('the schema registry was not asked');
});

test('a schema of one’s own goes to the registry with the digits that its file has', async () => {
  const schema = '{"type":"record","name":"R","fields":[{"name":"f","type":"long","default":9223372036854775807}]}';
  const { reference } = definitionFrom({ schema: 'r.avsc' }, { 'r.avsc': `// digits\n${schema}\n` });
  const plan = planOf({ scenarios: { own: scenarioOf({ workload: reference, topic: 'left', params: {} }) } });
  await assignSchemaIds(plan, await specOf());
  expect(server!.questions.map(({ body }) => body)).toEqual([{ schema }]);
});
