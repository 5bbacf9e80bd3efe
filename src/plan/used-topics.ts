import type { TopicSpec } from '../profile/profile.ts';
import type { Plan } from './plan.ts';

/** Topics that records go to, with their settings. */
export function usedTopics({ lanes, topics }: Pick<Plan, 'lanes' | 'topics'>): [string, TopicSpec][] {
  const used = new Set(lanes.map(({ topic }) => topic));
  return Object.entries(topics).filter(([name]) => used.has(name));
}
