/** Locates fields in an encoded record by walking it along its schema. */
import type { AvroNode, RecordNode } from '../reading/avro-node.ts';

export class Spans {
  /** By requested field: its first byte, or -1 if the record lacks it; and its end. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** The first `count` entries: the fields in the record, in the order of their ends. */
  readonly found: Int32Array;
  count = 0;

  /** @param fields number of requested fields. */
  constructor(fields: number) {
    this.from = new Int32Array(fields).fill(-1);
    this.to = new Int32Array(fields);
    this.found = new Int32Array(fields);
  }

  clear(): void {
    for (let i = 0; i < this.from.length; i++) this.from[i] = -1;
    this.count = 0;
  }

  add(field: number, from: number, to: number): void {
    this.from[field] = from;
    this.to[field] = to;
    this.found[this.count++] = field;
  }

  has(field: number): boolean {
    return this.from[field]! >= 0;
  }
}

/** Returns the end of the value that starts at a byte. */
export type Skip = (bytes: Uint8Array, at: number) => number;

/** A field of a record: how to skip its value, and whether it is or contains a requested field. */
export interface Member {
  readonly name: string;
  readonly skip: Skip;
  readonly isWanted: boolean;
}

/** How an encoding delimits values. */
export interface Encoding {
  /** Skips values without requested fields. */
  over(node: AvroNode): Skip;
  record(members: readonly Member[]): Skip;
  /** @param branches those that are records with their members, others with none. */
  union(branches: readonly { readonly skip: Skip; readonly members: readonly Member[] }[]): Skip;
}

/**
 * Adds the fields of the record whose first byte it is given.
 * @param paths of fields outside of lists, `user_location.city`; spans.from[i] is for paths[i].
 */
export function spanFinder(root: RecordNode, paths: readonly string[], spans: Spans, encoding: Encoding): Skip {
  const isWanted = (place: string) => paths.some((path) => path === place || path.startsWith(`${place}.`));
  const membersOf = (node: AvroNode, outer: string): Member[] =>
    node.kind !== 'record'
      ? []
      : node.fields.map(({ name, node: inner }) => {
          const place = outer === '' ? name : `${outer}.${name}`;
          return { name, skip: over(inner, place), isWanted: isWanted(place) };
        });
  const inside = (node: AvroNode, place: string): Skip => {
    if (node.kind === 'record') return encoding.record(membersOf(node, place));
    if (node.kind !== 'union') return encoding.over(node);
    return encoding.union(
      node.branches.map((branch) => ({ skip: inside(branch, place), members: membersOf(branch, place) })),
    );
  };
  const over = (node: AvroNode, place: string): Skip => {
    if (!isWanted(place)) return encoding.over(node);
    const skip = inside(node, place);
    const field = paths.indexOf(place);
    if (field < 0) return skip;
    return (bytes, at) => {
      const end = skip(bytes, at);
      spans.add(field, at, end);
      return end;
    };
  };
  // Stop after the last requested field.
  const last = root.fields.findLastIndex(({ name }) => isWanted(name));
  return inside({ ...root, fields: root.fields.slice(0, last + 1) }, '');
}

/** Whether the bytes in the range equal these. */
export function holds(bytes: Uint8Array, from: number, to: number, wanted: Uint8Array): boolean {
  if (to - from !== wanted.length) return false;
  for (let i = 0; i < wanted.length; i++) if (bytes[from + i] !== wanted[i]) return false;
  return true;
}
