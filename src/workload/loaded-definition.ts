/** The definition of what a profile or plan names: built in, or loaded from files of one's own. */
import { InputError } from '../errors.ts';
import { suggest } from '../nearest.ts';
import { workloads } from './built-in/built-in.ts';
import type { WorkloadDefinition } from './definition.ts';
import { fileWorkload } from './file/file-workload.ts';
import { moduleWorkload } from './module/module-workload.ts';
import { contentHash, nameOf, pathsOf, type WorkloadReference } from './reference.ts';
import { checkSchema, readFiles } from './schema/reading/schema-text.ts';
import { schemaWorkload } from './schema/schema-workload.ts';
import { shownPath } from './shown-path.ts';

/**
 * The definition of a workload, loaded once a thread.
 * @throws InputError with everything that is wrong about it.
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
  const name = nameOf(reference);
  const topic = name.replace(/\.[^.]*$/, '').replaceAll(/[^A-Za-z0-9._-]/g, '-') || 'records';
  if ('module' in reference) {
    const { module: path } = reference;
    checkUnchanged([path], reference.sha256);
    return moduleWorkload({ path, name, topic });
  }
  if ('file' in reference) {
    const { file: path, schema: schemaPath } = reference;
    return fileWorkload({
      path,
      schemaPaths: schemaPath === undefined ? [] : pathsOf(schemaPath),
      name,
      topic,
      id: JSON.stringify(reference),
    });
  }
  const paths = pathsOf(reference.schema);
  checkUnchanged(paths, reference.sha256);
  return schemaWorkload({ ...checkSchema(readFiles(paths)), name });
}

/** A worker has to have what was planned with. */
function checkUnchanged(paths: readonly string[], sha256: string): void {
  if (contentHash('', paths) === sha256) return;
  throw new InputError([{ place: paths.map(shownPath).join(', '), message: 'has changed since the profile was read' }]);
}

function builtIn(name: string): WorkloadDefinition {
  const definition = Object.hasOwn(workloads, name) ? workloads[name] : undefined;
  if (definition !== undefined) return definition;
  const hint = suggest(name, Object.keys(workloads));
  throw new InputError([{ message: `unknown workload \`${name}\``, ...(hint !== undefined && { hint }) }]);
}
