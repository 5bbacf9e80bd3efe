/** Parts made of parts: records, lists, unions, and the ways back into a record. */
import { fragments } from '../encoding/fragments.ts';
import type { Stamp } from '../encoding/stamp.ts';
import type { Stream } from '../random.ts';
import type { Moment } from './moment.ts';
import { varintLength, writeAvroLong } from './numbers.ts';
import { NO_STAMPS, type Part, type StampCounts } from './part.ts';
import { seedOf } from './texts.ts';

/** From this depth on a record is inside itself no further than its type demands. */
export interface Bounds {
  readonly depthMax: number;
}

export interface FieldPart {
  readonly name: string;
  readonly part: Part;
}

/** @param fields are filled in by the caller afterwards where the record is recursive. */
export function recordPart(fields: readonly FieldPart[], json: boolean, { depthMax }: Bounds): Part {
  const parts = fields.map(({ part }) => part);
  const count = parts.length;
  const heads = fragments(
    fields.map(({ name }, i) => (json ? [`${i === 0 ? '{' : ','}${JSON.stringify(name)}:`] : [])),
  );
  const tail = fragments([json ? [count === 0 ? '{}' : '}'] : []]);
  const constant = fields.reduce((sum, { name }) => sum + (json ? Buffer.byteLength(name) + 4 : 0), 2);
  return {
    recursive: parts.some((part) => part.recursive),
    text: null,
    bytesMax: byDepth(depthMax, (depth) => parts.reduce((sum, part) => sum + part.bytesMax(depth), constant)),
    stamps: byDepth(depthMax, (depth) => sumOf(parts.map((part) => part.stamps(depth)))),
    write: json
      ? (into, start, draw) => {
          let at = start;
          for (let i = 0; i < count; i++) at = parts[i]!.write(into, heads.copy(i, into, at), draw);
          return tail.copy(0, into, at);
        }
      : (into, start, draw) => {
          let at = start;
          for (let i = 0; i < count; i++) at = parts[i]!.write(into, at, draw);
          return at;
        },
    value: (draw) => Object.fromEntries(fields.map(({ name, part }) => [name, part.value(draw)])),
  };
}

/** A record inside another of its type: the same part, with a draw of its own. */
export function recursionPart(target: () => Part, stream: Stream, moment: Moment): Part {
  return {
    recursive: true,
    text: null,
    bytesMax: (depth) => target().bytesMax(depth + 1),
    stamps: (depth) => target().stamps(depth + 1),
    write(into, at, draw) {
      moment.depth++;
      const end = target().write(into, at, seedOf(stream.unit(draw)));
      moment.depth--;
      return end;
    },
    value(draw) {
      moment.depth++;
      const value = target().value(seedOf(stream.unit(draw)));
      moment.depth--;
      return value;
    },
  };
}

export interface ListSpec {
  readonly item: Part;
  readonly least: number;
  readonly most: number;
  /** A map's items have keys: `key-1`, `key-2`, … */
  readonly keyed: boolean;
  readonly counts: Stream;
  readonly draws: Stream;
}

export function listPart(spec: ListSpec, json: boolean, { depthMax }: Bounds, moment: Moment): Part {
  const { item, least, most, keyed, counts, draws } = spec;
  const keys = keyed ? Array.from({ length: most }, (_, i) => `key-${i + 1}`) : [];
  const heads = json ? jsonHeads(keys, most) : avroHeads(keys, most);
  const open = fragments([json ? [keyed ? '{' : '['] : []]);
  const close = fragments([json ? [keyed ? '}' : ']'] : [Uint8Array.of(0)]]);
  const countOf = (draw: number): number =>
    item.recursive && moment.depth >= depthMax ? 0 : least + counts.below(draw, most - least + 1);
  const countMax = (depth: number): number => (item.recursive && depth >= depthMax ? 0 : most);
  const headMax = heads.longest;
  return {
    recursive: item.recursive,
    text: null,
    bytesMax: (depth) => {
      const count = countMax(depth);
      return varintLength(most) + 2 + (count === 0 ? 0 : count * (headMax + item.bytesMax(depth)));
    },
    stamps(depth) {
      const count = countMax(depth);
      if (count === 0) return NO_STAMPS;
      return new Map([...item.stamps(depth)].map(([stamp, each]) => [stamp, each * count]));
    },
    write(into, start, draw) {
      const count = countOf(draw);
      let at = open.copy(0, into, start);
      if (!json && count > 0) at = writeAvroLong(into, at, count);
      const seed = seedOf(draws.unit(draw));
      const outer = moment.item;
      for (let i = 0; i < count; i++) {
        moment.item = i;
        at = item.write(into, heads.copy(i, into, at), seed + i);
      }
      moment.item = outer;
      return close.copy(0, into, at);
    },
    value(draw) {
      const seed = seedOf(draws.unit(draw));
      const outer = moment.item;
      const items = Array.from({ length: countOf(draw) }, (_, i) => {
        moment.item = i;
        return item.value(seed + i);
      });
      moment.item = outer;
      return keyed ? Object.fromEntries(items.map((each, i) => [keys[i], each])) : items;
    },
  };
}

function jsonHeads(keys: readonly string[], most: number) {
  return fragments(
    Array.from({ length: Math.max(1, most) }, (_, i) => [
      i === 0 ? '' : ',',
      keys[i] === undefined ? '' : `${JSON.stringify(keys[i])}:`,
    ]),
  );
}

function avroHeads(keys: readonly string[], most: number) {
  return fragments(
    Array.from({ length: Math.max(1, most) }, (_, i) =>
      keys[i] === undefined ? [] : [Uint8Array.of(keys[i].length * 2), keys[i]],
    ),
  );
}

export interface UnionSpec {
  readonly branches: readonly { readonly number: number; readonly part: Part }[];
  /** Position in `branches`. */
  readonly choose: (draw: number) => number;
  /** Position of the branch that ends soonest, for a value that is deep inside its own type. */
  readonly shallowest: number;
}

export function unionPart(
  { branches, choose, shallowest }: UnionSpec,
  json: boolean,
  { depthMax }: Bounds,
  moment: Moment,
): Part {
  const parts = branches.map(({ part }) => part);
  const heads = fragments(branches.map(({ number }) => (json ? [] : [avroBranch(number)])));
  const recursive = parts.some((part) => part.recursive);
  const branchOf = (draw: number): number => (recursive && moment.depth >= depthMax ? shallowest : choose(draw));
  const possible = (depth: number): readonly Part[] => (recursive && depth >= depthMax ? [parts[shallowest]!] : parts);
  return {
    recursive,
    text: null,
    bytesMax: (depth) =>
      heads.longest + possible(depth).reduce((most, part) => Math.max(most, part.bytesMax(depth)), 0),
    stamps: (depth) => mostOf(possible(depth).map((part) => part.stamps(depth))),
    write(into, at, draw) {
      const branch = branchOf(draw);
      return parts[branch]!.write(into, heads.copy(branch, into, at), draw);
    },
    value: (draw) => parts[branchOf(draw)]!.value(draw),
  };
}

function avroBranch(number: number): Uint8Array {
  const bytes = new Uint8Array(varintLength(number));
  writeAvroLong(bytes, 0, number);
  return bytes;
}

/** One of several parts for the same place, as another field says. */
export function switchPart(parts: readonly Part[], choose: (draw: number) => number): Part {
  return {
    recursive: parts.some((part) => part.recursive),
    text: parts.every((part) => part.text !== null) ? switchText(parts, choose) : null,
    bytesMax: (depth) => parts.reduce((most, part) => Math.max(most, part.bytesMax(depth)), 0),
    stamps: (depth) => mostOf(parts.map((part) => part.stamps(depth))),
    write: (into, at, draw) => parts[choose(draw)]!.write(into, at, draw),
    value: (draw) => parts[choose(draw)]!.value(draw),
  };
}

function switchText(parts: readonly Part[], choose: (draw: number) => number) {
  return {
    bytesMax: parts.reduce((most, { text }) => Math.max(most, text!.bytesMax), 0),
    plain: parts.every(({ text }) => text!.plain),
    write: (into: Uint8Array, at: number, draw: number) => parts[choose(draw)]!.text!.write(into, at, draw),
  };
}

/** Worked out once for each depth; beyond the bound all depths are one. */
function byDepth<T>(depthMax: number, of: (depth: number) => T): (depth: number) => T {
  const known: T[] = [];
  return (depth) => {
    const at = Math.min(depth, depthMax);
    known[at] ??= of(at);
    return known[at];
  };
}

function sumOf(all: readonly StampCounts[]): StampCounts {
  return combined(all, (a, b) => a + b);
}

function mostOf(all: readonly StampCounts[]): StampCounts {
  return combined(all, Math.max);
}

function combined(all: readonly StampCounts[], combine: (a: number, b: number) => number): StampCounts {
  const counts = new Map<Stamp, number>();
  for (const each of all) for (const [stamp, count] of each) counts.set(stamp, combine(counts.get(stamp) ?? 0, count));
  return counts;
}
