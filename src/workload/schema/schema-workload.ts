/** A workload from a user's Avro schema: valid random records, shaped by `fields:` rules. */
import type avsc from 'avsc';
import { formatProblem } from '../../errors.ts';
import type { AvroRecordSchema, WorkloadDefinition } from '../definition.ts';
import { WIRE_HEADER_BYTES } from '../encoding/avro.ts';
import { avroType } from '../encoding/avsc-type.ts';
import { type Mark, parseTextMark } from '../encoding/mark.ts';
import { parseUuidMark } from '../encoding/uuid-mark.ts';
import { checkUnchanged, nameOf, pathsOf, type SchemaReference } from '../reference.ts';
import { SchemaRecords } from './parts/schema-records.ts';
import type { RecordNode } from './reading/avro-node.ts';
import { idleAttributes, readSchema } from './reading/read-schema.ts';
import { checkSchema, readFiles } from './reading/schema-text.ts';
import { isInUnion, placesOf } from './rules/rule-fit.ts';
import { defaultText } from './rules/rule-text.ts';

export interface SchemaSource {
  /** The schema as parsed JSON. */
  readonly schema: unknown;
  /** Name of the workload in output, e.g. a file name. */
  readonly name: string;
  /** Source file for messages. */
  readonly where: string;
  /** The schema as exact JSON. */
  readonly text?: string;
}

export function schemaOf(reference: SchemaReference): WorkloadDefinition {
  const paths = pathsOf(reference.schema);
  checkUnchanged(paths, reference.sha256);
  return schemaWorkload({ ...checkSchema(readFiles(paths)), name: nameOf(reference) });
}

/** @throws InputError with every problem of the schema, each with its path. */
export function schemaWorkload({ schema, name, where, text }: SchemaSource): WorkloadDefinition {
  const root = readSchema(schema, where);
  const ownIds = ownIdsOf(root);
  const simpleName = root.name.slice(root.name.lastIndexOf('.') + 1);
  return {
    name,
    description: `records of the Avro schema ${root.name}`,
    fieldNames: root.fields.map((field) => field.name),
    keyFields: keyFieldsOf(root),
    weightedFields: {},
    takesRules: true,
    explain: Object.fromEntries(root.fields.map((field) => [field.name, defaultText(field, field.name === ownIds[0])])),
    avroSchema: schema as AvroRecordSchema,
    ...(text !== undefined && { schemaText: text }),
    warnings: idleAttributes(schema).map((each) => formatProblem({ place: where, ...each })),
    defaultKey: ownIds[0] === undefined ? { kind: 'none' } : { kind: 'field', field: ownIds[0] },
    defaultTopic: topicNameOf(simpleName),
    readMark: markReader(schema, ownIds),
    open: (record, identity, keysOf = noForeignKeys) => {
      const ownId = ownIds.find((field) => !Object.hasOwn(record.fields, field));
      return new SchemaRecords(root, ownId, record, identity, keysOf);
    },
  };
}

function noForeignKeys(scenario: string): never {
  throw new Error(`nobody knows the keys of ${scenario}: the profile was not checked`);
}

/**
 * The string fields that identify a record: `id`, or the end of the record's name plus `id`, e.g. `order_id` or
 * `orderId` in Order, `transaction_id` in CardTransaction.
 */
function ownIdsOf(root: RecordNode): string[] {
  const fold = (name: string) => name.replaceAll('_', '').toLowerCase();
  const recordName = fold(root.name.slice(root.name.lastIndexOf('.') + 1));
  return root.fields
    .filter(({ name, node }) => {
      const stem = /^(.*)id$/.exec(fold(name))?.[1];
      return node.kind === 'string' && stem !== undefined && recordName.endsWith(stem);
    })
    .map(({ name }) => name);
}

/** Scalar fields that every record has and that do not depend on time. */
function keyFieldsOf(root: RecordNode): string[] {
  const isKey = (kind: string) => ['string', 'int', 'long', 'enum', 'boolean'].includes(kind);
  return [...placesOf(root)].flatMap(([path, nodes]) => {
    const [node, other] = nodes;
    const logical = node !== undefined && 'logical' in node ? node.logical : null;
    const isOne = other === undefined && !path.includes('[]') && !isInUnion(root, path);
    return isOne && isKey(node!.kind) && (logical === null || logical.type === 'uuid') ? [path] : [];
  });
}

function markReader(schema: unknown, ownIds: readonly string[]): WorkloadDefinition['readMark'] {
  let type: avsc.Type | undefined;
  return (payload, format): Mark | undefined => {
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
    try {
      type ??= avroType(schema);
      const value =
        format === 'json' ? JSON.parse(bytes.toString()) : type.fromBuffer(bytes.subarray(WIRE_HEADER_BYTES));
      return ownIds
        .map((field) => parseTextMark(String(value[field])) ?? parseUuidMark(String(value[field])))
        .find((mark) => mark !== undefined);
    } catch {
      // Foreign bytes.
      return undefined;
    }
  };
}

/** `CardEvent` and `card_event` → `card-event`. */
function topicNameOf(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();
}
