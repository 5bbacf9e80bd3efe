/** Writes numbers like JSON.stringify, directly into memory. */
import { writeInteger } from './digits.ts';

const MINUS = 45;
const POINT = 46;
const ZERO = 48;

/**
 * `scaled` / 10^places as the shortest decimal: no trailing zeros, no point without a fraction. `scaled` is an
 * integer, |scaled| < 2^31, and not so small that JSON would need an exponent (places ≤ 6). Returns its end.
 */
export function writeJsonDecimal(into: Uint8Array, start: number, scaled: number, places: number): number {
  let at = start;
  let rest = scaled;
  if (rest < 0) {
    into[at++] = MINUS;
    rest = -rest;
  }
  let unit = 1;
  for (let i = 0; i < places; i++) unit *= 10;
  const whole = (rest / unit) | 0;
  rest -= whole * unit;
  at = writeInteger(into, at, whole);
  if (rest === 0) return at;
  into[at++] = POINT;
  while (rest > 0) {
    unit /= 10;
    const digit = (rest / unit) | 0;
    into[at++] = ZERO + digit;
    rest -= digit * unit;
  }
  return at;
}
