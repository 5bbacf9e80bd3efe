/** Which schemas a plan's records have, under which subjects, and their ids: asked once, before the run. */

import { InputError, LoadError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import type { SchemaRegistrySpec } from '../profile/profile.ts';
import { type AvroRecordSchema, schemaTextOf } from '../workload/definition.ts';
import { definitionOf } from '../workload/loaded-definition.ts';
import type { RecordPlan } from '../workload/record-plan.ts';
import { isFollowing } from '../workload/trail.ts';
import { openRegistry } from './registry-client.ts';

export interface SubjectSchema {
  readonly subject: string;
  /** Avro, as JSON text. */
  readonly schema: string;
  /** Names of the scenarios whose records are of it. */
  readonly scenarios: readonly string[];
}

/** The schemas of the plan's Avro scenarios; one that several scenarios have in the same subject is there once. */
export function subjectSchemas(plan: Plan, strategy: SchemaRegistrySpec['subject']): SubjectSchema[] {
  const found = new Map<string, SubjectSchema>();
  for (const { name, topics, record } of plan.lanes) {
    const avro = avroSchemaOf(record);
    if (avro === null) continue;
    const schema = schemaTextOf(definitionOf(record.workload));
    // The subject stays the profile's: a suffix names a topic of one run.
    const named = topics.map((each) => each.slice(0, each.length - (plan.topicSuffix?.length ?? 0)));
    for (const subject of new Set(named.map((topic) => subjectOf(strategy, topic, avro)))) {
      const key = JSON.stringify([subject, schema]);
      found.set(key, { subject, schema, scenarios: [...(found.get(key)?.scenarios ?? []), name] });
    }
  }
  return [...found.values()];
}

/** Null: records without a schema, be it that they are JSON or plain bytes. */
function avroSchemaOf({ format, workload }: RecordPlan): AvroRecordSchema | null {
  return format === 'avro' ? definitionOf(workload).avroSchema : null;
}

/** As Confluent's TopicNameStrategy, RecordNameStrategy and TopicRecordNameStrategy name a record's value. */
export function subjectOf(
  strategy: SchemaRegistrySpec['subject'],
  topic: string,
  { name, namespace }: Pick<AvroRecordSchema, 'name' | 'namespace'>,
): string {
  // Avro: a name with dots in it is a full name already.
  const fullName = name.includes('.') || !namespace ? name : `${namespace}.${name}`;
  switch (strategy) {
    case 'topic':
      return `${topic}-value`;
    case 'record':
      return fullName;
    case 'topic-record':
      return `${topic}-${fullName}`;
  }
}

export interface SchemaIds {
  /** The plan with the registry's ids in its records. */
  readonly plan: Plan;
  /** Where each Avro scenario's id is from, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Registers or looks up every schema of the plan. Without a registry, or without anything to send to, the ids are the
 * local ones that the plan has.
 * @throws LoadError when the registry cannot be used, refuses a schema, or does not have one it may not be given.
 */
export async function assignSchemaIds(plan: Plan, spec: SchemaRegistrySpec | undefined): Promise<SchemaIds> {
  const schemas = subjectSchemas(plan, spec?.subject ?? 'topic');
  if (spec === undefined || plan.target.kind === 'null') {
    const why = spec === undefined ? 'no schema registry' : 'the schema registry was not asked';
    const describe = ({ schemaId }: RecordPlan) => `${why}, Avro records carry the fixed local schema id ${schemaId}`;
    return { plan, notes: notesOf(plan, describe) };
  }
  const idOf = await askIds(schemas, spec).catch((error: unknown) => {
    throw error instanceof LoadError && !(error instanceof InputError) ? unsent(error) : error;
  });
  const lanes = plan.lanes.map((scenario) => {
    const entry = idOf.get(scenario.name);
    return entry === undefined ? scenario : { ...scenario, record: { ...scenario.record, schemaId: entry.id } };
  });
  return { plan: { ...plan, lanes }, notes: notesOf(plan, (_, scenario) => idOf.get(scenario)!.note) };
}

/** What somebody who reads the topic has to know of Avro records before they are sent without a registry. */
export function localIdNote({ lanes, target }: Plan, spec: SchemaRegistrySpec | undefined): string | undefined {
  const local = lanes.filter((each) => avroSchemaOf(each.record) !== null && !isFollowing(each));
  if (spec !== undefined || target.kind === 'null' || local.length === 0) return undefined;
  const whose = local.length === lanes.length ? '' : ` of ${local.map(({ name }) => name).join(', ')}`;
  return (
    `Records${whose} are Avro with the local schema id ${local[0]!.record.schemaId}: no schema registry is set\n` +
    '(--schema-registry-url URL registers their schemas; --record-format json sends plain JSON)'
  );
}

interface SchemaId {
  readonly id: number;
  /** Where it is from. */
  readonly note: string;
}

/** By the scenario's name. */
async function askIds(
  schemas: readonly SubjectSchema[],
  spec: SchemaRegistrySpec,
): Promise<ReadonlyMap<string, SchemaId>> {
  const registry = openRegistry(spec);
  const idOf = new Map<string, SchemaId>();
  for (const { subject, schema, scenarios } of schemas) {
    const found = spec.register ? undefined : await registry.lookup(subject, schema);
    if (!spec.register && found === undefined) throw missing(spec.url, subject, scenarios);
    const id = found?.id ?? (await registry.register(subject, schema));
    const how = spec.register ? 'registered at' : 'found at';
    const entry = { id, note: `schema id ${id} of subject ${subject}, ${how} ${spec.url}` };
    for (const scenario of scenarios) {
      const other = idOf.get(scenario);
      if (other !== undefined && other.id !== id) {
        const message = `scenario ${scenario}: its schema has id ${other.id} for one topic, and ${id} in subject ${subject}`;
        throw new LoadError('REGISTRY_SCHEMA_IDS', message, { hint: 'set schemaRegistry.subject: record' });
      }
      idOf.set(scenario, other ?? entry);
    }
  }
  return idOf;
}

/** What the person wants to know first. */
function unsent({ code, message, hint, cause }: LoadError): LoadError {
  return new LoadError(code, message, {
    hint: hint === undefined ? 'nothing was sent' : `nothing was sent; ${hint}`,
    cause,
  });
}

function notesOf(plan: Plan, describe: (record: RecordPlan, scenario: string) => string): string[] {
  return plan.lanes.flatMap((scenario) => {
    const { name, record } = scenario;
    return avroSchemaOf(record) === null || isFollowing(scenario) ? [] : [`${name}: ${describe(record, name)}`];
  });
}

function missing(url: string, subject: string, scenarios: readonly string[]): LoadError {
  const message = `the schema registry ${url} has no such schema: subject ${subject} (scenario ${scenarios.join(', ')})`;
  const hint =
    '`load schema register PROFILE` registers it, schemaRegistry.register: true does so at the start of a run';
  return new LoadError('REGISTRY_SCHEMA_MISSING', message, { hint });
}
