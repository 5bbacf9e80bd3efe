/** Records of a module: calls its functions, checks and encodes the results. */

import { InputError } from '../../errors.ts';
import type { RecordGenerator, RecordIdentity } from '../definition.ts';
import { WIRE_HEADER_BYTES, wireHeader } from '../encoding/avro.ts';
import type { AvroValues } from '../encoding/avro-values.ts';
import { jsonOf, plainJson } from '../encoding/exact-json.ts';
import { type Mark, parseTextMark, textMarkHead, unmarkedTag } from '../encoding/mark.ts';
import { decimalIndex, INDEX_DIGITS, INDEX_MAX, type Stamp } from '../encoding/stamp.ts';
import { keyAt } from '../key-field.ts';
import type { RecordPlan } from '../record-plan.ts';
import { shownPath } from '../shown-path.ts';
import { type AnyContext, type LoadedModule, placeIn } from './load-module.ts';
import { ModuleContextSource } from './module-context.ts';

export interface OpenModule {
  readonly module: LoadedModule;
  /** Null: JSON only. */
  readonly values: AvroValues | null;
  readonly path: string;
}

/** How a profile names the module's own key: `key: key()`. */
export const KEY_FUNCTION = 'key()';
const KEY_BYTES_MAX = 1024;
/** The number of records measured before a run and in each worker; these get stricter checks. */
const CHECKED_RECORDS = 1000;
const WRONG_VALUES_SHOWN = 5;

type Value = Record<string, unknown>;

export class ModuleGenerator implements RecordGenerator {
  readonly bytesMax: number;
  readonly keyBytesMax = KEY_BYTES_MAX;
  readonly weightsDenominator = 1;
  readonly marked: boolean;
  readonly stamps: readonly Stamp[];
  readonly #opened: OpenModule;
  readonly #record: RecordPlan;
  readonly #context: ModuleContextSource;
  readonly #isAvro: boolean;
  readonly #header: Uint8Array;
  readonly #idHead: string;
  #unchecked = CHECKED_RECORDS;
  #memory: Uint8Array | undefined;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(opened: OpenModule, record: RecordPlan, { seed, scenario, runTag }: RecordIdentity) {
    const { module } = opened;
    this.#opened = opened;
    this.#record = record;
    this.#isAvro = record.format === 'avro';
    this.#header = this.#isAvro ? wireHeader(record.schemaId) : new Uint8Array(0);
    this.bytesMax = this.#header.length + module.maxBytes;
    const params = record.params as AnyContext['params'];
    this.#context = new ModuleContextSource({ seed, scenario, params, isPooled: record.mode === 'pooled' });
    this.marked = module.id !== undefined && record.mark === 'auto';
    this.#idHead = textMarkHead(this.marked ? runTag : unmarkedTag(seed, scenario), scenario);
    this.stamps = module.id === undefined ? [] : [decimalIndex];
  }

  /** Known only after some records. */
  get freshOnly(): string | undefined {
    const { asked } = this.#context;
    return asked && `${shownPath(this.#opened.path)} reads ${asked}, which a pool of records would repeat`;
  }

  write(into: Uint8Array, at: number, body: number, index: number, timestampMs: number): number {
    const value = this.#value(body, index, timestampMs);
    if (this.#unchecked > 0) this.#check(value, body, index, timestampMs);
    const end = this.#encode(value, this.#bufferOf(into), at, body);
    if (end - at > this.bytesMax) throw this.#tooLong(body, end - at - this.#header.length);
    return end;
  }

  writeKey(into: Uint8Array, at: number, body: number): number {
    const key = this.#key(body);
    if (key === null) return -1;
    into.set(key, at);
    return at + key.length;
  }

  generate(body: number, index: number, timestampMs: number): Value {
    const value = this.#value(body, index, timestampMs);
    this.#check(value, body, index, timestampMs);
    return value;
  }

  json(body: number, index: number, timestampMs: number): string {
    return this.#json(this.#value(body, index, timestampMs));
  }

  #json(value: Value): string {
    const { values } = this.#opened;
    return values === null ? jsonOf(value) : plainJson(values.exact(value));
  }

  #value(body: number, index: number, timestampMs: number): Value {
    const { module } = this.#opened;
    const value = this.#call('value', body, timestampMs);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw this.#wrong(body, `value() gives ${describeOther(value)}, not an object`);
    }
    if (value instanceof Promise) throw this.#wrong(body, 'value() gives a promise: it makes each record at once');
    const { id } = module;
    if (id === undefined) return value as Value;
    const text = this.#idHead + digitsOf(index);
    // First in the record; a value from the module is ignored.
    return { [id]: text, ...value, [id]: text };
  }

  #key(body: number): Uint8Array | null {
    const { key: spec } = this.#record;
    if (spec.kind !== 'field') return null;
    const key = spec.field === KEY_FUNCTION ? this.#ownKey(body) : this.#fieldKey(body, spec.field);
    if (key === null || key.length <= KEY_BYTES_MAX) return key;
    throw this.#wrong(body, `its key has ${key.length} bytes; the longest has ${KEY_BYTES_MAX}`);
  }

  #fieldKey(body: number, field: string): Uint8Array | null {
    const value = this.#value(body, body, 0);
    try {
      return keyAt((this.#opened.values?.exact(value) ?? value) as object, field);
    } catch (error) {
      throw this.#wrong(body, (error as Error).message);
    }
  }

  #ownKey(body: number): Uint8Array | null {
    const key = this.#call('key', body, 0);
    if (typeof key === 'string') return Buffer.from(key);
    if (key === null || key instanceof Uint8Array) return key;
    throw this.#wrong(body, `key() gives ${describeOther(key)}, not text, bytes or null`);
  }

  #call(name: 'key' | 'value', body: number, timestampMs: number): unknown {
    const { module, path } = this.#opened;
    try {
      return module[name]!(this.#context.at(body, timestampMs));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw this.#wrong(body, `${name}() fails: ${reason}`, placeIn(error, path));
    }
  }

  #encode(value: Value, into: Buffer, start: number, body: number): number {
    let at = start;
    for (const byte of this.#header) into[at++] = byte;
    try {
      if (this.#isAvro) return this.#opened.values!.write(value, into, at);
      const text = this.#json(value);
      const room = into.length - at;
      // A UTF-16 unit takes at most three bytes.
      if (text.length * 3 > room && Buffer.byteLength(text) > room) return at + Buffer.byteLength(text);
      return at + into.write(text, at);
    } catch (error) {
      const { message } = error as Error;
      const { values } = this.#opened;
      if (values === null) throw this.#wrong(body, `value() is not JSON: ${message.split('\n')[0]}`);
      const found = values.problems(value);
      throw this.#wrong(body, notOfSchema(found.length > 0 ? found : [message]));
    }
  }

  /** Checks what encoding does not see: fields missing from the schema and values that are not reproducible. */
  #check(value: Value, body: number, index: number, timestampMs: number): void {
    this.#unchecked--;
    const found = this.#opened.values?.problems(value) ?? [];
    if (found.length > 0) throw this.#wrong(body, notOfSchema(found));
    const again = this.#value(body, index, timestampMs);
    if (this.#textOf(again, body) !== this.#textOf(value, body)) {
      const message =
        'value() gives two values for one record: its context alone may decide, not Math.random(), the time or a counter';
      throw this.#wrong(body, message);
    }
    this.#key(body);
  }

  /** Undefined for a circular value. */
  #textOf(value: Value, body: number): string {
    try {
      return JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? `${each}n` : each));
    } catch (error) {
      throw this.#wrong(body, `value() is not JSON: ${(error as Error).message.split('\n')[0]}`);
    }
  }

  #tooLong(body: number, bytes: number): InputError {
    const { maxBytes } = this.#opened.module;
    return this.#wrong(body, `it has ${bytes} bytes, more than the ${maxBytes} of the module's maxBytes`);
  }

  /** A worker passes on only the message, so it has to be complete. */
  #wrong(body: number, message: string, place = shownPath(this.#opened.path)): InputError {
    const { seed, scenario } = this.#context;
    const hint = `load sample PROFILE --scenario ${scenario} --from ${body} -n 1 --seed ${seed}`;
    return new InputError([{ place, path: `scenarios.${scenario}`, message: `record ${body}: ${message}`, hint }]);
  }

  #bufferOf(into: Uint8Array): Buffer {
    if (this.#memory !== into) {
      this.#memory = into;
      this.#buffer = Buffer.from(into.buffer, into.byteOffset, into.byteLength);
    }
    return this.#buffer;
  }
}

/** The mark in the module's id field. */
export function readModuleMark(
  payload: Uint8Array,
  format: RecordPlan['format'],
  id: string | undefined,
  values: AvroValues | null,
): Mark | undefined {
  if (id === undefined) return undefined;
  try {
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
    const value = format === 'avro' ? values?.read(bytes.subarray(WIRE_HEADER_BYTES)) : JSON.parse(bytes.toString());
    const text: unknown = (value as Value | undefined)?.[id];
    return typeof text === 'string' ? parseTextMark(text) : undefined;
  } catch {
    return undefined;
  }
}

function digitsOf(index: number): string {
  if (index > INDEX_MAX) decimalIndex.write(new Uint8Array(INDEX_DIGITS), 0, index);
  return String(index).padStart(INDEX_DIGITS, '0');
}

function notOfSchema(problems: readonly string[]): string {
  const more = problems.length - WRONG_VALUES_SHOWN;
  const shown = problems.slice(0, WRONG_VALUES_SHOWN).join('; ');
  return `value() is not of its schema: ${shown}${more > 0 ? `, and ${more} more` : ''}`;
}

function describeOther(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === undefined) return 'nothing';
  if (value instanceof Promise) return 'a promise';
  return typeof value === 'function' ? 'a function' : `${JSON.stringify(value) ?? String(value)}`;
}
