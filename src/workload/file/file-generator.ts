/** Records of a file: bytes that were packed before the run, copied. */
import type { RecordPlan } from '../../plan/plan.ts';
import type { AvroRecordSchema, RecordGenerator } from '../definition.ts';
import { wireHeader } from '../encoding/avro.ts';
import { avroType, plainJson } from '../encoding/payload-decoder.ts';
import { keyAt } from '../key-field.ts';
import { asBuffer, BytesPacker, type PackedBytes, sharedData } from './shared-data.ts';

type Value = Record<string, unknown>;

/** A file as all threads have it; lines or Avro, or both. */
export interface RecordsFile {
  readonly lines: PackedBytes | null;
  /** Null: there is no schema. */
  readonly avro: PackedBytes | null;
  readonly schema: AvroRecordSchema | null;
  /** The schema to the digit, where it is from a text. */
  readonly schemaText?: string;
  readonly count: number;
  readonly fieldNames: readonly string[];
  readonly keyFields: readonly string[];
}

export class FileGenerator implements RecordGenerator {
  readonly bytesMax: number;
  readonly keyBytesMax: number;
  readonly weightsDenominator = 1;
  readonly marked = false;
  readonly stamps = [];
  readonly freshOnly: string;
  readonly #valueOf: (record: number) => Value;
  readonly #count: number;
  readonly #header: Uint8Array;
  readonly #payloads: Copies;
  readonly #keys: Copies | null;

  /** @param file.id tells the file's content from any other, for what is made of it once a process. */
  constructor(file: RecordsFile, record: RecordPlan, { id, name }: { readonly id: string; readonly name: string }) {
    this.freshOnly = `the records of ${name} are in memory as they are sent, and a pool would hold them twice`;
    this.#count = file.count;
    this.#valueOf = valuesOf(file);
    const isAvro = record.format === 'avro';
    this.#header = isAvro ? wireHeader(record.schemaId) : new Uint8Array(0);
    const packAll = (bytesOf: (value: Value) => Uint8Array | null) => () => {
      const packer = new BytesPacker();
      for (let i = 0; i < file.count; i++) packer.add(bytesOf(this.#valueOf(i)));
      return packer.pack();
    };
    const textOf = packAll((value) => Buffer.from(JSON.stringify(value)));
    this.#payloads = new Copies(isAvro ? file.avro! : (file.lines ?? sharedData(`${id} as JSON`, textOf)));
    const { key } = record;
    this.#keys =
      key.kind === 'field'
        ? new Copies(
            sharedData(
              `${id} key ${key.field}`,
              packAll((value) => keyAt(value, key.field)),
            ),
          )
        : null;
    this.bytesMax = this.#header.length + this.#payloads.bytesMax;
    this.keyBytesMax = this.#keys?.bytesMax ?? 0;
  }

  write(into: Uint8Array, at: number, body: number): number {
    for (let i = 0; i < this.#header.length; i++) into[at + i] = this.#header[i]!;
    return this.#payloads.write(into, at + this.#header.length, body % this.#count);
  }

  writeKey(into: Uint8Array, at: number, body: number): number {
    return this.#keys!.write(into, at, body % this.#count);
  }

  generate(body: number): Value {
    return this.#valueOf(body % this.#count);
  }
}

/** A record as plain values. */
function valuesOf({ lines, avro, schema }: RecordsFile): (record: number) => Value {
  const { bytes, start, end } = (lines ?? avro)!;
  const buffer = asBuffer(bytes);
  if (lines !== null) return (record) => JSON.parse(buffer.toString('utf8', start[record], end[record])) as Value;
  const type = avroType(schema);
  return (record) => JSON.parse(plainJson(type.fromBuffer(buffer.subarray(start[record], end[record])))) as Value;
}

/** Packed bytes, to be copied out. */
class Copies {
  readonly bytesMax: number;
  readonly #bytes: Buffer;
  readonly #start: Int32Array;
  readonly #end: Int32Array;

  constructor({ bytes, start, end }: PackedBytes) {
    this.#bytes = asBuffer(bytes);
    this.#start = start;
    this.#end = end;
    this.bytesMax = start.reduce((most, from, i) => Math.max(most, end[i]! - from), 0);
  }

  /** The end of the copy; -1 where there is nothing to copy. */
  write(into: Uint8Array, at: number, item: number): number {
    const start = this.#start[item]!;
    if (start < 0) return -1;
    const end = this.#end[item]!;
    this.#bytes.copy(into, at, start, end);
    return at + end - start;
  }
}
