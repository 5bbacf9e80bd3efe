/** Which of the cases of a `switch` a field is that has a part. */
import { isChoice, type Part } from './part.ts';

/** Of the field at a path, among parts of which some may still be missing: it may come after the one that looks at it. */
export function caseAt(
  parts: ReadonlyMap<string, Part>,
  path: string,
  cases: readonly string[],
): (draw: number) => number {
  return late(() => {
    // What is in a record that comes whole by a rule has no part of its own.
    const steps = path.split('.');
    let known = steps.length;
    while (known > 1 && !parts.has(steps.slice(0, known).join('.'))) known--;
    return casesOf(parts.get(steps.slice(0, known).join('.'))!, cases, steps.slice(known));
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
