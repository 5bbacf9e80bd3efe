/** The Avro schema that records were written by, out of a registry: with the schemas it refers to. */
import { formatProblem, InputError } from '../errors.ts';
import { UnusableSchema } from '../workload/encoding/payload-decoder.ts';
import { bundle } from '../workload/schema/reading/bundle.ts';
import { readTypes } from '../workload/schema/reading/read-schema.ts';
import { oneLine } from './exchange.ts';
import type { SchemaRegistry, SchemaVersion, StoredSchema } from './registry-client.ts';

/** More than anybody has, and an end to those that never end. */
const REFERENCES_MAX = 1000;

/**
 * @returns undefined where the registry does not have the id; UnusableSchema where it has, and no record can be read by it.
 * @throws LoadError as SchemaRegistry does.
 */
export async function writerSchema(registry: SchemaRegistry, id: number): Promise<unknown> {
  const stored = await registry.schemaById(id);
  if (stored === undefined) return undefined;
  try {
    const schema = bundle([parsed(stored), ...(await referred(registry, stored))]);
    readTypes(schema);
    return schema;
  } catch (error) {
    if (error instanceof UnusableSchema) return error;
    if (!(error instanceof InputError)) throw error;
    const reasons = error.problems.map(({ hint: _, ...problem }) => formatProblem(problem));
    return new UnusableSchema(oneLine(reasons.join('; ')));
  }
}

/** Each version once, though several refer to it, or they refer to each other. */
async function referred(registry: SchemaRegistry, { references }: StoredSchema): Promise<unknown[]> {
  const left = [...references];
  const seen = new Set<string>();
  const schemas: unknown[] = [];
  for (let next = left.shift(); next !== undefined; next = left.shift()) {
    const shown = describe(next);
    if (seen.has(shown)) continue;
    seen.add(shown);
    if (seen.size > REFERENCES_MAX) throw new UnusableSchema(`it refers to more than ${REFERENCES_MAX} schemas`);
    const stored = await registry.schemaOf(next);
    if (stored === undefined) throw new UnusableSchema(`it refers to ${shown}, which the registry does not have`);
    schemas.push(parsed(stored, shown));
    left.push(...stored.references);
  }
  return schemas;
}

function describe({ subject, version }: SchemaVersion): string {
  return oneLine(`version ${version} of subject ${subject}`);
}

function parsed({ schema, type }: StoredSchema, shown = 'it'): unknown {
  if (type.toUpperCase() !== 'AVRO') throw new UnusableSchema(`${shown} is a ${oneLine(type)} schema, not an Avro one`);
  try {
    return JSON.parse(schema);
  } catch {
    throw new UnusableSchema(`${shown} is not JSON`);
  }
}
