/**
 * The mark as a UUID of version 8, the version for custom content (RFC 9562, 5.8). Version and variant take six bits,
 * which leaves 40 bits for the index, enough for 10^12:
 *
 *     0123456 7-89ab-8cde-bf9d-600000000003
 *     run tag ───────┘ └┘ ││└┬┘└─┬──────┘
 *                version 8 ││ │   index, 10 hex digits
 *     last digit of the run tag: 2 bits with the variant, 2 bits; then the scenario's tag, 4 hex digits
 */
import { type Mark, scenarioTag } from './mark.ts';
import type { Stamp } from './stamp.ts';

export const UUID_LENGTH = 36;
/** Hex digits of the index at the end of the id. */
export const UUID_INDEX_DIGITS = 10;
const INDEX_BITS = 40;

/** The id up to its index. */
export function uuidMarkHead(runTag: string, scenario: string): string {
  const last = Number.parseInt(runTag[15]!, 16);
  const variant = (8 + (last >> 2)).toString(16);
  const tag = scenarioTag(scenario);
  const group4 = `${variant}${last & 3}${tag.slice(0, 2)}`;
  return `${runTag.slice(0, 8)}-${runTag.slice(8, 12)}-8${runTag.slice(12, 15)}-${group4}-${tag.slice(2)}`;
}

const UUID_MARK =
  /^([0-9a-f]{8})-([0-9a-f]{4})-8([0-9a-f]{3})-([89ab])([0-3])([0-9a-f]{2})-([0-9a-f]{2})([0-9a-f]{10})$/;

/** The mark in an id, or undefined if the id is not a mark. */
export function parseUuidMark(text: string): Mark | undefined {
  const match = UUID_MARK.exec(text);
  if (match === null) return undefined;
  const [, first, second, third, variant, low, tagHead, tagTail, index] = match as unknown as string[];
  const last = ((Number.parseInt(variant!, 16) - 8) << 2) + Number(low);
  return {
    runTag: first! + second! + third! + last.toString(16),
    scenarioTag: tagHead! + tagTail!,
    index: Number.parseInt(index!, 16),
  };
}

/** The mark in a payload at `at`. */
export function parseUuidMarkAt(payload: Uint8Array, at: number): Mark | undefined {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
  return parseUuidMark(bytes.toString('latin1', at, at + UUID_LENGTH));
}

const HEX = new TextEncoder().encode(
  Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0')).join(''),
);

/** `numberOf(index)` as 10 hex digits; numbers wrap around at 2^40. */
export function uuidIndex(numberOf: (index: number) => number): Stamp {
  return {
    of: 'index',
    width: UUID_INDEX_DIGITS,
    write: (into, at, index) => writeNumber(into, at, numberOf(index)),
    writeRun(into, at, entry, values, first, n) {
      let lastHigh = -1;
      let from = 0;
      for (let j = 0; j < n; j++) {
        const number = numberOf(values[first + j]!);
        const to = at[entry + j]!;
        const high = Math.floor(number / 256);
        if (high === lastHigh) {
          for (let k = 0; k < UUID_INDEX_DIGITS - 2; k++) into[to + k] = into[from + k]!;
          writeHexByte(into, to + UUID_INDEX_DIGITS - 2, number - high * 256);
        } else {
          writeNumber(into, to, number);
          lastHigh = high;
          from = to;
        }
      }
    },
  };
}

export function uuidIndexText(number: number): string {
  return (number % 2 ** INDEX_BITS).toString(16).padStart(UUID_INDEX_DIGITS, '0');
}

function writeNumber(into: Uint8Array, at: number, number: number): void {
  const low = number | 0;
  writeHexByte(into, at, Math.floor(number / 2 ** 32) & 0xff);
  writeHexByte(into, at + 2, low >>> 24);
  writeHexByte(into, at + 4, (low >>> 16) & 0xff);
  writeHexByte(into, at + 6, (low >>> 8) & 0xff);
  writeHexByte(into, at + 8, low & 0xff);
}

function writeHexByte(into: Uint8Array, at: number, byte: number): void {
  const from = byte << 1;
  into[at] = HEX[from]!;
  into[at + 1] = HEX[from + 1]!;
}
