/** What a scenario over several topics cannot do, and what has no effect with one. */
import type { Problem } from '../errors.ts';
import type { Profile } from '../profile/profile.ts';
import type { LaneLoad } from './lanes.ts';

export function topicProblems({ scenarios, topics: specs }: Profile): Problem[] {
  return Object.entries(scenarios).flatMap(([name, { topic, topics, affinity }]): Problem[] => {
    const path = `scenarios.${name}`;
    if (!topics.every((each) => specs[each] !== undefined)) {
      return [{ path: `${path}.topic`, message: `topic ${topic} is not among the topics` }];
    }
    if (topics.length === 1 || affinity !== 'key') return [];
    const message = '`key` keeps the order of a key in one topic, and the records of a key go to several';
    return [{ path: `${path}.affinity`, message, hint: 'name one topic, or set `affinity: none`' }];
  });
}

/** Records that follow others belong in the topic of those. */
export function trailProblems({ scenarios }: Profile, lanes: readonly LaneLoad[]): Problem[] {
  return Object.entries(scenarios).flatMap(([name, { topics }]): Problem[] => {
    if (topics.length === 1 || !lanes.some(({ scenario, trail }) => scenario === name && trail !== undefined))
      return [];
    const message = `the workload sends several records for each message, all to one topic: not to ${topics.length}`;
    return [{ path: `scenarios.${name}.topic`, message, hint: 'name one topic' }];
  });
}

export function topicNotes({ scenarios }: Profile): string[] {
  return Object.entries(scenarios).flatMap(([name, { topics, spread }]) =>
    topics.length === 1 && spread.kind !== 'round-robin' ? [`${name}: \`spread\` has no effect with one topic`] : [],
  );
}
