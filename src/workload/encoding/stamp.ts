/**
 * The parts of a record that change each time a pooled record is used: fixed-width encodings of the message index
 * or of the record time. A stamp writes one value, or a batch of values into consecutive pool entries.
 */
import { LoadError } from '../../errors.ts';
import { writeDigits4, writeDigits8, writeDigits9 } from './digits.ts';

export interface Stamp {
  /** What is written: the message index, or the record time in ms. */
  readonly of: 'index' | 'time';
  /** Bytes per value. */
  readonly width: number;
  write(into: Uint8Array, at: number, value: number): void;
  /** `write(into, at[entry + j], values[first + j])` for j in 0..n-1, faster: neighbours share most digits. */
  writeRun(into: Uint8Array, at: Int32Array, entry: number, values: Float64Array, first: number, n: number): void;
}

/** Indexes with 12 decimal digits: 11 days at a million a second. */
export const INDEX_DIGITS = 12;
export const INDEX_MAX = 10 ** INDEX_DIGITS - 1;

/**
 * Record times with one width in every encoding: 13 digits from 2001-09-09, and a 6-byte Avro varint until
 * 2039-09-07 (zigzag doubles: 2 × 2^41 is the first value of seven bytes).
 */
export const TIMESTAMP_MIN_MS = 1e12;
export const TIMESTAMP_MAX_MS = 2 ** 41 - 1;

/** The index as 12 decimal digits. */
export const decimalIndex: Stamp = {
  of: 'index',
  width: INDEX_DIGITS,
  write: writeIndexDigits,
  writeRun(into, at, entry, values, first, n) {
    let lastHigh = -1;
    let from = 0;
    for (let j = 0; j < n; j++) {
      const value = values[first + j]!;
      const to = at[entry + j]!;
      const high = Math.floor(value / 10_000);
      if (high === lastHigh) {
        for (let k = 0; k < 8; k++) into[to + k] = into[from + k]!;
        writeDigits4(into, to + 8, value - high * 10_000);
      } else {
        writeIndexDigits(into, to, value);
        lastHigh = high;
        from = to;
      }
    }
  },
};

/** The last nine decimal digits of `shift` + index: unique within a billion messages. */
export function shiftedIndex(shift: number): Stamp {
  const write = (into: Uint8Array, at: number, index: number): void => {
    if (index > INDEX_MAX) throw indexError(index);
    const number = index + shift;
    writeDigits9(into, at, number - Math.floor(number / 1e9) * 1e9);
  };
  return {
    of: 'index',
    width: 9,
    write,
    writeRun(into, at, entry, values, first, n) {
      for (let j = 0; j < n; j++) write(into, at[entry + j]!, values[first + j]!);
    },
  };
}

/** The index as a 48-bit big-endian integer. */
export const binaryIndex: Stamp = {
  of: 'index',
  width: 6,
  write: writeIndexBytes,
  writeRun(into, at, entry, values, first, n) {
    for (let j = 0; j < n; j++) writeIndexBytes(into, at[entry + j]!, values[first + j]!);
  },
};

/** Avro `timestamp-millis`: the zigzag varint of a long, 6 bytes in the range above. */
export const avroTime: Stamp = timeStamp(6, (into, at, ms) => {
  const zigzag = ms * 2;
  const high = Math.floor(zigzag / 2 ** 28);
  const low = zigzag - high * 2 ** 28;
  into[at] = low | 0x80;
  into[at + 1] = (low >>> 7) | 0x80;
  into[at + 2] = (low >>> 14) | 0x80;
  into[at + 3] = (low >>> 21) | 0x80;
  into[at + 4] = high | 0x80;
  into[at + 5] = high >>> 7;
});

/** Milliseconds as 13 decimal digits. */
export const decimalTime: Stamp = timeStamp(13, (into, at, ms) => {
  const high = Math.floor(ms / 1e8);
  writeDigits8(into, at + 5, ms - high * 1e8);
  writeDigits4(into, at + 1, high % 10_000);
  into[at] = 48 + Math.floor(high / 10_000);
});

function writeIndexDigits(into: Uint8Array, at: number, index: number): void {
  if (index > INDEX_MAX) throw indexError(index);
  const high = Math.floor(index / 1e8);
  writeDigits4(into, at, high);
  writeDigits8(into, at + 4, index - high * 1e8);
}

function writeIndexBytes(into: Uint8Array, at: number, index: number): void {
  if (index > INDEX_MAX) throw indexError(index);
  const high = Math.floor(index / 2 ** 32);
  into[at] = high >>> 8;
  into[at + 1] = high;
  into[at + 2] = index / 2 ** 24;
  into[at + 3] = index / 2 ** 16;
  into[at + 4] = index / 2 ** 8;
  into[at + 5] = index;
}

/** A time stamp from its encoder: range-checked whole milliseconds, each encoded once for all its messages. */
export function timeStamp(width: number, encode: (into: Uint8Array, at: number, ms: number) => void): Stamp {
  const write = (into: Uint8Array, at: number, value: number): void => {
    const ms = Math.floor(value);
    if (!(ms >= TIMESTAMP_MIN_MS && ms <= TIMESTAMP_MAX_MS)) throw timeError(value);
    encode(into, at, ms);
  };
  return {
    of: 'time',
    width,
    write,
    writeRun(into, at, entry, values, first, n) {
      let lastMs = Number.NaN;
      let from = 0;
      for (let j = 0; j < n; j++) {
        const to = at[entry + j]!;
        const ms = Math.floor(values[first + j]!);
        if (ms === lastMs) {
          for (let k = 0; k < width; k++) into[to + k] = into[from + k]!;
        } else {
          write(into, to, ms);
          lastMs = ms;
          from = to;
        }
      }
    },
  };
}

function indexError(index: number): LoadError {
  return new LoadError('INDEX_RANGE', `message index ${index} is beyond ${INDEX_MAX}, the last one an id can carry`);
}

function timeError(ms: number): LoadError {
  const range = `${new Date(TIMESTAMP_MIN_MS).toISOString()} to ${new Date(TIMESTAMP_MAX_MS).toISOString()}`;
  return new LoadError('TIMESTAMP_RANGE', `record time ${ms} ms since 1970 is outside ${range}`, {
    hint: 'check the clock of this machine and the profile’s clock',
  });
}
