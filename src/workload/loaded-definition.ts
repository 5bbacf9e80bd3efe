/** Resolves a workload reference to its definition, built-in or loaded from the user's files. */
import { InputError } from '../errors.ts';
import { suggest } from '../nearest.ts';
import { workloads } from './built-in/built-in.ts';
import type { WorkloadDefinition } from './definition.ts';
import { fileOf } from './file/file-workload.ts';
import { moduleOf } from './module/module-workload.ts';
import type { WorkloadReference } from './reference.ts';
import { schemaOf } from './schema/schema-workload.ts';

/**
 * The definition of a workload, loaded once per thread.
 * @throws InputError with every problem found.
 */
export function definitionOf(reference: WorkloadReference): WorkloadDefinition {
  if (typeof reference === 'string') return builtIn(reference);
  const key = JSON.stringify(reference);
  const known = definitions.get(key) ?? load(reference);
  definitions.set(key, known);
  return known;
}

const definitions = new Map<string, WorkloadDefinition>();

function load(reference: Exclude<WorkloadReference, string>): WorkloadDefinition {
  if ('module' in reference) return moduleOf(reference);
  return 'file' in reference ? fileOf(reference) : schemaOf(reference);
}

function builtIn(name: string): WorkloadDefinition {
  const definition = Object.hasOwn(workloads, name) ? workloads[name] : undefined;
  if (definition !== undefined) return definition;
  const hint = suggest(name, Object.keys(workloads));
  throw new InputError([{ message: `unknown workload \`${name}\``, ...(hint !== undefined && { hint }) }]);
}
