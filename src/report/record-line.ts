/** A record that was read, as a line: for people, for scripts, or its value as it is. */
import { parseJson, plainJson } from '../workload/encoding/exact-json.ts';
import { type Decoded, keyFields, utf8 } from '../workload/encoding/payload-decoder.ts';
import { escapeControls } from './text-escapes.ts';

export interface ReadRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Uint8Array | null;
  readonly headers: readonly (readonly [name: string, value: Uint8Array | null])[];
  /** null: a tombstone. */
  readonly value: Decoded | null;
}

/** `time topic[partition]@offset key (headers) value` on one line, whatever is in it. */
export function textLine({ topic, partition, offset, timestampMs, key, headers, value }: ReadRecord): string {
  const time = timestampMs > 0 ? new Date(timestampMs).toISOString() : '-';
  const said = headers.map(([name, bytes]) => `${printable(name)}=${bytes === null ? 'null' : printableBytes(bytes)}`);
  return [
    time,
    `${topic}[${partition}]@${offset}`,
    keyText(key),
    ...(said.length === 0 ? [] : [`(${said.join(', ')})`]),
    value === null ? 'null' : valueText(value),
  ].join(' ');
}

/** One JSON object; what is not UTF-8 is base64, in a field named for it. */
export function jsonLine({ topic, partition, offset, timestampMs, key, headers, value }: ReadRecord): string {
  const place = { topic, partition, offset, timestamp: timestampMs };
  const pairs = headers.map(([name, bytes]) => [
    name,
    bytes === null ? null : (utf8(bytes) ?? { base64: base64(bytes) }),
  ]);
  const head = JSON.stringify({ ...place, ...keyFields(key), ...(pairs.length > 0 && { headers: pairs }) });
  return `${head.slice(0, -1)},${valueFields(value)}}`;
}

/** A key as a word. */
export function keyText(key: Uint8Array | null): string {
  return key === null ? '-' : printableBytes(key);
}

function valueFields(value: Decoded | null): string {
  if (value === null) return '"value":null';
  switch (value.kind) {
    case 'avro':
      return `"schemaId":${value.schemaId},"value":${plainJson(value.value)}`;
    case 'json':
      return `"value":${oneLine(value.text)}`;
    case 'text':
      return `"value":${JSON.stringify(value.text)}`;
    case 'bytes': {
      const problem = value.problem === undefined ? '' : `,"problem":${JSON.stringify(value.problem)}`;
      return `"valueBase64":"${base64(value.bytes)}"${problem}`;
    }
  }
}

function valueText(value: Decoded): string {
  switch (value.kind) {
    case 'avro':
      return escapeControls(plainJson(value.value));
    case 'json':
      return escapeControls(oneLine(value.text));
    case 'text':
      return printable(value.text);
    case 'bytes': {
      const problem = value.problem === undefined ? '' : ` (${value.problem})`;
      return `base64:${base64(value.bytes)}${problem}`;
    }
  }
}

/** JSON as it was written, so that no digit is lost; laid out anew only where it has lines. */
function oneLine(text: string): string {
  return /[\n\r]/.test(text) ? plainJson(parseJson(text)) : text.trim();
}

function printableBytes(bytes: Uint8Array): string {
  const text = utf8(bytes);
  return text === undefined ? `base64:${base64(bytes)}` : printable(text);
}

/** Quoted where it is empty or would not stay one word on one line; JSON.stringify leaves DEL and the C1 controls. */
function printable(text: string): string {
  return text !== '' && !/[\s"\p{C}]/u.test(text) ? text : escapeControls(JSON.stringify(text));
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}
