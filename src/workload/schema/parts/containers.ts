/** Container parts other than records: lists, maps, unions, and switches. */
import { fragments } from '../../encoding/fragments.ts';
import type { CounterRng } from '../../random.ts';
import type { Moment } from '../values/draws.ts';
import { type Draws, openChoices } from '../values/draws.ts';
import type { LeafPlace } from '../values/leaf.ts';
import { varintLength, writeAvroLong } from '../values/numbers.ts';
import { seedOf } from '../values/texts.ts';
import { type Bounds, maxOf, NO_STAMPS, type Part } from './part.ts';

export interface ListSpec {
  readonly item: Part;
  readonly min: number;
  readonly max: number;
  /** A map's items have keys: `key-1`, `key-2`, … */
  readonly keyed: boolean;
  readonly counts: CounterRng;
  readonly draws: CounterRng;
}

export function listPart(spec: ListSpec, json: boolean, { depthMax }: Bounds, moment: Moment): Part {
  const { item, min, max, keyed, counts, draws } = spec;
  const keys = keyed ? Array.from({ length: max }, (_, i) => `key-${i + 1}`) : [];
  const heads = json ? jsonHeads(keys, max) : avroHeads(keys, max);
  const open = fragments([json ? [keyed ? '{' : '['] : []]);
  const close = fragments([json ? [keyed ? '}' : ']'] : [Uint8Array.of(0)]]);
  const countOf = (draw: number): number =>
    item.recursive && moment.depth >= depthMax ? 0 : min + counts.below(draw, max - min + 1);
  const countMax = (depth: number): number => (item.recursive && depth >= depthMax ? 0 : max);
  const headMax = heads.longest;
  return {
    recursive: item.recursive,
    text: null,
    bytesMax: (depth) => {
      const count = countMax(depth);
      return varintLength(max) + 2 + (count === 0 ? 0 : count * (headMax + item.bytesMax(depth)));
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
      const seed = seedOf(draws.uniform(draw));
      const outer = moment.item;
      for (let i = 0; i < count; i++) {
        moment.item = i;
        at = item.write(into, heads.copy(i, into, at), seed + i);
      }
      moment.item = outer;
      return close.copy(0, into, at);
    },
    value(draw) {
      const seed = seedOf(draws.uniform(draw));
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

function jsonHeads(keys: readonly string[], max: number) {
  return fragments(
    Array.from({ length: max }, (_, i) => [
      i === 0 ? '' : ',',
      keys[i] === undefined ? '' : `${JSON.stringify(keys[i])}:`,
    ]),
  );
}

function avroHeads(keys: readonly string[], max: number) {
  return fragments(
    Array.from({ length: max }, (_, i) => (keys[i] === undefined ? [] : [Uint8Array.of(keys[i].length * 2), keys[i]])),
  );
}

export interface UnionSpec {
  readonly branches: readonly { readonly number: number; readonly part: Part }[];
  /** Position in `branches`. */
  readonly choose: (draw: number) => number;
  /** Position of the branch that ends a recursion soonest. */
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
    bytesMax: (depth) => heads.longest + possible(depth).reduce((max, part) => Math.max(max, part.bytesMax(depth)), 0),
    stamps: (depth) => maxOf(possible(depth).map((part) => part.stamps(depth))),
    write(into, at, draw) {
      const branch = branchOf(draw);
      return parts[branch]!.write(into, heads.copy(branch, into, at), draw);
    },
    value: (draw) => parts[branchOf(draw)]!.value(draw),
  };
}

const [MINUS, ZERO, NINE] = [45, 48, 57];
const POINT = new TextEncoder().encode('.0');

/** Appends `.0` to numbers written as digits only. */
export function pointed(part: Part): Part {
  return {
    ...part,
    bytesMax: (depth) => part.bytesMax(depth) + POINT.length,
    write(into, start, draw) {
      const end = part.write(into, start, draw);
      for (let at = start; at < end; at++) {
        const byte = into[at]!;
        if ((byte < ZERO || byte > NINE) && byte !== MINUS) return end;
      }
      into.set(POINT, end);
      return end + POINT.length;
    },
  };
}

function avroBranch(number: number): Uint8Array {
  const bytes = new Uint8Array(varintLength(number));
  writeAvroLong(bytes, 0, number);
  return bytes;
}

/** One of several parts for the same place, selected by another field. */
export function switchPart(parts: readonly Part[], choose: (draw: number) => number): Part {
  return {
    recursive: parts.some((part) => part.recursive),
    text: parts.every((part) => part.text !== null) ? switchText(parts, choose) : null,
    bytesMax: (depth) => parts.reduce((max, part) => Math.max(max, part.bytesMax(depth)), 0),
    stamps: (depth) => maxOf(parts.map((part) => part.stamps(depth))),
    write: (into, at, draw) => parts[choose(draw)]!.write(into, at, draw),
    value: (draw) => parts[choose(draw)]!.value(draw),
  };
}

function switchText(parts: readonly Part[], choose: (draw: number) => number) {
  return {
    bytesMax: parts.reduce((max, { text }) => Math.max(max, text!.bytesMax), 0),
    plain: parts.every(({ text }) => text!.plain),
    write: (into: Uint8Array, at: number, draw: number) => parts[choose(draw)]!.text!.write(into, at, draw),
  };
}

/**
 * Draws the branch of a union.
 *
 * @param values number of non-null branches, all equally likely.
 * @param nulls the rule's share of null: exact over a pool.
 * @param share of null, by rule or by default.
 * @returns the number of the branch by draw; null is behind the others.
 */
export function chooseBranch(
  draws: Draws,
  { path, exact }: LeafPlace,
  { values, nulls, share }: { readonly values: number; readonly nulls: number | undefined; readonly share: number },
): (draw: number) => number {
  if (nulls !== undefined && share > 0 && share < 1) {
    const choices = openChoices(draws, { value: 1 - share, null: share }, path, exact);
    return (draw) => {
      const choice = choices.choose(draw);
      return choice === 1 ? values : Math.floor(choices.within(0, draw) * values);
    };
  }
  const rng = draws.rng(path, 'branch');
  if (share === 0) return values === 1 ? () => 0 : (draw) => rng.below(draw, values);
  return (draw) => {
    const unit = rng.uniform(draw);
    return unit < share ? values : Math.floor(((unit - share) / (1 - share)) * values);
  };
}
