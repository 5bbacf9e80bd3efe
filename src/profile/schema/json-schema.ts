/** The profile as JSON Schema, from the same zod source, so that editors complete and check it. */

import { z } from 'zod';
import { EXECUTORS } from '../../executors/table.ts';
import type { WorkloadDefinition } from '../../workload/definition.ts';
import { paramsOf } from '../../workload/parameters.ts';
import { MODULE_PATH } from '../../workload/reference.ts';
import { profileSchema } from './schema.ts';

export interface JsonSchema {
  readonly [key: string]: unknown;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

export function profileJsonSchema(workloads: Readonly<Record<string, WorkloadDefinition>>): JsonSchema {
  const schema = allowVariables(z.toJSONSchema(profileSchema, { io: 'input' }) as JsonSchema);
  const scenarios = schema.properties!.scenarios!;
  const executors = (scenarios.additionalProperties as JsonSchema).oneOf!.map((variant) => {
    const { executor, workload, ...rest } = variant.properties!;
    const kind = executor!.const as string;
    return {
      ...variant,
      description: EXECUTORS.get(kind)!.description,
      properties: {
        workload: nameWorkloads(workload!, Object.keys(workloads)),
        executor: { const: kind },
        ...rest,
      },
    };
  });
  // Which parameters there are depends on the workload.
  const parameters = Object.values(workloads).map((workload) => ({
    if: { properties: { workload: { const: workload.name } }, required: ['workload'] },
    // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own word
    then: { properties: { params: paramsJsonSchema(paramsOf(workload)) } },
  }));
  return {
    ...schema,
    title: 'Load profile',
    properties: {
      ...schema.properties,
      scenarios: { ...scenarios, additionalProperties: { oneOf: executors, allOf: parameters } },
    },
  };
}

/** Text is one of the names, or a module's path. */
function nameWorkloads({ anyOf, ...workload }: JsonSchema, names: readonly string[]): JsonSchema {
  const module = { title: 'path of a module', type: 'string', pattern: MODULE_PATH.source };
  return { ...workload, anyOf: [{ enum: names }, module, ...anyOf!.filter(({ type }) => type !== 'string')] };
}

export function paramsJsonSchema(params: z.ZodObject): JsonSchema {
  const { $schema, ...schema } = z.toJSONSchema(params, { io: 'input' }) as JsonSchema;
  return allowVariables(schema);
}

/** Where a number or true/false is expected, `"${NAME}"` or its digits may stand. */
function allowVariables(schema: JsonSchema): JsonSchema {
  const entries = Object.entries(schema)
    // Not a bound: zod writes it for every integer.
    .filter(([key, value]) => !(key === 'maximum' && value === Number.MAX_SAFE_INTEGER) && key !== 'propertyNames')
    .map(([key, value]) => [key, key === 'default' ? value : inside(value)] as const);
  const copy = Object.fromEntries(entries) as JsonSchema;
  const isScalar = copy.type === 'integer' || copy.type === 'number' || copy.type === 'boolean';
  return isScalar ? { ...copy, type: [copy.type as string, 'string'] } : copy;
}

function inside(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inside);
  return typeof value === 'object' && value !== null ? allowVariables(value as JsonSchema) : value;
}
