/** An Avro schema with its names resolved: a graph of nodes; a recursive type is a cycle. */

export type AvroNode = PrimitiveNode | RecordNode | EnumNode | FixedNode | ArrayNode | MapNode | UnionNode;

export const PRIMITIVES = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const;
export type PrimitiveKind = PrimitiveNode['kind'];

export interface PrimitiveNode {
  readonly kind: (typeof PRIMITIVES)[number];
  readonly logical: Logical | null;
}

export interface RecordNode {
  readonly kind: 'record';
  /** Full name, including the namespace. */
  readonly name: string;
  readonly fields: readonly FieldNode[];
}

export interface FieldNode {
  readonly name: string;
  readonly doc: string;
  readonly node: AvroNode;
  /** As in the schema, if it is a valid value of the type. */
  readonly default?: unknown;
}

export interface EnumNode {
  readonly kind: 'enum';
  readonly name: string;
  readonly symbols: readonly string[];
}

export interface FixedNode {
  readonly kind: 'fixed';
  readonly name: string;
  readonly size: number;
  readonly logical: Logical | null;
}

export interface ArrayNode {
  readonly kind: 'array';
  readonly items: AvroNode;
}

export interface MapNode {
  readonly kind: 'map';
  readonly values: AvroNode;
}

export interface UnionNode {
  readonly kind: 'union';
  readonly branches: readonly AvroNode[];
}

/** Logical types; unknown ones, or ones invalid for the underlying type, are ignored as Avro requires. */
export type Logical =
  | { readonly type: LogicalTime | 'uuid' | 'duration' }
  | { readonly type: 'decimal'; readonly precision: number; readonly scale: number };

export type LogicalTime = keyof typeof LOGICAL_TIMES;

/** Time types with their underlying primitive and units per millisecond. */
export const LOGICAL_TIMES = {
  date: { on: 'int', unitsPerMs: 1 / 86_400_000 },
  'time-millis': { on: 'int', unitsPerMs: 1 },
  'time-micros': { on: 'long', unitsPerMs: 1000 },
  'timestamp-millis': { on: 'long', unitsPerMs: 1 },
  'timestamp-micros': { on: 'long', unitsPerMs: 1000 },
  'local-timestamp-millis': { on: 'long', unitsPerMs: 1 },
  'local-timestamp-micros': { on: 'long', unitsPerMs: 1000 },
} as const;

export function logicalTime(node: AvroNode): LogicalTime | null {
  const type = logicalOf(node)?.type;
  return type !== undefined && type in LOGICAL_TIMES ? (type as LogicalTime) : null;
}

export function logicalOf(node: AvroNode): Logical | null {
  return 'logical' in node ? node.logical : null;
}

/** A node's name in messages: `an int`, `bytes`, `timestamp-millis`, `an array or null`. */
export function describeNode(node: AvroNode): string {
  const logical = logicalOf(node);
  if (logical !== null) return logical.type;
  if (node.kind === 'union') return node.branches.map(describeNode).join(' or ');
  if (node.kind === 'null' || node.kind === 'bytes') return node.kind;
  return `${/^[aeiou]/.test(node.kind) ? 'an' : 'a'} ${node.kind}`;
}

/**
 * Depth of the smallest value of each node: the branch of least height ends a recursion soonest. Infinity: no finite
 * value exists. Least fixed point over the records, from infinity down.
 */
export class Heights {
  readonly #heights = new Map<RecordNode, number>();

  constructor(root: AvroNode) {
    const records = recordsOf(root);
    for (let changed = true; changed; ) {
      changed = false;
      for (const record of records) {
        const height = 1 + record.fields.reduce((max, field) => Math.max(max, this.of(field.node)), 0);
        if (height < (this.#heights.get(record) ?? Infinity)) {
          this.#heights.set(record, height);
          changed = true;
        }
      }
    }
  }

  of(node: AvroNode): number {
    if (node.kind === 'record') return this.#heights.get(node) ?? Infinity;
    if (node.kind === 'union') return node.branches.reduce((min, each) => Math.min(min, this.of(each)), Infinity);
    return 0;
  }
}

/** Records of which no finite value exists. */
export function endlessRecords(root: AvroNode): RecordNode[] {
  const heights = new Heights(root);
  return recordsOf(root).filter((record) => heights.of(record) === Infinity);
}

/** Every record type, each once, the outermost first. */
function recordsOf(root: AvroNode): RecordNode[] {
  const seen = new Set<RecordNode>();
  const visit = (node: AvroNode): void => {
    if (node.kind === 'union') for (const branch of node.branches) visit(branch);
    else if (node.kind === 'array') visit(node.items);
    else if (node.kind === 'map') visit(node.values);
    else if (node.kind === 'record' && !seen.has(node)) {
      seen.add(node);
      for (const field of node.fields) visit(field.node);
    }
  };
  visit(root);
  return [...seen];
}

/** Whether a value of this type can contain another one, at any depth. */
export function isInItself(record: RecordNode): boolean {
  return record.fields.some(({ node }) => recordsOf(node).includes(record));
}
