/** A part generates one place of the schema and writes its bytes. */
import { type Fragments, fragments } from '../../encoding/fragments.ts';
import type { Stamp } from '../../encoding/stamp.ts';
import type { Moment } from '../values/draws.ts';
import type { NumberWriter } from '../values/numbers.ts';
import { type Framed, type Raw, textOf } from '../values/texts.ts';

/**
 * A value as a function of `draw` and the moment. In the record itself `draw` is the body; for the items of a list and
 * for records inside records of their own type it is a number of 52 bits drawn from it.
 */
export interface Part {
  /** Whether it is a back reference to an enclosing record. */
  readonly recursive: boolean;
  /** The unframed value, for a key or an enclosing text; null if it is not a scalar. */
  readonly text: Raw | null;
  /** Max encoded size; `depth` is the recursion depth. */
  bytesMax(depth: number): number;
  /** Max occurrences of each stamp in a value. */
  stamps(depth: number): StampCounts;
  /** Writes the value and returns its end. */
  write(into: Uint8Array, at: number, draw: number): number;
  value(draw: number): unknown;
}

export type StampCounts = ReadonlyMap<Stamp, number>;

export const NO_STAMPS: StampCounts = new Map();

export function sumOf(all: readonly StampCounts[]): StampCounts {
  return combined(all, (a, b) => a + b);
}

export function maxOf(all: readonly StampCounts[]): StampCounts {
  return combined(all, Math.max);
}

function combined(all: readonly StampCounts[], combine: (a: number, b: number) => number): StampCounts {
  const counts = new Map<Stamp, number>();
  for (const each of all) for (const [stamp, count] of each) counts.set(stamp, combine(counts.get(stamp) ?? 0, count));
  return counts;
}

/** From this depth on, recursion ends as soon as the type allows. */
export interface Bounds {
  readonly depthMax: number;
}

/** A value without nested parts. */
function leaf(part: Omit<Part, 'recursive' | 'bytesMax' | 'stamps'> & { readonly bytesMax: number }): Part {
  const { bytesMax } = part;
  return { ...part, recursive: false, bytesMax: () => bytesMax, stamps: () => NO_STAMPS };
}

/** One of a few pre-encoded values. */
export interface ChoicePart extends Part {
  readonly values: readonly unknown[];
  choose(draw: number): number;
}

export function choicePart(
  values: readonly unknown[],
  encode: (value: unknown) => Uint8Array,
  choose: (draw: number) => number,
): ChoicePart {
  const encoded = fragments(values.map((value) => [encode(value)]));
  const texts = values.some((value) => typeof value === 'object')
    ? null
    : fragments(values.map((value) => [String(value)]));
  return {
    ...leaf({
      text: texts && rawChoice(texts, choose),
      bytesMax: encoded.longest,
      write: (into, at, draw) => encoded.copy(choose(draw), into, at),
      value: (draw) => values[choose(draw)],
    }),
    values,
    choose,
  };
}

function rawChoice(texts: Fragments, choose: (draw: number) => number): Raw {
  return {
    bytesMax: texts.longest,
    plain: false,
    write: (into, at, draw) => texts.copy(choose(draw), into, at),
  };
}

export function isChoice(part: Part): part is ChoicePart {
  return 'choose' in part;
}

export function numberPart(draw: (draw: number) => number, writer: NumberWriter, text: NumberWriter): Part {
  return leaf({
    text: { bytesMax: text.bytesMax, plain: true, write: (into, at, i) => text.write(into, at, draw(i)) },
    bytesMax: writer.bytesMax,
    write: (into, at, i) => writer.write(into, at, draw(i)),
    value: draw,
  });
}

export function textPart(raw: Raw, frame: (raw: Raw) => Framed): Part {
  const { bytesMax, write } = frame(raw);
  return leaf({ text: raw, bytesMax, write, value: (draw) => textOf(raw, draw) });
}

/** Bytes without a text form. */
export function binaryPart(framed: Framed, value: (draw: number) => unknown): Part {
  return leaf({ text: null, bytesMax: framed.bytesMax, write: framed.write, value });
}

/** The record's time. */
export function timePart(stamp: Stamp, moment: Moment, value: (timestampMs: number) => number): Part {
  return {
    ...leaf({
      text: null,
      bytesMax: stamp.width,
      write(into, at) {
        stamp.write(into, at, moment.timestampMs);
        return at + stamp.width;
      },
      value: () => value(moment.timestampMs),
    }),
    stamps: () => new Map([[stamp, 1]]),
  };
}

/** A text that contains the message index. */
export function withStamp(part: Part, stamp: Stamp): Part {
  return { ...part, stamps: () => new Map([[stamp, 1]]) };
}
