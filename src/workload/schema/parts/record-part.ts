/** Parts of records, including recursive ones. */
import { fragments } from '../../encoding/fragments.ts';
import type { CounterRng } from '../../random.ts';
import type { Moment } from '../values/draws.ts';
import { seedOf } from '../values/texts.ts';
import { type Bounds, type Part, sumOf } from './part.ts';

export interface FieldPart {
  readonly name: string;
  readonly part: Part;
}

export function recordPart(fields: readonly FieldPart[], json: boolean, { depthMax }: Bounds): Part {
  const parts = fields.map(({ part }) => part);
  const count = parts.length;
  const heads = fragments(
    fields.map(({ name }, i) => (json ? [`${i === 0 ? '{' : ','}${JSON.stringify(name)}:`] : [])),
  );
  const tail = fragments([json ? [count === 0 ? '{}' : '}'] : []]);
  const frame = json ? fields.reduce((sum, { name }) => sum + name.length + '"":,'.length, '{}'.length) : 0;
  return {
    recursive: parts.some((part) => part.recursive),
    text: null,
    bytesMax: byDepth(depthMax, (depth) => parts.reduce((sum, part) => sum + part.bytesMax(depth), frame)),
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

/** A record nested in its own type: the same part with another draw. */
export function recursionPart(target: () => Part, rng: CounterRng, moment: Moment): Part {
  return {
    recursive: true,
    text: null,
    bytesMax: (depth) => target().bytesMax(depth + 1),
    stamps: (depth) => target().stamps(depth + 1),
    write(into, at, draw) {
      moment.depth++;
      const end = target().write(into, at, seedOf(rng.uniform(draw)));
      moment.depth--;
      return end;
    },
    value(draw) {
      moment.depth++;
      const value = target().value(seedOf(rng.uniform(draw)));
      moment.depth--;
      return value;
    },
  };
}

/** A record whose draw is in `current` while it is generated. */
export function scopedPart(record: Part, current: { draw: number }): Part {
  return {
    ...record,
    write(into, at, draw) {
      const outer = current.draw;
      current.draw = draw;
      const end = record.write(into, at, draw);
      current.draw = outer;
      return end;
    },
    value(draw) {
      const outer = current.draw;
      current.draw = draw;
      const value = record.value(draw);
      current.draw = outer;
      return value;
    },
  };
}

/** One part for the outermost record, another for nested records of its type. */
export function outermostPart(outermost: Part, inner: Part, moment: Moment): Part {
  const at = (depth: number): Part => (depth === 0 ? outermost : inner);
  return {
    recursive: inner.recursive,
    text: outermost.text,
    bytesMax: (depth) => at(depth).bytesMax(depth),
    stamps: (depth) => at(depth).stamps(depth),
    write: (into, start, draw) => at(moment.depth).write(into, start, draw),
    value: (draw) => at(moment.depth).value(draw),
  };
}

/** Cached per depth; all depths beyond the bound are equal. */
function byDepth<T>(depthMax: number, of: (depth: number) => T): (depth: number) => T {
  const known: T[] = [];
  return (depth) => {
    const at = Math.min(depth, depthMax);
    known[at] ??= of(at);
    return known[at];
  };
}
