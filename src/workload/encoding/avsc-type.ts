/**
 * avsc's types of a schema that was read. avsc sees nothing but types: a default that it does not take, or a name that
 * it cannot make a property of, keeps no record from being read.
 */
import type avsc from 'avsc';
import type { AvroNode, EnumNode, FieldNode, FixedNode, RecordNode } from '../schema/reading/avro-node.ts';
import { isDefaultOf } from '../schema/reading/default-value.ts';
import { readTypes } from '../schema/reading/read-schema.ts';
import { loadAvsc } from './avsc.ts';

type NamedNode = RecordNode | EnumNode | FixedNode;

/** Longs beyond 2^53 come as bigint, not as an error. */
const EXACT_LONG = {
  fromBuffer: (buffer: Buffer) => {
    const value = buffer.readBigInt64LE();
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  },
  toBuffer: (value: number | bigint) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64LE(BigInt(value));
    return buffer;
  },
  fromJSON: (value: unknown) => value,
  toJSON: (value: unknown) => value,
  isValid: (value: unknown) =>
    typeof value === 'bigint' ? BigInt.asIntN(64, value) === value : Number.isSafeInteger(value),
  compare: (a: number | bigint, b: number | bigint) => (a === b ? 0 : a < b ? -1 : 1),
};

/** A method of avsc's types that their declarations leave out. */
interface FloatMethods {
  _write(tap: unknown, value: unknown): void;
}

/** Numbers that a float would make infinite are none of it. */
function checkedFloat(): avsc.Type {
  const { FloatType } = loadAvsc().types as unknown as { FloatType: new () => FloatMethods };
  class CheckedFloat extends FloatType {
    _check(value: unknown, _flags: unknown, hook?: (value: unknown, type: unknown) => void): boolean {
      const isHeld = typeof value === 'number' && Number.isFinite(Math.fround(value)) === Number.isFinite(value);
      if (!isHeld) hook?.(value, this);
      return isHeld;
    }

    override _write(tap: unknown, value: unknown): void {
      if (!this._check(value, 0)) throw new Error(`invalid "float": ${value}`);
      super._write(tap, value);
    }
  }
  return new CheckedFloat() as unknown as avsc.Type;
}

/** For reading records. @throws Error where nothing can be read by the schema, with the reason. */
export function avroType(schema: unknown): avsc.Type {
  return typeOf(new AvscSchema(false), readTypes(schema));
}

/** For writing values: fields with a default may be absent. @throws likewise. */
export function writingType(root: AvroNode): avsc.Type {
  return typeOf(new AvscSchema(true), root);
}

function typeOf(schema: AvscSchema, root: AvroNode): avsc.Type {
  const { Type, types } = loadAvsc();
  return Type.forSchema(schema.of(root) as avsc.Schema, {
    registry: { long: types.LongType.__with(EXACT_LONG), float: checkedFloat() },
    logicalTypes: { [RENAMED]: renamedType(schema.renamed) },
  });
}

const RENAMED = 'renamed';

/** avsc's name of each property or symbol, and the schema's. */
type Names = ReadonlyMap<string, string>;

/** The schema's own names, around a record or an enum that avsc has others for. */
function renamedType(renamed: ReadonlyMap<string, Names>) {
  return class extends loadAvsc().types.LogicalType {
    readonly #names: Names;
    readonly #isEnum: boolean;

    constructor(schema: avsc.Schema, options?: Partial<avsc.ForSchemaOptions>) {
      super(schema, options);
      const { name, type } = schema as unknown as { readonly name: string; readonly type: string };
      this.#names = renamed.get(name)!;
      this.#isEnum = type === 'enum';
    }

    protected override _fromValue(value: unknown): unknown {
      if (this.#isEnum) return this.#names.get(value as string);
      const record = value as Readonly<Record<string, unknown>>;
      return Object.fromEntries([...this.#names].map(([own, name]) => [name, record[own]]));
    }

    protected override _toValue(value: unknown): unknown {
      if (this.#isEnum) return [...this.#names].find(([, name]) => name === value)?.[0];
      if (typeof value !== 'object' || value === null) return undefined;
      const record = value as Readonly<Record<string, unknown>>;
      return Object.fromEntries([...this.#names].map(([own, name]) => [own, record[name]]));
    }
  };
}

/** A graph of nodes as the JSON that avsc reads. */
class AvscSchema {
  /** By the type's name in avsc, those that have other names there. */
  readonly renamed = new Map<string, Names>();
  readonly #withDefaults: boolean;
  readonly #typeNames = new Map<NamedNode, string>();

  constructor(withDefaults: boolean) {
    this.#withDefaults = withDefaults;
  }

  of(node: AvroNode): unknown {
    switch (node.kind) {
      case 'union':
        return node.branches.map((each) => this.of(each));
      case 'array':
        return { type: 'array', items: this.of(node.items) };
      case 'map':
        return { type: 'map', values: this.of(node.values) };
      case 'record':
      case 'enum':
      case 'fixed':
        return this.#typeNames.get(node) ?? this.#definition(node);
      default:
        return node.kind;
    }
  }

  #definition(node: NamedNode): unknown {
    const path = node.name.split('.').map(legalName).join('.');
    const name = unlike(path, new Set(this.#typeNames.values()));
    this.#typeNames.set(node, name);
    if (node.kind === 'fixed') return { type: 'fixed', name, size: node.size };
    const given = node.kind === 'enum' ? node.symbols : node.fields.map((field) => field.name);
    const taken = new Set<string>();
    const own = given.map((each) => {
      const legal = unlike(legalName(each), taken);
      taken.add(legal);
      return legal;
    });
    const isRenamed = own.some((each, i) => each !== given[i]);
    if (isRenamed) this.renamed.set(name, new Map(own.map((each, i) => [each, given[i]!])));
    const head = { type: node.kind, name, ...(isRenamed && { logicalType: RENAMED }) };
    if (node.kind === 'enum') return { ...head, symbols: own };
    const fields = node.fields.map((field, i) => ({
      name: own[i],
      type: this.of(field.node),
      ...(this.#withDefaults && hasDefault(field) && { default: field.default }),
    }));
    return { ...head, fields };
  }
}

/** One that avsc takes. */
function hasDefault({ node, default: fallback }: FieldNode): boolean {
  return fallback !== undefined && isDefaultOf(node, fallback, 'exact');
}

/** A name that Avro allows; `__proto__` would be no property like others. */
function legalName(name: string): string {
  return name === '__proto__' ? '_proto_' : name.replaceAll(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d|$)/, '_');
}

function unlike(name: string, taken: ReadonlySet<string>): string {
  return taken.has(name) ? unlike(`${name}_`, taken) : name;
}
