/** Reads Avro schemas (Avro specification 1.12) into nodes and reports all problems together. */
import { InputError, type Problem } from '../../../errors.ts';
import { nearest } from '../../../nearest.ts';
import {
  type AvroNode,
  describeNode,
  endlessRecords,
  type FieldNode,
  type Logical,
  logicalOf,
  PRIMITIVES,
  type PrimitiveKind,
  type RecordNode,
} from './avro-node.ts';
import { isDefaultOf } from './default-value.ts';
import { logicalTypeOf } from './logical-type.ts';

/**
 * Reads a schema for writing records.
 * @param schema parsed JSON.
 * @param where file name for messages.
 * @throws InputError with every problem and its path inside the schema.
 */
export function readSchema(schema: unknown, where: string): RecordNode {
  const reader = new SchemaReader();
  const node = reader.read(schema, '', '');
  const { problems } = reader;
  if (problems.length === 0 && node?.kind !== 'record') {
    const hint = Array.isArray(schema) ? `types of their own: ${SEVERAL_FILES}` : '{"type": "record", …}';
    problems.push({ path: '', message: 'the schema of a message is a record', hint });
  }
  if (problems.length === 0) {
    for (const { name } of endlessRecords(node!)) {
      const hint = 'make the field a union with null, or a list';
      problems.push({ path: '', message: `\`${name}\` contains itself without an end`, hint });
    }
  }
  if (problems.length > 0) throw new InputError(problems.map((problem) => placed(problem, where)));
  return node as RecordNode;
}

/**
 * Reads the schema of foreign records for decoding: invalid defaults, names and symbols are accepted.
 * @throws InputError for a schema that cannot describe a record.
 */
export function readTypes(schema: unknown, where = ''): AvroNode {
  const reader = new SchemaReader('any');
  const node = reader.read(schema, '', '');
  if (node !== undefined && reader.problems.length === 0) return node;
  throw new InputError(reader.problems.map((problem) => placed(problem, where)));
}

/** Parts of a valid schema that have no effect on records; each kind is reported once. */
export function idleAttributes(schema: unknown): Problem[] {
  const reader = new SchemaReader('any');
  reader.read(schema, '', '');
  const { warnings } = reader;
  const isSame = (a: Problem, b: Problem) => a.message === b.message;
  return warnings.flatMap((warning, i) => {
    if (warnings.findIndex((each) => isSame(each, warning)) < i) return [];
    const more = warnings.filter((each) => isSame(each, warning)).length - 1;
    const places = more === 1 ? 'place' : 'places';
    return more === 0 ? [warning] : [{ ...warning, message: `${warning.message}, and at ${more} other ${places}` }];
  });
}

function placed({ path, ...problem }: Problem, place: string): Problem {
  return { ...(place && { place }), ...(path && { path }), ...problem };
}

type Json = Readonly<Record<string, unknown>>;

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Namespaces are less strict than names, like in Java. */
const FULL_NAME = /^([\w-]+\.)*[A-Za-z_][A-Za-z0-9_]*$/;
export const NAMED_TYPES = ['record', 'error', 'enum', 'fixed'];
const COMPLEX = [...NAMED_TYPES, 'array', 'map'];
const SEVERAL_FILES = 'schema: [this.avsc, other.avsc]';

class SchemaReader {
  readonly problems: Problem[] = [];
  /** In the order of the schema. */
  readonly warnings: Problem[] = [];
  /** `any`: accepts invalid names and symbols. */
  readonly #names: 'avro' | 'any';
  readonly #named = new Map<string, AvroNode>();

  constructor(names: 'avro' | 'any' = 'avro') {
    this.#names = names;
  }

  /** Undefined after a problem, which has been recorded. */
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
    // Some readers unwrap {"type": {"type": "string"}}; Java does not.
    if (typeof type !== 'string' && this.#names === 'any') return this.read(type, at, namespace);
    if (typeof type !== 'string') {
      return this.#problem(
        at,
        `expected the name of a type, not ${JSON.stringify(type)}`,
        'put what is in there in place of the braces around it',
      );
    }
    this.#datagenRules(json, path);
    if (NAMED_TYPES.includes(type)) return this.#named_(json, type, path, namespace);
    if (type === 'array') return this.#list(json, 'items', path, namespace, (items) => ({ kind: 'array', items }));
    if (type === 'map') return this.#list(json, 'values', path, namespace, (values) => ({ kind: 'map', values }));
    const node = this.#reference(type, at, namespace);
    if (node === undefined || !isPrimitive(node.kind)) return node;
    return { kind: node.kind, logical: this.#logical(json, path, node.kind) } as AvroNode;
  }

  #reference(name: string, path: string, namespace: string): AvroNode | undefined {
    if (isPrimitive(name)) return { kind: name, logical: null };
    // Java also looks in the empty namespace.
    const node = this.#named.get(qualified(name, namespace)) ?? this.#named.get(name);
    if (node !== undefined) return node;
    if (COMPLEX.includes(name)) {
      return this.#problem(path, `\`${name}\` needs braces around it`, `"type": {"type": "${name}", …}`);
    }
    const known = [...this.#named.keys()].flatMap((full) => [full, full.slice(full.lastIndexOf('.') + 1)]);
    const near = nearest(name, [...PRIMITIVES, ...new Set(known)]);
    const hint = near === undefined ? `if it is in another file, ${SEVERAL_FILES}` : `did you mean \`${near}\`?`;
    return this.#problem(path, `unknown type \`${name}\``, hint);
  }

  #union(branches: readonly unknown[], path: string, namespace: string): AvroNode | undefined {
    if (branches.length === 0) return this.#problem(path, 'a union needs at least one type');
    const nodes = branches.map((each, i) => this.read(each, `${path}[${i}]`, namespace));
    const names = nodes.map((node) => (node === undefined ? undefined : 'name' in node ? node.name : node.kind));
    for (const [i, name] of names.entries()) {
      if (name === 'union') this.#problem(`${path}[${i}]`, 'a union cannot contain a union');
      else if (name !== undefined && names.indexOf(name) < i) {
        this.#problem(`${path}[${i}]`, `\`${name}\` is twice in the union`);
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
    if (this.#isBad(name, FULL_NAME))
      return this.#problem(inside(path, 'name'), `\`${name}\` is not a valid Avro name`);
    const own = typeof json.namespace === 'string' ? json.namespace : outer;
    const full = qualified(name, own);
    const namespace = full.includes('.') ? full.slice(0, full.lastIndexOf('.')) : '';
    if (this.#named.has(full) && this.#names === 'avro')
      return this.#problem(inside(path, 'name'), `there is a type \`${full}\` already`);
    if (type === 'enum') return this.#enum(json, full, path);
    if (type === 'fixed') return this.#fixed(json, full, path);
    // Registered before its fields are read, which may reference it.
    const fields: FieldNode[] = [];
    const record: RecordNode = { kind: 'record', name: full, fields };
    this.#named.set(full, record);
    if (!Array.isArray(json.fields)) return this.#problem(path, `record \`${name}\` has no \`fields\` list`);
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
    if (this.#isBad(name, NAME)) return this.#problem(inside(path, 'name'), `\`${name}\` is not a valid Avro name`);
    if (names.has(name) && this.#names === 'avro')
      return this.#problem(inside(path, 'name'), `there is a field \`${name}\` already`);
    names.add(name);
    if (type === undefined) return this.#problem(path, `field \`${name}\` has no \`type\``);
    const node = this.read(type, inside(path, 'type'), namespace);
    this.#datagenRules(json as Json, path);
    if (node !== undefined) this.#logicalBeside(json as Json, path, node);
    const { default: fallback } = json as Json;
    const isDefault = fallback !== undefined && node !== undefined && isDefaultOf(node, fallback, 'any');
    if (fallback !== undefined && node !== undefined && !isDefault) {
      this.#unusedDefault(
        inside(path, 'default'),
        `${JSON.stringify(fallback)} is not a value of ${describeNode(node)}`,
      );
    }
    return node && { name, doc: typeof doc === 'string' ? doc : '', node, ...(isDefault && { default: fallback }) };
  }

  #enum(json: Json, name: string, path: string): AvroNode | undefined {
    const { symbols } = json;
    if (!Array.isArray(symbols) || symbols.length === 0)
      return this.#problem(path, `enum \`${json.name}\` has no \`symbols\` list`);
    for (const [i, symbol] of symbols.entries()) {
      const at = `${inside(path, 'symbols')}[${i}]`;
      if (typeof symbol !== 'string' || this.#isBad(symbol, NAME)) {
        this.#problem(at, `${JSON.stringify(symbol)} is not a valid symbol: use letters, digits and \`_\``);
      } else if (symbols.indexOf(symbol) < i && this.#names === 'avro')
        this.#problem(at, `\`${symbol}\` is a duplicate`);
    }
    const { default: fallback } = json;
    if (fallback !== undefined && !symbols.includes(fallback)) {
      this.#unusedDefault(inside(path, 'default'), `${JSON.stringify(fallback)} is not a symbol of \`${json.name}\``);
    }
    return this.#define(name, { kind: 'enum', name, symbols });
  }

  #fixed(json: Json, name: string, path: string): AvroNode | undefined {
    const { size } = json;
    if (!Number.isSafeInteger(size) || (size as number) < 1) {
      return this.#problem(
        inside(path, 'size'),
        `the size of fixed \`${json.name}\` must be a whole number of at least 1`,
      );
    }
    const logical = this.#logical(json, path, 'fixed', size as number);
    return this.#define(name, { kind: 'fixed', name, size: size as number, logical });
  }

  #logical(json: Json, path: string, on: string, size?: number): Logical | null {
    const logical = logicalTypeOf(json, on, size);
    const { logicalType: type } = json;
    if (logical === null && typeof type === 'string') {
      const at = inside(path, 'logicalType');
      const message = `\`${type}\` has no effect on ${describe(on)}`;
      this.warnings.push({ path: at, message, hint: `values are those of ${describe(on)}` });
    }
    return logical;
  }

  /** Generator hints of kafka-connect-datagen. */
  #datagenRules(json: Json, path: string): void {
    if (json['arg.properties'] === undefined) return;
    const hint = 'rules are in `fields:` of the scenario';
    this.warnings.push({ path, message: '`arg.properties` has no effect', hint });
  }

  /** Belongs inside the type, but is often written next to it. */
  #logicalBeside(json: Json, path: string, node: AvroNode): void {
    const { logicalType, type } = json;
    if (typeof logicalType !== 'string' || logicalOf(node)?.type === logicalType) return;
    const at = inside(path, 'logicalType');
    const hint = typeof type === 'string' ? `"type": {"type": "${type}", "logicalType": "${logicalType}"}` : '';
    const message = `\`${logicalType}\` beside \`type\` has no effect`;
    this.warnings.push({ path: at, message, ...(hint && { hint }) });
  }

  #isBad(name: string, pattern: RegExp): boolean {
    return this.#names === 'avro' && !pattern.test(name);
  }

  #unusedDefault(path: string, message: string): void {
    this.warnings.push({ path, message, hint: 'nothing here uses it, but a schema registry may refuse the schema' });
  }

  #define(name: string, node: AvroNode): AvroNode {
    this.#named.set(name, node);
    return node;
  }

  #problem(path: string, message: string, hint?: string): undefined {
    this.problems.push({ path, message, ...(hint !== undefined && { hint }) });
  }
}

export function isPrimitive(name: unknown): name is PrimitiveKind {
  return (PRIMITIVES as readonly unknown[]).includes(name);
}

/** A name with dots is already a full name. */
export function qualified(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}

function describe(type: unknown): string {
  if (type === 'bytes') return type;
  return `${/^[aeiou]/.test(String(type)) ? 'an' : 'a'} ${type}`;
}

function inside(path: string, step: string): string {
  return path === '' ? step : `${path}.${step}`;
}
