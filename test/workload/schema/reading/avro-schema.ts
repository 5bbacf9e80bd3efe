/** Avro schemas of every kind for property tests, and avsc's reading of a record in the form of `generate`. */
import avsc from 'avsc';
import fc from 'fast-check';
import { type AvroNode, logicalOf, type RecordNode } from '../../../../src/workload/schema/reading/avro-node.ts';

type Schema = unknown;

const primitives = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'];
const logicals = [
  { type: 'int', logicalType: 'date' },
  { type: 'int', logicalType: 'time-millis' },
  { type: 'long', logicalType: 'time-micros' },
  { type: 'long', logicalType: 'timestamp-millis' },
  { type: 'long', logicalType: 'timestamp-micros' },
  { type: 'long', logicalType: 'local-timestamp-millis' },
  { type: 'long', logicalType: 'local-timestamp-micros' },
  { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 },
  { type: 'bytes', logicalType: 'decimal', precision: 30, scale: 10 },
  { type: 'string', logicalType: 'uuid' },
  // Avro wants what does not fit to be ignored.
  { type: 'string', logicalType: 'date' },
  { type: 'int', logicalType: 'unheard-of' },
];

/** Names that are used once: t0, t1, … in the order of the schema; some have a namespace of their own. */
interface Naming {
  count: number;
  /** Records that are still open, for references back to them. */
  open: string[];
  /** Types that are complete. */
  done: string[];
}

/** A tree of choices, from which `build` makes a schema with fresh names. */
type Tree =
  | { kind: 'leaf'; schema: Schema }
  | { kind: 'fixed'; size: number; logical?: object }
  | { kind: 'enum'; symbols: number; isSpaced: boolean }
  | { kind: 'reference'; which: number }
  | { kind: 'recursion'; which: number; how: 'union' | 'array' | 'map' }
  | { kind: 'array' | 'map'; inner: Tree }
  | { kind: 'union'; branches: Tree[] }
  | { kind: 'record'; fields: Tree[]; isSpaced: boolean };

const leaf: fc.Arbitrary<Tree> = fc
  .constantFrom<Schema>(...primitives, ...logicals)
  .map((schema) => ({ kind: 'leaf', schema }));
const fixed: fc.Arbitrary<Tree> = fc.constantFrom(
  { kind: 'fixed', size: 1 },
  { kind: 'fixed', size: 12, logical: { logicalType: 'duration' } },
  { kind: 'fixed', size: 16, logical: { logicalType: 'uuid' } },
  { kind: 'fixed', size: 5, logical: { logicalType: 'decimal', precision: 11, scale: 3 } },
  { kind: 'fixed', size: 33 },
);
const record = (inner: fc.Arbitrary<Tree>, minLength: number) =>
  fc.record<Tree & { kind: 'record' }>({
    kind: fc.constant('record'),
    fields: fc.array(inner, { minLength, maxLength: 6 }),
    isSpaced: fc.boolean(),
  });

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'schema' },
    { weight: 4, arbitrary: leaf },
    { weight: 1, arbitrary: fixed },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('enum'),
        symbols: fc.integer({ min: 1, max: 70 }),
        isSpaced: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('reference'), which: fc.nat() }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('recursion'),
        which: fc.nat(),
        how: fc.constantFrom('union', 'array', 'map'),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('array', 'map'), inner: tie('tree') }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('union'),
        branches: fc.array(tie('tree'), { minLength: 1, maxLength: 4 }),
      }),
    },
    { weight: 2, arbitrary: record(tie('tree'), 0) },
  ),
}));

export const avroSchemas: fc.Arbitrary<Schema> = record(tree, 1).map((root) =>
  build(root, { count: 0, open: [], done: [] }),
);

function build(node: Tree, naming: Naming): Schema {
  const name = (prefix: string, isSpaced: boolean) => {
    const own = `${prefix}${naming.count++}`;
    return isSpaced
      ? { name: own, namespace: `space.${own}`, full: `space.${own}.${own}` }
      : { name: own, namespace: 'plain', full: `plain.${own}` };
  };
  switch (node.kind) {
    case 'leaf':
      return node.schema;
    case 'fixed': {
      const { full, ...named } = name('F', false);
      naming.done.push(full);
      return { type: 'fixed', ...named, size: node.size, ...node.logical };
    }
    case 'enum': {
      const { full, ...named } = name('E', node.isSpaced);
      naming.done.push(full);
      return { type: 'enum', ...named, symbols: Array.from({ length: node.symbols }, (_, i) => `S${i}`) };
    }
    case 'reference':
      return naming.done.length === 0 ? 'int' : naming.done[node.which % naming.done.length];
    case 'recursion': {
      const target = naming.open[node.which % naming.open.length]!;
      if (node.how === 'union') return ['null', target];
      return node.how === 'array' ? { type: 'array', items: target } : { type: 'map', values: target };
    }
    case 'array':
      return { type: 'array', items: build(node.inner, naming) };
    case 'map':
      return { type: 'map', values: build(node.inner, naming) };
    case 'union':
      return unionOf(
        node.branches.map((branch) => build(branch, naming)),
        naming,
      );
    case 'record': {
      const { full, ...named } = name('R', node.isSpaced);
      naming.open.push(full);
      const fields = node.fields.map((field, i) => ({ name: `f${i}`, type: build(field, naming) }));
      naming.open.pop();
      naming.done.push(full);
      return { type: 'record', ...named, fields };
    }
  }
}

/** A union of these: unions in it opened up, and what may stand in one once only put into a record the second time. */
function unionOf(branches: readonly Schema[], naming: Naming): Schema {
  const seen = new Set<string>();
  const kept = branches.flatMap((branch) => (Array.isArray(branch) ? branch : [branch]));
  return kept.flatMap((schema) => {
    const { type, name, namespace } = (typeof schema === 'string' ? { type: schema } : schema) as Record<
      string,
      string
    >;
    const id = name === undefined ? type! : `${namespace}.${name}`;
    if (!seen.has(id)) {
      seen.add(id);
      return [schema];
    }
    if (typeof schema === 'string') return [];
    const fields = [{ name: 'inner', type: schema }];
    return [{ type: 'record', name: `W${naming.count++}`, namespace: 'plain', fields }];
  });
}

class Decimal extends avsc.types.LogicalType {
  readonly #scale: number;
  constructor(schema: avsc.Schema, options: ConstructorParameters<typeof avsc.types.LogicalType>[1]) {
    super(schema, options);
    this.#scale = (schema as unknown as { scale?: number }).scale ?? 0;
  }
  override _fromValue(bytes: Buffer): number {
    return Number(BigInt.asIntN(8 * bytes.length, BigInt(`0x${bytes.toString('hex')}`))) / 10 ** this.#scale;
  }
}

/** Longs to the last safe integer, where avsc gives up earlier. */
const long = avsc.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => Number(buffer.readBigInt64LE()),
  toBuffer: () => {
    throw new Error('only read');
  },
  fromJSON: Number,
  toJSON: Number,
  isValid: Number.isSafeInteger,
  compare: (a: number, b: number) => a - b,
});

const types = new WeakMap<object, avsc.Type>();

/** @param bytes Avro binary without a header. */
export function decoded(schema: Schema, root: RecordNode, bytes: Buffer): unknown {
  const options = { wrapUnions: 'always', logicalTypes: { decimal: Decimal }, registry: { long } } as const;
  const type = types.get(schema as object) ?? avsc.Type.forSchema(schema as avsc.Schema, options);
  types.set(schema as object, type);
  return plain(root, type.fromBuffer(bytes));
}

function plain(node: AvroNode, value: unknown): unknown {
  switch (node.kind) {
    case 'record':
      return Object.fromEntries(
        node.fields.map((field) => [field.name, plain(field.node, (value as Record<string, unknown>)[field.name])]),
      );
    case 'array':
      return (value as unknown[]).map((item) => plain(node.items, item));
    case 'map':
      return Object.fromEntries(Object.entries(value as object).map(([key, each]) => [key, plain(node.values, each)]));
    case 'union': {
      if (value === null) return null;
      const [[name, inner]] = Object.entries(value as object) as [[string, unknown]];
      const branch = node.branches.find((each) => name === ('name' in each ? each.name : each.kind));
      return plain(branch!, inner);
    }
    default:
      return value instanceof Buffer ? plainBytes(node, value) : value;
  }
}

function plainBytes(node: AvroNode, bytes: Buffer): unknown {
  const logical = logicalOf(node)?.type;
  if (logical === 'duration') {
    return { months: bytes.readUInt32LE(0), days: bytes.readUInt32LE(4), milliseconds: bytes.readUInt32LE(8) };
  }
  if (logical === 'uuid') return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return bytes.toString('base64');
}
