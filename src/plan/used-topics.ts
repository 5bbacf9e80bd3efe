/** Topics of a run. */
import type { Profile, TopicSpec } from '../profile/profile.ts';
import { allTopicNames, topicNames } from '../topic-pattern.ts';
import { countByEntry, topicFinder } from '../topic-table.ts';
import { formatCount } from '../units.ts';
import type { Plan } from './plan.ts';

/** Topics that records go to or are read from, with their settings. */
export function usedTopics({
  lanes,
  topics,
  reading,
}: Pick<Plan, 'lanes' | 'topics' | 'reading'>): [string, TopicSpec][] {
  const read = reading?.groups.flatMap((group) => group.topics) ?? [];
  const specOf = topicFinder(topics);
  return [...new Set([...lanes.flatMap((lane) => lane.topics), ...read])].flatMap((name): [string, TopicSpec][] => {
    const spec = specOf(name);
    return spec === undefined ? [] : [[name, spec]];
  });
}

/** The settings of those, and how many topics have them. */
export function usedSettings({ lanes, topics, reading }: Pick<Plan, 'lanes' | 'topics' | 'reading'>) {
  const read = reading?.groups.flatMap((group) => group.topicEntries ?? group.topics) ?? [];
  const counts = [...countByEntry(topics, new Set([...lanes.map(({ topic }) => topic), ...read]))];
  return counts.flatMap(([entry, count]) => (entry === undefined ? [] : [[topics[entry]!, count] as const]));
}

/** Each topic under its longer name, with its settings. */
export function withTopicSuffix(profile: Profile): Profile {
  const { topicSuffix, topics, scenarios, consumers } = profile;
  if (topicSuffix === undefined) return profile;
  const renamed = ({ pattern, ...spec }: TopicSpec) => ({
    ...spec,
    ...(pattern && { pattern: pattern + topicSuffix }),
  });
  return {
    ...profile,
    topics: Object.fromEntries(Object.entries(topics).map(([entry, spec]) => [entry + topicSuffix, renamed(spec)])),
    scenarios: Object.fromEntries(
      Object.entries(scenarios).map(([name, scenario]) => [
        name,
        {
          ...scenario,
          topic: scenario.topic + topicSuffix,
          topics: topicNames(scenario.topic + topicSuffix),
        },
      ]),
    ),
    ...(consumers && {
      consumers: Object.fromEntries(
        Object.entries(consumers).map(([name, { topics, topicEntries = topics, ...group }]) => {
          const entries = topicEntries.map((entry) => entry + topicSuffix);
          return [name, { ...group, topics: allTopicNames(entries), topicEntries: entries }];
        }),
      ),
    }),
  };
}

/** For people: the patterns that topics are of, in place of their names. */
export function shownEntries(named: readonly string[], topics: Plan['topics']): string[] {
  return [...countByEntry(topics, named)].flatMap(([entry, count]) => {
    if (entry === undefined) return [];
    return count === countByEntry(topics, [entry]).get(entry) ? entry : `${formatCount(count)} of ${entry}`;
  });
}
