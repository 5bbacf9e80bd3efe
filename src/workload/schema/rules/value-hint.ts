/** Why an input is not a value of a type, as a hint: the nearest symbol, the length or the missing fields. */
import { suggest } from '../../../nearest.ts';
import { type AvroNode, logicalOf, type RecordNode } from '../reading/avro-node.ts';
import { DECIMAL_DIGITS_MAX, literal, timeValue } from '../values/plain-value.ts';

/** @param input that `literal` rejects. Returns undefined without a hint. */
export function whyNoValue(node: AvroNode, input: unknown): string | undefined {
  const branches = node.kind === 'union' ? node.branches : [node];
  const fixed = branches.find((each) => each.kind === 'fixed');
  if (fixed?.kind === 'fixed' && fixed.logical === null && typeof input !== 'object') {
    return `it has ${fixed.size} bytes, not ${Buffer.byteLength(String(input))}`;
  }
  const records = branches.filter((each) => each.kind === 'record');
  const [record] = records;
  if (record !== undefined && records.length === 1 && isMap(input)) return whyNoRecord(record, input);
  const limit = branches.map((each) => limitOf(each, String(input))).find((each) => each !== undefined);
  if (limit !== undefined) return limit;
  const symbols = branches.flatMap((each) => (each.kind === 'enum' ? each.symbols : []));
  return suggest(String(input), symbols);
}

/** Range of a rule's numbers, which are doubles; numbers from files are exact. */
function limitOf(node: AvroNode, text: string): string | undefined {
  const number = timeValue(node, text) ?? Number(text);
  if (Number.isNaN(number)) return undefined;
  if (node.kind === 'long' && Math.abs(number) > Number.MAX_SAFE_INTEGER) return 'a rule gives longs within ±2^53';
  const logical = logicalOf(node);
  if (logical?.type !== 'decimal') return undefined;
  const { precision, scale } = logical;
  return `up to ${Math.min(precision, DECIMAL_DIGITS_MAX)} digits, ${scale} of them after the point`;
}

/** The first mismatch. */
function whyNoRecord({ fields }: RecordNode, input: Readonly<Record<string, unknown>>): string | undefined {
  const names = fields.map(({ name }) => name);
  const stranger = Object.keys(input).find((name) => !names.includes(name));
  if (stranger !== undefined) {
    const hint = suggest(stranger, names);
    return `unknown field \`${stranger}\`${hint === undefined ? '' : `, ${hint}`}`;
  }
  const missing = names.filter((name) => !Object.hasOwn(input, name));
  if (missing.length > 0) return `without ${missing.map((name) => `\`${name}\``).join(', ')}`;
  const wrong = fields.find(({ name, node }) => literal(node, input[name]) === undefined);
  return wrong && `not with this \`${wrong.name}\``;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
