/** Merges schemas that reference each other's types: each type is defined at its first use. */
import { isDeepStrictEqual } from 'node:util';
import { isPrimitive, NAMED_TYPES, qualified } from './read-schema.ts';

type Json = Readonly<Record<string, unknown>>;

/** What was found in one place after the other, with the namespace around it. */
interface Found {
  readonly definitions: Map<string, { readonly json: Json; readonly namespace: string }>;
  /** Type names known so far. */
  readonly named: Set<string>;
}

/**
 * Inlines referenced types into the root: the first schema that no other one references. Undefined names are left
 * unchanged.
 * @param schemas parsed JSON, in any order.
 */
export function bundle(schemas: readonly unknown[]): unknown {
  const finds = schemas.map((schema) => search(schema, '', { definitions: new Map(), named: new Set() }));
  const definitions = new Map(finds.toReversed().flatMap((each) => [...each.definitions]));
  const isNamedElsewhere = (schema: unknown, i: number) => {
    const name = isObject(schema) ? fullName(schema, '') : '';
    return finds.some(({ named }, j) => j !== i && named.has(name));
  };
  const main = schemas.find((schema, i) => !isNamedElsewhere(schema, i)) ?? schemas[0];
  const defined = new Map<string, Json>();
  const put = (schema: unknown, namespace: string): unknown => {
    if (typeof schema === 'string') {
      const name = [qualified(schema, namespace), schema].find((each) => definitions.has(each));
      if (isPrimitive(schema) || name === undefined || defined.has(name)) return schema;
      const { json, namespace: own } = definitions.get(name)!;
      return put(String(json.name).includes('.') ? json : { ...json, namespace: own }, own);
    }
    if (Array.isArray(schema)) return schema.map((each) => put(each, namespace));
    if (!isObject(schema)) return schema;
    if (!isNamed(schema)) {
      const { type, items, values } = schema;
      if (type === 'array') return { ...schema, items: put(items, namespace) };
      if (type === 'map') return { ...schema, values: put(values, namespace) };
      return isPrimitive(type) ? schema : put(type, namespace);
    }
    const name = fullName(schema, namespace);
    const before = defined.get(name);
    if (before !== undefined) return isSame(before, schema) ? name : schema;
    defined.set(name, schema);
    if (!Array.isArray(schema.fields)) return schema;
    const inner = namespaceOf(name);
    return {
      ...schema,
      fields: schema.fields.map((field) => (isObject(field) ? { ...field, type: put(field.type, inner) } : field)),
    };
  };
  return put(main, '');
}

/** Types with conflicting definitions; docs and defaults are ignored. */
export function conflicts(schemas: readonly unknown[]): { readonly name: string; readonly in: readonly number[] }[] {
  const finds = schemas.map((schema) => search(schema, '', { definitions: new Map(), named: new Set() }));
  const names = new Set(finds.flatMap(({ definitions }) => [...definitions.keys()]));
  return [...names].flatMap((name) => {
    const meanings = finds
      .map(({ definitions }) => definitions.get(name))
      .map((one) => one && meaningOf(one.json, one.namespace));
    const first = meanings.findIndex((meaning) => meaning !== undefined);
    const other = meanings.findIndex(
      (meaning) => meaning !== undefined && !isDeepStrictEqual(meaning, meanings[first]),
    );
    return other < 0 ? [] : [{ name, in: [first, other] }];
  });
}

/** The parts of a named type that determine its encoding; nested types by name. */
function meaningOf({ type, size, symbols, logicalType, precision, scale, fields }: Json, namespace: string): unknown {
  const members = Array.isArray(fields) && fields.map((field) => [field?.name, typeMeaning(field?.type, namespace)]);
  return [type, size, symbols, logicalType, precision, scale, members];
}

function typeMeaning(schema: unknown, namespace: string): unknown {
  if (typeof schema === 'string') return isPrimitive(schema) ? schema : qualified(schema, namespace);
  if (Array.isArray(schema)) return schema.map((each) => typeMeaning(each, namespace));
  if (!isObject(schema)) return schema;
  if (isNamed(schema)) return fullName(schema, namespace);
  const { type, items, values, logicalType, precision, scale } = schema;
  if (type !== 'array' && type !== 'map' && logicalType === undefined) return typeMeaning(type, namespace);
  return [
    typeMeaning(type, namespace),
    typeMeaning(items, namespace),
    typeMeaning(values, namespace),
    logicalType,
    precision,
    scale,
  ];
}

function search(schema: unknown, namespace: string, found: Found): Found {
  if (typeof schema === 'string') found.named.add(schema).add(qualified(schema, namespace));
  else if (Array.isArray(schema)) for (const each of schema) search(each, namespace, found);
  else if (isObject(schema)) {
    if (!isNamed(schema)) {
      const { type, items, values } = schema;
      search(type === 'array' ? items : type === 'map' ? values : type, namespace, found);
      return found;
    }
    const name = fullName(schema, namespace);
    const inner = namespaceOf(name);
    if (!found.definitions.has(name)) found.definitions.set(name, { json: schema, namespace: inner });
    if (Array.isArray(schema.fields)) for (const field of schema.fields) search(field?.type, inner, found);
  }
  return found;
}

function isObject(schema: unknown): schema is Json {
  return typeof schema === 'object' && schema !== null && !Array.isArray(schema);
}

function isNamed({ type, name }: Json): boolean {
  return NAMED_TYPES.includes(String(type)) && typeof name === 'string';
}

function fullName({ name, namespace }: Json, outer: string): string {
  return qualified(String(name), typeof namespace === 'string' ? namespace : outer);
}

function namespaceOf(fullName: string): string {
  return fullName.slice(0, Math.max(0, fullName.lastIndexOf('.')));
}

function isSame(a: Json, b: Json): boolean {
  return isDeepStrictEqual({ ...a, namespace: '' }, { ...b, namespace: '' });
}
