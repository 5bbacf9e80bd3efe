/** Finds the way through the profile schema by names: which keys could stand at a path, and what a dotted path means. */
import type { z } from 'zod';
import type { Problem } from '../../errors.ts';
import { suggest } from '../../nearest.ts';
import type { Path } from '../document.ts';

/** The part of a zod schema's definition that describes its nesting. */
interface Definition {
  readonly type: string;
  readonly innerType?: z.core.$ZodType;
  readonly in?: z.core.$ZodType;
  readonly out?: z.core.$ZodType;
  readonly options?: readonly z.core.$ZodType[];
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly valueType?: z.core.$ZodType;
  readonly element?: z.core.$ZodType;
}

/** The keys that could stand at `path`; empty where any may. */
export function keysAt(schema: z.core.$ZodType, path: Path): string[] {
  const keys = schemasAt(schema, path).flatMap((each) => Object.keys(definitionOf(each).shape ?? {}));
  return [...new Set(keys)];
}

/** Whether text is meant at `path`. Where a number is another way to write it (`30` beside `30s`), it is a number. */
export function expectsText(schema: z.core.$ZodType, path: Path): boolean {
  const types = schemasAt(schema, path).map((each) => definitionOf(each).type);
  // A property's value is text, and a number or true/false is text there.
  return types.includes('string') && (!types.includes('number') || types.includes('boolean'));
}

/**
 * `scenarios.atm.stages[0].target` → its steps. Names with dots in them (topics, client properties) are recognized by
 * what the schema and the document have there.
 */
export function resolvePath(schema: z.core.$ZodType, document: unknown, text: string): Path | Omit<Problem, 'place'> {
  // The dots of a pattern of topics, load-{0..9}, do not separate steps.
  const tokens = text.replaceAll(/\[(\d+)\]/g, '.$1').split(/\.(?![^{}]*\})/);
  if (tokens.some((token) => token === ''))
    return { message: `\`${text}\` is not a path`, hint: 'e.g. scenarios.atm.rate' };
  return resolveTokens(schema, document, tokens, []);
}

type Resolved = Path | Omit<Problem, 'place'>;

function resolveTokens(schema: z.core.$ZodType, value: unknown, tokens: readonly string[], done: Path): Resolved {
  if (tokens.length === 0) return done;
  const variants = expand(schema);
  const keys = [...new Set(variants.flatMap((each) => Object.keys(definitionOf(each).shape ?? {})))];
  // A key with dots in its name takes several tokens.
  const last = tokens.findIndex((_, i) => keys.includes(tokens.slice(0, i + 1).join('.')));
  const key = last < 0 ? undefined : tokens.slice(0, last + 1).join('.');
  const first = key ?? tokens[0]!;
  const rest = tokens.slice(Math.max(0, last) + 1);
  const inside = (step: string | number): unknown =>
    (value as Record<string | number, unknown> | undefined | null)?.[step];
  if (key !== undefined) {
    const inner = variants.flatMap((each) => keyOf(each, first) ?? []);
    return firstThatResolves(inner.map((each) => resolveTokens(each, inside(first), rest, [...done, first])));
  }
  const array = variants.find((each) => definitionOf(each).type === 'array');
  if (array !== undefined && /^\d+$/.test(first)) {
    return resolveTokens(definitionOf(array).element!, inside(Number(first)), rest, [...done, Number(first)]);
  }
  const record = variants.find((each) => definitionOf(each).type === 'record');
  if (record !== undefined) return resolveRecord(definitionOf(record).valueType!, value, tokens, done);
  if (variants.some((each) => ['unknown', 'any'].includes(definitionOf(each).type))) {
    return resolveTokens(schema, inside(first), rest, [...done, first]);
  }
  const hint = suggest(first, keys);
  const where = done.length === 0 ? 'a profile' : `\`${done.join('.')}\``;
  return { message: `${where} has no key \`${first}\``, ...(hint !== undefined && { hint }) };
}

/**
 * A name that is there, the longest first; else, where values are plain, all the rest is the name (`linger.ms`), and
 * where they have keys of their own the shortest name after which the rest still has a meaning.
 */
function resolveRecord(inner: z.core.$ZodType, value: unknown, tokens: readonly string[], done: Path): Resolved {
  const entries = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
  const lengths = tokens.map((_, i) => i + 1);
  const existing = lengths.filter((length) => Object.hasOwn(entries, tokens.slice(0, length).join('.'))).reverse();
  // No new one: it would need more than one value.
  const isScenario = done.join('.') === 'scenarios';
  if (isScenario && existing.length === 0) {
    const hint = suggest(tokens[0]!, Object.keys(entries));
    return { message: `there is no scenario \`${tokens[0]}\``, ...(hint !== undefined && { hint }) };
  }
  const types = expand(inner).map((each) => definitionOf(each).type);
  const plain = types.filter((type) => !['object', 'record', 'array'].includes(type));
  const whole = plain.length > 0 || tokens.length === 1;
  const fresh = plain.length === types.length ? [tokens.length] : lengths.slice(0, whole ? undefined : -1);
  return firstThatResolves(
    [...existing, ...(isScenario ? [] : fresh)].map((length) => {
      const name = tokens.slice(0, length).join('.');
      return resolveTokens(inner, entries[name], tokens.slice(length), [...done, name]);
    }),
  );
}

function firstThatResolves(attempts: readonly Resolved[]): Resolved {
  return attempts.find((attempt) => Array.isArray(attempt)) ?? attempts[0]!;
}

function schemasAt(schema: z.core.$ZodType, path: Path): z.core.$ZodType[] {
  let current = expand(schema);
  for (const step of path) {
    current = current.flatMap((each) => {
      const { valueType, element } = definitionOf(each);
      const inner = keyOf(each, String(step)) ?? valueType ?? element;
      return inner === undefined ? [] : expand(inner);
    });
  }
  return current;
}

function keyOf(schema: z.core.$ZodType, key: string): z.core.$ZodType | undefined {
  const { shape = {} } = definitionOf(schema);
  return Object.hasOwn(shape, key) ? shape[key] : undefined;
}

/** What is left once optional, defaults, transforms and alternatives are looked through. */
function expand(schema: z.core.$ZodType): z.core.$ZodType[] {
  const { type, innerType, options, in: input, out } = definitionOf(schema);
  if (innerType !== undefined) return expand(innerType);
  if (options !== undefined) return options.flatMap(expand);
  if (type === 'pipe') return expand(definitionOf(input!).type === 'transform' ? out! : input!);
  return [schema];
}

function definitionOf(schema: z.core.$ZodType): Definition {
  return schema._zod.def as Definition;
}
