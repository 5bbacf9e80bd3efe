import type { TopicSpec } from '../profile/profile.ts';
import type { Plan } from './plan.ts';

/** Topics that records go to or are read from, with their settings. */
export function usedTopics({
  lanes,
  topics,
  reading,
}: Pick<Plan, 'lanes' | 'topics' | 'reading'>): [string, TopicSpec][] {
  const read = reading?.groups.flatMap((group) => group.topics) ?? [];
  const used = new Set([...lanes.map(({ topic }) => topic), ...read]);
  return Object.entries(topics).filter(([name]) => used.has(name));
}
