/** The `switch` case that a generated field matches. */

import { listOf } from '../rules/rule-fit.ts';
import { isChoice, type Part } from './part.ts';

/** Parts compiled so far; `closed`: places where a compiled part may be absent, or replaced by another one. */
interface Compiled {
  readonly parts: ReadonlyMap<string, Part>;
  readonly closed: ReadonlySet<string>;
}

/** The case of the field at a path. Resolved lazily: its part may be compiled later. */
export function caseAt({ parts, closed }: Compiled, path: string, cases: readonly string[]): (draw: number) => number {
  return late(() => {
    // Inside a union, or a value set whole by a rule, read the field from the enclosing value.
    const steps = path.split('.');
    const upTo = (count: number): string => steps.slice(0, count).join('.');
    let known = listOf(path).split('.').length;
    while (known < steps.length && !closed.has(upTo(known))) known++;
    return casesOf(parts.get(upTo(known))!, cases, steps.slice(known));
  });
}

/** The case that the part's value (or its field `inner`) matches; the number of cases if none does. */
export function casesOf(part: Part, cases: readonly string[], inner: readonly string[] = []): (draw: number) => number {
  const positions = new Map(cases.map((name, i) => [name, i] as const));
  const at = (value: unknown) =>
    inner.reduce((each, step) => (each as Readonly<Record<string, unknown>> | null)?.[step], value);
  const position = (value: unknown): number => positions.get(String(at(value))) ?? cases.length;
  if (!isChoice(part)) return (draw) => position(part.value(draw));
  const known = part.values.map(position);
  return (draw) => known[part.choose(draw)]!;
}

/** Created on first use. */
function late(make: () => (draw: number) => number): (draw: number) => number {
  let made: ((draw: number) => number) | undefined;
  return (draw) => {
    made ??= make();
    return made(draw);
  };
}
