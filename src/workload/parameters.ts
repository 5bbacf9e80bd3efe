/** A workload's parameters as people see them: in flags, and in a starter profile. */
import { z } from 'zod';
import type { WorkloadDefinition } from './definition.ts';

export interface Parameter {
  readonly name: string;
  readonly describe: string;
  /** undefined where there is none. */
  readonly fallback: unknown;
}

export function parametersOf({ params }: Pick<WorkloadDefinition, 'params'>): Parameter[] {
  const schema = z.toJSONSchema(params, { io: 'input' });
  return Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const { description = '', default: fallback } = property as { description?: string; default?: unknown };
    return { name, describe: description, fallback };
  });
}
