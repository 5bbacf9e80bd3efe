/** Keys that are fields of values not known before: `customer.id`, by schema or by example. */
import { JsonNumber } from './encoding/exact-json.ts';
import type { AvroNode, RecordNode } from './schema/reading/avro-node.ts';

/** Paths of the fields that can be a key: text, numbers, true/false, bytes; those of records inside by dots. */
export function keyPathsOfSchema(record: RecordNode, within: readonly RecordNode[] = []): string[] {
  if (within.includes(record)) return [];
  return record.fields.flatMap(({ name, node }) => {
    const one = nonNull(node);
    if (one.kind === 'record') return keyPathsOfSchema(one, [...within, record]).map((inner) => `${name}.${inner}`);
    return isScalar(one) ? [name] : [];
  });
}

/** Likewise of a value; `into` collects them over several. `other` hears of lists and maps. */
export function collectKeyPaths(
  value: object,
  into: Set<string>,
  other: (path: string, each: object) => void = () => {},
  prefix = '',
): void {
  for (const [name, each] of Object.entries(value)) {
    if (['string', 'number', 'bigint', 'boolean'].includes(typeof each) || each instanceof Uint8Array) {
      into.add(prefix + name);
    } else if (typeof each === 'object' && each !== null) {
      other(prefix + name, each);
      if (!Array.isArray(each)) collectKeyPaths(each, into, other, `${prefix}${name}.`);
    }
  }
}

/**
 * The field at the path, as the bytes of a key; null where there is none. A name with dots in it is looked for first.
 * @throws Error where it is a list or a map.
 */
export function keyAt(value: object, path: string): Uint8Array | null {
  let found: unknown = value;
  if (Object.hasOwn(value, path)) found = (value as Record<string, unknown>)[path];
  else {
    for (const step of path.split('.')) {
      if (!isMap(found) || !Object.hasOwn(found, step)) return null;
      found = found[step];
    }
  }
  if (found === undefined || found === null) return null;
  if (found instanceof Uint8Array) return found;
  if (typeof found !== 'object' || found instanceof JsonNumber) return Buffer.from(String(found));
  throw new Error(noKey(path, found));
}

/** Lists, bytes and numbers are objects in JavaScript alone. */
function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  const isObject = typeof value === 'object' && value !== null;
  return isObject && !Array.isArray(value) && !(value instanceof Uint8Array) && !(value instanceof JsonNumber);
}

/** The message for a list or a map as a key. */
export function noKey(path: string, value: object): string {
  return `\`${path}\` is ${Array.isArray(value) ? 'a list' : 'a map'}, but a key is a single value`;
}

/** The type itself where it may also be null. */
function nonNull(node: AvroNode): AvroNode {
  if (node.kind !== 'union') return node;
  const others = node.branches.filter(({ kind }) => kind !== 'null');
  return others.length === 1 ? others[0]! : node;
}

function isScalar(node: AvroNode): boolean {
  if (node.kind === 'union') return node.branches.every(isScalar);
  return !['record', 'array', 'map'].includes(node.kind);
}
