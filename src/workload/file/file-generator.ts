/** Records of a file, copied from bytes packed before the run. */

import { InputError } from '../../errors.ts';
import type { AvroRecordSchema, RecordGenerator, WorkloadDefinition } from '../definition.ts';
import { wireHeader } from '../encoding/avro.ts';
import { parseJson, plainJson } from '../encoding/exact-json.ts';
import { keyAt } from '../key-field.ts';
import type { RecordPlan } from '../record-plan.ts';
import type { AvroNode } from '../schema/reading/avro-node.ts';
import { readTypes } from '../schema/reading/read-schema.ts';
import { readAvro } from '../schema/values/avro-reader.ts';
import { lineNumberAt } from './json-lines.ts';
import { asBuffer, BytesPacker, type PackedBytes, sharedData } from './shared-data.ts';

/** A file as shared by all threads: JSON lines, Avro, or both. */
export interface RecordsFile {
  readonly lines: PackedBytes | null;
  /** Null without a schema. */
  readonly avro: PackedBytes | null;
  readonly schema: AvroRecordSchema | null;
  /** The schema as exact JSON, if it was read from text. */
  readonly schemaText?: string;
  /** File name for messages. */
  readonly shown: string;
  readonly count: number;
  readonly fieldNames: readonly string[];
  readonly keyFields: readonly string[];
  readonly noKeys?: WorkloadDefinition['noKeys'];
}

export class FileGenerator implements RecordGenerator {
  readonly bytesMax: number;
  readonly keyBytesMax: number;
  readonly weightsDenominator = 1;
  readonly marked = false;
  readonly stamps = [];
  readonly freshOnly: string;
  readonly #file: RecordsFile;
  readonly #isAvro: boolean;
  #root: AvroNode | undefined;
  readonly #header: Uint8Array;
  readonly #payloads: Copies;
  readonly #keys: Copies | null;

  /** @param file.id identifies the file's content, for data shared by the process. */
  constructor(file: RecordsFile, record: RecordPlan, { id, name }: { readonly id: string; readonly name: string }) {
    this.freshOnly = `the records of ${name} are in memory as they are sent, and a pool would hold them twice`;
    this.#file = file;
    this.#isAvro = record.format === 'avro';
    this.#header = this.#isAvro ? wireHeader(record.schemaId) : new Uint8Array(0);
    const packAll = (bytesOf: (record: number) => Uint8Array | null) => () => {
      const packer = new BytesPacker();
      for (let i = 0; i < file.count; i++) packer.add(bytesOf(i));
      return packer.pack();
    };
    const textOf = packAll((i) => Buffer.from(plainJson(this.#value(i))));
    this.#payloads = new Copies(this.#isAvro ? file.avro! : (file.lines ?? sharedData(`${id} as JSON`, textOf)));
    const { key } = record;
    this.#keys =
      key.kind === 'field'
        ? new Copies(
            sharedData(
              `${id} key ${key.field}`,
              packAll((i) => this.#key(i, key.field)),
            ),
          )
        : null;
    this.bytesMax = this.#header.length + this.#payloads.bytesMax;
    this.keyBytesMax = this.#keys?.bytesMax ?? 0;
  }

  write(into: Uint8Array, at: number, body: number): number {
    for (let i = 0; i < this.#header.length; i++) into[at + i] = this.#header[i]!;
    return this.#payloads.write(into, at + this.#header.length, body % this.#file.count);
  }

  writeKey(into: Uint8Array, at: number, body: number): number {
    return this.#keys!.write(into, at, body % this.#file.count);
  }

  generate(body: number): Record<string, unknown> {
    return JSON.parse(this.json(body)) as Record<string, unknown>;
  }

  json(body: number): string {
    const record = body % this.#file.count;
    const { lines } = this.#file;
    return this.#isAvro || lines === null ? plainJson(this.#value(record)) : bytesOf(lines, record).toString();
  }

  /** Exact. */
  #value(record: number): object {
    const { lines, avro, schema } = this.#file;
    if (avro === null) return parseJson(bytesOf(lines!, record).toString()) as object;
    this.#root ??= readTypes(schema);
    return readAvro(this.#root, bytesOf(avro, record)) as object;
  }

  #key(record: number, field: string): Uint8Array | null {
    try {
      return keyAt(this.#value(record), field);
    } catch (error) {
      const { lines, shown } = this.#file;
      const number = lines === null ? `record ${record}` : lineNumberAt(asBuffer(lines.bytes), lines.start[record]!);
      throw new InputError([{ place: `${shown}:${number}`, message: (error as Error).message }]);
    }
  }
}

function bytesOf({ bytes, start, end }: PackedBytes, record: number): Buffer {
  return asBuffer(bytes).subarray(start[record], end[record]);
}

/** Packed byte strings. */
class Copies {
  readonly bytesMax: number;
  readonly #bytes: Buffer;
  readonly #start: Int32Array;
  readonly #end: Int32Array;

  constructor({ bytes, start, end }: PackedBytes) {
    this.#bytes = asBuffer(bytes);
    this.#start = start;
    this.#end = end;
    this.bytesMax = start.reduce((max, from, i) => Math.max(max, end[i]! - from), 0);
  }

  /** Returns the end of the copy, or -1 if the entry is missing. */
  write(into: Uint8Array, at: number, item: number): number {
    const start = this.#start[item]!;
    if (start < 0) return -1;
    const end = this.#end[item]!;
    this.#bytes.copy(into, at, start, end);
    return at + end - start;
  }
}
