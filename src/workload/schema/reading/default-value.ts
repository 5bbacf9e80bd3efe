/** Defaults of fields (Avro specification 1.12, "Complex Types"): JSON, bytes as text with a character for each byte. */
import type { AvroNode } from './avro-node.ts';

/** Of how much of Avro a default may be: `exact` is what avsc takes, a union's first type and integers up to 2^53. */
export type DefaultRule = 'exact' | 'any';

/** Whether a default is a value of its type, down to its last item. */
export function isDefaultOf(node: AvroNode, value: unknown, rule: DefaultRule): boolean {
  switch (node.kind) {
    case 'union':
      return node.branches.slice(0, rule === 'exact' ? 1 : undefined).some((each) => isDefaultOf(each, value, rule));
    case 'null':
      return value === null;
    case 'boolean':
      return typeof value === 'boolean';
    case 'int':
      return typeof value === 'number' && (value | 0) === value;
    case 'long':
      return rule === 'exact' ? isSafe(value) : Number.isInteger(value) && Math.abs(value as number) <= 2 ** 63;
    case 'float':
    case 'double':
      return typeof value === 'number';
    case 'string':
      return typeof value === 'string';
    case 'bytes':
      return isByteText(value);
    case 'fixed':
      return isByteText(value) && value.length === node.size;
    case 'enum':
      return node.symbols.includes(value as string);
    case 'array':
      return Array.isArray(value) && value.every((each) => isDefaultOf(node.items, each, rule));
    case 'map':
      return isObject(value) && Object.values(value).every((each) => isDefaultOf(node.values, each, rule));
    case 'record':
      return (
        isObject(value) &&
        node.fields.every(({ name, node: inner, default: own }) =>
          isDefaultOf(inner, Object.hasOwn(value, name) ? value[name] : own, rule),
        )
      );
  }
}

/** avsc also rejects the largest value. */
function isSafe(value: unknown): boolean {
  return Number.isInteger(value) && Math.abs(value as number) < Number.MAX_SAFE_INTEGER;
}

function isByteText(value: unknown): value is string {
  return typeof value === 'string' && !/[\u0100-\uffff]/.test(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
