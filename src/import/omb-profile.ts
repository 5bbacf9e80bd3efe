/** A workload and a driver of the OpenMessaging Benchmark as a profile, with comments. */
import { stringify } from 'yaml';
import { countOf, formatCount, formatDuration, NS_PER_SEC } from '../units.ts';
import { backlogSecOf, groupsOf, type OmbDriver, type OmbPayload, type OmbWorkload, runSecOf } from './omb-files.ts';
import { driverProperties } from './omb-properties.ts';

export interface OmbInput {
  readonly workload: OmbWorkload;
  readonly payload: OmbPayload;
  readonly driver: OmbDriver | undefined;
  /** As they were named. */
  readonly files: readonly string[];
  /** Keys that the original does not know either, a line each. */
  readonly unknown: readonly string[];
  /** The profile's own file, for the commands in its head. */
  readonly file: string;
}

export interface OmbProfile {
  readonly text: string;
  /** What has no counterpart or is done in another way, a line each. */
  readonly notes: readonly string[];
  /** The command that answers what the workload asks. */
  readonly command: string;
}

/** Rates that the published workloads write for "as fast as possible". */
const UNBOUNDED_RATE = 10_000_000;
/** Where the original's search begins. */
const SEARCH_RATE = 10_000;
/** Of all groups together: each is a thread with a client, which reads more than 100,000 records a second. */
const MEMBERS_MAX = 16;
/** The original's keys: this many, drawn once. */
const KEYS = 10_000;

const KEY_OF: Readonly<Record<OmbWorkload['keyDistributor'], string>> = {
  NO_KEY: 'none',
  KEY_ROUND_ROBIN: `{ sequential: ${KEYS} }`,
  RANDOM_NANO: `{ uniform: ${KEYS} }`,
};

export function ombProfile(input: OmbInput): OmbProfile {
  const { workload, payload, driver, files, file } = input;
  const { topics, producersPerTopic } = workload;
  const properties = driver && driverProperties(driver);
  const load = loadOf(workload);
  const groups = groupsOf(workload);
  const members = membersOf(workload, groups);
  const topic = topics === 1 ? 'load-0' : `load-{0..${topics - 1}}`;
  // The original's search too ends where consumers do not keep up.
  const read = groups === 0 ? '' : " --slo 'end_to_end_ms p(99)<1000'";
  const capacity = `load capacity ${file} --slo 'response_ms p(99)<1000'${read}`;
  const command = workload.producerRate === 0 ? capacity : `load run ${file}`;
  const notes = [
    ...input.unknown,
    ...(driver === undefined ? ["no driver file: the client's defaults are librdkafka's"] : (properties?.notes ?? [])),
    ...load.notes,
    ...members.notes,
    ...workloadNotes(workload, payload),
  ].map(onOneLine);
  const lines = [
    `# ${workload.name ?? files[0]}`,
    `# From ${files.join(' and ')} of the OpenMessaging Benchmark. Keys and their counterparts: docs/openmessaging-benchmark.md`,
    '#',
    `#   load plan ${file}`,
    `#   ${command}`,
    ...(workload.producerRate === 0 ? [] : [`#   ${capacity} # the highest rate it takes`]),
    '#',
    ...(notes.length === 0
      ? []
      : ['# Without a counterpart, or done in another way:', ...notes.map((note) => `# - ${note}`)]),
    'version: 1',
    `name: ${nameOf(files[0]!)}`,
    ...block('kafka', properties?.kafka, 'commonConfig'),
    ...block('producer', properties?.producer, "producerConfig, and the Java client's defaults"),
    ...block('consumer', properties?.consumer, 'consumerConfig'),
    'topics:',
    `  ${scalar(topic)}:${topics === 1 ? '' : ` # topics: ${topics}`}`,
    `    partitions: ${workload.partitionsPerTopic}`,
    ...(driver === undefined ? [] : [replicationLine(driver, topic)]),
    '    cleanup: true # the original leaves its topics; a run deletes those it made',
    ...block('config', driver?.topicConfig, 'topicConfig', '    '),
    'scenarios:',
    '  omb:',
    '    workload: bytes',
    `    topic: ${scalar(topic)}${topics === 1 ? '' : ' # spread: round-robin, the default'}`,
    ...(topics === 1 ? [] : ['    perTopic: true # the result has the distribution over topics']),
    `    clients: ${producersPerTopic * topics} # producersPerTopic ${producersPerTopic} × topics ${topics}`,
    ...load.lines.map((line) => `    ${line}`),
    `    key: ${KEY_OF[workload.keyDistributor]} # ${workload.keyDistributor}`,
    `    params: { size: ${workload.messageSize}, entropy: ${payload.entropy} }`,
    `    payload: { mode: pooled, poolSize: ${payload.poolSize} } # ${payload.from}`,
    ...consumerLines(groups, members, load.pause),
  ];
  return { text: `${lines.map(onOneLine).join('\n')}\n`, notes, command };
}

/** Of names in a comment: the next line would be read. */
function onOneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}

interface Load {
  readonly lines: readonly string[];
  readonly pause?: { readonly at: string; readonly for: string };
  readonly notes: readonly string[];
}

/** Executor, rate and times. */
function loadOf(workload: OmbWorkload): Load {
  const { producerRate } = workload;
  const { testDurationMinutes, warmupDurationMinutes } = workload;
  const backlogSec = backlogSecOf(workload);
  const minutes = (count: number) => formatDuration(count * 60 * NS_PER_SEC);
  const seconds = runSecOf(workload);
  const duration = testDurationMinutes === 0 ? 'endless' : formatDuration(seconds * NS_PER_SEC);
  const parts = `warmupDurationMinutes ${warmupDurationMinutes} + testDurationMinutes ${testDurationMinutes}`;
  const drain = backlogSec === 0 ? '' : `, the pause, and as long again for its drain`;
  const times = [
    `duration: ${duration} # ${parts}${drain}`,
    ...(warmupDurationMinutes === 0 ? [] : [`warmup: ${minutes(warmupDurationMinutes)}`]),
  ];
  if (producerRate === 0) {
    const lines = [
      'executor: constant-arrival-rate',
      `rate: ${SEARCH_RATE} # producerRate 0: \`load capacity\` finds it`,
    ];
    return { lines: [...lines, ...times], notes: ['producerRate 0: `load capacity` finds the highest rate'] };
  }
  const pause = { at: minutes(warmupDurationMinutes), for: formatDuration(backlogSec * NS_PER_SEC) };
  const backlog = backlogSec === 0 ? {} : { pause };
  if (producerRate >= UNBOUNDED_RATE && backlogSec === 0) {
    const rate = formatCount(producerRate);
    return {
      lines: [`executor: max-throughput # producerRate ${rate}; or constant-arrival-rate and a rate`, ...times],
      notes: [
        `producerRate ${rate} is more than a client sends: as fast as acknowledgements allow, as the original does`,
      ],
    };
  }
  return { lines: ['executor: constant-arrival-rate', `rate: ${producerRate}`, ...times], ...backlog, notes: [] };
}

/** Most drivers ask for three replicas, and a cluster at hand often has one broker. */
function replicationLine({ replicationFactor }: OmbDriver, topic: string): string {
  const line = `    replicationFactor: ${replicationFactor}`;
  if (replicationFactor === 1) return line;
  return `${line} # on one broker: --set 'topics.${topic}.replicationFactor=1'`;
}

/** Of each group. */
function membersOf(workload: OmbWorkload, groups: number) {
  const { topics, partitionsPerTopic, consumerPerSubscription } = workload;
  const wanted = consumerPerSubscription * topics;
  const count = Math.max(
    1,
    Math.min(wanted, topics * partitionsPerTopic, Math.floor(MEMBERS_MAX / Math.max(1, groups))),
  );
  const isFewer = groups > 0 && count < wanted;
  const note = `consumerPerSubscription ${consumerPerSubscription} × topics ${topics}: ${countOf(count, 'member')}, each of which reads many partitions`;
  return { count, wanted, notes: isFewer ? [note] : [] };
}

function workloadNotes(workload: OmbWorkload, payload: OmbPayload): string[] {
  const { useRandomizedPayloads, payloadFile, backlogDrainRatio, consumerBacklogSizeGB } = workload;
  const { subscriptionsPerTopic, consumerPerSubscription } = workload;
  const isRead = groupsOf(workload) > 0;
  const zero = subscriptionsPerTopic === 0 ? 'subscriptionsPerTopic' : 'consumerPerSubscription';
  return [
    ...(!isRead && (consumerPerSubscription > 0 || subscriptionsPerTopic > 0) ? [`${zero} 0: nothing is read`] : []),
    ...(!isRead && consumerBacklogSizeGB > 0 ? ['consumerBacklogSizeGB: nothing is read, so there is no backlog'] : []),
    ...(useRandomizedPayloads && payloadFile !== undefined
      ? ['payloadFile: not read, because useRandomizedPayloads is true; nor by the original']
      : []),
    ...(!useRandomizedPayloads && payloadFile !== undefined
      ? [`payloadFile: as many bytes that compress as well (entropy ${payload.entropy}), with a mark in the first 16`]
      : []),
    ...(!useRandomizedPayloads && payloadFile === undefined ? ['payloadFile is missing: random bytes'] : []),
    ...(isRead && consumerBacklogSizeGB > 0 && backlogDrainRatio !== 1
      ? ['backlogDrainRatio: a backlog is drained when the lag is what it was before the pause']
      : []),
  ];
}

function consumerLines(groups: number, members: ReturnType<typeof membersOf>, pause: Load['pause']): string[] {
  if (groups === 0) return [];
  const times = pause && [`    pause: { at: ${pause.at}, for: ${pause.for} } # consumerBacklogSizeGB, by rate × size`];
  return [
    'consumers: # assigned before the first message, so `auto.offset.reset` has no meaning',
    ...Array.from({ length: groups }, (_, i) => [
      `  sub-${i}:`,
      `    members: ${members.count}${members.count < members.wanted ? ` # for ${formatCount(members.wanted)}: each is a thread with a client; at most 1024` : ''}`,
      ...(times ?? []),
    ]).flat(),
  ];
}

function block(name: string, properties: Readonly<Record<string, string>> = {}, from: string, indent = ''): string[] {
  const lines = Object.entries(properties).map(([key, value]) => `${indent}  ${scalar(key)}: ${scalar(value)}`);
  return lines.length === 0 ? [] : [`${indent}${name}: # ${from}`, ...lines];
}

/** Numbers as they are written; no value may become a variable of the environment. */
function scalar(text: string): string {
  if (/^(-?(0|[1-9]\d{0,14})|true|false)$/.test(text)) return text;
  const escaped = text.replaceAll('${', () => '$${');
  const plain = stringify(escaped, { lineWidth: 0 }).trimEnd();
  return plain.includes('\n') ? JSON.stringify(escaped) : plain;
}

/** The original calls its results by the workload's file too. */
function nameOf(file: string): string {
  const stem = file.replace(/^.*[\\/]/, '').replace(/\.ya?ml$/, '');
  return scalar(stem.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '') || 'omb');
}
