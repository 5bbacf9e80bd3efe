/** What a payload says, whoever wrote it: Avro by its schema, JSON, text, or bytes. */
import type avsc from 'avsc';
import { WIRE_HEADER_BYTES } from './avro.ts';
import { loadAvsc } from './avsc.ts';

/** The schema that a wire format id stands for; undefined where nobody knows. Asked once for each id. */
export type SchemaById = (schemaId: number) => unknown | undefined | Promise<unknown | undefined>;

export type Decoded =
  | { readonly kind: 'avro'; readonly schemaId: number; readonly value: unknown }
  /** An object or a list; `text` as it was written. */
  | { readonly kind: 'json'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  /** `problem`: why it is not more than bytes. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly problem?: string };

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
  isValid: (value: unknown) => typeof value === 'bigint' || Number.isSafeInteger(value),
  compare: (a: number | bigint, b: number | bigint) => (a === b ? 0 : a < b ? -1 : 1),
};

/** @throws Error with avsc's reason when it is no Avro schema. */
export function avroType(schema: unknown): avsc.Type {
  const { Type, types } = loadAvsc();
  return Type.forSchema(schema as avsc.Schema, { registry: { long: types.LongType.__with(EXACT_LONG) } });
}

/** Avro values as plain JSON: of a union the value without its branch's name, bytes in base64, integers beyond 2^53 as text. */
export function plainJson(value: unknown): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, key, plain: unknown) {
    const own = withoutBranch(this[key]);
    if (Buffer.isBuffer(own)) return own.toString('base64');
    if (typeof own === 'bigint') return String(own);
    return own === this[key] ? plain : own;
  });
}

/** Where a union's branches cannot be told apart by their values, avsc puts the branch's name around each; records have no `unwrap`. */
function withoutBranch(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { unwrap } = (Object.getPrototypeOf(value) ?? {}) as { readonly unwrap?: () => unknown };
  return typeof unwrap === 'function' ? unwrap.call(value) : value;
}

export class PayloadDecoder {
  readonly #schemaOf: SchemaById;
  readonly #types = new Map<number, avsc.Type | null | Promise<avsc.Type | null>>();

  constructor(schemaOf: SchemaById) {
    this.#schemaOf = schemaOf;
  }

  /** A promise only while the schema of a new id is on its way. */
  decode(payload: Uint8Array): Decoded | Promise<Decoded> {
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
    if (bytes.length <= WIRE_HEADER_BYTES || bytes[0] !== 0) return decodePlain(bytes);
    const schemaId = bytes.readUInt32BE(1);
    const type = this.#typeOf(schemaId);
    if (!(type instanceof Promise)) return decodeAvro(bytes, schemaId, type);
    // The payload is the client's memory and may be gone by then.
    const kept = Buffer.from(bytes);
    return type.then((known) => decodeAvro(kept, schemaId, known));
  }

  #typeOf(schemaId: number): avsc.Type | null | Promise<avsc.Type | null> {
    const known = this.#types.get(schemaId);
    if (known !== undefined) return known;
    const remember = (schema: unknown): avsc.Type | null => {
      const type = schema === undefined ? null : avroType(schema);
      this.#types.set(schemaId, type);
      return type;
    };
    const schema = this.#schemaOf(schemaId);
    const type = schema instanceof Promise ? schema.then(remember) : remember(schema);
    this.#types.set(schemaId, type);
    return type;
  }
}

function decodeAvro(bytes: Buffer, schemaId: number, type: avsc.Type | null): Decoded {
  if (type === null) return { kind: 'bytes', bytes, problem: `no schema for id ${schemaId}` };
  try {
    return { kind: 'avro', schemaId, value: type.fromBuffer(bytes.subarray(WIRE_HEADER_BYTES)) };
  } catch (error) {
    return { kind: 'bytes', bytes, problem: `not of its schema (id ${schemaId}): ${(error as Error).message}` };
  }
}

function decodePlain(bytes: Buffer): Decoded {
  const text = utf8(bytes);
  if (text === undefined) return { kind: 'bytes', bytes };
  return /^\s*[{[]/.test(text) && isJson(text) ? { kind: 'json', text } : { kind: 'text', text };
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Undefined where the bytes are not UTF-8. */
export function utf8(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
