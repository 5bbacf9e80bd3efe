/** A workload's parameters as shown in flags and in a starter profile. */
import { z } from 'zod';
import { workloads } from './built-in/built-in.ts';
import { builtInParams } from './built-in/parameters.ts';
import type { OwnParam, WorkloadDefinition } from './definition.ts';

export interface Parameter {
  readonly name: string;
  readonly describe: string;
  /** Default value, or undefined. */
  readonly fallback: unknown;
}

const byDefinition = new Map<WorkloadDefinition, z.ZodObject>(
  Object.entries(builtInParams).map(([name, params]) => [workloads[name]!, params]),
);

/** Schema of a scenario's `params:`. */
export function paramsOf(definition: WorkloadDefinition): z.ZodObject {
  return byDefinition.get(definition) ?? ownParams(definition.ownParams ?? {});
}

function ownParams(specs: Readonly<Record<string, OwnParam>>): z.ZodObject {
  return z.strictObject(
    Object.fromEntries(
      Object.entries(specs).map(([name, { default: fallback, description }]) => {
        const type =
          typeof fallback === 'number' ? z.number() : typeof fallback === 'boolean' ? z.boolean() : z.string();
        return [name, (type as z.ZodType).default(fallback).describe(description)];
      }),
    ),
  );
}

export function parametersOf(definition: WorkloadDefinition): Parameter[] {
  const schema = z.toJSONSchema(paramsOf(definition), { io: 'input' });
  return Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const { description = '', default: fallback } = property as { description?: string; default?: unknown };
    return { name, describe: description, fallback };
  });
}
