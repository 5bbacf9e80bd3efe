/**
 * Values of an Avro type as plain data, the same in samples and in JSON: numbers for every number (decimals and times
 * too), base64 for bytes and fixed, text for enums and UUIDs, and in a union the value without its branch's name.
 */
import {
  type AvroNode,
  type EnumNode,
  type FixedNode,
  LOGICAL_TIMES,
  logicalTime,
  type PrimitiveNode,
} from '../reading/avro-node.ts';

export interface Duration {
  readonly months: number;
  readonly days: number;
  readonly milliseconds: number;
}

type PlainRecord = Readonly<Record<string, unknown>>;

export function durationBytes({ months, days, milliseconds }: Duration): Uint8Array {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32LE(months, 0);
  bytes.writeUInt32LE(days, 4);
  bytes.writeUInt32LE(milliseconds, 8);
  return bytes;
}

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const INT_MAX = 2 ** 31 - 1;

/** Whether a plain value is valid for the type. */
export function fits(node: AvroNode, value: unknown): boolean {
  switch (node.kind) {
    case 'union':
      return node.branches.some((branch) => fits(branch, value));
    case 'record':
      return (
        isMap(value) &&
        Object.keys(value).length === node.fields.length &&
        node.fields.every((field) => Object.hasOwn(value, field.name) && fits(field.node, value[field.name]))
      );
    case 'array':
      return Array.isArray(value) && value.every((item) => fits(node.items, item));
    case 'map':
      return isMap(value) && Object.values(value).every((each) => fits(node.values, each));
    case 'null':
      return value === null;
    case 'boolean':
      return typeof value === 'boolean';
    case 'enum':
      return typeof value === 'string' && node.symbols.includes(value);
    case 'string':
      return typeof value === 'string' && (node.logical === null || UUID.test(value));
    case 'int':
      return Number.isInteger(value) && Math.abs((value as number) + 0.5) < INT_MAX + 1;
    case 'long':
      return Number.isSafeInteger(value);
    case 'float':
    case 'double':
      return typeof value === 'number';
    default:
      return fitsBinary(node, value);
  }
}

function fitsBinary(node: FixedNode | PrimitiveNode, value: unknown): boolean {
  const { logical } = node;
  if (logical?.type === 'decimal') {
    const unscaled = Math.round(Number(value) * 10 ** logical.scale);
    const digits = Math.min(logical.precision, DECIMAL_DIGITS_MAX);
    return typeof value === 'number' && Math.abs(unscaled) < 10 ** digits && unscaled / 10 ** logical.scale === value;
  }
  if (logical?.type === 'duration') {
    const parts = isMap(value) ? [value.months, value.days, value.milliseconds] : [];
    return (
      parts.length === 3 &&
      parts.every((part) => Number.isInteger(part) && (part as number) >= 0 && (part as number) < 2 ** 32)
    );
  }
  if (logical?.type === 'uuid') return typeof value === 'string' && UUID.test(value);
  if (typeof value !== 'string') return false;
  const bytes = Buffer.from(value, 'base64');
  return bytes.toString('base64') === value && (node.kind !== 'fixed' || bytes.length === node.size);
}

/** Decimals are numbers here, which are exact to this many digits. */
export const DECIMAL_DIGITS_MAX = 15;

/**
 * Converts a value from a profile to this type: dates become days, text for bytes becomes UTF-8. Undefined if it is not
 * valid.
 */
export function literal(node: AvroNode, input: unknown): unknown {
  switch (node.kind) {
    case 'union': {
      // A text in front of them could say these too.
      const asItIs = input === 'null' ? null : input;
      if ((asItIs === null || ['number', 'boolean'].includes(typeof asItIs)) && fits(node, asItIs)) return asItIs;
      for (const branch of node.branches) {
        const value = literal(branch, input);
        if (value !== undefined) return value;
      }
      return undefined;
    }
    case 'record': {
      if (!isMap(input) || Object.keys(input).length !== node.fields.length) return undefined;
      const values = node.fields.map(({ name, node: inner }) => [name, literal(inner, input[name])] as const);
      return values.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(values);
    }
    case 'array':
      return Array.isArray(input) ? allOrNone(input.map((item) => literal(node.items, item))) : undefined;
    case 'map': {
      if (!isMap(input)) return undefined;
      const values = allOrNone(Object.values(input).map((each) => literal(node.values, each)));
      return values && Object.fromEntries(Object.keys(input).map((key, i) => [key, values[i]]));
    }
    default: {
      const value = scalar(node, input);
      return value !== undefined && fits(node, value) ? value : undefined;
    }
  }
}

function scalar(node: PrimitiveNode | EnumNode | FixedNode, input: unknown): unknown {
  if (input === null) return node.kind === 'null' ? null : undefined;
  if (!['string', 'number', 'boolean'].includes(typeof input)) return node.kind === 'fixed' ? input : undefined;
  const text = String(input);
  switch (node.kind) {
    case 'null':
      return text === 'null' ? null : undefined;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'string':
    case 'enum':
      return text;
    case 'bytes':
    case 'fixed':
      if (node.logical === null) return Buffer.from(text).toString('base64');
      return node.logical.type === 'decimal' ? numberOf(text) : text;
    default:
      return timeValue(node, text) ?? numberOf(text);
  }
}

function numberOf(text: string): number | undefined {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : undefined;
}

const TIME_OF_DAY = /^\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/;
const DATE_AND_TIME = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/;

/** ISO 8601 (UTC by default) in units of the logical type: days, ms or µs, since 1970 or midnight. */
export function timeValue(node: AvroNode, text: string): number | undefined {
  const time = logicalTime(node);
  if (time === null) return undefined;
  const isTimeOfDay = time.startsWith('time-');
  const parts = (isTimeOfDay ? TIME_OF_DAY : DATE_AND_TIME).exec(text);
  if (parts === null) return undefined;
  const [, date = '1970-01-01', clock = '00:00', zone = 'Z'] = isTimeOfDay ? [text, undefined, text] : parts;
  // Date would read February 30 as March 2.
  const isDay = new Date(Date.parse(date)).toJSON()?.startsWith(date) ?? false;
  const ms = isDay ? Date.parse(`${date}T${clock}${zone}`) : Number.NaN;
  return Number.isNaN(ms) ? undefined : Math.floor(ms * LOGICAL_TIMES[time].unitsPerMs);
}

function allOrNone(values: unknown[]): unknown[] | undefined {
  return values.includes(undefined) ? undefined : values;
}

function isMap(value: unknown): value is PlainRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
