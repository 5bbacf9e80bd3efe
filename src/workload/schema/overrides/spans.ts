/** Where some fields of a record are in its bytes, whoever wrote them: found by the schema, one value after another. */
import type { AvroNode, RecordNode } from '../reading/avro-node.ts';

export class Spans {
  /** By field, as they were asked for: its first byte, or -1 where the record is without it; and its end. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** The fields that the record has, as they end one after another: the first `count`. */
  readonly found: Int32Array;
  count = 0;

  /** @param fields how many are asked for. */
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

/** From the first byte of a value to its end. */
export type Skip = (bytes: Uint8Array, at: number) => number;

/** A field of a record: the way over its value, and whether what is asked for is there or inside. */
export interface Member {
  readonly name: string;
  readonly skip: Skip;
  readonly isWanted: boolean;
}

/** How bytes tell where a value ends. */
export interface Encoding {
  /** Of values in which nothing is asked for. */
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
  // What comes after the last of them is not looked at.
  const last = root.fields.findLastIndex(({ name }) => isWanted(name));
  return inside({ ...root, fields: root.fields.slice(0, last + 1) }, '');
}

/** Whether what stands from … to is exactly this. */
export function holds(bytes: Uint8Array, from: number, to: number, wanted: Uint8Array): boolean {
  if (to - from !== wanted.length) return false;
  for (let i = 0; i < wanted.length; i++) if (bytes[from + i] !== wanted[i]) return false;
  return true;
}
