/** Parts for values without nested parts: by the field's rule, else by type, else by name. */

import { EXIT, LoadError } from '../../../errors.ts';
import type { ForeignKeys } from '../../definition.ts';
import { plainJson } from '../../encoding/exact-json.ts';
import type { PlainFieldRule } from '../../record-plan.ts';
import { binaryPart, choicePart, numberPart, type Part, textPart, timePart } from '../parts/part.ts';
import { type AvroNode, type EnumNode, type FixedNode, logicalTime, type PrimitiveNode } from '../reading/avro-node.ts';
import { readAvro } from './avro-reader.ts';
import type { Draws, Moment } from './draws.ts';
import { avroBytes } from './json-reader.ts';
import { openNumbers, spanOf } from './number-rule.ts';
import {
  avroDecimal,
  avroDouble,
  avroFloat,
  avroInteger,
  jsonNumber,
  type NumberWriter,
  type Span,
} from './numbers.ts';
import { openPattern } from './pattern.ts';
import { durationBytes } from './plain-value.ts';
import {
  avroFramed,
  bytesOf,
  type Framed,
  idWord,
  jsonBase64,
  jsonText,
  letters,
  numbered,
  type Raw,
  randomBytes,
  textOf,
  uuid,
  written,
} from './texts.ts';
import { recordTime } from './times.ts';

export interface LeafContext {
  readonly json: boolean;
  readonly draws: Draws;
  readonly moment: Moment;
  /** The keys of another scenario's records, by index. */
  readonly keysOf: ForeignKeys;
}

export interface LeafPlace {
  /** Unique: the field's path, plus the case if a `switch` has several rules for it. */
  readonly path: string;
  readonly exact: boolean;
}

type LeafNode = PrimitiveNode | EnumNode | FixedNode;

const DEFAULT_TEXT: readonly [number, number] = [8, 16];
const DEFAULT_BYTES: readonly [number, number] = [0, 16];

export function leafPart(node: LeafNode, rule: PlainFieldRule, place: LeafPlace, context: LeafContext): Part {
  const { json } = context;
  const span = spanOf(node);
  switch (node.kind) {
    case 'null':
      return choicePart([null], encoderOf(node, json), () => 0);
    case 'boolean':
      return choice(node, [false, true], place, context);
    case 'enum':
      return choice(node, node.symbols, place, context);
    case 'string':
      return textPart(textSource(node, rule, place, context), json ? jsonText : avroFramed);
    case 'bytes':
    case 'fixed':
      if (span === null) return binary(node, rule, place, context);
      return number(node, span, rule, place, context);
    default:
      return number(node, span!, rule, place, context);
  }
}

/** Uniform. */
function choice(node: LeafNode, values: readonly unknown[], { path }: LeafPlace, { json, draws }: LeafContext): Part {
  const rng = draws.rng(path, 'choice');
  return choicePart(values, encoderOf(node, json), (draw) => rng.below(draw, values.length));
}

/** A value's bytes in the format. */
export function encoderOf(node: AvroNode, json: boolean): (value: unknown) => Uint8Array {
  const avro = (value: unknown) => avroBytes(node, value);
  return json ? (value) => Buffer.from(plainJson(readAvro(node, Buffer.from(avro(value))))) : avro;
}

function number(node: LeafNode, span: Span, rule: PlainFieldRule, place: LeafPlace, context: LeafContext): Part {
  const { json, moment, draws, keysOf } = context;
  const time = logicalTime(node);
  const ofRecord = time !== null && !hasNumbers(rule) ? recordTime(time) : undefined;
  if (ofRecord !== undefined) return timePart(json ? ofRecord.json : ofRecord.avro, moment, ofRecord.value);
  if (rule.foreignKey !== undefined) {
    const keys = foreignKeys(rule.foreignKey, place, { draws, keysOf });
    return numberPart(
      (draw) => exactInteger(textOf(keys, draw), place.path),
      json ? jsonNumber(span) : avroInteger(span),
      jsonNumber(span),
    );
  }
  const source = openNumbers(node, span, rule, { draws, moment, ...place });
  const asText = jsonNumber(source);
  if (json) return numberPart(source.draw, asText, asText);
  // A reader gets the nearest float.
  const draw = node.kind === 'float' ? (i: number) => Math.fround(source.draw(i)) : source.draw;
  return numberPart(draw, avroNumber(node, source), asText);
}

function avroNumber(node: LeafNode, span: Span): NumberWriter {
  if (node.kind === 'float') return avroFloat;
  if (node.kind === 'double') return avroDouble;
  if (node.kind !== 'bytes' && node.kind !== 'fixed') return avroInteger(span);
  const scale = node.logical?.type === 'decimal' ? node.logical.scale : 0;
  return avroDecimal(scale, node.kind === 'fixed' ? node.size : null);
}

function hasNumbers({ range, ranges, distribution, sequence }: PlainFieldRule): boolean {
  return [range, ranges, distribution, sequence].some((each) => each !== undefined);
}

function textSource(node: LeafNode, rule: PlainFieldRule, place: LeafPlace, context: LeafContext): Raw {
  const { draws, moment } = context;
  const rng = (purpose: string) => draws.rng(place.path, purpose);
  if (rule.pattern !== undefined) return openPattern(rule.pattern, rng('pattern'));
  if (rule.foreignKey !== undefined) return foreignKeys(rule.foreignKey, place, context);
  if (hasNumbers(rule)) {
    const source = openNumbers(node, spanOf(node)!, rule, { draws, moment, ...place });
    const { bytesMax, write } = jsonNumber(source);
    return { bytesMax, plain: true, write: (into, at, draw) => write(into, at, source.draw(draw)) };
  }
  if ('logical' in node && node.logical?.type === 'uuid') return uuid(rng('uuid'));
  const word = rule.length === undefined ? idWord(place.path.slice(place.path.lastIndexOf('.') + 1)) : undefined;
  if (word !== undefined) return numbered(rng('number'), word);
  return letters(rng('text'), lengthOf(rule, DEFAULT_TEXT));
}

function lengthOf({ length }: PlainFieldRule, [min, max]: readonly [number, number]) {
  return length === undefined ? { min, max } : { min: length[0], max: length[1] };
}

/** Redraws before falling back to a linear search from the last draw. */
const FOREIGN_DRAWS = 16;

/** Keys of the other scenario's records, skipping null keys. */
function foreignKeys(
  { scenario, records }: { readonly scenario: string; readonly records: number },
  { path }: LeafPlace,
  { draws, keysOf }: Pick<LeafContext, 'draws' | 'keysOf'>,
): Raw {
  const keys = keysOf(scenario);
  const rngs = Array.from({ length: FOREIGN_DRAWS }, (_, k) =>
    draws.rng(path, k === 0 ? 'foreign key' : `foreign key ${k}`),
  );
  return {
    bytesMax: keys.bytesMax,
    plain: false,
    write(into, at, draw) {
      let record = 0;
      for (let k = 0; k < FOREIGN_DRAWS + records; k++) {
        record = k < FOREIGN_DRAWS ? rngs[k]!.below(draw, records) : (record + 1) % records;
        const end = keys.write(into, at, record);
        // An end before the start means a null key.
        if (end >= at) return end;
      }
      const message = `${path}: none of the records 0 … ${records - 1} of ${scenario} has a key`;
      throw new LoadError('FOREIGN_KEY', message, { exitCode: EXIT.badInput });
    },
  };
}

/** Generated numbers are doubles. */
function exactInteger(text: string, path: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  const message = `${path}: the foreign key ${text} is beyond 2^53, which generated numbers do not hold exactly`;
  throw new LoadError('FOREIGN_KEY', message, { exitCode: EXIT.badInput, hint: 'make the field a string' });
}

function binary(node: LeafNode, rule: PlainFieldRule, { path }: LeafPlace, { draws, json }: LeafContext): Part {
  const rng = draws.rng(path, 'bytes');
  const logical = 'logical' in node ? node.logical : null;
  if (logical?.type === 'duration') return duration(draws, path, json);
  const size = node.kind === 'fixed' ? node.size : null;
  if (size !== null && logical?.type === 'uuid') {
    const text = uuid(rng);
    const hex = (draw: number) => Buffer.from(textOf(text, draw).replaceAll('-', ''), 'hex');
    const framed = json ? jsonText(text) : copied(size, hex);
    return binaryPart(framed, (draw) => textOf(text, draw));
  }
  const raw = randomBytes(rng, size === null ? lengthOf(rule, DEFAULT_BYTES) : { min: size, max: size });
  const framed = json ? jsonBase64(raw) : size === null ? avroFramed(raw) : raw;
  return binaryPart(framed, (draw) => bytesOf(raw, draw).toString('base64'));
}

/** Up to a year, a month and a day. */
function duration(draws: Draws, path: string, json: boolean): Part {
  const [months, days, milliseconds] = ['months', 'days', 'milliseconds'].map((unit) => draws.rng(path, unit));
  const value = (draw: number) => ({
    months: months!.below(draw, 12),
    days: days!.below(draw, 30),
    milliseconds: milliseconds!.below(draw, 86_400_000),
  });
  if (!json)
    return binaryPart(
      copied(12, (draw) => durationBytes(value(draw))),
      value,
    );
  const longest = JSON.stringify({ months: 11, days: 29, milliseconds: 86_399_999 }).length;
  return binaryPart(
    written((draw) => JSON.stringify(value(draw)), longest),
    value,
  );
}

function copied(bytesMax: number, bytes: (draw: number) => Uint8Array): Framed {
  return {
    bytesMax,
    write(into, at, draw) {
      into.set(bytes(draw), at);
      return at + bytesMax;
    },
  };
}
