/** Strings as bytes, without the frame of Avro (length) or JSON (quotes). */
import { writeDigits4 } from '../../encoding/digits.ts';
import { fragments } from '../../encoding/fragments.ts';
import type { Stamp } from '../../encoding/stamp.ts';
import type { CounterRng } from '../../random.ts';
import type { Moment } from './draws.ts';
import { varintLength, writeAvroLong } from './numbers.ts';

/** UTF-8 of a text, or plain bytes; a function of the draw. */
export interface Raw {
  readonly bytesMax: number;
  /** No character that JSON escapes, and none beyond ASCII. */
  readonly plain: boolean;
  write(into: Uint8Array, at: number, draw: number): number;
}

export interface Framed {
  readonly bytesMax: number;
  write(into: Uint8Array, at: number, draw: number): number;
}

/** Avro's string or bytes: the length first. It is only known afterwards, so the bytes may have to move. */
export function avroFramed({ bytesMax, write }: Raw): Framed {
  const room = varintLength(bytesMax);
  if (room === 1) {
    return {
      bytesMax: 1 + bytesMax,
      write(into, at, draw) {
        const end = write(into, at + 1, draw);
        into[at] = (end - at - 1) * 2;
        return end;
      },
    };
  }
  return {
    bytesMax: room + bytesMax,
    write(into, at, draw) {
      const from = at + room;
      const end = write(into, from, draw);
      const to = writeAvroLong(into, at, end - from);
      if (to === from) return end;
      into.copyWithin(to, from, end);
      return to + end - from;
    },
  };
}

const QUOTE = 34;

/** A JSON string. */
export function jsonText(raw: Raw): Framed {
  if (raw.plain) {
    return {
      bytesMax: raw.bytesMax + 2,
      write(into, at, draw) {
        into[at] = QUOTE;
        const end = raw.write(into, at + 1, draw);
        into[end] = QUOTE;
        return end + 1;
      },
    };
  }
  // The longest escape, \u0000, is for one byte.
  return {
    bytesMax: raw.bytesMax * 6 + 2,
    write: (into, at, draw) => writeUtf8(into, at, JSON.stringify(textOf(raw, draw))),
  };
}

/** Bytes in JSON: base64. */
export function jsonBase64(raw: Raw): Framed {
  return {
    bytesMax: Math.ceil(raw.bytesMax / 3) * 4 + 2,
    write: (into, at, draw) => writeUtf8(into, at, JSON.stringify(bytesOf(raw, draw).toString('base64'))),
  };
}

export function bytesOf(raw: Raw, draw: number): Buffer {
  const bytes = Buffer.alloc(raw.bytesMax);
  return bytes.subarray(0, raw.write(bytes, 0, draw));
}

export function textOf(raw: Raw, draw: number): string {
  return bytesOf(raw, draw).toString();
}

const encoder = new TextEncoder();

export function writeUtf8(into: Uint8Array, at: number, text: string): number {
  return at + encoder.encodeInto(text, into.subarray(at)).written;
}

/** A text generated as one string: allocates. @param lengthMax UTF-16 units. */
export function written(text: (draw: number) => string, lengthMax: number): Raw {
  return { bytesMax: lengthMax * 3, plain: false, write: (into, at, draw) => writeUtf8(into, at, text(draw)) };
}

/** Vowels are doubled for pronounceable text. 32 letters take five bits each. */
const LETTERS = Uint8Array.from(Buffer.from('abcdefghijklmnopqrstuvwxyzaeiouy'));
const LETTERS_A_DRAW = 6;

export interface Length {
  readonly min: number;
  readonly max: number;
}

/** Letters from a to z. Always writes six per draw: bytes past the end are overwritten by the next value. */
export function letters(rng: CounterRng, { min, max }: Length): Raw {
  return {
    bytesMax: Math.ceil(max / LETTERS_A_DRAW) * LETTERS_A_DRAW,
    plain: true,
    write(into, start, draw) {
      const first = rng.uniform(draw);
      const end = start + min + Math.floor(first * (max - min + 1));
      let counter = seedOf(first);
      for (let at = start; at < end; at += LETTERS_A_DRAW) {
        const bits = rng.u32(counter++);
        into[at] = LETTERS[bits & 31]!;
        into[at + 1] = LETTERS[(bits >>> 5) & 31]!;
        into[at + 2] = LETTERS[(bits >>> 10) & 31]!;
        into[at + 3] = LETTERS[(bits >>> 15) & 31]!;
        into[at + 4] = LETTERS[(bits >>> 20) & 31]!;
        into[at + 5] = LETTERS[(bits >>> 25) & 31]!;
      }
      return end;
    },
  };
}

export function randomBytes(rng: CounterRng, { min, max }: Length): Raw {
  return {
    bytesMax: max,
    plain: false,
    write(into, start, draw) {
      const first = rng.uniform(draw);
      const end = start + min + Math.floor(first * (max - min + 1));
      let counter = seedOf(first);
      for (let at = start; at < end; ) {
        let bits = rng.u32(counter++);
        const stop = Math.min(end, at + 4);
        for (; at < stop; bits >>>= 8) into[at++] = bits & 255;
      }
      return end;
    },
  };
}

/** A draw's number in [0, 1) as a counter for further draws: 52 bits, so that neighbours are safe integers too. */
export function seedOf(unit: number): number {
  return Math.floor(unit * 2 ** 52);
}

const HEX = Uint8Array.from(Buffer.from('0123456789abcdef'));
const DASH = 45;
const UUID_LENGTH = 36;

/** A random UUID of version 4 (RFC 9562). */
export function uuid(rng: CounterRng): Raw {
  return {
    bytesMax: UUID_LENGTH,
    plain: true,
    write(into, start, draw) {
      let counter = seedOf(rng.uniform(draw));
      let bits = 0;
      let digit = 0;
      for (let at = start; at < start + UUID_LENGTH; at++) {
        const place = at - start;
        if (place === 8 || place === 13 || place === 18 || place === 23) {
          into[at] = DASH;
          continue;
        }
        if (digit % 8 === 0) bits = rng.u32(counter++);
        const nibble = bits & 15;
        bits >>>= 4;
        into[at] = HEX[digit === 12 ? 4 : digit === 16 ? 8 | (nibble & 3) : nibble]!;
        digit++;
      }
      return start + UUID_LENGTH;
    },
  };
}

/** The entity of an id field: `customer` for `customer_id` and `customerId`. */
export function idWord(name: string): string | undefined {
  return /^(.+?)(?:_id|_ID|Id|ID)$/.exec(name)?.[1]?.toLowerCase().replaceAll('_', '-');
}

/** `customer-0042`: a word and one of ten thousand numbers. */
export function numbered(rng: CounterRng, word: string): Raw {
  const head = fragments([[`${word}-`]]);
  return {
    bytesMax: head.longest + 4,
    plain: true,
    write(into, start, draw) {
      const at = head.copy(0, into, start);
      writeDigits4(into, at, rng.below(draw, 10_000));
      return at + 4;
    },
  };
}

/** A mark as text: its head, then the index. */
export function marked(text: string, index: Stamp, moment: Moment): Raw {
  const head = fragments([[text]]);
  return {
    bytesMax: head.longest + index.width,
    plain: true,
    write(into, start) {
      const at = head.copy(0, into, start);
      index.write(into, at, moment.index);
      return at + index.width;
    },
  };
}
