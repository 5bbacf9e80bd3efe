/** Key fields of custom workloads, e.g. `customer.id`: found by schema or by example. */
import { JsonNumber } from './encoding/exact-json.ts';
import type { AvroNode, RecordNode } from './schema/reading/avro-node.ts';

/** Paths of fields that can be a key: strings, numbers, booleans, bytes; dots separate nested records. */
export function keyPathsOfSchema(record: RecordNode, within: readonly RecordNode[] = []): string[] {
  if (within.includes(record)) return [];
  return record.fields.flatMap(({ name, node }) => {
    const one = nonNull(node);
    if (one.kind === 'record') return keyPathsOfSchema(one, [...within, record]).map((inner) => `${name}.${inner}`);
    return isScalar(one) ? [name] : [];
  });
}

/** The same for an example value; `into` collects paths over several values, `other` receives lists and maps. */
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
 * The bytes of the field at the path, or null if it is absent. A field whose name contains the dots takes precedence.
 * @throws Error for a list or a map.
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

/** Excludes lists, bytes and JsonNumbers, which are JavaScript objects too. */
function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  const isObject = typeof value === 'object' && value !== null;
  return isObject && !Array.isArray(value) && !(value instanceof Uint8Array) && !(value instanceof JsonNumber);
}

/** Error message for a list or map as a key. */
export function noKey(path: string, value: object): string {
  return `\`${path}\` is ${Array.isArray(value) ? 'a list' : 'a map'}, but a key is a single value`;
}

/** The other branch of a union with null. */
function nonNull(node: AvroNode): AvroNode {
  if (node.kind !== 'union') return node;
  const others = node.branches.filter(({ kind }) => kind !== 'null');
  return others.length === 1 ? others[0]! : node;
}

function isScalar(node: AvroNode): boolean {
  if (node.kind === 'union') return node.branches.every(isScalar);
  return !['record', 'array', 'map'].includes(node.kind);
}
