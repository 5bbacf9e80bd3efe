/**
 * Which of many entries counts for a topic, or for each topic of a pattern. Patterns that differ only in their range share
 * one line of numbers, cut where one of them begins or ends: hundreds that overlap are as many stretches, whatever the
 * number of their names.
 */
import {
  familyOf,
  isTopicPattern,
  mayCross,
  nameAt,
  positionOf,
  type TopicPattern,
  topicCount,
  validPattern,
} from './topic-pattern.ts';

export interface TopicIndex {
  /** A topic has its own entry, else that of the pattern with the fewest names. */
  readonly entryOf: (topic: string) => string | undefined;
  /** The names of a pattern, or of a part of one, in parts that one entry or none counts for. */
  readonly split: (pattern: TopicPattern) => Iterable<readonly [entry: string | undefined, part: TopicPattern]>;
}

interface Entry {
  readonly entry: string;
  readonly pattern: TopicPattern;
}

/** Stretch i reaches from `cuts[i]` to below `cuts[i + 1]`; `entries[i]` counts for it. */
interface Line {
  /** All numbers. */
  readonly pattern: TopicPattern;
  readonly cuts: readonly number[];
  readonly entries: readonly (string | undefined)[];
  /** Patterns of another family may name the same topics: they are looked at one by one. */
  readonly isCrossed: boolean;
}

/** Those of fewer topics first, whatever their order. */
export function byTopicCount(entries: readonly string[]): string[] {
  const counts = new Map(entries.map((entry) => [entry, topicCount(entry)]));
  return entries.toSorted((a, b) => counts.get(a)! - counts.get(b)! || (a < b ? -1 : 1));
}

export function topicIndex(listed: Iterable<string>): TopicIndex {
  const own = new Set(listed);
  const patterns = byTopicCount([...own].filter(isTopicPattern));
  const rankOf = new Map(patterns.map((entry, rank) => [entry, rank]));
  const families = new Map<string, Entry[]>();
  for (const entry of patterns) {
    const pattern = validPattern(entry);
    if (pattern !== undefined) pushTo(families, familyOf(pattern), { entry, pattern });
  }
  const lines = new Map<string, Line>();
  const lineOf = (of: TopicPattern): Line => {
    const family = familyOf(of);
    let line = lines.get(family);
    if (line === undefined) {
      const pattern = { ...of, first: 0, count: Infinity };
      const names = [...own].flatMap((entry): Entry[] => {
        const first = positionOf(pattern, entry);
        return first < 0 ? [] : [{ entry, pattern: { ...pattern, first, count: 1 } }];
      });
      const isCrossed = [...families].some(([other, [one]]) => other !== family && mayCross(one!.pattern, pattern));
      line = { pattern, ...cutLine([...names, ...(families.get(family) ?? [])]), isCrossed };
      lines.set(family, line);
    }
    return line;
  };
  const byBefore = new Map<string, Line[]>();
  for (const [one] of families.values()) pushTo(byBefore, one!.pattern.before, lineOf(one!.pattern));
  const lengths = new Set([...byBefore.keys()].map((before) => before.length));
  const entryOf = (topic: string): string | undefined => {
    if (own.has(topic)) return topic;
    let found: string | undefined;
    for (const length of lengths) {
      for (const line of byBefore.get(topic.slice(0, length)) ?? []) {
        const number = positionOf(line.pattern, topic);
        const entry = number < 0 ? undefined : line.entries[stretchOf(line, number)];
        if (entry !== undefined && (found === undefined || rankOf.get(entry)! < rankOf.get(found)!)) found = entry;
      }
    }
    return found;
  };
  function* split(pattern: TopicPattern) {
    const { cuts, entries, isCrossed } = lineOf(pattern);
    const end = pattern.first + pattern.count;
    let stretch = stretchOf({ cuts }, pattern.first);
    for (let first = pattern.first; first < end; stretch++) {
      const until = isCrossed ? first + 1 : Math.min(end, cuts[stretch + 1] ?? end);
      const entry = isCrossed ? entryOf(nameAt(pattern, first - pattern.first)) : entries[stretch];
      yield [entry, { ...pattern, first, count: until - first }] as const;
      first = until;
    }
  }
  return { entryOf, split };
}

/** @param ranked the first of those that name a number counts for it. */
function cutLine(ranked: readonly Entry[]): Pick<Line, 'cuts' | 'entries'> {
  const ends = ranked.flatMap(({ pattern: { first, count } }) => [first, first + count]);
  const cuts = [...new Set(ends)].sort((a, b) => a - b);
  const at = new Map(cuts.map((cut, i) => [cut, i]));
  const entries = cuts.map((): string | undefined => undefined);
  /** From each stretch on, the next one that may be free. */
  const next = cuts.map((_, i) => i);
  for (const { entry, pattern } of ranked) {
    const end = at.get(pattern.first + pattern.count)!;
    for (let i = at.get(pattern.first)!; i < end; ) {
      if (entries[i] === undefined) {
        entries[i] = entry;
        next[i] = i + 1;
      }
      const free = next[i]!;
      next[i] = Math.max(free, end);
      i = free;
    }
  }
  return { cuts, entries };
}

/** -1 before the first one. */
function stretchOf({ cuts }: Pick<Line, 'cuts'>, number: number): number {
  let [from, to] = [0, cuts.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (cuts[middle]! <= number) from = middle + 1;
    else to = middle;
  }
  return from - 1;
}

function pushTo<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
