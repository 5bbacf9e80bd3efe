/** Decodes payloads of any producer: Avro by schema id, JSON, text, or bytes. */
import type { AvroNode } from '../schema/reading/avro-node.ts';
import { readTypes } from '../schema/reading/read-schema.ts';
import { readAvro } from '../schema/values/avro-reader.ts';
import { WIRE_HEADER_BYTES } from './avro.ts';

/**
 * Resolves a wire format schema id: undefined if it is unknown, UnusableSchema if records cannot be read with it.
 * Called once per id.
 */
export type SchemaById = (schemaId: number) => unknown | undefined | Promise<unknown | undefined>;

export class UnusableSchema {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

export type Decoded =
  | { readonly kind: 'avro'; readonly schemaId: number; readonly value: unknown }
  /** An object or a list; `text` is the original. */
  | { readonly kind: 'json'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  /** `problem`: why it is not more than bytes. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly problem?: string };

/** The node to read an id's records with, or why they cannot be read. */
type Reading = AvroNode | string;

export class PayloadDecoder {
  readonly #schemaOf: SchemaById;
  readonly #readings = new Map<number, Reading | Promise<Reading>>();

  constructor(schemaOf: SchemaById) {
    this.#schemaOf = schemaOf;
  }

  /** A promise only while the schema of a new id is being fetched. */
  decode(payload: Uint8Array): Decoded | Promise<Decoded> {
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
    // A record without fields is only the header.
    if (bytes.length < WIRE_HEADER_BYTES || bytes[0] !== 0) return decodePlain(bytes);
    const schemaId = bytes.readUInt32BE(1);
    const reading = this.#readingOf(schemaId);
    if (!(reading instanceof Promise)) return decodeAvro(bytes, schemaId, reading);
    // The client may reuse the payload's memory before the schema arrives.
    const kept = Buffer.from(bytes);
    return reading.then((known) => decodeAvro(kept, schemaId, known));
  }

  #readingOf(schemaId: number): Reading | Promise<Reading> {
    const known = this.#readings.get(schemaId);
    if (known !== undefined) return known;
    const remember = (schema: unknown): Reading => {
      const reading = readingBy(schema, schemaId);
      this.#readings.set(schemaId, reading);
      return reading;
    };
    const schema = this.#schemaOf(schemaId);
    const reading = schema instanceof Promise ? schema.then(remember) : remember(schema);
    this.#readings.set(schemaId, reading);
    return reading;
  }
}

function readingBy(schema: unknown, schemaId: number): Reading {
  if (schema === undefined) return `no schema for id ${schemaId}`;
  const unusable = (reason: string) => `the schema of id ${schemaId} cannot be used: ${reason}`;
  if (schema instanceof UnusableSchema) return unusable(schema.reason);
  try {
    return readTypes(schema);
  } catch (error) {
    return unusable((error as Error).message.replaceAll('\n', '; '));
  }
}

function decodeAvro(bytes: Buffer, schemaId: number, reading: Reading): Decoded {
  if (typeof reading === 'string') return { kind: 'bytes', bytes, problem: reading };
  try {
    return { kind: 'avro', schemaId, value: readAvro(reading, bytes.subarray(WIRE_HEADER_BYTES)) };
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

/** Undefined if the bytes are not UTF-8. */
export function utf8(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** A record's key as a JSON field: `key`, or `keyBase64` if it is not UTF-8. */
export function keyFields(key: Uint8Array | null): { key: string | null } | { keyBase64: string } {
  const text = key === null ? null : utf8(key);
  return text === undefined ? { keyBase64: Buffer.from(key!).toString('base64') } : { key: text };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
