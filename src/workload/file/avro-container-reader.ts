/**
 * Reads Avro object container files (Avro specification 1.11, "Object Container Files"; what `load sample` writes):
 * records stay encoded, blocks are decompressed.
 */
import { inflateRawSync } from 'node:zlib';
import type avsc from 'avsc';
import { InputError } from '../../errors.ts';
import { loadAvsc } from '../encoding/avsc.ts';
import { avroType } from '../encoding/avsc-type.ts';
import type { RecordNode } from '../schema/reading/avro-node.ts';
import { readSchema } from '../schema/reading/read-schema.ts';
import { shownPath } from '../shown-path.ts';
import { FILE_BYTES_MAX, readWhole, tooLarge } from './records-file.ts';
import { BytesPacker, type PackedBytes } from './shared-data.ts';

export interface AvroRecords {
  readonly avro: PackedBytes;
  readonly schema: unknown;
  /** The schema as written in the file. */
  readonly schemaText: string;
  readonly root: RecordNode;
}

const HEADER = {
  type: 'record',
  name: 'Header',
  fields: [
    { name: 'magic', type: { type: 'fixed', name: 'Magic', size: 4 } },
    { name: 'meta', type: { type: 'map', values: 'bytes' } },
    { name: 'sync', type: { type: 'fixed', name: 'Sync', size: 16 } },
  ],
} satisfies avsc.Schema;

type Codec = (block: Buffer) => Buffer;
const CODECS: Readonly<Record<string, Codec>> = {
  null: (block) => block,
  deflate: (block) => inflateRawSync(block, { maxOutputLength: FILE_BYTES_MAX }),
};

/** @throws InputError if it is not a container, has an unknown codec, is corrupt, or exceeds the memory limit. */
export function readContainer(path: string): AvroRecords {
  const shown = shownPath(path);
  const whole = readWhole(path);
  const bad = (message: string, hint?: string) =>
    new InputError([{ place: shown, message, ...(hint !== undefined && { hint }) }]);
  const { Type } = loadAvsc();
  const [headerType, longType] = [Type.forSchema(HEADER), Type.forSchema('long')];
  const header = decode<{ magic: Buffer; meta: Record<string, Buffer>; sync: Buffer }>(headerType, whole, 0);
  if (header === undefined || header.value.magic.toString('latin1') !== 'Obj\u0001') {
    throw bad('is not an Avro container file');
  }
  const { meta, sync } = header.value;
  const codec = meta['avro.codec']?.toString() ?? 'null';
  const unpack = Object.hasOwn(CODECS, codec) ? CODECS[codec]! : undefined;
  if (unpack === undefined)
    throw bad(`its codec ${codec} is not read`, `write it with ${Object.keys(CODECS).join(' or ')}`);
  const schema = parsed(meta['avro.schema']);
  if (schema === undefined) throw bad('its header has no schema');
  const root = readSchema(schema, `${shown}: schema`);
  const type = avroType(schema);
  const packer = new BytesPacker(whole.length);
  let at = header.offset;
  for (let block = 1; at < whole.length; block++) {
    const count = decode<number>(longType, whole, at);
    const size = count && decode<number>(longType, whole, count.offset);
    const end = size && size.offset + size.value;
    if (count === undefined || end === undefined || count.value < 0 || end < size!.offset) {
      throw bad(`block ${block} is cut off, or broken`);
    }
    if (end + sync.length > whole.length) throw bad(`block ${block} is cut off`);
    if (!whole.subarray(end, end + sync.length).equals(sync))
      throw bad(`block ${block} is incomplete: the file is corrupt`);
    if (!addBlock(whole.subarray(size!.offset, end), count!.value, { unpack, type, packer })) {
      throw bad(`block ${block} is broken: its records are not of its schema`);
    }
    if (packer.used > FILE_BYTES_MAX) throw tooLarge(shown);
    at = end + sync.length;
  }
  const avro = packer.pack();
  if (avro.start.length === 0) throw bad('it contains no records');
  return { avro, schema, schemaText: meta['avro.schema']!.toString(), root };
}

/** False if the block's record count is wrong. */
function addBlock(
  bytes: Buffer,
  count: number,
  { unpack, type, packer }: { readonly unpack: Codec; readonly type: avsc.Type; readonly packer: BytesPacker },
): boolean {
  try {
    const block = unpack(bytes);
    let at = 0;
    for (let i = 0; i < count; i++) {
      const record = decode(type, block, at);
      if (record === undefined) return false;
      packer.add(block.subarray(at, record.offset));
      at = record.offset;
    }
    return at === block.length;
  } catch {
    return false;
  }
}

/** Undefined if the bytes are truncated or not a value of the type. */
function decode<T>(type: avsc.Type, bytes: Buffer, at: number): { value: T; offset: number } | undefined {
  try {
    const { value, offset } = type.decode(bytes, at);
    return offset < 0 ? undefined : { value: value as T, offset };
  } catch {
    return undefined;
  }
}

function parsed(text: Buffer | undefined): unknown {
  try {
    return text && JSON.parse(text.toString());
  } catch {
    return undefined;
  }
}
