/**
 * avsc types for a parsed schema. avsc gets only the types, so a default or namespace that it rejects does not make
 * records unreadable.
 */
import type avsc from 'avsc';
import type { AvroNode, EnumNode, FieldNode, FixedNode, RecordNode } from '../schema/reading/avro-node.ts';
import { isDefaultOf } from '../schema/reading/default-value.ts';
import { readTypes } from '../schema/reading/read-schema.ts';
import { loadAvsc } from './avsc.ts';

type NamedNode = RecordNode | EnumNode | FixedNode;

/** Reads longs beyond 2^53 as bigint instead of failing. */
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

/** A method missing from avsc's declarations. */
interface FloatMethods {
  _write(tap: unknown, value: unknown): void;
}

/** Rejects numbers that overflow a float. */
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

/** For reading records. @throws Error with the reason if the schema is unusable. */
export function avroType(schema: unknown): avsc.Type {
  return typeOf(new AvscSchema(false), readTypes(schema));
}

/** For writing values: fields with a default may be absent. @throws Error as above. */
export function writingType(root: AvroNode): avsc.Type {
  return typeOf(new AvscSchema(true), root);
}

function typeOf(schema: AvscSchema, root: AvroNode): avsc.Type {
  const { Type, types } = loadAvsc();
  return Type.forSchema(schema.of(root) as avsc.Schema, {
    registry: { long: types.LongType.__with(EXACT_LONG), float: checkedFloat() },
  });
}

/** The node graph as schema JSON for avsc. */
class AvscSchema {
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
    if (node.kind === 'enum') return { type: 'enum', name, symbols: node.symbols };
    const fields = node.fields.map((field) => ({
      name: field.name,
      type: this.of(field.node),
      ...(this.#withDefaults && hasDefault(field) && { default: field.default }),
    }));
    return { type: 'record', name, fields };
  }
}

/** Whether avsc accepts the default. */
function hasDefault({ node, default: fallback }: FieldNode): boolean {
  return fallback !== undefined && isDefaultOf(node, fallback, 'exact');
}

/** avsc's namespace rules are stricter than Java's. */
function legalName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_');
}

function unlike(name: string, taken: ReadonlySet<string>): string {
  return taken.has(name) ? unlike(`${name}_`, taken) : name;
}
