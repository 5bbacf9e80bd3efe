/** Names of many topics as one entry: `load-{0..999}` is `load-0` to `load-999`, and `{000..999}` keeps the zeros. */
import { nameList } from './name-list.ts';
import { formatCount } from './units.ts';

const ALL_DIGITS = /^\d*$/;
const RANGE = /^([^{}]*)\{(\d+)\.\.(\d+)\}([^{}]*)$/;
/** Kafka's topic names. */
export const TOPIC_NAME = /^(?!\.\.?$)[A-Za-z0-9._-]{1,249}$/;
export const TOPIC_NAME_RULE = 'a topic name has up to 249 letters, digits, `.`, `_` and `-`';
/** Of one pattern: more names than this are more memory than a plan is worth. */
export const PATTERN_TOPICS_MAX = 1_000_000;

/** The names of an entry, or of a part of it. */
export interface TopicPattern {
  readonly before: string;
  readonly after: string;
  readonly first: number;
  readonly count: number;
  /** At least so many: smaller numbers have zeros before them. */
  readonly digits: number;
}

/** Whether it names several topics; a name of a topic has no braces. */
export function isTopicPattern(entry: string): boolean {
  return entry.includes('{') || entry.includes('}');
}

/** What is wrong with a name or a pattern of names. */
export function topicEntryProblem(entry: string): { readonly message: string; readonly hint?: string } | undefined {
  if (!isTopicPattern(entry)) {
    return TOPIC_NAME.test(entry) ? undefined : { message: `\`${entry}\` cannot be used: ${TOPIC_NAME_RULE}` };
  }
  const pattern = patternOf(entry);
  if (pattern === undefined) {
    const ranges = entry.match(/\{\d+\.\.\d+\}/g)?.length ?? 0;
    const message =
      ranges > 1
        ? `\`${entry}\` has ${ranges} ranges: a pattern has one`
        : `\`${entry}\` has no range of whole numbers such as {0..999}`;
    const name = entry.replace(/\{[^}]*\}?|\}/, '');
    const example = isTopicPattern(name) ? 'load-{0..999}' : `${name}{0..999}`;
    const sugar = entry.includes('{n}') ? `, or topics: { count: 1000, pattern: "${entry}" }` : '';
    return { message, hint: `e.g. ${example}${sugar}` };
  }
  const { first, count } = pattern;
  if (count < 1) {
    const swapped = entry.replace(/\{(\d+)\.\.(\d+)\}/, '{$2..$1}');
    return { message: `the range of \`${entry}\` runs backwards`, hint: `write ${swapped}` };
  }
  if (!Number.isSafeInteger(first + count) || count > PATTERN_TOPICS_MAX) {
    return { message: `\`${entry}\` names more than ${formatCount(PATTERN_TOPICS_MAX)} topics` };
  }
  const last = nameAt(pattern, count - 1);
  if (TOPIC_NAME.test(nameAt(pattern, 0)) && TOPIC_NAME.test(last)) return undefined;
  const length = last.length > 249 ? `: the last has ${last.length}` : '';
  return { message: `${TOPIC_NAME_RULE}, also those of a pattern${length}` };
}

/** Scenarios, groups and checks ask for the names of one pattern in turn, and a million of them are 40 MB. */
let last: { readonly entry: string; readonly names: readonly string[] } | undefined;

/** In order; one name is itself. None of a pattern that is not valid. */
export function topicNames(entry: string): readonly string[] {
  if (!isTopicPattern(entry)) return [entry];
  if (topicEntryProblem(entry) !== undefined) return [];
  if (last?.entry !== entry) {
    const pattern = patternOf(entry)!;
    last = { entry, names: Array.from({ length: pattern.count }, (_, i) => nameAt(pattern, i)) };
  }
  return last.names;
}

/** Those of several entries, each name once. */
export function allTopicNames(entries: readonly string[]): readonly string[] {
  return entries.length === 1 ? topicNames(entries[0]!) : [...new Set(entries.flatMap(topicNames))];
}

/** How many names an entry stands for. */
export function topicCount(entry: string): number {
  return patternOf(entry)?.count ?? 1;
}

/** Whether a valid entry names a topic. */
export function includesTopic(entry: string): (name: string) => boolean {
  const pattern = patternOf(entry);
  return pattern === undefined ? (name) => entry === name : (name) => positionOf(pattern, name) >= 0;
}

/** Which of the names of a pattern it is; -1: none. */
export function positionOf(pattern: TopicPattern, name: string): number {
  const { before, after, first, count } = pattern;
  if (!name.startsWith(before) || !name.endsWith(after)) return -1;
  const at = Number(name.slice(before.length, name.length - after.length)) - first;
  return Number.isInteger(at) && at >= 0 && at < count && nameAt(pattern, at) === name ? at : -1;
}

/** Whether two entries name a topic both. */
export function overlap(a: string, b: string): boolean {
  return a === b || commonTopics(a, b).count > 0;
}

/** How many topics two valid entries name both, and the first of them. */
export function commonTopics(a: string, b: string): { readonly count: number; readonly example?: string } {
  const [small, large] = topicCount(a) <= topicCount(b) ? [a, b] : [b, a];
  const [one, other] = [patternOf(small), patternOf(large)];
  if (one !== undefined && other !== undefined) {
    if (familyOf(one) === familyOf(other)) {
      const first = Math.max(one.first, other.first);
      const count = Math.min(one.first + one.count, other.first + other.count) - first;
      return count > 0 ? { count, example: nameAt(one, first - one.first) } : { count: 0 };
    }
    if (!mayCross(one, other)) return { count: 0 };
  }
  const names = topicNames(small).filter(includesTopic(large));
  return { count: names.length, ...(names[0] !== undefined && { example: names[0] }) };
}

/** The same for patterns that differ only in their range. */
export function familyOf({ before, after, digits }: TopicPattern): string {
  return `${before}{${digits}}${after}`;
}

/** Whether patterns of two families can name the same topics: `a{0..9}` and `a1{0..9}` do. */
export function mayCross(one: TopicPattern, other: TopicPattern): boolean {
  const [short, long] = one.before.length <= other.before.length ? [one, other] : [other, one];
  if (!long.before.startsWith(short.before)) return false;
  const begin = long.before.slice(short.before.length);
  if (long.after.endsWith(short.after)) {
    // Both are of the short one's number.
    return ALL_DIGITS.test(begin + long.after.slice(0, long.after.length - short.after.length));
  }
  if (!short.after.endsWith(long.after)) return false;
  const end = short.after.slice(0, short.after.length - long.after.length);
  return begin === '' ? ALL_DIGITS.test(end) : /^\d/.test(begin) && /\d$/.test(end);
}

/** Undefined of a name, and of a pattern that is not valid. */
export function validPattern(entry: string): TopicPattern | undefined {
  return topicEntryProblem(entry) === undefined ? patternOf(entry) : undefined;
}

function patternOf(entry: string): TopicPattern | undefined {
  const [, before = '', first = '', last = '', after = ''] = RANGE.exec(entry) ?? [];
  if (first === '') return undefined;
  const digits = first.startsWith('0') ? first.length : 1;
  return { before, after, first: Number(first), count: Number(last) - Number(first) + 1, digits };
}

/** Of the i-th topic. */
export function nameAt({ before, after, first, digits }: TopicPattern, i: number): string {
  return `${before}${String(first + i).padStart(digits, '0')}${after}`;
}

/** The entry for the names of a pattern, or of a part of one. */
export function entryText(pattern: TopicPattern): string {
  const { before, after, first, count, digits } = pattern;
  if (count === 1) return nameAt(pattern, 0);
  const [from, to] = [first, first + count - 1].map((number) => String(number).padStart(digits, '0'));
  return `${before}{${from}..${to}}${after}`;
}

/** For a person: `topic a`, `topics a, b, c`, `topics a, b, c and 997 more`. */
export function topicList(names: readonly string[]): string {
  return `topic${names.length === 1 ? '' : 's'} ${nameList(names)}`;
}
