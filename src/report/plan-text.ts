/** `load plan` for people: the run at a glance, each scenario's curve and table, and what it puts on the brokers. */
import { describeGroup } from '../plan/reading-summary.ts';
import type { PlanSummary, ScenarioSummary } from '../plan/summary.ts';
import type { TopicSummary } from '../plan/topic-summary.ts';
import { countOf, formatBytes, formatCount, formatDuration, formatRate, NS_PER_MS, NS_PER_SEC } from '../units.ts';
import { block, dateText, dayCurve, timeRangeText } from './day-curve.ts';
import { describeOthers, foldAlike, shownNames, shownTopics } from './plan-folds.ts';
import { clip, clipOnTerminal, type Place, wrap } from './text-layout.ts';

const INDENT = '  ';
const LABEL_WIDTH = 12;
/** Of a bucket's times; its number has the width of a label. */
const TIMES_WIDTH = 20;
const MESSAGES_END = 36;
const CURVE_COLUMNS = 60;
const BUCKET_NAMES: Readonly<Record<number, string>> = {
  [NS_PER_SEC]: 'second',
  [60 * NS_PER_SEC]: 'minute',
  [3_600 * NS_PER_SEC]: 'hour',
};
const SHARES_SHOWN = 8;

/** On a terminal lines of at most 100 columns, without a newline at the end. */
export function renderPlan(summary: PlanSummary, place: Place = {}): string {
  const lines = [
    ...wrap(`Plan ${summary.name}: ${totals(summary)}. Nothing is sent.`, ' '.repeat(LABEL_WIDTH), ''),
    ...wrap(summary.workersReason, ' '.repeat(LABEL_WIDTH), label('Workers')),
    ...clientLines(summary),
    ...shardLines(summary),
    ...clockLines(summary),
    ...databaseLines(summary),
    ...summary.warnings.flatMap((warning) => wrap(warning, ' '.repeat(LABEL_WIDTH), label('Warning'))),
    ...summary.notes.flatMap((note) => wrap(note, ' '.repeat(LABEL_WIDTH), label('Note'))),
    ...scenarioBlocks(summary),
    ...consumerLines(summary),
    ...(summary.topics.length === 0 ? [] : ['', ...topicLines(summary, place)]),
  ];
  return clipOnTerminal(lines, place).join('\n');
}

function clientLines({ clients: footprint, shards }: PlanSummary): string[] {
  if (footprint === undefined) return [];
  const { clients, members, threads, openFiles, bytes } = footprint;
  const readers = members === 0 ? '' : ` and ${countOf(members, 'group member')}`;
  const where = shards === undefined ? '' : members === 0 ? ' in each process' : ' in the first process';
  const text = `${formatCount(clients)}${readers}${where}, about ${formatCount(threads)} threads, ${formatCount(openFiles)} open files and ${formatBytes(bytes)}`;
  return wrap(text, ' '.repeat(LABEL_WIDTH), label('Clients'));
}

function shardLines({ shards }: PlanSummary): string[] {
  if (shards === undefined) return [];
  const each = `${shards.count} processes of ${countOf(shards.workers, 'worker')}`;
  const messages = shards.messages === null ? '' : `, messages ${describeShares(shards.messages, 'shards')}`;
  return wrap(`${each}${messages}`, ' '.repeat(LABEL_WIDTH), label('Shards'));
}

function consumerLines({ consumers = [] }: PlanSummary): string[] {
  return consumers.flatMap((group) => [
    '',
    ...wrap(`Consumers ${group.name}: ${shownNames(group.topics)}`, ' '.repeat(LABEL_WIDTH), ''),
    ...wrap(describeGroup(group), INDENT + ' '.repeat(LABEL_WIDTH), INDENT + label('Reads')),
  ]);
}

function totals({ pace, messages, bytes, durationNs, scenarios, consumers = [] }: PlanSummary): string {
  if (scenarios.length === 0) {
    const until =
      durationNs === null ? 'until they have what is there' : `for ${formatDuration(durationNs, NS_PER_MS)}`;
    return `${countOf(consumers.length, 'consumer group')}, ${until}`;
  }
  if (scenarios.some(({ endless }) => endless)) return `${pace}, endless: until it is stopped`;
  const time = durationNs === null ? '' : formatDuration(durationNs, NS_PER_MS);
  if (messages === null) return `${pace} for ${time}`;
  const size = bytes === null ? '' : `, ${formatBytes(bytes)}`;
  return `${pace}, ${countOf(messages, 'message')}${size}${time && ` in ${time}`}`;
}

function clockLines({ clock, scenarios, bucketNs, durationNs }: PlanSummary): string[] {
  if (clock === null) return [];
  const buckets = Math.max(...scenarios.map((scenario) => scenario.buckets.length));
  const span = `${dateText(clock, 0)} – ${dateText(clock, buckets * bucketNs)} ${clock.timezone}`;
  const from = clock.startMs === null ? ', from now' : '';
  const real =
    durationNs === null ? '' : `: ${formatDuration(buckets * bucketNs)} in ${formatDuration(durationNs, NS_PER_MS)}`;
  const pace = clock.speed === 1 ? '' : `, speed ${clock.speed}${real}`;
  return wrap(`${span}${from}${pace}`, ' '.repeat(LABEL_WIDTH), label('Clock'));
}

function databaseLines({ database }: PlanSummary): string[] {
  if (database === null) return [];
  const unasked = `messages.db in the result directory, because of at most ${formatRate(database.unaskedPerSecMax)} new messages (--database none: without)`;
  return wrap(database.file ?? unasked, ' '.repeat(LABEL_WIDTH), label('Database'));
}

function scenarioBlocks(summary: PlanSummary): string[] {
  const { kinds, rest } = foldAlike(summary.scenarios);
  const row = (text: string) => wrap(text, INDENT + ' '.repeat(LABEL_WIDTH), INDENT + label('Alike'));
  const blocks = kinds.flatMap(({ first, others }) => [
    '',
    ...scenarioLines(first, summary),
    ...(others.length === 0 ? [] : row(describeOthers(others))),
  ]);
  return [...blocks, ...(rest.length === 0 ? [] : ['', ...rest])];
}

function scenarioLines(scenario: ScenarioSummary, summary: PlanSummary): string[] {
  const { name, executor, workload, format, topic, startNs, endNs, bytesMean, bytes, messages, endless } = scenario;
  const until = endless ? 'endless' : endNs === null ? 'until all are sent' : formatDuration(endNs, NS_PER_MS);
  const row = (title: string, text: string) => wrap(text, INDENT + ' '.repeat(LABEL_WIDTH), INDENT + label(title));
  const warmup = scenario.warmupMessages ? `, ${formatCount(scenario.warmupMessages)} of them warm-up` : '';
  const size = `${formatCount(bytesMean, 1)} B each${bytes === null ? '' : `, ${formatBytes(bytes)}`}`;
  return [
    `Scenario ${name}: ${executor}, ${workload} (${format}) → ${topic}, ${formatDuration(startNs, NS_PER_MS)} – ${until}`,
    ...spreadRow(scenario).flatMap((text) => row('Topics', text)),
    ...row(
      'Messages',
      messages === null
        ? `${endless ? 'endless' : 'unbounded'}, ${size}`
        : `${formatCount(messages)}${warmup}, ${size}`,
    ),
    ...(scenario.shares === null ? [] : row('Per worker', describeShares(scenario.shares))),
    ...row('In flight', `at most ${formatCount(scenario.inFlight)}`),
    ...row('Payload', scenario.payloadReason),
    ...(scenario.mess === null ? [] : row('Anomalies', `expected: ${scenario.mess}`)),
    ...rateLines(scenario, summary),
  ];
}

function rateLines(scenario: ScenarioSummary, summary: PlanSummary): string[] {
  const { meanPerSec, peakPerSec, buckets, bytesMean, endless } = scenario;
  const { clock, bucketNs } = summary;
  const rate = INDENT + label('Rate');
  const pace =
    meanPerSec === null || peakPerSec === null
      ? 'as fast as acknowledgements allow'
      : `mean ${formatRate(meanPerSec)}${endless && clock !== null ? ' over whole weeks' : ''}, peak ${formatRate(peakPerSec)}`;
  if (buckets.length === 0) return [`${rate}${pace}`];
  // Without a pace of its own, the rate is that of the simulated time.
  const bucketRealNs = summary.bucketRealNs ?? bucketNs;
  // The run may end within the last one.
  const lengthOf = (bucket: number) => {
    const rest = (summary.durationNs ?? 0) / bucketNs - bucket;
    return clock === null && rest > 0 ? Math.min(1, rest) : 1;
  };
  const bucketName = clock === null ? (BUCKET_NAMES[bucketNs] ?? formatDuration(bucketNs)) : 'local time';
  const atWidth = clock === null ? LABEL_WIDTH : TIMES_WIDTH;
  const cells = [bucketName, 'messages each', 'mean rate', 'bytes each'];
  const table = foldEqual(buckets).map(({ from, to, min, max, sum }) => {
    const mean = sum / (to - from + 1);
    const length = to - from + lengthOf(to);
    return [
      clock === null ? rangeText(from, to) : timeRangeText(clock, from * bucketNs, (to + 1) * bucketNs),
      min === max ? formatCount(min) : `${formatCount(min)}–${formatCount(max)}`,
      formatRate(((sum / length) * NS_PER_SEC) / bucketRealNs),
      formatBytes(mean * bytesMean),
    ];
  });
  const drawn =
    clock === null
      ? [
          `${rate}${curve(buckets.map((messages, i) => messages / lengthOf(i)))}`.trimEnd(),
          `${' '.repeat(INDENT.length + LABEL_WIDTH)}${pace}`,
        ]
      : [`${rate}${pace}`, ...dayCurve(buckets, { clock, bucketNs, bucketRealNs }).map((line) => `${INDENT}${line}`)];
  return [
    ...drawn,
    ...[cells, ...table].map(([at, messages, mean, bytes]) => {
      return `${INDENT}${at!.padEnd(atWidth)}${messages!.padStart(MESSAGES_END - atWidth)}${mean!.padStart(18)}${bytes!.padStart(14)}`;
    }),
  ];
}

function rangeText(from: number, to: number): string {
  return from === to ? String(from) : `${from}–${to}`;
}

type Row = { from: number; to: number; min: number; max: number; sum: number };

/** Buckets in a row whose counts differ by one at most (a remainder moving through them) make one line. */
function foldEqual(buckets: readonly number[]): Row[] {
  const rows: Row[] = [];
  buckets.forEach((count, i) => {
    const last = rows.at(-1);
    if (last !== undefined && Math.max(last.max, count) - Math.min(last.min, count) <= 1) {
      last.to = i;
      last.min = Math.min(last.min, count);
      last.max = Math.max(last.max, count);
      last.sum += count;
    } else {
      rows.push({ from: i, to: i, min: count, max: count, sum: count });
    }
  });
  return rows;
}

/** The messages over time as blocks, the tallest for the fullest; a blank stands for none at all. */
function curve(buckets: readonly number[]): string {
  const columns = Math.min(CURVE_COLUMNS, buckets.length);
  const heights = Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * buckets.length) / columns);
    const to = Math.floor(((column + 1) * buckets.length) / columns);
    return buckets.slice(from, to).reduce((a, b) => a + b, 0) / (to - from);
  });
  const tallest = Math.max(...heights);
  return heights.map((height) => block(height / tallest)).join('');
}

function describeShares(shares: readonly number[], what = 'workers'): string {
  if (shares.length === 1) return formatCount(shares[0]!);
  const shown = shares.slice(0, SHARES_SHOWN).map((share) => formatCount(share));
  const rest = shares.length > SHARES_SHOWN ? ` + … (${shares.length} ${what})` : '';
  return `${shown.join(' + ')}${rest}`;
}

/** On a terminal the columns after it have room. */
const TOPIC_WIDTH_MAX = 40;

function topicLines({ topics, target }: PlanSummary, { size }: Place): string[] {
  if (target === 'null') return ['No broker: nothing is stored.'];
  const { shown, rest } = shownTopics(topics);
  const nameWidthMax = size === undefined ? Number.POSITIVE_INFINITY : TOPIC_WIDTH_MAX;
  const nameWidth = Math.max('Topic'.length, ...shown.map((topic) => Math.min(topicText(topic).length, nameWidthMax)));
  const head = `${'Topic'.padEnd(nameWidth)}  partitions  replicas  on disk, uncompressed  kept for`;
  const note = 'The embedded cluster keeps about 5 MB a partition, in memory, and drops what is older.';
  const rows = shown.map((topic) => topicLine(topic, nameWidth));
  const isMany = rest.length > 0 || topics.some((topic) => topic.topics !== undefined);
  const totals = isMany ? totalLines(topics, target) : [];
  return [head, ...rows, ...rest, ...totals, ...(target === 'embedded' ? [note] : [])];
}

function topicLine(topic: TopicSummary, nameWidth: number): string {
  const name = clip(topicText(topic), nameWidth).padEnd(nameWidth);
  const disk = topic.diskBytes === null ? 'unknown' : formatBytes(topic.diskBytes);
  const kept = topic.retentionNs === null ? 'ever' : formatDays(topic.retentionNs);
  const source = topic.retentionConfigured ? '' : ' (Kafka default)';
  const cells = `${formatCount(topic.partitions).padStart(12)}${String(topic.replicationFactor).padStart(10)}${disk.padStart(23)}`;
  return `${name}${cells}  ${kept}${source}`;
}

function topicText({ name, topics }: TopicSummary): string {
  return topics === undefined ? name : `${name} × ${formatCount(topics)}`;
}

/** A replica has a log and two indexes open. */
const FILES_PER_REPLICA = 3;

/** What several topics come to together. */
function totalLines(topics: readonly TopicSummary[], target: PlanSummary['target']): string[] {
  const sum = (of: (topic: TopicSummary) => number) =>
    topics.reduce((total, topic) => total + of(topic) * (topic.topics ?? 1), 0);
  const replicas = sum(({ partitions, replicationFactor }) => partitions * replicationFactor);
  const all = `${countOf(
    sum(() => 1),
    'topic',
  )}, ${countOf(
    sum(({ partitions }) => partitions),
    'partition',
  )}, ${countOf(replicas, 'replica')}`;
  const files = `: about ${formatCount(FILES_PER_REPLICA * replicas)} open files on the brokers`;
  return wrap(`In all ${all}${target === 'embedded' ? '' : files}.`, INDENT, '');
}

function spreadRow({ topics, spread }: ScenarioSummary): string[] {
  if (topics === undefined || spread === undefined) return [];
  const how = spread.kind === 'field' ? `by ${spread.field}` : spread.kind;
  return [`${formatCount(topics)}, ${how}${spread.kind === 'zipf' ? `, exponent ${spread.exponent}` : ''}`];
}

function formatDays(ns: number): string {
  const days = ns / (86_400 * NS_PER_SEC);
  return Number.isInteger(days) && days > 0 ? countOf(days, 'day') : formatDuration(ns);
}

function label(title: string): string {
  return title.padEnd(LABEL_WIDTH);
}
