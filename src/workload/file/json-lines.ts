/** Reads files with one JSON object per line; lines are kept as written. */
import { isUtf8 } from 'node:buffer';
import { InputError, type Problem } from '../../errors.ts';
import type { WorkloadDefinition } from '../definition.ts';
import { parseJson } from '../encoding/exact-json.ts';
import { collectKeyPaths, noKey } from '../key-field.ts';
import type { RecordNode } from '../schema/reading/avro-node.ts';
import { avroOfJson } from '../schema/values/json-reader.ts';
import { shownPath } from '../shown-path.ts';
import { FILE_BYTES_MAX, readWhole, tooLarge } from './records-file.ts';
import { BytesPacker, type PackedBytes, sharedInts } from './shared-data.ts';

const PROBLEMS_SHOWN = 10;
const LINE_SHOWN_MAX = 80;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

export interface JsonLines {
  readonly lines: PackedBytes;
  /** Null without a schema. */
  readonly avro: PackedBytes | null;
  readonly fieldNames: readonly string[];
  readonly count: number;
  /** Total of all lines. */
  readonly keyFields: readonly string[];
  readonly noKeys: WorkloadDefinition['noKeys'];
}

/** @throws InputError with the first invalid lines, each with its number, and the number of further ones. */
export function readJsonLines(path: string, schema: RecordNode | null): JsonLines {
  const shown = shownPath(path);
  const whole = readWhole(path);
  const [start, end]: [number[], number[]] = [[], []];
  const problems: Problem[] = [];
  const fieldNames = new Set<string>();
  const keyPaths = new Set<string>();
  const noKeys: Record<string, string> = Object.create(null);
  const avro = schema && new BytesPacker(whole.length);
  let number = 0;
  for (const line of linesOf(whole)) {
    number++;
    if (line.start === line.end) continue;
    try {
      const text = textOf(whole.subarray(line.start, line.end));
      const value = recordOf(text);
      if (schema !== null) avro!.add(avroOfJson(schema, parseJson(text)));
      for (const name of Object.keys(value)) fieldNames.add(name);
      collectKeyPaths(value, keyPaths, (field, each) => {
        noKeys[field] ??= `${shown}:${number}: ${noKey(field, each)}`;
      });
      start.push(line.start);
      end.push(line.end);
    } catch (error) {
      problems.push({ place: `${shown}:${number}`, message: (error as Error).message });
    }
    if (avro !== null && avro.used > FILE_BYTES_MAX) throw tooLarge(shown);
  }
  if (problems.length > PROBLEMS_SHOWN) {
    const more = problems.splice(PROBLEMS_SHOWN).length;
    problems.push({ place: shown, message: `and ${more} more such ${more === 1 ? 'line' : 'lines'}` });
  }
  // The whole file is valid JSON: one record over several lines, or a list of records.
  if (problems.length > 0 && /^\s*[[{]\s*$/.test(firstLineOf(whole))) {
    problems[0] = { ...problems[0]!, hint: 'write one record per line, without a list around them' };
  }
  if (problems.length === 0 && start.length === 0) problems.push({ place: shown, message: 'it contains no records' });
  if (problems.length > 0) throw new InputError(problems);
  return {
    lines: { bytes: whole, start: sharedInts(start), end: sharedInts(end) },
    avro: avro?.pack() ?? null,
    count: start.length,
    fieldNames: [...fieldNames],
    keyFields: [...keyPaths],
    noKeys: { ...noKeys },
  };
}

/** 1-based line number at a position. */
export function lineNumberAt(whole: Buffer, place: number): number {
  let number = 1;
  for (let at = whole.indexOf(LINE_FEED); at >= 0 && at < place; at = whole.indexOf(LINE_FEED, at + 1)) number++;
  return number;
}

function firstLineOf(whole: Buffer): string {
  const feed = whole.indexOf(LINE_FEED);
  return whole.subarray(0, feed < 0 ? whole.length : Math.min(feed, LINE_SHOWN_MAX)).toString();
}

/** Bounds of each line, trimmed. Includes empty lines, for the line numbers. */
function* linesOf(whole: Buffer): Generator<{ readonly start: number; readonly end: number }> {
  let at = whole.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
  while (at < whole.length) {
    const feed = whole.indexOf(LINE_FEED, at);
    const next = feed < 0 ? whole.length : feed;
    let [start, end] = [at, next];
    while (end > start && isSpace(whole[end - 1]!)) end--;
    while (start < end && isSpace(whole[start]!)) start++;
    yield { start, end };
    at = next + 1;
  }
}

function isSpace(byte: number): boolean {
  return byte === 32 || byte === 9 || byte === CARRIAGE_RETURN;
}

function textOf(line: Buffer): string {
  if (!isUtf8(line)) throw new Error('is not valid UTF-8');
  return line.toString();
}

function recordOf(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = (error as Error).message.replace(/ in JSON at position (\d+).*/s, ' at character $1');
    throw new Error(`is not JSON: ${reason}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error('is not a JSON object');
}
