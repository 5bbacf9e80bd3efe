/**
 * Reads an Avro schema (Avro specification 1.11) into nodes, with everything that is wrong in it at once. What is left
 * to avsc, which has the last word, is whether defaults that are lists and records fit to the end.
 */
import { InputError, type Problem } from '../../../errors.ts';
import { suggest } from '../../../nearest.ts';
import { avroType } from '../../encoding/payload-decoder.ts';
import {
  type AvroNode,
  describeNode,
  type FieldNode,
  Heights,
  PRIMITIVES,
  type PrimitiveKind,
  type RecordNode,
  recordsOf,
} from './avro-node.ts';
import { isPlainDefault } from './default-value.ts';
import { logicalTypeOf } from './logical-type.ts';

/** What is wrong at a place of the schema: `path` as `fields[2].type.items`, empty for the whole. */
export type AvroSchemaProblem = Pick<Problem, 'path' | 'message' | 'hint'>;

/**
 * @param schema as JSON.parse gives it.
 * @param where the file, for messages.
 * @throws InputError with every problem and its path inside the schema.
 */
export function readSchema(schema: unknown, where: string): RecordNode {
  const reader = new SchemaReader();
  const node = reader.read(schema, '', '');
  const { problems } = reader;
  if (problems.length === 0 && node?.kind !== 'record') {
    problems.push({ path: '', message: 'the schema of a message is a record', hint: '{"type": "record", …}' });
  }
  if (problems.length === 0) problems.push(...endlessRecords(node!), ...refusedByAvsc(schema));
  if (problems.length > 0) throw new InputError(problems.map((problem) => placed(problem, where)));
  return node as RecordNode;
}

function placed({ path, ...problem }: AvroSchemaProblem, place: string): Problem {
  return { place, ...(path && { path }), ...problem };
}

function endlessRecords(root: AvroNode): AvroSchemaProblem[] {
  const heights = new Heights(root);
  return recordsOf(root)
    .filter((record) => heights.of(record) === Infinity)
    .map(({ name }) => ({
      path: '',
      message: `\`${name}\` contains itself without an end`,
      hint: 'make the field a union with null, or a list',
    }));
}

function refusedByAvsc(schema: unknown): AvroSchemaProblem[] {
  try {
    avroType(schema);
    return [];
  } catch (error) {
    return [{ path: '', message: `is no Avro schema: ${(error as Error).message}` }];
  }
}

type Json = Readonly<Record<string, unknown>>;

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const FULL_NAME = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/;
const NAMED = ['record', 'error', 'enum', 'fixed'];
const TYPES = [...PRIMITIVES, 'record', 'enum', 'fixed', 'array', 'map'];

class SchemaReader {
  readonly problems: AvroSchemaProblem[] = [];
  readonly #named = new Map<string, AvroNode>();

  /** Undefined where there is something wrong, which was noted. */
  read(schema: unknown, path: string, namespace: string): AvroNode | undefined {
    if (typeof schema === 'string') return this.#reference(schema, path, namespace);
    if (Array.isArray(schema)) return this.#union(schema, path, namespace);
    if (typeof schema !== 'object' || schema === null) {
      return this.#problem(path, `expected a type, not ${JSON.stringify(schema) ?? 'nothing'}`);
    }
    const json = schema as Json;
    const { type } = json;
    const at = inside(path, 'type');
    if (type === undefined) return this.#problem(path, 'has no `type`');
    // Some readers take {"type": {"type": "string"}} and {"type": "Line"} for what is inside; avsc does not.
    if (typeof type !== 'string') {
      return this.#problem(
        at,
        `expected the name of a type, not ${JSON.stringify(type)}`,
        'put what is in there in place of the braces around it',
      );
    }
    if (NAMED.includes(type)) return this.#named_(json, type, path, namespace);
    if (type === 'array') return this.#list(json, 'items', path, namespace, (items) => ({ kind: 'array', items }));
    if (type === 'map') return this.#list(json, 'values', path, namespace, (values) => ({ kind: 'map', values }));
    const node = this.#reference(type, at, namespace);
    if (node === undefined) return undefined;
    if (!isPrimitive(node.kind)) {
      return this.#problem(
        at,
        `\`${type}\` has a definition already`,
        `"${type}" alone, in place of the braces around it`,
      );
    }
    return { kind: node.kind, logical: logicalTypeOf(json, node.kind) } as AvroNode;
  }

  #reference(name: string, path: string, namespace: string): AvroNode | undefined {
    if (isPrimitive(name)) return { kind: name, logical: null };
    const node = this.#named.get(qualified(name, namespace));
    if (node !== undefined) return node;
    const known = [...this.#named.keys()].flatMap((full) => [full, full.slice(full.lastIndexOf('.') + 1)]);
    return this.#problem(path, `there is no type \`${name}\``, suggest(name, [...TYPES, ...new Set(known)]));
  }

  #union(branches: readonly unknown[], path: string, namespace: string): AvroNode | undefined {
    if (branches.length === 0) return this.#problem(path, 'a union has at least one type');
    const nodes = branches.map((each, i) => this.read(each, `${path}[${i}]`, namespace));
    const names = nodes.map((node) => (node === undefined ? undefined : 'name' in node ? node.name : node.kind));
    for (const [i, name] of names.entries()) {
      if (name === 'union') this.#problem(`${path}[${i}]`, 'a union stands in no other union');
      else if (name !== undefined && names.indexOf(name) < i) {
        this.#problem(`${path}[${i}]`, `\`${name}\` stands twice in the union`);
      }
    }
    return nodes.every((node) => node !== undefined) ? { kind: 'union', branches: nodes } : undefined;
  }

  #list(
    json: Json,
    key: 'items' | 'values',
    path: string,
    namespace: string,
    make: (inner: AvroNode) => AvroNode,
  ): AvroNode | undefined {
    if (json[key] === undefined) return this.#problem(path, `${describe(json.type)} has no \`${key}\``);
    const inner = this.read(json[key], inside(path, key), namespace);
    return inner && make(inner);
  }

  #named_(json: Json, type: string, path: string, outer: string): AvroNode | undefined {
    const { name } = json;
    if (typeof name !== 'string') return this.#problem(path, `${describe(type)} has no \`name\``);
    if (!FULL_NAME.test(name)) return this.#problem(inside(path, 'name'), `\`${name}\` is no name in Avro`);
    const own = typeof json.namespace === 'string' ? json.namespace : outer;
    const full = qualified(name, own);
    const namespace = full.includes('.') ? full.slice(0, full.lastIndexOf('.')) : '';
    if (this.#named.has(full)) return this.#problem(inside(path, 'name'), `there is a type \`${full}\` already`);
    if (type === 'enum') return this.#enum(json, full, path);
    if (type === 'fixed') return this.#fixed(json, full, path);
    // Known before its fields are read: they may name it.
    const fields: FieldNode[] = [];
    const record: RecordNode = { kind: 'record', name: full, fields };
    this.#named.set(full, record);
    if (!Array.isArray(json.fields)) return this.#problem(path, `record \`${name}\` has no list \`fields\``);
    const names = new Set<string>();
    for (const [i, field] of json.fields.entries()) {
      const at = `${inside(path, 'fields')}[${i}]`;
      const node = this.#field(field, at, namespace, names);
      if (node !== undefined) fields.push(node);
    }
    return record;
  }

  #field(json: unknown, path: string, namespace: string, names: Set<string>): FieldNode | undefined {
    const { name, type, doc } = (typeof json === 'object' && json !== null ? json : {}) as Json;
    if (typeof name !== 'string') return this.#problem(path, 'a field has no `name`');
    if (!NAME.test(name)) return this.#problem(inside(path, 'name'), `\`${name}\` is no name in Avro`);
    if (names.has(name)) return this.#problem(inside(path, 'name'), `there is a field \`${name}\` already`);
    names.add(name);
    if (type === undefined) return this.#problem(path, `field \`${name}\` has no \`type\``);
    const node = this.read(type, inside(path, 'type'), namespace);
    const { default: fallback } = json as Json;
    if (fallback !== undefined && node !== undefined && !isPlainDefault(node, fallback)) {
      const first = node.kind === 'union' ? ', the first type of its union' : '';
      const type = describeNode(node.kind === 'union' ? node.branches[0]! : node);
      this.#problem(inside(path, 'default'), `${JSON.stringify(fallback)} is no value of ${type}${first}`);
    }
    return node && { name, doc: typeof doc === 'string' ? doc : '', node };
  }

  #enum(json: Json, name: string, path: string): AvroNode | undefined {
    const { symbols } = json;
    if (!Array.isArray(symbols) || symbols.length === 0)
      return this.#problem(path, `enum \`${json.name}\` has no list \`symbols\``);
    for (const [i, symbol] of symbols.entries()) {
      const at = `${inside(path, 'symbols')}[${i}]`;
      if (typeof symbol !== 'string' || !NAME.test(symbol)) {
        this.#problem(at, `${JSON.stringify(symbol)} is no symbol: letters, digits and \`_\``);
      } else if (symbols.indexOf(symbol) < i) this.#problem(at, `\`${symbol}\` stands twice`);
    }
    const { default: fallback } = json;
    if (fallback !== undefined && !symbols.includes(fallback)) {
      const hint = suggest(String(fallback), symbols.map(String));
      this.#problem(inside(path, 'default'), `${JSON.stringify(fallback)} is no symbol of \`${json.name}\``, hint);
    }
    return this.#define(name, { kind: 'enum', name, symbols });
  }

  #fixed(json: Json, name: string, path: string): AvroNode | undefined {
    const { size } = json;
    if (!Number.isSafeInteger(size) || (size as number) < 1) {
      return this.#problem(inside(path, 'size'), `the size of fixed \`${json.name}\` is a whole number of at least 1`);
    }
    const logical = logicalTypeOf(json, 'fixed', size as number);
    return this.#define(name, { kind: 'fixed', name, size: size as number, logical });
  }

  #define(name: string, node: AvroNode): AvroNode {
    this.#named.set(name, node);
    return node;
  }

  #problem(path: string, message: string, hint?: string): undefined {
    this.problems.push({ path, message, ...(hint !== undefined && { hint }) });
  }
}

function isPrimitive(name: string): name is PrimitiveKind {
  return (PRIMITIVES as readonly string[]).includes(name);
}

function qualified(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}

function describe(type: unknown): string {
  return `${/^[aeiou]/.test(String(type)) ? 'an' : 'a'} ${type}`;
}

function inside(path: string, step: string): string {
  return path === '' ? step : `${path}.${step}`;
}
