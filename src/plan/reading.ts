/** Profile → ReadingPlan: what each consumer group of a run reads, with which properties, and when. */
import type { Problem } from '../errors.ts';
import { OWNED_BY_ENGINE } from '../profile/consumer-groups.ts';
import type { ClientProperties, ConsumerGroupProfile, Profile } from '../profile/profile.ts';
import { NO_GROUP } from '../profile/schema/consumers-schema.ts';
import { includesTopic } from '../topic-pattern.ts';
import { countOf, formatCount, formatDuration } from '../units.ts';
import { targetKind } from './client-plan.ts';
import type { LanePlan } from './plan.ts';
import type { GroupPlan, ReadingPlan } from './reading-plan.ts';

const EMBEDDED: Pick<Problem, 'message' | 'hint'> = {
  message: 'the embedded cluster begins empty: a run without scenarios has nothing to read there',
  hint: '--bootstrap-servers host:9092',
};
const NULL_TRANSPORT: Pick<Problem, 'message' | 'hint'> = {
  message: 'the null transport keeps no records that could be read',
  hint: 'kafka: { bootstrap.servers: embedded }, or remove the groups',
};

/** @param runTag in the group.id of groups that have none of their own. */
export function planReading(profile: Profile, runTag: string, problems: Problem[]): ReadingPlan | undefined {
  const entries = Object.entries(profile.consumers ?? {});
  if (entries.length === 0) return undefined;
  const target = targetKind(profile);
  const onlyReads = Object.keys(profile.scenarios).length === 0;
  if (target === 'null') problems.push({ path: 'consumers', ...NULL_TRANSPORT });
  else if (target === 'embedded' && onlyReads) problems.push({ path: 'consumers', ...EMBEDDED });
  const cluster = target === 'kafka' ? profile.kafka : withoutServers(profile.kafka);
  let members = 0;
  const groups = entries.map(([name, written], group): GroupPlan => {
    const { pause, ratePerSec, durationNs, clockProbe } = written;
    const own = Array.from({ length: written.members }, () => members++);
    return {
      name,
      group,
      members: own,
      topics: written.topics,
      ...(written.topicEntries && { topicEntries: written.topicEntries }),
      properties: groupProperties(profile, cluster, written, `load-${runTag}-${name}`),
      mode: written.group === NO_GROUP ? 'assign' : 'group',
      verify: written.verify,
      dates: onlyReads ? 'timestamps' : 'marks',
      from: written.from,
      startNs: written.startNs,
      ...(pause && { pause }),
      ...(ratePerSec !== undefined && { ratePerSec }),
      ...(durationNs !== undefined && { durationNs }),
      ...(clockProbe && { clockProbe }),
    };
  });
  return { groups, places: [], cluster };
}

function withoutServers({ 'bootstrap.servers': _, ...rest }: ClientProperties): ClientProperties {
  return rest;
}

function groupProperties(
  { consumer }: Profile,
  cluster: ClientProperties,
  { group, config }: ConsumerGroupProfile,
  ownId: string,
): ClientProperties {
  const groupId = group === undefined || group === NO_GROUP ? ownId : group;
  return { ...cluster, ...consumer, ...config, 'group.id': groupId };
}

/**
 * Of `consumer`, which `load consume` reads as well: there the same keys have a meaning, so they are not refused as in
 * `config`. `error` also says what is to be done about offsets that are gone, which holds for groups too.
 */
export function unusedPropertyNotes({ consumer, consumers = {} }: Profile): string[] {
  if (Object.keys(consumers).length === 0) return [];
  return Object.entries(OWNED_BY_ENGINE)
    .filter(([name]) => consumer[name] !== undefined && name !== 'group.id')
    .filter(([name]) => name !== 'auto.offset.reset' || consumer[name] !== 'error')
    .map(([name, { reason }]) => `consumer.${name} is of \`load consume\`, not of consumer groups in a run: ${reason}`);
}

/** Pauses that the run does not reach, or cuts short. @param endNs when the last schedule ends; 0: nobody knows. */
export function pauseWarnings(groups: readonly GroupPlan[], endNs: number): string[] {
  return groups.flatMap(({ name, pause, dates, startNs, durationNs }) => {
    const runEndNs = dates === 'marks' ? endNs : durationNs === undefined ? 0 : startNs + durationNs;
    if (pause === undefined || runEndNs === 0 || pause.atNs + pause.forNs <= runEndNs) return [];
    const path = `consumers.${name}.pause`;
    const [at, until, end] = [pause.atNs, pause.atNs + pause.forNs, runEndNs].map((ns) => formatDuration(ns));
    const what =
      pause.atNs >= runEndNs
        ? `begins at ${at}, the run ends at ${end}: nothing will be paused`
        : `ends at ${until}, the run at ${end}: it is cut short there, and its backlog drains without load`;
    return [`${path}: ${what}: --set ${path}.at=… --set ${path}.for=…`];
  });
}

/** Scenarios that a group cannot verify, because it reads some of their topics only. */
export function partlyReadWarnings(groups: readonly GroupPlan[], { scenarios }: Pick<Profile, 'scenarios'>): string[] {
  return groups.flatMap((group) => {
    if (!group.verify) return [];
    const read = new Set(group.topics);
    return Object.entries(scenarios).flatMap(([name, { topics }]) => {
      const unread = topics.filter((topic) => !read.has(topic));
      if (unread.length === 0 || unread.length === topics.length) return [];
      const what = `group ${group.name} verifies nothing of it and the run will be INCOMPLETE`;
      const why = `it does not read ${formatCount(unread.length)} of its ${formatCount(topics.length)} topics, e.g. ${unread[0]}`;
      return [`${name}: ${what}: ${why}; name them in consumers.${group.name}.topics`];
    });
  });
}

/** 0 where only the end of the topics ends the run. */
export function readingEndNs({ groups }: ReadingPlan): number {
  return groups.reduce(
    (end, { startNs, durationNs }) => Math.max(end, durationNs === undefined ? 0 : startNs + durationNs),
    0,
  );
}

/** Of a topic of two lanes the first one's. */
export function plannedPartitions(lanes: readonly LanePlan[]): (topic: string) => number {
  const sent = lanes.map(({ topic, partitions }) => [includesTopic(topic), partitions] as const);
  return (topic) => sent.find(([includes]) => includes(topic))?.[1] ?? 0;
}

/** Members who will have nothing to read. @param partitionsOf 0 where it is not known. */
export function idleMemberWarnings(groups: readonly GroupPlan[], partitionsOf: (topic: string) => number): string[] {
  return groups.flatMap(({ name, members, topics }) => {
    let partitions = 0;
    for (const topic of topics) {
      const count = partitionsOf(topic);
      partitions += count;
      if (count === 0 || partitions >= members.length) return [];
    }
    const idle = members.length - partitions;
    return [
      `consumers.${name}: ${members.length} members for ${countOf(partitions, 'partition')}: ${idle} will have none to read`,
    ];
  });
}
