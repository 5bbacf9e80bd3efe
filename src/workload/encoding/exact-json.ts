/** Lossless JSON: numbers keep their digits when read and written. */
import { randomUUID } from 'node:crypto';

/** Prefix for digits that JSON.parse and JSON.stringify must not touch; no string begins with it. */
const AS_TEXT = randomUUID();
const TEXT_OR_NUMBER = /"|-?\d[\d.eE+-]*/g;
const NUMBER_AS_TEXT = new RegExp(`"${AS_TEXT}([^"]*)"`, 'g');

/** A number as its digits. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** Like JSON.parse, with a JsonNumber for each number. @throws SyntaxError. */
export function parseJson(text: string): unknown {
  return JSON.parse(withNumbersAsText(text), (_, value: unknown) =>
    typeof value === 'string' && value.startsWith(AS_TEXT) ? new JsonNumber(value.slice(AS_TEXT.length)) : value,
  );
}

/** Not one regular expression for strings: on megabytes it overflows the stack. */
function withNumbersAsText(text: string): string {
  const parts: string[] = [];
  let from = 0;
  const tokens = new RegExp(TEXT_OR_NUMBER);
  for (let token = tokens.exec(text); token !== null; token = tokens.exec(text)) {
    if (token[0] === '"') {
      tokens.lastIndex = endOfText(text, token.index);
      continue;
    }
    parts.push(text.slice(from, token.index), `"${AS_TEXT}${token[0]}"`);
    from = tokens.lastIndex;
  }
  return parts.join('') + text.slice(from);
}

/** Position after the closing quote of the string that begins at `start`. */
function endOfText(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslash = end - 1;
    while (text[backslash] === '\\') backslash--;
    if ((end - backslash) % 2 === 1) return end + 1;
  }
  return text.length;
}

/**
 * Plain JSON of an exact value, as `parseJson` and `readAvro` give it: bytes in base64, bigints as text (most readers
 * would round them), and the numbers that JSON does not have as `"NaN"`, `"Infinity"` and `"-Infinity"`.
 */
export function plainJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return numberText(value);
    case 'bigint':
      return `"${value}"`;
    case 'object':
      return value === null ? 'null' : objectText(value);
    default:
      return String(value);
  }
}

function objectText(value: object): string {
  if (value instanceof JsonNumber) return value.text;
  if (value instanceof Uint8Array) {
    return `"${Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64')}"`;
  }
  if (Array.isArray(value)) return `[${value.map(plainJson).join()}]`;
  let members = '';
  for (const [name, each] of Object.entries(value)) {
    members += `${members === '' ? '' : ','}${JSON.stringify(name)}:${plainJson(each)}`;
  }
  return `{${members}}`;
}

/** As JSON.stringify with two spaces, with JsonNumbers in it. */
export function prettyJson(value: unknown): string {
  const marked = JSON.stringify(value, (_, each) => (each instanceof JsonNumber ? AS_TEXT + each.text : each), 2);
  return marked.replaceAll(NUMBER_AS_TEXT, '$1');
}

/** JSON of a module's values, with bytes and numbers as in `plainJson`. @throws as JSON.stringify. */
export function jsonOf(value: unknown): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, key, plain: unknown) {
    const own = this[key];
    if (own instanceof Uint8Array) return Buffer.from(own).toString('base64');
    return typeof own === 'number' && !Number.isFinite(own) ? String(own) : plain;
  });
}

function numberText(value: number): string {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? String(value) : `"${value}"`;
}

const DECIMAL = /^([+-]?)(?=\.?\d)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i;
/** Limit of digits written out: `1e999999999` is not. */
const DIGITS_MAX = 10_000;

/** Whether the text is a number in any notation. */
export function isDecimal(text: string): boolean {
  return DECIMAL.test(text);
}

/** `text` × 10^scale if that is an integer, else undefined. */
export function scaledInteger(text: string, scale: number): bigint | undefined {
  const [, sign, whole, fraction, exponent = '0'] = DECIMAL.exec(text)!;
  const digits = (whole! + fraction!).replace(/^0+/, '');
  if (digits === '') return 0n;
  const shift = Number(exponent) - fraction!.length + scale;
  if (digits.length + shift > DIGITS_MAX || digits.length + shift <= 0) return undefined;
  const kept = shift < 0 ? digits.slice(0, shift) : digits + '0'.repeat(shift);
  if (shift < 0 && /[1-9]/.test(digits.slice(shift))) return undefined;
  return BigInt(sign === '-' ? `-${kept}` : kept);
}

/** unscaled / 10^scale without trailing zeros. */
export function decimalNumber(unscaled: bigint, scale: number): JsonNumber {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const point = digits.length - scale;
  const fraction = digits.slice(point).replace(/0+$/, '');
  return new JsonNumber(`${unscaled < 0n ? '-' : ''}${digits.slice(0, point)}${fraction === '' ? '' : `.${fraction}`}`);
}
