/** Something for each topic of a run, written once for all topics of a pattern: a million of them are one entry. */
import { type TopicIndex, topicIndex } from './topic-index.ts';
import { isTopicPattern, validPattern } from './topic-pattern.ts';

/** By topic, or pattern of topics. A topic has its own entry, else that of the pattern with the fewest names. */
export type TopicTable<T> = Readonly<Record<string, T>>;

/** Every scenario asks the same table. */
const indexes = new WeakMap<TopicTable<unknown>, TopicIndex>();

function indexOf(table: TopicTable<unknown>): TopicIndex {
  let index = indexes.get(table);
  if (index === undefined) {
    index = topicIndex(Object.keys(table));
    indexes.set(table, index);
  }
  return index;
}

export function topicFinder<T>(table: TopicTable<T>): (topic: string) => T | undefined {
  const { entryOf } = indexOf(table);
  return (topic) => {
    const entry = entryOf(topic);
    return entry === undefined ? undefined : table[entry];
  };
}

/**
 * How many of the topics have each entry of the table; undefined: have none.
 * @param named topics and patterns; a topic that is named twice counts once.
 */
export function countByEntry(table: TopicTable<unknown>, named: Iterable<string>): Map<string | undefined, number> {
  const index = indexOf(table);
  const asked = new Set(named);
  const { split } = topicIndex(asked);
  const counts = new Map<string | undefined, number>();
  const add = (entry: string | undefined, count: number) => counts.set(entry, (counts.get(entry) ?? 0) + count);
  for (const each of asked) {
    const pattern = validPattern(each);
    if (pattern === undefined && !isTopicPattern(each)) add(index.entryOf(each), 1);
    for (const [owner, part] of pattern === undefined ? [] : split(pattern)) {
      if (owner !== each) continue;
      for (const [entry, { count }] of index.split(part)) add(entry, count);
    }
  }
  return counts;
}

/** What the topics have, each once. */
export function ofTopics<T>(table: TopicTable<T>, named: Iterable<string>): T[] {
  return [...countByEntry(table, named).keys()].flatMap((entry) => (entry === undefined ? [] : [table[entry]!]));
}
