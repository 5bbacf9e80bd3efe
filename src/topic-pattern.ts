/** Names of many topics as one entry: `load-{0..999}` is `load-0` to `load-999`, and `{000..999}` keeps the zeros. */
import { nameList } from './name-list.ts';
import { formatCount } from './units.ts';

const RANGE = /^([^{}]*)\{(\d+)\.\.(\d+)\}([^{}]*)$/;
/** Kafka's topic names. */
export const TOPIC_NAME = /^(?!\.\.?$)[A-Za-z0-9._-]{1,249}$/;
export const TOPIC_NAME_RULE = 'a topic name has up to 249 letters, digits, `.`, `_` and `-`';
/** Of one pattern: more names than this are more memory than a plan is worth. */
export const PATTERN_TOPICS_MAX = 1_000_000;

interface Pattern {
  readonly before: string;
  readonly after: string;
  readonly first: number;
  readonly count: number;
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
  if (pattern === undefined) return (name) => entry === name;
  const { before, after, first, count } = pattern;
  return (name) => {
    if (!name.startsWith(before) || !name.endsWith(after)) return false;
    const at = Number(name.slice(before.length, name.length - after.length)) - first;
    return Number.isInteger(at) && at >= 0 && at < count && nameAt(pattern, at) === name;
  };
}

/** Whether two entries name a topic both. */
export function overlap(a: string, b: string): boolean {
  if (a === b) return true;
  const [small, large] = topicCount(a) <= topicCount(b) ? [a, b] : [b, a];
  if (!isTopicPattern(small)) return includesTopic(large)(small);
  const [one, other] = [patternOf(small), patternOf(large)];
  if (one === undefined || other === undefined) return false;
  if (one.before === other.before && one.after === other.after && one.digits === other.digits) {
    return one.first < other.first + other.count && other.first < one.first + one.count;
  }
  // The names of a pattern begin with what is before its range, and digits.
  if (!one.before.startsWith(other.before) && !other.before.startsWith(one.before)) return false;
  return topicNames(small).some(includesTopic(large));
}

function patternOf(entry: string): Pattern | undefined {
  const [, before = '', first = '', last = '', after = ''] = RANGE.exec(entry) ?? [];
  if (first === '') return undefined;
  const digits = first.startsWith('0') ? first.length : 1;
  return { before, after, first: Number(first), count: Number(last) - Number(first) + 1, digits };
}

function nameAt({ before, after, first, digits }: Pattern, i: number): string {
  return `${before}${String(first + i).padStart(digits, '0')}${after}`;
}

/** For a person: `topic a`, `topics a, b, c`, `topics a, b, c and 997 more`. */
export function topicList(names: readonly string[]): string {
  return `topic${names.length === 1 ? '' : 's'} ${nameList(names)}`;
}
