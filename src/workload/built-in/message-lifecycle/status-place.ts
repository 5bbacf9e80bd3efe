/** Where a record's status stands, found without decoding it: lanes of one scenario share marks and differ in it. */
import { UUID_LENGTH } from '../../encoding/uuid-mark.ts';
import { idAt } from './record.ts';

const JSON_STATUS = new TextEncoder().encode('","status":"');
const QUOTE = 0x22;

/** First byte and end of the status in the record at `at`; `from` is -1 where it is none. */
export interface StatusPlace {
  from: number;
  to: number;
}

export function findStatus(
  bytes: Uint8Array,
  at: number,
  length: number,
  format: 'avro' | 'json',
  place: StatusPlace,
): void {
  place.from = -1;
  const start = at + idAt(format) + UUID_LENGTH;
  if (format === 'avro') findInAvro(bytes, start, at + length, place);
  else findInJson(bytes, start, at + length, place);
}

/** Behind the id: a long, a string, and the status as a string. */
function findInAvro(bytes: Uint8Array, start: number, end: number, place: StatusPlace): void {
  const carrier = varintEnd(bytes, start, end);
  const carrierText = varintEnd(bytes, carrier, end);
  const status = carrierText + lengthAt(bytes, carrier, carrierText);
  const from = varintEnd(bytes, status, end);
  const to = from + lengthAt(bytes, status, from);
  if (to > end || to < from) return;
  place.from = from;
  place.to = to;
}

function varintEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at]! >= 0x80) at++;
  return at + 1;
}

/** A zigzag varint that is a length. */
function lengthAt(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let at = to - 1; at >= from; at--) value = value * 128 + (bytes[at]! & 0x7f);
  return value / 2;
}

function findInJson(bytes: Uint8Array, start: number, end: number, place: StatusPlace): void {
  for (let at = start; at + JSON_STATUS.length < end; at++) {
    if (bytes[at] !== QUOTE || !matches(bytes, at, JSON_STATUS)) continue;
    place.from = at + JSON_STATUS.length;
    place.to = place.from;
    while (place.to < end && bytes[place.to] !== QUOTE) place.to++;
    return;
  }
}

function matches(bytes: Uint8Array, at: number, text: Uint8Array): boolean {
  for (let k = 0; k < text.length; k++) if (bytes[at + k] !== text[k]) return false;
  return true;
}
