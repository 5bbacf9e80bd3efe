/** A workload from a user's module: finds its schema, parameters and key fields before the run. */
import { InputError } from '../../errors.ts';
import { suggest } from '../../nearest.ts';
import type { AvroRecordSchema, WorkloadDefinition } from '../definition.ts';
import { AvroValues } from '../encoding/avro-values.ts';
import { collectKeyPaths, keyPathsOfSchema } from '../key-field.ts';
import { checkUnchanged, type ModuleReference, nameOf, topicOf } from '../reference.ts';
import type { RecordNode } from '../schema/reading/avro-node.ts';
import { readSchema } from '../schema/reading/read-schema.ts';
import { shownPath } from '../shown-path.ts';
import { type LoadedModule, loadModule } from './load-module.ts';
import { ModuleContextSource } from './module-context.ts';
import { KEY_FUNCTION, ModuleGenerator, readModuleMark } from './module-generator.ts';

/** Records sampled to find the fields, if there is no schema. */
const EXAMPLES = 100;

export interface ModuleSource {
  /** Absolute path. */
  readonly path: string;
  /** Name of the workload. */
  readonly name: string;
  /** Default, if the module names none. */
  readonly topic: string;
}

export function moduleOf(reference: ModuleReference): WorkloadDefinition {
  checkUnchanged([reference.module], reference.sha256);
  return moduleWorkload({ path: reference.module, name: nameOf(reference), topic: topicOf(reference) });
}

/** @throws InputError with every problem of the module. */
export function moduleWorkload({ path, name, topic }: ModuleSource): WorkloadDefinition {
  const shown = shownPath(path);
  const module = loadModule(path);
  const record = module.schema === null ? null : readSchema(module.schema, `${shown}: schema`);
  checkId(module, record, shown);
  const values = module.schema === null ? null : new AvroValues(module.schema);
  const { fieldNames, keyFields } = record === null ? fieldsByExample(module) : fieldsOf(record);
  return {
    name,
    description: module.description,
    ownParams: module.params,
    fieldNames,
    keyFields: [...keyFields, ...(module.key === undefined ? [] : [KEY_FUNCTION])],
    weightedFields: {},
    takesRules: false,
    explain: Object.fromEntries(fieldNames.map((field) => [field, originOf(field, module, record, name)])),
    origin:
      'What `random` gives is a function of the seed, the scenario, its name and the index, or the place in the pool.',
    avroSchema: module.schema as AvroRecordSchema | null,
    ...(module.schema === null && { onlyFormat: 'json' }),
    defaultKey: module.key === undefined ? { kind: 'none' } : { kind: 'field', field: KEY_FUNCTION },
    defaultTopic: module.topic ?? topic,
    readMark: (payload, format) => readModuleMark(payload, format, module.id, values),
    open: (plan, identity) => new ModuleGenerator({ module, values, path }, plan, identity),
  };
}

function checkId({ id }: LoadedModule, record: RecordNode | null, shown: string): void {
  if (id === undefined || record === null) return;
  const field = record.fields.find(({ name }) => name === id);
  if (field?.node.kind === 'string') return;
  const texts = record.fields.filter(({ node }) => node.kind === 'string').map(({ name }) => name);
  const message = field === undefined ? `unknown field \`${id}\`` : `\`${id}\` is not a string`;
  const hint = suggest(id, texts);
  throw new InputError([{ place: shown, path: 'id', message, ...(hint !== undefined && { hint }) }]);
}

function fieldsOf(record: RecordNode) {
  return { fieldNames: record.fields.map(({ name }) => name), keyFields: keyPathsOfSchema(record) };
}

/** Fields of the first records with default parameters. Failures are reported later, when records are measured. */
function fieldsByExample(module: LoadedModule) {
  const defaults = Object.fromEntries(Object.entries(module.params).map(([name, spec]) => [name, spec.default]));
  const source = new ModuleContextSource({ seed: 1, scenario: 'example', params: defaults });
  const names = new Set<string>();
  const paths = new Set<string>();
  for (let index = 0; index < EXAMPLES; index++) {
    try {
      const value = module.value(source.at(index, Date.UTC(2025, 0, 1)));
      if (typeof value !== 'object' || value === null) break;
      for (const name of Object.keys(value)) names.add(name);
      collectKeyPaths(value, paths);
    } catch {
      break;
    }
  }
  if (module.id !== undefined) for (const each of [names, paths]) each.add(module.id);
  return { fieldNames: [...names], keyFields: [...paths] };
}

function originOf(field: string, { id }: LoadedModule, record: RecordNode | null, name: string): string {
  if (field === id) return 'unique: (run, scenario, index)';
  const doc = record?.fields.find((each) => each.name === field)?.doc;
  return doc ? `value() of ${name}: ${doc}` : `value() of ${name}`;
}
