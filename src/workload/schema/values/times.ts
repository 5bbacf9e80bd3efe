/** The record's time in the units of Avro's logical types: stamps of fixed width from 2001-09-09 to 2039-09-07. */
import { writeDigits8 } from '../../encoding/digits.ts';
import { avroTime, decimalTime, type Stamp, timeStamp } from '../../encoding/stamp.ts';
import { LOGICAL_TIMES, type LogicalTime } from '../reading/avro-node.ts';
import { writeAvroLong, writeJsonInteger } from './numbers.ts';

interface TimeEncoding {
  readonly avro: Stamp;
  readonly json: Stamp;
  value(timestampMs: number): number;
}

const toMicros = (ms: number): number => ms * LOGICAL_TIMES['timestamp-micros'].unitsPerMs;
const toDays = (ms: number): number => Math.floor(ms * LOGICAL_TIMES.date.unitsPerMs);

const millis: TimeEncoding = { avro: avroTime, json: decimalTime, value: (timestampMs) => Math.floor(timestampMs) };

/** Whole milliseconds, in microseconds: 8 bytes, 16 digits. */
const micros: TimeEncoding = {
  avro: timeStamp(8, (into, at, ms) => {
    writeAvroLong(into, at, toMicros(ms));
  }),
  json: timeStamp(16, (into, at, ms) => {
    const us = toMicros(ms);
    const high = Math.floor(us / 1e8);
    writeDigits8(into, at, high);
    writeDigits8(into, at + 8, us - high * 1e8);
  }),
  value: (timestampMs) => toMicros(Math.floor(timestampMs)),
};

/** The day in UTC: 3 bytes, 5 digits. */
const days: TimeEncoding = {
  avro: timeStamp(3, (into, at, ms) => {
    writeAvroLong(into, at, toDays(ms));
  }),
  json: timeStamp(5, (into, at, ms) => {
    writeJsonInteger(into, at, toDays(ms));
  }),
  value: toDays,
};

/** Undefined for a time of day, which has no date. */
export function recordTime(type: LogicalTime): TimeEncoding | undefined {
  switch (type) {
    case 'timestamp-millis':
    case 'local-timestamp-millis':
      return millis;
    case 'timestamp-micros':
    case 'local-timestamp-micros':
      return micros;
    case 'date':
      return days;
    default:
      return undefined;
  }
}
