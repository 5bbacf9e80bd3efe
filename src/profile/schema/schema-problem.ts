/** What zod found, in words for the person who wrote the profile. */
import type { z } from 'zod';
import type { Problem } from '../../errors.ts';
import { suggest } from '../../nearest.ts';
import type { Path } from '../document.ts';
import { EXECUTOR_KEYS } from './executor-schema.ts';
import { OPEN_KEYS, profileSchema, scenarioSchema } from './schema.ts';
import { keysAt } from './schema-walk.ts';

/** A Problem before its line is known; `place` is there when it is another file's. */
export interface SchemaProblem extends Omit<Problem, 'path'> {
  readonly path: Path;
  /** Set when it is this key of the map at `path` that is wrong. */
  readonly key?: string;
}

/**
 * @param input the whole document, to show what stands there.
 * @param base path of what was parsed, when that was a part.
 */
export function describeIssues(issues: readonly z.core.$ZodIssue[], input: unknown, base: Path = []): SchemaProblem[] {
  return issues.flatMap((issue) =>
    describeIssue({ ...issue, path: [...base, ...issue.path] } as z.core.$ZodIssue, input),
  );
}

function describeIssue(issue: z.core.$ZodIssue, input: unknown): SchemaProblem[] {
  const path = issue.path as Path;
  const value = valueAt(input, path);
  const problem = (message: string, hint?: string): SchemaProblem[] => [
    { path, message, ...(hint !== undefined && { hint }) },
  ];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(path, key, input));
    case 'invalid_type':
      if (value === undefined) return problem(`is missing; expected ${withArticle(issue.expected)}`);
      return problem(`expected ${withArticle(issue.expected)}, not ${show(value)}`);
    case 'invalid_value': {
      const values = issue.values.map(String);
      if (values.length === 1) return problem(`expected ${values[0]}, not ${show(value)}`, ownText(issue));
      return problem(`${show(value)} is not one of ${values.join(', ')}`, suggestValue(value, values));
    }
    case 'invalid_union': {
      if ('discriminator' in issue && issue.discriminator === 'executor') return unknownExecutor(path, input);
      const inner = closestBranch(issue.errors);
      if (inner !== undefined) return describeIssues(inner, input, path);
      return problem(value === undefined ? `is missing; ${issue.message}` : `${issue.message}, not ${show(value)}`);
    }
    case 'too_small':
      if (issue.origin !== 'number') return problem(issue.message);
      return problem(
        `must be ${issue.inclusive === false ? 'greater than' : 'at least'} ${issue.minimum}, not ${show(value)}`,
      );
    case 'too_big':
      if (issue.origin !== 'number') return problem(issue.message);
      return problem(
        `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}, not ${show(value)}`,
      );
    case 'invalid_format':
      return problem(`${show(value)}: ${issue.message}`);
    case 'custom':
      return problem(issue.message, issue.params?.hint as string | undefined);
    default:
      return problem(issue.message);
  }
}

/** Why a key may not stand in the map at `path`. */
function unknownKey(path: Path, key: string, input: unknown): SchemaProblem {
  if (path[0] === 'scenarios' && path.length === 2) {
    const executor = String(valueAt(input, [...path, 'executor']));
    const owners = Object.entries(EXECUTOR_KEYS).filter(([, keys]) => key in keys);
    if (owners.length > 0) {
      return {
        path,
        key,
        message: `\`${key}\` has no meaning for ${executor}`,
        hint: `it belongs to ${owners.map(([name]) => name).join(', ')}`,
      };
    }
    if (key in OPEN_KEYS) return { path, key, message: `\`${key}\` has no meaning in a closed loop (${executor})` };
  }
  return withHint({ path, key, message: `unknown key \`${key}\`` }, suggest(key, keysAt(profileSchema, path)));
}

/** The schema looks no further into a scenario whose executor it does not know: what is wrong besides is said here. */
function unknownExecutor(path: Path, input: unknown): SchemaProblem[] {
  const names = Object.keys(EXECUTOR_KEYS);
  const executor = valueAt(input, path);
  const problem: SchemaProblem =
    executor === undefined
      ? { path, message: 'is missing', hint: `one of ${names.join(', ')}` }
      : withHint({ path, message: `unknown executor ${show(executor)}` }, suggestValue(executor, names));
  const at = path.slice(0, -1);
  const scenario = valueAt(input, at) as Readonly<Record<string, unknown>>;
  const known = keysAt(profileSchema, at);
  const unknown = Object.keys(scenario).filter((key) => !known.includes(key));
  const issues = scenarioSchema.safeParse(scenario).error?.issues ?? [];
  return [problem, ...unknown.map((key) => unknownKey(at, key, input)), ...describeIssues(issues, input, at)];
}

const NOT_EVEN_CLOSE: readonly string[] = ['invalid_type', 'invalid_value', 'invalid_union'];

/** Of the alternatives the one that fitted best: the only one whose problem lies deeper than its type. */
function closestBranch(errors: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | undefined {
  const deep = errors.filter(
    (issues) =>
      issues.some((issue) => issue.path.length > 0 || issue.code !== 'invalid_type') &&
      !issues.some((issue) => issue.path.length === 0 && NOT_EVEN_CLOSE.includes(issue.code)),
  );
  return deep.sort((a, b) => a.length - b.length)[0];
}

export function valueAt(input: unknown, path: Path): unknown {
  let value = input;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

function show(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `\`${text.length > 60 ? `${text.slice(0, 57)}…` : text}\``;
}

/** An enumeration's own error text, when it has one. */
function ownText(issue: z.core.$ZodIssue): string | undefined {
  return issue.message.startsWith('Invalid') ? undefined : issue.message;
}

function suggestValue(value: unknown, names: readonly string[]): string | undefined {
  return typeof value === 'string' ? suggest(value, names) : undefined;
}

function withHint(problem: SchemaProblem, hint: string | undefined): SchemaProblem {
  return hint === undefined ? problem : { ...problem, hint };
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
  tuple: 'a pair, as [1, 100]',
};

function withArticle(expected: string): string {
  return TYPE_WORDS[expected] ?? expected;
}
