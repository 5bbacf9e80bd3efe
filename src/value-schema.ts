/** zod schemas of the values people write: a unit is read here, once, and the result is ns or a number. */
import { z } from 'zod';
import { InputError } from './errors.ts';
import { parseDuration, parseRate } from './units.ts';

/** Integer nanoseconds. */
export function duration(options: { readonly positive?: boolean } = {}) {
  return measured('duration', '30s, 5m or 250ms', (input) => {
    const ns = parseDuration(input);
    if (options.positive && ns === 0) throw notPositive('a duration', input, '1s');
    return ns;
  });
}

/** As written, but known to be a rate: what it counts against (`timeUnit`) stands elsewhere. */
export function rate(options: { readonly positive?: boolean } = {}) {
  return measured('rate', '25, 25/s or 1000/h', (input) => {
    // The sign first: -5 is a number, and the wrong one.
    if (options.positive && Number.parseFloat(String(input)) <= 0) throw notPositive('a rate', input, '25 or 1000/h');
    parseRate(input);
    return input;
  });
}

/** A whole number; text is read as one, since an interpolated `"${N}"` is text. */
export function integer(min: number, max = Number.MAX_SAFE_INTEGER) {
  return z.preprocess(numberFromText, z.int().min(min).max(max));
}

export function number() {
  return z.preprocess(numberFromText, z.number());
}

export function real(min: number, max?: number) {
  const number = z.number().min(min);
  return z.preprocess(numberFromText, max === undefined ? number : number.max(max));
}

export function positive() {
  return z.preprocess(numberFromText, z.number().positive());
}

export function flag() {
  return z.preprocess((input) => (input === 'true' ? true : input === 'false' ? false : input), z.boolean());
}

/** Text; a number or true/false counts as its text, as it does in a properties file. */
export function scalarText() {
  return z
    .union([z.string(), z.number(), z.boolean()], { error: 'expected text, a number, true or false' })
    .transform((value) => String(value));
}

/** Runs a parser that throws InputError as a zod transform: its message and hint become the issue's. */
export function measured<T>(title: string, examples: string, parse: (input: string | number) => T) {
  const written = z
    .union([z.string(), z.number()], { error: `expected a ${title} such as ${examples}` })
    .meta({ title });
  return written.transform((input, context) => {
    try {
      return parse(input);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      for (const { message, hint } of error.problems) context.addIssue({ code: 'custom', message, params: { hint } });
      return z.NEVER;
    }
  });
}

function numberFromText(input: unknown): unknown {
  return typeof input === 'string' && /^-?\d+(\.\d+)?$/.test(input) ? Number(input) : input;
}

export function notPositive(what: string, input: string | number, example: string): InputError {
  return new InputError([{ message: `${what} must be greater than 0, not \`${input}\``, hint: `write ${example}` }]);
}
