/** Something for each topic of a run, written once for all topics of a pattern: a million of them are one entry. */
import { includesTopic, isTopicPattern, overlap, topicCount, topicNames } from './topic-pattern.ts';

/** By topic, or pattern of topics. A topic has its own entry, else that of the pattern with the fewest names. */
export type TopicTable<T> = Readonly<Record<string, T>>;

/** Those of fewer topics first, whatever their order. */
export function byTopicCount(entries: readonly string[]): string[] {
  return entries.toSorted((a, b) => topicCount(a) - topicCount(b) || (a < b ? -1 : 1));
}

/** Which of the entries counts for a topic. */
export function entryFinder(entries: readonly string[]): (topic: string) => string | undefined {
  const own = new Set(entries);
  const patterns = byTopicCount(entries.filter(isTopicPattern)).map((entry) => [entry, includesTopic(entry)] as const);
  return (topic) => (own.has(topic) ? topic : patterns.find(([, includes]) => includes(topic))?.[0]);
}

export function topicFinder<T>(table: TopicTable<T>): (topic: string) => T | undefined {
  const entryOf = entryFinder(Object.keys(table));
  return (topic) => {
    const entry = entryOf(topic);
    return entry === undefined ? undefined : table[entry];
  };
}

/**
 * How many of the topics have each entry of the table, in the order in which they come; undefined: have none. Names of a
 * pattern are looked at one by one only where other entries name some of them.
 * @param named topics and patterns; a topic that is named twice counts once.
 */
export function countByEntry(table: TopicTable<unknown>, named: Iterable<string>): Map<string | undefined, number> {
  const entries = Object.keys(table);
  const asked = new Set(named);
  const entryOf = entryFinder(entries);
  const others = new Set([...entries, ...asked]);
  const counts = new Map<string | undefined, number>();
  const seen = new Set<string>();
  const add = (entry: string | undefined, count: number) => counts.set(entry, (counts.get(entry) ?? 0) + count);
  for (const each of asked) {
    const isAlone = isTopicPattern(each) && [...others].every((other) => other === each || !overlap(other, each));
    if (isAlone) add(Object.hasOwn(table, each) ? each : undefined, topicCount(each));
    else {
      for (const name of topicNames(each)) {
        if (seen.has(name)) continue;
        seen.add(name);
        add(entryOf(name), 1);
      }
    }
  }
  return counts;
}

/** What the topics have, each once. */
export function ofTopics<T>(table: TopicTable<T>, named: Iterable<string>): T[] {
  return [...countByEntry(table, named).keys()].flatMap((entry) => (entry === undefined ? [] : [table[entry]!]));
}
