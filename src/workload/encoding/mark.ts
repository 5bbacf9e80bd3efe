/**
 * The mark that identifies a record by (run, scenario, index). As text `<run tag>-<scenario>-<index>` with 16
 * hex digits, 4 hex digits and 12 decimal digits; as 16 bytes: run tag 8, scenario 2, index 6, all big-endian.
 */
import { murmur2 } from '../partitioner.ts';
import { CounterRng } from '../random.ts';
import { INDEX_DIGITS } from './stamp.ts';

export interface Mark {
  /** 16 hex digits. */
  readonly runTag: string;
  /** `scenarioTag` of the scenario's name: 4 hex digits. */
  readonly scenarioTag: string;
  readonly index: number;
}

export const MARK_BYTES = 16;
/** Name of the Kafka header whose value is the mark as 16 bytes (`mark: header`). */
export const MARK_HEADER = 'load-mark';
/** Bytes of the mark before the index. */
export const MARK_INDEX_AT = 10;
/** Characters of a text mark: both tags with their dashes, and the index. */
export const TEXT_MARK_LENGTH = 16 + 1 + 4 + 1 + INDEX_DIGITS;

/** 16 bits of the scenario's name as 4 hex digits; scenarios of a topic with the same tag are indistinguishable. */
export function scenarioTag(scenario: string): string {
  const bytes = new TextEncoder().encode(scenario);
  const hash = murmur2(bytes, 0, bytes.length);
  return hex((hash ^ (hash >>> 16)) & 0xffff, 4);
}

/** Replaces the run tag in unmarked records; derived from the seed, so that equal seeds give equal bytes. */
export function unmarkedTag(seed: number, scenario: string): string {
  const rng = new CounterRng(seed, scenario, 'unmarked');
  return hex(rng.u32(0), 8) + hex(rng.u32(1), 8);
}

/** A text mark up to its index. */
export function textMarkHead(runTag: string, scenario: string): string {
  return `${runTag}-${scenarioTag(scenario)}-`;
}

const TEXT_MARK = /^([0-9a-f]{16})-([0-9a-f]{4})-(\d{12})$/;

/** The mark in an id field, or undefined if the text is not a mark. */
export function parseTextMark(text: string): Mark | undefined {
  const match = TEXT_MARK.exec(text);
  return match === null ? undefined : { runTag: match[1]!, scenarioTag: match[2]!, index: Number(match[3]) };
}

export function textMark({ runTag, scenarioTag, index }: Mark): string {
  return `${runTag}-${scenarioTag}-${String(index).padStart(INDEX_DIGITS, '0')}`;
}

/** The text mark in a payload at `at`. */
export function parseTextMarkAt(payload: Uint8Array, at: number): Mark | undefined {
  return parseTextMark(
    Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('latin1', at, at + TEXT_MARK_LENGTH),
  );
}

/** The first 10 bytes of a binary mark: run tag and scenario. */
export function binaryMarkHead(runTag: string, scenario: string): Uint8Array {
  return Uint8Array.from(Buffer.from(runTag + scenarioTag(scenario), 'hex'));
}

/** The mark at the start of a payload; undefined if it is too short. Any 16 bytes parse: compare the tags. */
export function parseBinaryMark(payload: Uint8Array): Mark | undefined {
  if (payload.length < MARK_BYTES) return undefined;
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, MARK_BYTES);
  return {
    runTag: bytes.toString('hex', 0, 8),
    scenarioTag: bytes.toString('hex', 8, 10),
    index: bytes.readUIntBE(MARK_INDEX_AT, 6),
  };
}

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, '0');
}
