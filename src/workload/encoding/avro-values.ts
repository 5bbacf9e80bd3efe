/** Encodes values of any Avro schema with avsc, for records that the engine does not write itself. */
import type avsc from 'avsc';
import type { AvroNode } from '../schema/reading/avro-node.ts';
import { readTypes } from '../schema/reading/read-schema.ts';
import { readAvro } from '../schema/values/avro-reader.ts';
import { writingType } from './avsc-type.ts';
import { jsonOf } from './exact-json.ts';

const SHOWN_CHARACTERS_MAX = 40;

export class AvroValues {
  readonly #type: avsc.Type;
  readonly #root: AvroNode;

  /** @param schema a checked one. */
  constructor(schema: unknown) {
    this.#root = readTypes(schema);
    this.#type = writingType(this.#root);
  }

  /**
   * Writes a value and returns its end, which is beyond the buffer if the value does not fit.
   * @throws Error if the value does not match the schema.
   */
  write(value: unknown, into: Buffer, at: number): number {
    const end = this.#type.encode(value, into, at);
    // If it does not fit, avsc returns the missing bytes as a negative number.
    return end < 0 ? into.length - end : end;
  }

  /** @throws Error if the bytes do not match the schema. */
  read(bytes: Buffer): unknown {
    return this.#type.fromBuffer(bytes);
  }

  toBytes(value: unknown): Buffer {
    return this.#type.toBuffer(value);
  }

  /** The value as decoded from its bytes, exact: see `readAvro`. @throws Error if it does not match the schema. */
  exact(value: unknown): unknown {
    return readAvro(this.#root, this.toBytes(value));
  }

  /** Every path where the value does not match the schema, and every field that the schema does not have. */
  problems(value: unknown): string[] {
    const found: string[] = [];
    this.#type.isValid(value, {
      noUndeclaredFields: true,
      errorHook: (path, part, type) => {
        const where = path.length === 0 ? '' : `\`${path.join('.')}\` `;
        found.push(where + describe(part, type));
      },
    });
    return found;
  }
}

function describe(part: unknown, type: avsc.Type): string {
  const undeclared = undeclaredFields(part, type);
  if (undeclared.length > 0) return `has \`${undeclared.join('`, `')}\`, which is not in the schema`;
  if (part === undefined) return `is missing: ${typeText(type)}`;
  const wrong = `is ${shown(part)}, not ${typeText(type)}`;
  if (type.typeName !== 'union:wrapped') return wrong;
  const branch = (type as avsc.types.WrappedUnionType).types.find(({ typeName }) => typeName !== 'null');
  return `${wrong} under its name, as { '${branch?.branchName}': … }`;
}

/** avsc names the record around them. */
function undeclaredFields(part: unknown, type: avsc.Type): string[] {
  if (type.typeName !== 'record' || typeof part !== 'object' || part === null) return [];
  const names = (type as avsc.types.RecordType).fields.map(({ name }) => name);
  return Object.keys(part).filter((name) => !names.includes(name));
}

/** `an int`, `null or shop.Order`. */
function typeText(type: avsc.Type): string {
  const schema: unknown = JSON.parse(String(type));
  if (Array.isArray(schema)) return schema.map((each) => (typeof each === 'string' ? each : each.type)).join(' or ');
  const name = typeof schema === 'string' ? schema : type.typeName;
  return /^[aeiou]/.test(name) ? `an ${name}` : `a ${name}`;
}

function shown(part: unknown): string {
  const text = typeof part === 'bigint' ? `${part}n` : (jsonOf(part) ?? String(part));
  return text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX - 1)}…` : text;
}
