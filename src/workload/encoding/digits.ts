/** ASCII digits written straight into memory, four at a time from a table. */

const ZERO = 48;

/** '0000' … '9999', concatenated. */
const FOUR_DIGITS = new Uint8Array(40_000).map((_, i) => ZERO + (Math.floor((i >> 2) / 10 ** (3 - (i & 3))) % 10));

export function writeDigits4(into: Uint8Array, at: number, value: number): void {
  const from = value << 2;
  into[at] = FOUR_DIGITS[from]!;
  into[at + 1] = FOUR_DIGITS[from + 1]!;
  into[at + 2] = FOUR_DIGITS[from + 2]!;
  into[at + 3] = FOUR_DIGITS[from + 3]!;
}

/** `value` below 1000. */
export function writeDigits3(into: Uint8Array, at: number, value: number): void {
  const from = value << 2;
  into[at] = FOUR_DIGITS[from + 1]!;
  into[at + 1] = FOUR_DIGITS[from + 2]!;
  into[at + 2] = FOUR_DIGITS[from + 3]!;
}

/** `value` below 10^6. */
export function writeDigits6(into: Uint8Array, at: number, value: number): void {
  const high = (value / 10_000) | 0;
  into[at] = FOUR_DIGITS[(high << 2) + 2]!;
  into[at + 1] = FOUR_DIGITS[(high << 2) + 3]!;
  writeDigits4(into, at + 2, value - high * 10_000);
}

/** `value` an integer below 10^8. */
export function writeDigits8(into: Uint8Array, at: number, value: number): void {
  const high = (value / 10_000) | 0;
  writeDigits4(into, at, high);
  writeDigits4(into, at + 4, value - high * 10_000);
}

/** `value` an integer below 100. */
export function writeDigits2(into: Uint8Array, at: number, value: number): void {
  const from = (value << 2) + 2;
  into[at] = FOUR_DIGITS[from]!;
  into[at + 1] = FOUR_DIGITS[from + 1]!;
}

/** `value` an integer below 10^9. */
export function writeDigits9(into: Uint8Array, at: number, value: number): void {
  const first = (value / 1e8) | 0;
  into[at] = ZERO + first;
  writeDigits8(into, at + 1, value - first * 1e8);
}

/** An integer from 0 to 2^31 - 1 without leading zeros; returns its end. */
export function writeInteger(into: Uint8Array, at: number, value: number): number {
  let width = 1;
  for (let bound = 10; bound <= value; bound *= 10) width++;
  let rest = value;
  for (let i = at + width - 1; i >= at; i--) {
    const next = (rest / 10) | 0;
    into[i] = ZERO + rest - next * 10;
    rest = next;
  }
  return at + width;
}
