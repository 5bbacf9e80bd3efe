/** Defaults of fields (Avro specification 1.11, "Complex Types"): JSON, bytes as text, in a union a value of its first type. */
import type { AvroNode } from './avro-node.ts';

/** Whether a default can be one of its type, of lists and records whether it is one at all: avsc does not say the place. */
export function isPlainDefault(node: AvroNode, value: unknown): boolean {
  switch (node.kind) {
    case 'union':
      return isPlainDefault(node.branches[0]!, value);
    case 'null':
      return value === null;
    case 'boolean':
      return typeof value === 'boolean';
    case 'int':
      return typeof value === 'number' && (value | 0) === value;
    case 'long':
      return Number.isSafeInteger(value);
    case 'float':
    case 'double':
      return typeof value === 'number';
    case 'string':
    case 'bytes':
      return typeof value === 'string';
    case 'fixed':
      return typeof value === 'string' && value.length === node.size;
    case 'enum':
      return node.symbols.includes(value as string);
    case 'array':
      return Array.isArray(value);
    default:
      return typeof value === 'object' && value !== null && !Array.isArray(value);
  }
}
