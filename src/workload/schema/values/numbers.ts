/** Numbers as bytes, in Avro and in JSON: `write` returns the end, `bytesMax` holds for every number from min to max. */
import { writeAvroDouble } from '../../encoding/avro.ts';
import { writeDigits8, writeInteger } from '../../encoding/digits.ts';
import { writeJsonDecimal } from '../../encoding/json.ts';

export interface NumberWriter {
  readonly bytesMax: number;
  write(into: Uint8Array, at: number, value: number): number;
}

/** Numbers of a field: all lie in min…max, with at most `decimals` digits after the point (null: any). */
export interface Span {
  readonly min: number;
  readonly max: number;
  readonly decimals: number | null;
}

/** A safe integer as Avro's int or long. */
export function avroInteger({ min, max }: Span): NumberWriter {
  return { bytesMax: Math.max(varintLength(min), varintLength(max)), write: writeAvroLong };
}

export const avroDouble: NumberWriter = { bytesMax: 8, write: writeAvroDouble };

const float = new Float32Array(1);
const floatBytes = new Uint8Array(float.buffer);

export const avroFloat: NumberWriter = {
  bytesMax: 4,
  write(into, at, value) {
    float[0] = value;
    for (let i = 0; i < 4; i++) into[at + i] = floatBytes[i]!;
    return at + 4;
  },
};

/** A decimal's unscaled value, big-endian two's complement: in as few bytes as it takes, or in `size` of them. */
export function avroDecimal(scale: number, size: number | null): NumberWriter {
  const unit = 10 ** scale;
  if (size !== null) {
    return { bytesMax: size, write: (into, at, value) => writeTwos(into, at, Math.round(value * unit), size) };
  }
  return {
    // The length, and seven bytes for a safe integer.
    bytesMax: 8,
    write(into, at, value) {
      const unscaled = Math.round(value * unit);
      let length = 1;
      for (let bound = 128; unscaled >= bound || unscaled < -bound; bound *= 256) length++;
      into[at] = length * 2;
      return writeTwos(into, at + 1, unscaled, length);
    },
  };
}

function writeTwos(into: Uint8Array, at: number, value: number, length: number): number {
  let rest = value;
  for (let i = at + length - 1; i >= at; i--) {
    const next = Math.floor(rest / 256);
    into[i] = rest - next * 256;
    rest = next;
  }
  return at + length;
}

/** A safe integer as zigzag varint; beyond 30 bits by division, where shifts have no meaning. */
export function writeAvroLong(into: Uint8Array, start: number, value: number): number {
  const negative = value < 0 ? 1 : 0;
  // The magnitude without its sign bit: doubling it first would leave the safe integers.
  let rest = negative === 1 ? -value - 1 : value;
  let at = start;
  if (rest < 2 ** 30) {
    let zigzag = ((rest << 1) | negative) >>> 0;
    for (; zigzag >= 128; zigzag >>>= 7) into[at++] = (zigzag & 127) | 128;
    into[at++] = zigzag;
    return at;
  }
  let high = Math.floor(rest / 64);
  into[at++] = ((rest - high * 64) * 2) | negative | 128;
  for (rest = high; rest >= 128; rest = high) {
    high = Math.floor(rest / 128);
    into[at++] = (rest - high * 128) | 128;
  }
  into[at++] = rest;
  return at;
}

/** Bytes of the zigzag varint. */
export function varintLength(value: number): number {
  let rest = Math.floor((value < 0 ? -value - 1 : value) / 64);
  let length = 1;
  for (; rest > 0; rest = Math.floor(rest / 128)) length++;
  return length;
}

const MINUS = 45;
/** Sign, 17 digits, point, `e-324`. */
const DOUBLE_TEXT_MAX = 25;
/** What writeJsonDecimal takes. */
const DECIMALS_MAX = 6;

/** As JSON.stringify writes it; also a number as the text of a string or of a key. */
export function jsonNumber({ min, max, decimals }: Span): NumberWriter {
  if (decimals === 0) {
    return { bytesMax: Math.max(String(min).length, String(max).length), write: writeJsonInteger };
  }
  const asText = (into: Uint8Array, at: number, value: number): number => writeAscii(into, at, String(value));
  if (decimals === null || decimals > DECIMALS_MAX) return { bytesMax: DOUBLE_TEXT_MAX, write: asText };
  const unit = 10 ** decimals;
  return {
    bytesMax: DOUBLE_TEXT_MAX,
    write(into, at, value) {
      const scaled = Math.round(value * unit);
      return Math.abs(scaled) < 2 ** 31 ? writeJsonDecimal(into, at, scaled, decimals) : asText(into, at, value);
    },
  };
}

/** A safe integer. */
export function writeJsonInteger(into: Uint8Array, start: number, value: number): number {
  let at = start;
  let rest = value;
  if (rest < 0) {
    into[at++] = MINUS;
    rest = -rest;
  }
  if (rest < 2 ** 31) return writeInteger(into, at, rest);
  const high = Math.floor(rest / 1e8);
  at = writeInteger(into, at, high);
  writeDigits8(into, at, rest - high * 1e8);
  return at + 8;
}

function writeAscii(into: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) into[at + i] = text.charCodeAt(i);
  return at + text.length;
}
