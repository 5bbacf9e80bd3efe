/** Which of the cases of a `switch` a field is that has a part. */

import { listOf } from '../rules/rule-fit.ts';
import { isChoice, type Part } from './part.ts';

/** What is compiled so far; `closed` are the places where a record may be without what has a part, or have it from elsewhere. */
interface Compiled {
  readonly parts: ReadonlyMap<string, Part>;
  readonly closed: ReadonlySet<string>;
}

/** Of the field at a path, whose part may still be missing: it may come after the one that looks at it. */
export function caseAt({ parts, closed }: Compiled, path: string, cases: readonly string[]): (draw: number) => number {
  return late(() => {
    // What is in a union, or comes whole by a rule, is looked for in the value around it: in the same item of a list.
    const steps = path.split('.');
    const upTo = (count: number): string => steps.slice(0, count).join('.');
    let known = listOf(path).split('.').length;
    while (known < steps.length && !closed.has(upTo(known))) known++;
    return casesOf(parts.get(upTo(known))!, cases, steps.slice(known));
  });
}

/** Which of the cases a part's value is, or what is in it at `inner`; their number where it is none. */
export function casesOf(part: Part, cases: readonly string[], inner: readonly string[] = []): (draw: number) => number {
  const positions = new Map(cases.map((name, i) => [name, i] as const));
  const at = (value: unknown) =>
    inner.reduce((each, step) => (each as Readonly<Record<string, unknown>> | null)?.[step], value);
  const position = (value: unknown): number => positions.get(String(at(value))) ?? cases.length;
  if (!isChoice(part)) return (draw) => position(part.value(draw));
  const known = part.values.map(position);
  return (draw) => known[part.choose(draw)]!;
}

/** Made on first use. */
function late(make: () => (draw: number) => number): (draw: number) => number {
  let made: ((draw: number) => number) | undefined;
  return (draw) => {
    made ??= make();
    return made(draw);
  };
}
