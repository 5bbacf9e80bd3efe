/** A workload that replays the records of a file in a loop. */
import { InputError } from '../../errors.ts';
import type { AvroRecordSchema, WorkloadDefinition } from '../definition.ts';
import { keyPathsOfSchema } from '../key-field.ts';
import { type FileReference, nameOf, pathsOf, topicOf } from '../reference.ts';
import { readSchema } from '../schema/reading/read-schema.ts';
import { checkSchema, readFiles } from '../schema/reading/schema-text.ts';
import { shownPath } from '../shown-path.ts';
import { readContainer } from './avro-container-reader.ts';
import { FileGenerator, type RecordsFile } from './file-generator.ts';
import { readJsonLines } from './json-lines.ts';
import { kindOf } from './records-file.ts';
import { sharedData } from './shared-data.ts';

export interface FileSource {
  readonly path: string;
  /** The Avro schema of JSON lines, if any. */
  readonly schemaPaths: readonly string[];
  /** Name of the workload. */
  readonly name: string;
  readonly topic: string;
  /** Identifies the file's content. */
  readonly id: string;
}

export function fileOf(reference: FileReference): WorkloadDefinition {
  const { file: path, schema } = reference;
  return fileWorkload({
    path,
    schemaPaths: schema === undefined ? [] : pathsOf(schema),
    name: nameOf(reference),
    topic: topicOf(reference),
    id: JSON.stringify(reference),
  });
}

/** @throws InputError with every problem of the file and its schema. */
export function fileWorkload(source: FileSource): WorkloadDefinition {
  const { name, id } = source;
  const file = sharedData(id, () => (isLines(source) ? linesFile(source) : containerFile(source)));
  const { count, schema, schemaText, fieldNames, keyFields, noKeys } = file;
  return {
    name,
    description: `the ${count} records of ${name}, over and over`,
    fieldNames,
    keyFields,
    noKeys,
    weightedFields: {},
    takesRules: false,
    explain: Object.fromEntries(fieldNames.map((field) => [field, `as it is in ${name}`])),
    origin: `Nothing is drawn: record i is record i mod ${count} of ${name}, counted from 0.`,
    avroSchema: schema,
    ...(schemaText !== undefined && { schemaText }),
    ...(schema === null && { onlyFormat: 'json' }),
    defaultKey: { kind: 'none' },
    defaultTopic: source.topic,
    readMark: () => undefined,
    open: (record) => new FileGenerator(file, record, { id, name }),
  };
}

function isLines({ path }: FileSource): boolean {
  return kindOf(path) === 'lines';
}

function linesFile({ path, schemaPaths }: FileSource): RecordsFile {
  const shown = shownPath(path);
  if (schemaPaths.length === 0) return { ...readJsonLines(path, null), schema: null, shown };
  const { schema: checked, text: schemaText, where } = checkSchema(readFiles(schemaPaths));
  const schema = checked as AvroRecordSchema;
  const root = readSchema(schema, where);
  return { ...readJsonLines(path, root), keyFields: keyPathsOfSchema(root), schema, schemaText, shown };
}

function containerFile({ path, schemaPaths }: FileSource): RecordsFile {
  if (schemaPaths.length > 0) {
    const message = `the Avro container \`${shownPath(path)}\` has a schema of its own`;
    throw new InputError([{ message, hint: 'leave `schema` out' }]);
  }
  const { avro, schema, schemaText, root } = readContainer(path);
  return {
    lines: null,
    avro,
    schema: schema as AvroRecordSchema,
    schemaText,
    shown: shownPath(path),
    count: avro.start.length,
    fieldNames: root.fields.map(({ name }) => name),
    keyFields: keyPathsOfSchema(root),
  };
}
