/** Where text is meant, so that a number which stands there is what is written: by the schema, or by the workload. */

import { valueAt } from '../value-at.ts';
import type { WorkloadDefinition } from '../workload/definition.ts';
import { paramsOf } from '../workload/parameters.ts';
import type { AvroNode } from '../workload/schema/reading/avro-node.ts';
import { readSchema } from '../workload/schema/reading/read-schema.ts';
import { placesOf } from '../workload/schema/rules/rule-fit.ts';
import { fits } from '../workload/schema/values/plain-value.ts';
import { type Path, type ProfileDocument, valuesOf } from './document.ts';
import { profileSchema } from './schema/schema.ts';
import { expectsText } from './schema/schema-walk.ts';

/** What a scenario's `workload` stands for; undefined where it is none. */
export type DefinitionAt = (written: unknown) => WorkloadDefinition | undefined;

/** Types whose values are written as text. */
const TEXT_KINDS: readonly AvroNode['kind'][] = ['string', 'enum', 'bytes', 'fixed'];

type Fields = ReadonlyMap<string, readonly AvroNode[]>;

/** The document's values, in which text is what is written. */
export function profileValues(source: ProfileDocument, definitionAt: DefinitionAt): Readonly<Record<string, unknown>> {
  const raw = valuesOf(source);
  const definitions = new Map<unknown, WorkloadDefinition | undefined>();
  const definitionOf = (scenario: Path[number] | undefined) => {
    const written = valueAt(raw, ['scenarios', String(scenario), 'workload']);
    if (!definitions.has(written)) definitions.set(written, definitionAt(written));
    return definitions.get(written);
  };
  const fields = new Map<WorkloadDefinition, Fields>();
  const fieldsOf = (definition: WorkloadDefinition): Fields => {
    const { avroSchema, name } = definition;
    if (!fields.has(definition)) {
      fields.set(definition, avroSchema === null ? new Map() : placesOf(readSchema(avroSchema, name)));
    }
    return fields.get(definition)!;
  };
  return valuesOf(source, (path, value) => {
    const [block, scenario, part, name] = path;
    const constant = path.indexOf('constant', 4);
    const definition = block === 'scenarios' && path.length > 3 ? definitionOf(scenario) : undefined;
    if (definition !== undefined && part === 'params') return expectsText(paramsOf(definition), path.slice(3));
    if (definition !== undefined && part === 'fields' && constant > 0) {
      const nodes = nodesAt(fieldsOf(definition).get(String(name)) ?? [], path.slice(constant + 1));
      return nodes.some(({ kind }) => TEXT_KINDS.includes(kind)) && !nodes.some((node) => fits(node, value));
    }
    return expectsText(profileSchema, path);
  });
}

/** The types at a place inside of a constant. */
function nodesAt(nodes: readonly AvroNode[], path: Path): readonly AvroNode[] {
  const [step, ...rest] = path;
  const branches = nodes.flatMap((node) => (node.kind === 'union' ? node.branches : [node]));
  if (step === undefined) return branches;
  const inner = branches.flatMap((node) => {
    if (node.kind === 'array') return node.items;
    if (node.kind === 'map') return node.values;
    return node.kind === 'record' ? node.fields.filter(({ name }) => name === step).map((field) => field.node) : [];
  });
  return nodesAt(inner, rest);
}
