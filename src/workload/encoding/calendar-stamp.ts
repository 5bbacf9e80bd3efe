/** Stamps that write the record time as a calendar date and time in UTC. */

import { MS_PER_DAY } from '../../time-zone.ts';
import { MS_PER_SEC } from '../../units.ts';
import { writeDigits2, writeDigits4, writeDigits8 } from './digits.ts';
import { type Stamp, timeStamp } from './stamp.ts';

/** '-', ':', '.', 'T' and 'Z'. */
const DASH = 45;
const COLON = 58;
const POINT = 46;
const LETTER_T = 84;
const LETTER_Z = 90;

/** `20250131` */
export const compactDate: Stamp = timeStamp(8, (into, at, ms) => {
  writeDigits8(into, at, dateOf(Math.floor(ms / MS_PER_DAY)));
});

/** Whole seconds since 1970 as 10 decimal digits. */
export const epochSeconds: Stamp = timeStamp(10, (into, at, ms) => {
  const seconds = Math.floor(ms / MS_PER_SEC);
  const high = Math.floor(seconds / 1e8);
  writeDigits2(into, at, high);
  writeDigits8(into, at + 2, seconds - high * 1e8);
});

/** ISO 8601 with milliseconds, as Date.prototype.toISOString writes it: `2025-01-31T23:59:59.999Z`. */
export const isoMillis: Stamp = timeStamp(24, (into, at, ms) => {
  writeIsoMillis(into, at, ms);
  into[at + 23] = LETTER_Z;
});

/** The same without a zone; sub-millisecond digits may follow. */
export const isoMillisZoneless: Stamp = timeStamp(23, writeIsoMillis);

function writeIsoMillis(into: Uint8Array, at: number, ms: number): void {
  const day = Math.floor(ms / MS_PER_DAY);
  const date = dateOf(day);
  writeDigits4(into, at, (date / 10_000) | 0);
  into[at + 4] = DASH;
  writeDigits2(into, at + 5, ((date / 100) | 0) % 100);
  into[at + 7] = DASH;
  writeDigits2(into, at + 8, date % 100);
  into[at + 10] = LETTER_T;
  let rest = ms - day * MS_PER_DAY;
  const hour = (rest / 3_600_000) | 0;
  rest -= hour * 3_600_000;
  const minute = (rest / 60_000) | 0;
  rest -= minute * 60_000;
  const second = (rest / MS_PER_SEC) | 0;
  rest -= second * MS_PER_SEC;
  writeDigits2(into, at + 11, hour);
  into[at + 13] = COLON;
  writeDigits2(into, at + 14, minute);
  into[at + 16] = COLON;
  writeDigits2(into, at + 17, second);
  // Three digits: the four are written one place to the left, and the point over their zero.
  writeDigits4(into, at + 19, rest);
  into[at + 19] = POINT;
}

/**
 * The date of a day since 1970 as the number YYYYMMDD, without an object: years begin in March here, so that the leap
 * day is a year's last (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days).
 */
function dateOf(day: number): number {
  const shifted = day + 719_468;
  const era = (shifted / 146_097) | 0;
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra =
    ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36_524) | 0) - ((dayOfEra / 146_096) | 0)) / 365) | 0;
  const dayOfYear = dayOfEra - (365 * yearOfEra + (yearOfEra >> 2) - ((yearOfEra / 100) | 0));
  const marchMonth = ((5 * dayOfYear + 2) / 153) | 0;
  const dayOfMonth = dayOfYear - (((153 * marchMonth + 2) / 5) | 0) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0);
  return year * 10_000 + month * 100 + dayOfMonth;
}
