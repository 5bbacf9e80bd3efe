/** What a scenario over several topics cannot do, and what has no effect with one. */
import type { Problem } from '../errors.ts';
import type { Profile, TopicSpec } from '../profile/profile.ts';
import { topicList } from '../topic-pattern.ts';
import { countByEntry, ofTopics, topicFinder } from '../topic-table.ts';
import { countOf, formatCount } from '../units.ts';
import type { LaneLoad } from './lanes.ts';

export function topicProblems({ scenarios, topics: specs }: Profile): Problem[] {
  return Object.entries(scenarios).flatMap(([name, { topic, topics, affinity }]): Problem[] => {
    const path = `scenarios.${name}`;
    if (countByEntry(specs, [topic]).has(undefined)) {
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

/**
 * Replicas of partitions that a run creates. Kafka is known to carry 200,000 partitions in a cluster without KRaft, and
 * 4,000 on a broker (its blog on 1.1.0); a machine for tests carries fewer.
 */
export const PARTITIONS_MAX = 200_000;

/** Why these topics are not created; undefined where they are. @param topics settings, and how many topics have them. */
export function tooManyPartitions(topics: readonly (readonly [TopicSpec, number])[]): string | undefined {
  const sum = (of: (spec: TopicSpec) => number) => topics.reduce((all, [spec, count]) => all + of(spec) * count, 0);
  const replicas = sum(({ partitions, replicationFactor }) => partitions * Math.max(1, replicationFactor));
  if (replicas <= PARTITIONS_MAX) return undefined;
  const number = sum(() => 1);
  return `${countOf(number, 'topic')} with ${formatCount(replicas)} partition replicas: a run creates at most ${formatCount(PARTITIONS_MAX)}`;
}

/** Every topic of a lane is sent to on as many partitions. */
export function minPartitions(
  { topics }: { readonly topics: readonly string[] },
  of: (topic: string) => number,
): number {
  return topics.reduce((min, topic) => Math.min(min, of(topic)), Number.POSITIVE_INFINITY);
}

/** Of lanes whose topics have more partitions than are sent to. */
export function unequalPartitions(
  lanes: readonly { readonly name: string; readonly topics: readonly string[] }[],
  of: (topic: string) => number,
): string[] {
  return lanes.flatMap((lane) => {
    const min = minPartitions(lane, of);
    const larger = lane.topics.filter((topic) => of(topic) > min);
    if (larger.length === 0) return [];
    const text = `${topicList(larger)} ${larger.length === 1 ? 'has' : 'have'} more partitions than its other topics`;
    return [`${lane.name}: ${text}: only the first ${formatCount(min)} of each are sent to`];
  });
}

/** Settings without an effect. */
export function topicNotes({ scenarios, topics: specs }: Profile): string[] {
  const kept = Object.entries(specs).flatMap(([entry, { create, cleanup }]) =>
    create === 'never' && cleanup ? [entry] : [],
  );
  const ofOne = Object.entries(scenarios).flatMap(([name, { topics, spread, perTopic }]) => {
    if (topics.length > 1) return [];
    return [
      ...(spread.kind === 'round-robin' ? [] : [`${name}: \`spread\` has no effect with one topic`]),
      ...(perTopic ? [`${name}: \`perTopic\` adds nothing with one topic`] : []),
    ];
  });
  const why = '`cleanup: true` has no effect with `create: never`: only what a run creates is deleted';
  return [...ofOne, ...(kept.length === 0 ? [] : [`${topicList(kept)}: ${why}`])];
}

/** What the run would be refused for, and what it would not use. */
export function topicWarnings(
  { topics }: Profile,
  lanes: readonly { readonly name: string; readonly topic: string; readonly topics: readonly string[] }[],
  target: 'null' | 'embedded' | 'kafka',
): string[] {
  const sent = [...countByEntry(topics, new Set(lanes.map(({ topic }) => topic)))];
  const created = sent
    .map(([entry, count]) => [topics[entry!]!, count] as const)
    .filter(([{ create }]) => target === 'embedded' || create !== 'never');
  const tooMany = target === 'null' ? undefined : tooManyPartitions(created);
  const refused = target === 'embedded' ? 'this run is refused' : 'this run is refused unless its topics exist';
  const isUnequal = ({ topic }: { readonly topic: string }) =>
    new Set(ofTopics(topics, [topic]).map(({ partitions }) => partitions)).size > 1;
  const specOf = topicFinder(topics);
  return [
    ...(tooMany === undefined ? [] : [`${refused}: ${tooMany}`]),
    ...unequalPartitions(lanes.filter(isUnequal), (name) => specOf(name)!.partitions),
  ];
}
