/** A workload from an Avro schema of one's own: valid random records of any schema, shaped by `fields:` rules. */
import { z } from 'zod';
import type { AvroRecordSchema, WorkloadDefinition } from '../definition.ts';

export interface SchemaSource {
  /** The schema as JSON.parse gives it, checked by `checkSchema`. */
  readonly schema: unknown;
  /** What the workload is called in output, a file's name for example. */
  readonly name: string;
  /** The file it came from, for messages. */
  readonly where: string;
}

/** @throws InputError with every problem of the schema, each with its path inside of it. */
export function schemaWorkload({ schema, name, where }: SchemaSource): WorkloadDefinition {
  const avroSchema = schema as AvroRecordSchema;
  return {
    name,
    description: `records of the Avro schema ${where}`,
    params: z.strictObject({}),
    fieldNames: avroSchema.fields.map((field) => field.name),
    keyFields: [],
    weightedFields: {},
    avroSchema,
    defaultKey: { kind: 'none' },
    defaultTopic: name,
    readMark: () => undefined,
    open() {
      throw new Error('to come');
    },
  };
}
