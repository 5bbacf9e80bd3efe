/** What zod found, in words for the person who wrote the profile. */
import type { z } from 'zod';
import { EXECUTORS } from '../../executors/table.ts';
import { nearest, suggest } from '../../nearest.ts';
import { isSecretProperty, REDACTED } from '../../secrets.ts';
import { valueAt } from '../../value-at.ts';
import type { Path } from '../document.ts';
import type { ProblemAt } from '../problems.ts';
import { OPEN_KEYS, profileSchema, scenarioSchema } from './schema.ts';
import { keysAt } from './schema-walk.ts';

/**
 * @param input the whole document, to show what stands there.
 * @param base path of what was parsed, when that was a part.
 */
export function describeIssues(issues: readonly z.core.$ZodIssue[], input: unknown, base: Path = []): ProblemAt[] {
  const placed = issues.map((issue) => ({ ...issue, path: [...base, ...issue.path] }) as z.core.$ZodIssue);
  const meant = new Set(placed.flatMap(meantKeys));
  const reported = new Set<string>();
  return placed
    .filter(({ path }) => valueAt(input, path as Path) !== undefined || !meant.has(JSON.stringify(path)))
    .filter((issue) => !placed.some((other) => isCovered(issue, other)))
    .flatMap((issue) => describeIssue(issue, input))
    .filter((problem) => {
      const text = JSON.stringify(problem);
      return !reported.has(text) && reported.add(text);
    });
}

/** Of a value that is beyond two limits the narrower one is reported: a whole number has those of its type too. */
function isCovered(issue: z.core.$ZodIssue, other: z.core.$ZodIssue): boolean {
  if (JSON.stringify(issue.path) !== JSON.stringify(other.path)) return false;
  if (issue.code === 'too_big' && other.code === 'too_big') return other.maximum < issue.maximum;
  return issue.code === 'too_small' && other.code === 'too_small' && other.minimum > issue.minimum;
}

/** Paths of the keys that misspelt ones were meant to be: their absence is not reported as well. */
function meantKeys(issue: z.core.$ZodIssue): string[] {
  if (issue.code !== 'unrecognized_keys') return [];
  const known = keysAt(profileSchema, issue.path as Path);
  return issue.keys.flatMap((key) => {
    const name = nearest(key, known);
    return name === undefined ? [] : [JSON.stringify([...issue.path, name])];
  });
}

function describeIssue(issue: z.core.$ZodIssue, input: unknown): ProblemAt[] {
  const path = issue.path as Path;
  const value = valueAt(input, path);
  const shown = () => (isSecretProperty(String(path.at(-1))) ? REDACTED : show(value));
  const problem = (message: string, hint?: string): ProblemAt[] => [
    { path, message, ...(hint !== undefined && { hint }) },
  ];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(path, key, input));
    case 'invalid_type':
      if (value === undefined) return problem(`is missing; expected ${withArticle(issue.expected)}`);
      return problem(`expected ${withArticle(issue.expected)}, not ${shown()}`, exampleOf(path, value));
    case 'invalid_value': {
      const values = issue.values.map(String);
      if (value === undefined) return problem(`is missing; expected ${values.join(', ')}`);
      if (values.length === 1) return problem(`expected ${values[0]}, not ${shown()}`, ownText(issue));
      const near = typeof value === 'string' ? nearest(value, values) : undefined;
      return problem(`${shown()} is not one of ${values.join(', ')}`, near && `did you mean \`${near}\`?`);
    }
    case 'invalid_union': {
      if ('discriminator' in issue && issue.discriminator === 'executor') return unknownExecutor(path, input);
      const keys = isMap(value) ? Object.keys(value) : [];
      const known = keysAt(profileSchema, path);
      if (keys.length > 0 && known.length > 0 && !keys.some((key) => known.includes(key))) {
        return keys.map((key) => unknownKey(path, key, input));
      }
      const inner = isMap(value) && keys.length === 0 ? undefined : closestBranch(issue.errors);
      if (inner !== undefined) return describeIssues(inner, input, path);
      const expected = expectedOf(issue);
      return problem(value === undefined ? `is missing; ${expected}` : `${expected}, not ${shown()}`);
    }
    case 'too_small':
      if (!isNumber(issue.origin)) return problem(sizeText(issue, `at least ${issue.minimum}`));
      return problem(
        `must be ${issue.inclusive === false ? 'greater than' : 'at least'} ${issue.minimum}, not ${shown()}`,
      );
    case 'too_big':
      if (!isNumber(issue.origin)) return problem(sizeText(issue, `at most ${issue.maximum}`));
      return problem(`must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}, not ${shown()}`);
    case 'invalid_format':
      return problem(`${shown()}: ${issue.message}`);
    case 'custom':
      return problem(issue.message, issue.params?.hint as string | undefined);
    default:
      return problem(issue.message);
  }
}

/** Why a key may not stand in the map at `path`. */
function unknownKey(path: Path, key: string, input: unknown): ProblemAt {
  if (path[0] === 'scenarios' && path.length === 2) {
    const executor = String(valueAt(input, [...path, 'executor']));
    const owners = [...EXECUTORS.values()].filter(({ keys }) => Object.hasOwn(keys, key));
    if (owners.length > 0) {
      return {
        path,
        key,
        message: `\`${key}\` has no meaning for ${executor}`,
        hint: `it belongs to ${owners.map(({ kind }) => kind).join(', ')}`,
      };
    }
    if (Object.hasOwn(OPEN_KEYS, key))
      return { path, key, message: `\`${key}\` has no meaning in a closed loop (${executor})` };
  }
  const known = keysAt(profileSchema, path);
  if (known.includes(key)) {
    const others = Object.keys(valueAt(input, path) as object).filter((other) => other !== key);
    return { path, key, message: `\`${key}\` has no place beside \`${others.join('`, `')}\`` };
  }
  return withHint({ path, key, message: `unknown key \`${key}\`` }, suggest(key, known));
}

/** The schema does not look into a scenario whose executor it does not know: its other problems are found here. */
function unknownExecutor(path: Path, input: unknown): ProblemAt[] {
  const names = [...EXECUTORS.keys()];
  const executor = valueAt(input, path);
  const problem: ProblemAt =
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

function isNumber(origin: string): boolean {
  return origin === 'number' || origin === 'int';
}

/** Too short or too long: the schema's own text, where it has one. */
function sizeText({ message, origin }: { message: string; origin: string }, size: string): string {
  if (!message.startsWith('Too ')) return message;
  if (size === 'at least 1') return 'must not be empty';
  return `expected ${size} ${origin === 'string' ? 'characters' : 'items'}`;
}

/** What an alternative takes: its own text or that of its branches. */
function expectedOf(issue: z.core.$ZodIssueInvalidUnion): string {
  if (!issue.message.startsWith('Invalid')) return issue.message;
  const branches = issue.errors.flatMap((issues) => {
    const first = issues[0];
    if (first?.code === 'invalid_type') return withArticle(first.expected);
    return first?.code === 'invalid_union' ? expectedOf(first).replace('expected ', '') : [];
  });
  return `expected ${[...new Set(branches)].join(' or ')}`;
}

/** How to write it, where the wrong way shows what was meant. */
function exampleOf(path: Path, value: unknown): string | undefined {
  const percent = typeof value === 'string' ? /^(\d+(?:\.\d+)?) ?%$/.exec(value)?.[1] : undefined;
  if (percent !== undefined) return `a share is written ${Number((Number(percent) / 100).toPrecision(12))}`;
  const [block, , key] = path;
  const isOfTopics = (block === 'scenarios' && key === 'topic') || key === 'topics';
  if (path.length === 3 && isOfTopics) return topicExample(block, key, value);
  const isRule = block === 'scenarios' && key === 'fields' && path.length === 4;
  return isRule && !isMap(value) ? 'a rule, e.g. { constant: 5 } or { range: [1, 100] }' : undefined;
}

/** A scenario has one topic or pattern, a consumer group a list of them. Quoted it is YAML inside `{…}` too. */
function topicExample(block: unknown, key: unknown, value: unknown): string | undefined {
  const quoted = JSON.stringify(typeof value === 'string' ? value : 'load-{0..9}');
  if (block === 'consumers') return `topics: [${quoted}]`;
  if (key === 'topics') return `one topic or one pattern of names is written topic: ${quoted}`;
  if (isMap(value)) return 'count and pattern are keys of `topics`';
  return Array.isArray(value) ? `several topics are one pattern of names: topic: ${quoted}` : undefined;
}

const NOT_EVEN_CLOSE: readonly string[] = ['invalid_type', 'invalid_value', 'invalid_union'];

/** Of the alternatives the one that fitted best: its problem lies deeper than its type, and it knows the keys. */
function closestBranch(errors: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | undefined {
  const deep = errors.filter(
    (issues) =>
      issues.some((issue) => issue.path.length > 0 || issue.code !== 'invalid_type') &&
      !issues.some((issue) => issue.path.length === 0 && NOT_EVEN_CLOSE.includes(issue.code)),
  );
  const strangers = (issues: readonly z.core.$ZodIssue[]): number =>
    issues.filter(({ code, path }) => code === 'unrecognized_keys' && path.length === 0).length;
  return deep.sort((a, b) => strangers(a) - strangers(b) || a.length - b.length)[0];
}

function show(value: unknown): string {
  // What JSON does not know: .inf and .nan.
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
  return `\`${text.length > 60 ? `${text.slice(0, 57)}…` : text}\``;
}

/** An enumeration's own error text, when it has one. */
function ownText(issue: z.core.$ZodIssue): string | undefined {
  return issue.message.startsWith('Invalid') ? undefined : issue.message;
}

function suggestValue(value: unknown, names: readonly string[]): string | undefined {
  return typeof value === 'string' ? suggest(value, names) : undefined;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withHint(problem: ProblemAt, hint: string | undefined): ProblemAt {
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
  tuple: 'a pair, e.g. [1, 100]',
};

function withArticle(expected: string): string {
  return TYPE_WORDS[expected] ?? expected;
}
