/** The `consumers` block and `verify: true`: what they mean together with the rest of a profile, and as they are written. */
import { suggest } from '../nearest.ts';
import { asMap } from '../own-value.ts';
import { topicIndex } from '../topic-index.ts';
import { allTopicNames, includesTopic, isTopicPattern, topicNames } from '../topic-pattern.ts';
import { formatDuration, parseRate } from '../units.ts';
import type { Path } from './document.ts';
import type { Problems } from './problems.ts';
import type { ClientProperties, ConsumerGroupProfile } from './profile.ts';
import { consumerGroupSchema, NO_GROUP } from './schema/consumers-schema.ts';

/** The group that `verify: true` stands for. */
export const VERIFY_GROUP = 'verify';

/** Set by the engine for every group. */
export const OWNED_BY_ENGINE: Readonly<Record<string, { readonly reason: string; readonly hint?: string }>> = {
  'group.id': { reason: 'it is a key of its own', hint: 'write `group: NAME` beside `config`' },
  'enable.partition.eof': { reason: 'the engine finds the end of a partition by it' },
  'enable.auto.offset.store': { reason: 'the engine stores what it has counted' },
  'auto.offset.reset': { reason: 'the engine begins where `from` says' },
};

export interface ConsumersInput {
  /** The values of the document. */
  readonly raw: Readonly<Record<string, unknown>>;
  /** Topics that scenarios send to, as written; undefined where a scenario could not be read. */
  readonly sent: readonly string[] | undefined;
  /** It has no scenarios. */
  readonly onlyReads: boolean;
  /** Topics that the profile declares, as written. */
  readonly declared: readonly string[];
  readonly problems: Problems;
  /** Reads and checks a block of client properties. */
  readonly readConfig: (group: Readonly<Record<string, unknown>>, path: Path) => ClientProperties;
}

export function readConsumers(input: ConsumersInput): Readonly<Record<string, ConsumerGroupProfile>> {
  const { raw, sent = [], onlyReads, problems } = input;
  const written = asMap(raw.consumers);
  const groups: Record<string, ConsumerGroupProfile> = {};
  for (const [name, value] of Object.entries(written)) {
    const group = readGroup(name, value, input);
    if (group !== undefined) groups[name] = group;
  }
  if (raw.verify === true || raw.verify === 'true') {
    if (Object.hasOwn(written, VERIFY_GROUP)) {
      const message = `\`verify: true\` adds a group \`${VERIFY_GROUP}\`, which \`consumers\` already has`;
      problems.add(['verify'], { message, hint: `remove it, and set consumers.${VERIFY_GROUP}.verify: true` });
    } else if (onlyReads) {
      problems.add(['verify'], NOTHING_SENT);
    } else {
      groups[VERIFY_GROUP] = { ...PLAIN, ...namesOf(sent), verify: true };
    }
  }
  checkGroupIds(groups, problems);
  checkClockProbes(groups, sent, problems);
  return groups;
}

const PLAIN = { members: 1, verify: false, from: 'run', startNs: 0, config: {} } as const;
const NOTHING_SENT = {
  message: 'a run without scenarios sends nothing that could be verified',
  hint: '`load verify DIR` verifies a finished run',
};

function readGroup(name: string, value: unknown, input: ConsumersInput): ConsumerGroupProfile | undefined {
  const { problems, onlyReads } = input;
  const path: Path = ['consumers', name];
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
    problems.add(path, { message: "a group's name has letters, digits, `.`, `_` and `-`" });
  }
  const config = input.readConfig(asMap(value), [...path, 'config']);
  for (const property of Object.keys(config)) {
    const owned = OWNED_BY_ENGINE[property];
    if (owned === undefined) continue;
    const message = `\`${property}\` belongs to the engine: ${owned.reason}`;
    problems.add([...path, 'config', property], { message, ...(owned.hint !== undefined && { hint: owned.hint }) });
  }
  const group = problems.read(consumerGroupSchema, value ?? {});
  if (group === undefined) return undefined;
  const { members, verify, start, pause, rate, duration, clockProbe, group: groupId } = group;
  const from = group.from ?? (onlyReads ? 'earliest' : 'run');
  if (verify && onlyReads) problems.add([...path, 'verify'], NOTHING_SENT);
  else if (verify && from === 'earliest') {
    const message = 'records from before the run would be foreign: a group that verifies begins with the run';
    problems.add([...path, 'from'], { message, hint: 'remove `from`' });
  }
  if (duration !== undefined && !onlyReads) {
    const message = '`duration` is of a run without scenarios: here a group reads until the last message';
    problems.add([...path, 'duration'], { message, hint: '`load -t` limits the run' });
  }
  return {
    ...namesOf(entriesOf(group.topics, path, input)),
    members,
    verify,
    from,
    startNs: start,
    ...(pause !== undefined && { pause: { atNs: pause.at, forNs: pause.for } }),
    ...(rate !== undefined && { ratePerSec: parseRate(rate) }),
    ...(duration !== undefined && { durationNs: duration }),
    ...(clockProbe && { clockProbe }),
    ...(groupId !== undefined && { group: groupId }),
    config,
  };
}

/** Where nothing is sent any topic may be named: whether it is there is known when the cluster is asked. */
function entriesOf(
  written: readonly string[] | undefined,
  path: Path,
  { sent, onlyReads, declared, problems }: ConsumersInput,
): readonly string[] {
  if (written === undefined) {
    if (!onlyReads) return sent ?? [];
    if (declared.length === 0) {
      const message = 'nothing is sent, so the topics to read must be named';
      problems.add(path, { message, hint: 'topics: [my-topic]' });
    }
    return declared;
  }
  const entries = [...new Set([...(sent ?? []), ...declared])];
  const { entryOf } = topicIndex(entries);
  for (const [i, entry] of written.entries()) {
    if (written.indexOf(entry) < i) problems.add([...path, 'topics', i], { message: `\`${entry}\` is there twice` });
    if (onlyReads || sent === undefined) continue;
    if (entries.includes(entry)) continue;
    const unknown = topicNames(entry).filter((name) => entryOf(name) === undefined);
    if (unknown.length === 0) continue;
    const hint = suggest(entry, entries) ?? `declare it under \`topics:\` if it exists already`;
    const what = isTopicPattern(entry) ? `${unknown.length} topics of \`${entry}\`, e.g. ` : '';
    problems.add([...path, 'topics', i], { message: `no scenario sends to ${what}\`${unknown[0]}\``, hint });
  }
  return written;
}

function namesOf(entries: readonly string[]): Pick<ConsumerGroupProfile, 'topics' | 'topicEntries'> {
  return { topics: allTopicNames(entries), ...(entries.some(isTopicPattern) && { topicEntries: entries }) };
}

/** Two of the same id would be one group, and each would read a part. */
function checkGroupIds(groups: Readonly<Record<string, ConsumerGroupProfile>>, problems: Problems): void {
  const owners = new Map<string, string>();
  for (const [name, { group }] of Object.entries(groups)) {
    if (group === undefined || group === NO_GROUP) continue;
    const other = owners.get(group);
    if (other !== undefined) {
      const message = `\`${name}\` and \`${other}\` have the group.id \`${group}\`: they would be one group`;
      problems.add(['consumers', name, 'group'], { message, hint: 'remove one of them, or raise `members`' });
    }
    owners.set(group, name);
  }
}

/** Probe records are not data: nobody of the run may read it, and no scenario's topic gets it. */
function checkClockProbes(
  groups: Readonly<Record<string, ConsumerGroupProfile>>,
  sent: readonly string[],
  problems: Problems,
): void {
  const read = Object.values(groups).flatMap(({ topics, topicEntries = topics }) => topicEntries);
  const isData = (topic: string) => [...sent, ...read].some((entry) => includesTopic(entry)(topic));
  for (const [name, { clockProbe }] of Object.entries(groups)) {
    if (clockProbe === undefined || !isData(clockProbe.topic)) continue;
    const message = `\`${clockProbe.topic}\` is a topic of the run: probe records would be among its data`;
    problems.add(['consumers', name, 'clockProbe', 'topic'], {
      message,
      hint: 'name a topic of its own, e.g. load-clock',
    });
  }
}

/** As the block is written; empty where there are no groups. */
export function renderConsumers(groups: Readonly<Record<string, ConsumerGroupProfile>>): object {
  const rendered = Object.entries(groups).map(([name, group]) => [name, renderGroup(group)] as const);
  return rendered.length === 0 ? {} : { consumers: Object.fromEntries(rendered) };
}

function renderGroup(each: ConsumerGroupProfile): object {
  const {
    topics,
    topicEntries = topics,
    members,
    verify,
    from,
    startNs,
    pause,
    ratePerSec,
    durationNs,
    clockProbe,
    group,
    config,
  } = each;
  return {
    topics: topicEntries,
    members,
    verify,
    from,
    start: formatDuration(startNs),
    ...(pause && { pause: { at: formatDuration(pause.atNs), for: formatDuration(pause.forNs) } }),
    ...(ratePerSec !== undefined && { rate: ratePerSec }),
    ...(durationNs !== undefined && { duration: formatDuration(durationNs) }),
    ...(clockProbe && { clockProbe }),
    ...(group !== undefined && { group }),
    config,
  };
}
