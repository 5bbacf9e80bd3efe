/** Options that JavaScript lets pass: a misspelt one would be ignored, one of the wrong type fail far from here. */
import type { Problem } from './errors.ts';
import { suggest } from './nearest.ts';

/** `true`: whoever reads the option checks its value. */
export type OptionKind = true | 'text' | 'texts';

const EXPECTED = { text: 'text', texts: 'a list of texts' } as const;

/** @param isKnownElsewhere names that have a problem of their own. */
export function optionProblems(
  options: object,
  kinds: Readonly<Record<string, OptionKind>>,
  isKnownElsewhere: (name: string) => boolean = () => false,
): Problem[] {
  return Object.entries(options).flatMap(([name, value]): Problem[] => {
    if (!Object.hasOwn(kinds, name)) {
      if (isKnownElsewhere(name)) return [];
      const hint = suggest(name, Object.keys(kinds));
      return [{ message: `there is no option \`${name}\``, ...(hint !== undefined && { hint }) }];
    }
    const kind = kinds[name]!;
    if (value === undefined || kind === true || isOf(kind, value)) return [];
    return [{ place: name, message: `expected ${EXPECTED[kind]}, not \`${JSON.stringify(value)}\`` }];
  });
}

function isOf(kind: 'text' | 'texts', value: unknown): boolean {
  if (kind === 'text') return typeof value === 'string';
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
