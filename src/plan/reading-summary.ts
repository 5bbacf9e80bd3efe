/** What the consumer groups of a plan come to: the data and the words of `load plan`. */
import { countOf, formatDuration, formatRate, NS_PER_MS } from '../units.ts';
import type { Plan } from './plan.ts';
import type { GroupPlan } from './reading-plan.ts';
import { shownEntries } from './used-topics.ts';

export interface GroupSummary
  extends Pick<
    GroupPlan,
    'name' | 'topics' | 'mode' | 'verify' | 'from' | 'startNs' | 'pause' | 'ratePerSec' | 'durationNs'
  > {
  readonly members: number;
}

/** Undefined where nothing is read. */
export function summarizeGroups({ reading, topics }: Plan): readonly GroupSummary[] | undefined {
  return reading?.groups.map(
    ({ members, group: _group, properties: _properties, dates: _dates, topics: names, topicEntries, ...facts }) => ({
      ...facts,
      topics: shownEntries(topicEntries ?? names, topics),
      members: members.length,
    }),
  );
}

/** `2 members of a group, verified, from the run's start, pause 1m – 3m` */
export function describeGroup(group: GroupSummary): string {
  const { members, mode, verify, from, startNs, pause, ratePerSec, durationNs } = group;
  const time = (ns: number) => formatDuration(ns, NS_PER_MS);
  const parts = [
    `${countOf(members, 'member')}${mode === 'assign' ? ' without a group' : ''}`,
    ...(verify ? ['verified'] : []),
    from === 'run' ? 'records of the run' : 'all that is there',
    ...(startNs > 0 ? [`from ${time(startNs)}`] : []),
    ...(pause === undefined ? [] : [`paused ${time(pause.atNs)} – ${time(pause.atNs + pause.forNs)}`]),
    ...(ratePerSec === undefined ? [] : [`at most ${formatRate(ratePerSec)}`]),
    ...(durationNs === undefined ? [] : [`for ${time(durationNs)}`]),
  ];
  return parts.join(', ');
}

/** Of a run that sends nothing: `2 consumer groups read for 30s`. */
export function describeReading({ reading, durationNs }: Pick<Plan, 'reading' | 'durationNs'>): string {
  const groups = reading?.groups ?? [];
  const read = groups.length === 1 ? 'reads' : 'read';
  const until = durationNs > 0 ? `for ${formatDuration(durationNs, NS_PER_MS)}` : 'what is there at the start';
  return `${countOf(groups.length, 'consumer group')} ${read} ${until}`;
}
