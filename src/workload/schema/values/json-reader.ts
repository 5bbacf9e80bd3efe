/** Reads JSON as values of an Avro type, exactly, and writes them as Avro. */
import { avroString, avroStringLength } from '../../encoding/avro.ts';
import { isDecimal, JsonNumber, plainJson, scaledInteger } from '../../encoding/exact-json.ts';
import {
  type AvroNode,
  type FixedNode,
  logicalOf,
  type PrimitiveNode,
  type RecordNode,
  type UnionNode,
} from '../reading/avro-node.ts';
import { avroBlock, avroLong, twosComplement, uuidBytes, written } from './avro-bytes.ts';
import { shortest } from './avro-reader.ts';
import { avroDouble, avroFloat } from './numbers.ts';
import { durationBytes, UUID } from './plain-value.ts';

/**
 * `plain`: bytes in base64, union values without the branch name. `avro`: Avro's JSON encoding (specification 1.11,
 * "JSON Encoding"), in which a union's value names its branch and bytes have a character each. `default`: a field's
 * default, which is that without the names. `literal`: plain, and in a union of the first branch that takes it,
 * whatever it looks like.
 */
type Encoding = 'plain' | 'literal' | 'avro' | 'default';

type Json = Readonly<Record<string, unknown>>;

const EMPTY = new Uint8Array(0);
const WRONG_VALUES_SHOWN = 3;
const SHOWN_CHARACTERS_MAX = 40;

/**
 * Avro binary of a record in plain JSON, or in Avro's JSON encoding if it names a union branch and all of it is in that
 * encoding. Fields with a default may be missing in both.
 * @param json from `parseJson`.
 * @throws Error with the first values that do not match the schema.
 */
export function avroOfJson(root: RecordNode, json: unknown): Uint8Array {
  const plain = new JsonReader('plain');
  const bytes = plain.read(root, json, '');
  if (plain.problems.length === 0) return bytes;
  const avro = new JsonReader('avro');
  const avroBytes = avro.read(root, json, '');
  if (!avro.namesBranches) throw notOfSchema('', plain.problems);
  if (avro.problems.length === 0) return avroBytes;
  throw notOfSchema(" in Avro's JSON encoding, whose branch names it has", avro.problems);
}

function notOfSchema(encoding: string, problems: readonly string[]): Error {
  const more = problems.length - WRONG_VALUES_SHOWN;
  const shown = problems.slice(0, WRONG_VALUES_SHOWN).join('; ');
  return new Error(`is not of the schema${encoding}: ${shown}${more > 0 ? `, and ${more} more` : ''}`);
}

class JsonReader {
  readonly problems: string[] = [];
  /** Whether a union value was wrapped in its branch name. */
  namesBranches = false;
  readonly #encoding: Encoding;
  readonly #isPlain: boolean;
  /** Only JSON that looks like the type: no numbers in texts, and no integers with a point. */
  readonly #isStrict: boolean;

  constructor(encoding: Encoding, isStrict = false) {
    this.#encoding = encoding;
    this.#isPlain = encoding === 'plain' || encoding === 'literal';
    this.#isStrict = isStrict;
  }

  /** The result is valid only if no problem was recorded. */
  read(node: AvroNode, json: unknown, path: string): Uint8Array {
    switch (node.kind) {
      case 'record':
        return isObject(json) ? this.#record(node, json, path) : this.#wrong(node, json, path);
      case 'union':
        return this.#encoding === 'avro' ? this.#namedBranch(node, json, path) : this.#branch(node, json, path);
      case 'array':
        if (!Array.isArray(json)) return this.#wrong(node, json, path);
        return avroBlock(json.map((item, i) => this.read(node.items, item, within(path, `${i}`))));
      case 'map':
        if (!isObject(json)) return this.#wrong(node, json, path);
        return avroBlock(
          Object.entries(json).map(([key, each]) =>
            Buffer.concat([this.#text(key, path), this.read(node.values, each, within(path, key))]),
          ),
        );
      case 'null':
        return json === null ? EMPTY : this.#wrong(node, json, path);
      case 'boolean':
        return typeof json === 'boolean' ? Uint8Array.of(json ? 1 : 0) : this.#wrong(node, json, path);
      case 'enum': {
        const symbol = node.symbols.indexOf(json as string);
        return symbol < 0 ? this.#wrong(node, json, path) : avroLong(symbol);
      }
      case 'string': {
        const isText = typeof json === 'string' && !(this.#isStrict && node.logical !== null && !UUID.test(json));
        return isText ? this.#text(json, path) : this.#wrong(node, json, path);
      }
      case 'int':
      case 'long':
        return this.#integer(node, json, path);
      case 'float':
      case 'double':
        return this.#float(node, json, path);
      default:
        return this.#binary(node, json, path);
    }
  }

  #record({ fields }: RecordNode, json: Json, path: string): Uint8Array {
    const unknown = Object.keys(json).filter((key) => !fields.some(({ name }) => name === key));
    if (unknown.length > 0) this.#note(path, `has \`${unknown.join('`, `')}\`, which is not in the schema`);
    return Buffer.concat(
      fields.map(({ name, node, default: fallback }) => {
        const at = within(path, name);
        if (Object.hasOwn(json, name)) return this.read(node, json[name], at);
        if (fallback === undefined) return this.#note(at, `is missing: ${typeText(node)}`);
        const reader = new JsonReader('default');
        const bytes = reader.read(node, fallback, at);
        return reader.problems.length === 0 ? bytes : this.#note(at, `is missing, and so is a default of its type`);
      }),
    );
  }

  #branch(node: UnionNode, json: unknown, path: string): Uint8Array {
    for (const isStrict of this.#isStrict ? [true] : [true, false]) {
      for (const branch of this.#encoding === 'plain' ? likeliestFirst(node, json) : node.branches) {
        const reader = new JsonReader(this.#encoding, isStrict);
        const bytes = reader.read(branch, json, path);
        if (reader.problems.length === 0) return Buffer.concat([avroLong(node.branches.indexOf(branch)), bytes]);
      }
    }
    const [other, ...more] = node.branches.filter(({ kind }) => kind !== 'null');
    // Only one branch is possible: report the problem inside it.
    const isInside = other !== undefined && more.length === 0 && jsonKinds(other).includes(jsonKind(json));
    return isInside ? this.read(other, json, path) : this.#wrong(node, json, path);
  }

  #namedBranch(node: UnionNode, json: unknown, path: string): Uint8Array {
    const [name, ...more] = isObject(json) ? Object.keys(json) : json === null ? ['null'] : [];
    const i = more.length > 0 ? -1 : node.branches.findIndex((branch) => nameOf(branch) === name);
    if (i < 0) return this.#wrong(node, json, path);
    if (json === null) return avroLong(i);
    this.namesBranches = true;
    const value = (json as Json)[name!];
    return Buffer.concat([avroLong(i), this.read(node.branches[i]!, value, within(path, name!))]);
  }

  #text(text: string, path: string): Uint8Array {
    return !/\p{Surrogate}/u.test(text)
      ? avroString(text)
      : this.#note(path, 'has half of a surrogate pair, which UTF-8 cannot encode');
  }

  #integer(node: PrimitiveNode, json: unknown, path: string): Uint8Array {
    // Longs that most JSON readers would round are written as text.
    const isDigits = node.kind === 'long' && typeof json === 'string' && /^-?\d+$/.test(json) && !this.#isStrict;
    const text = isDigits ? json : numberText(json);
    if (text === undefined || (this.#isStrict && !/^-?\d+$/.test(text))) return this.#wrong(node, json, path);
    const value = scaledInteger(text, 0);
    if (value === undefined) return this.#wrong(node, json, path);
    const bits = node.kind === 'int' ? 32 : 64;
    if (BigInt.asIntN(bits, value) === value) return avroLong(value);
    return this.#note(path, `is ${shown(json)}, beyond ${typeText(node)}: -2^${bits - 1} to 2^${bits - 1} - 1`);
  }

  #float(node: PrimitiveNode, json: unknown, path: string): Uint8Array {
    const writer = node.kind === 'float' ? avroFloat : avroDouble;
    if (json === 'NaN' || json === 'Infinity' || json === '-Infinity') return written(writer, Number(json));
    const text = numberText(json);
    if (text === undefined) return this.#wrong(node, json, path);
    const value = Number(text);
    const held = node.kind === 'float' ? Math.fround(value) : value;
    const max = node.kind === 'float' ? '3.4028235e38' : '1.7976931348623157e308';
    if (!Number.isFinite(held)) return this.#note(path, `is ${shown(json)}, beyond ${typeText(node)}: ±${max}`);
    const isHeld = node.kind === 'double' || shortest(held) === value;
    return isHeld || !this.#isStrict ? written(writer, held) : this.#wrong(node, json, path);
  }

  #binary(node: FixedNode | PrimitiveNode, json: unknown, path: string): Uint8Array {
    const bytes = this.#isPlain ? this.#plainBytes(node, json) : bytesOfText(json);
    if (bytes === undefined || (node.kind === 'fixed' && bytes.length !== node.size)) {
      return this.#wrong(node, json, path);
    }
    return node.kind === 'fixed' ? bytes : Buffer.concat([avroStringLength(bytes.length), bytes]);
  }

  #plainBytes(node: FixedNode | PrimitiveNode, json: unknown): Uint8Array | undefined {
    const { logical } = node;
    if (logical?.type === 'decimal') {
      const text = typeof json === 'string' && isDecimal(json) && !this.#isStrict ? json : numberText(json);
      const unscaled = text === undefined ? undefined : scaledInteger(text, logical.scale);
      const isHeld = unscaled !== undefined && String(unscaled).replace('-', '').length <= logical.precision;
      return isHeld ? twosComplement(unscaled, node.kind === 'fixed' ? node.size : undefined) : undefined;
    }
    if (logical?.type === 'duration') return isObject(json) ? durationOf(json) : undefined;
    if (typeof json !== 'string') return undefined;
    if (logical?.type === 'uuid') return UUID.test(json) ? uuidBytes(json) : undefined;
    const bytes = Buffer.from(json, 'base64');
    return bytes.toString('base64') === json ? bytes : undefined;
  }

  #wrong(node: AvroNode, json: unknown, path: string): Uint8Array {
    const isBytes = node.kind === 'bytes' || node.kind === 'fixed';
    const how = isBytes && node.logical === null && this.#isPlain ? ' in base64' : '';
    return this.#note(path, `is ${shown(json)}, not ${typeText(node)}${how}`);
  }

  #note(path: string, problem: string): Uint8Array {
    this.problems.push(path === '' ? problem : `\`${path}\` ${problem}`);
    return EMPTY;
  }
}

/** Avro binary of a plain value, in a union of the first type that takes it. @throws Error if none does. */
export function avroBytes(node: AvroNode, value: unknown): Uint8Array {
  const reader = new JsonReader('literal');
  const bytes = reader.read(node, value, '');
  if (reader.problems.length > 0) throw new Error(reader.problems[0]);
  return bytes;
}

function durationOf(json: Json): Uint8Array | undefined {
  const { months, days, milliseconds, ...more } = json;
  const parts = [months, days, milliseconds].map((part) => scaledInteger(numberText(part) ?? '0.1', 0));
  const areParts = parts.every((part) => part !== undefined && part >= 0n && part < 2n ** 32n);
  if (!areParts || Object.keys(more).length > 0) return undefined;
  const [ofMonths, ofDays, ofMilliseconds] = parts.map(Number);
  return durationBytes({ months: ofMonths!, days: ofDays!, milliseconds: ofMilliseconds! });
}

/** A character for each byte. */
function bytesOfText(json: unknown): Uint8Array | undefined {
  return typeof json === 'string' && !/[^\0-\xff]/.test(json) ? Buffer.from(json, 'latin1') : undefined;
}

/** The digits of a number. */
function numberText(json: unknown): string | undefined {
  if (json instanceof JsonNumber) return json.text;
  const isNumber = typeof json === 'bigint' || (typeof json === 'number' && Number.isFinite(json));
  return isNumber ? (Object.is(json, -0) ? '-0' : String(json)) : undefined;
}

function isObject(json: unknown): json is Json {
  return typeof json === 'object' && json !== null && !Array.isArray(json) && !(json instanceof JsonNumber);
}

function jsonKind(json: unknown): string {
  if (json instanceof JsonNumber) return 'number';
  return Array.isArray(json) ? 'array' : typeof json;
}

/** Digits without a point are an int or a long before they are another number; a text is anything before bytes. */
function likeliestFirst({ branches }: UnionNode, json: unknown): readonly AvroNode[] {
  const isDigits = /^-?\d+$/.test(numberText(json) ?? '');
  const isLater = (branch: AvroNode): boolean =>
    typeof json === 'string'
      ? (branch.kind === 'bytes' || branch.kind === 'fixed') && branch.logical?.type !== 'uuid'
      : isDigits && branch.kind !== 'int' && branch.kind !== 'long';
  return branches.toSorted((a, b) => Number(isLater(a)) - Number(isLater(b)));
}

/** JSON forms of the type. */
function jsonKinds(node: AvroNode): readonly string[] {
  const { kind } = node;
  if (kind === 'array' || kind === 'boolean') return [kind];
  if (kind === 'record' || kind === 'map' || logicalOf(node)?.type === 'duration') return ['object'];
  if (logicalOf(node)?.type === 'decimal' || kind === 'long') return ['number', 'string'];
  return ['int', 'float', 'double'].includes(kind) ? ['number'] : ['string'];
}

/** The branch name in Avro's JSON encoding. */
function nameOf(node: AvroNode): string {
  return 'name' in node ? node.name : node.kind;
}

/** `an int`, `null or shop.Order`, `a decimal(4,2)`. */
function typeText(node: AvroNode): string {
  if (node.kind === 'union') return node.branches.map(plainTypeText).join(' or ');
  const text = plainTypeText(node);
  if (text === 'bytes' || text === 'null') return text;
  return `${/^[aeiou]/.test(text) ? 'an' : 'a'} ${text}`;
}

function plainTypeText(node: AvroNode): string {
  const logical = logicalOf(node);
  if (logical?.type === 'decimal') return `decimal(${logical.precision},${logical.scale})`;
  if (node.kind === 'fixed') return logical?.type ?? `${node.name} of ${node.size} bytes`;
  return nameOf(node);
}

function within(path: string, step: string): string {
  return path === '' ? step : `${path}.${step}`;
}

function shown(json: unknown): string {
  const text = plainJson(json);
  return text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX - 1)}…` : text;
}
