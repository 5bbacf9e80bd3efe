/** Topics of a run. */
import type { Profile, TopicSpec } from '../profile/profile.ts';
import { formatCount } from '../units.ts';
import type { Plan } from './plan.ts';

/** Topics that records go to or are read from, with their settings. */
export function usedTopics({
  lanes,
  topics,
  reading,
}: Pick<Plan, 'lanes' | 'topics' | 'reading'>): [string, TopicSpec][] {
  const read = reading?.groups.flatMap((group) => group.topics) ?? [];
  const used = new Set([...lanes.flatMap((lane) => lane.topics), ...read]);
  return Object.entries(topics).filter(([name]) => used.has(name));
}

/** Each topic under its longer name, with its settings. */
export function withTopicSuffix(profile: Profile): Profile {
  const { topicSuffix, topics, scenarios, consumers } = profile;
  if (topicSuffix === undefined) return profile;
  const renamed = new Map<TopicSpec, TopicSpec>();
  const specOf = (spec: TopicSpec): TopicSpec => {
    if (spec.pattern === undefined) return spec;
    if (!renamed.has(spec)) renamed.set(spec, { ...spec, pattern: spec.pattern + topicSuffix });
    return renamed.get(spec)!;
  };
  return {
    ...profile,
    topics: Object.fromEntries(Object.entries(topics).map(([name, spec]) => [name + topicSuffix, specOf(spec)])),
    scenarios: Object.fromEntries(
      Object.entries(scenarios).map(([name, scenario]) => [
        name,
        {
          ...scenario,
          topic: scenario.topic + topicSuffix,
          topics: scenario.topics.map((topic) => topic + topicSuffix),
        },
      ]),
    ),
    ...(consumers && {
      consumers: Object.fromEntries(
        Object.entries(consumers).map(([name, group]) => [
          name,
          { ...group, topics: group.topics.map((topic) => topic + topicSuffix) },
        ]),
      ),
    }),
  };
}

/** For people: the patterns that topics are of, in place of their names. */
export function topicEntries(names: readonly string[], topics: Plan['topics']): string[] {
  const patternOf = (name: string) => topics[name]?.pattern;
  const counts = new Map<string, number>();
  for (const name of names) counts.set(patternOf(name) ?? name, (counts.get(patternOf(name) ?? name) ?? 0) + 1);
  const all = new Map<string, number>();
  for (const { pattern } of Object.values(topics)) {
    if (pattern !== undefined) all.set(pattern, (all.get(pattern) ?? 0) + 1);
  }
  return [...counts].map(([entry, count]) => {
    const total = all.get(entry) ?? 1;
    return count === total ? entry : `${formatCount(count)} of ${entry}`;
  });
}
