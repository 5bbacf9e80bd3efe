/** `load consume`: reads topics as a member of a group and prints each record as it comes. */
import { EXIT, type ExitCode, LoadError } from '../errors.ts';
import { nameList } from '../name-list.ts';
import { consumeFamilies } from '../report/prometheus.ts';
import { Admin } from '../transport/librdkafka/admin.ts';
import {
  EMBEDDED_GROUP_PROPERTIES,
  EMBEDDED_READER_PROPERTIES,
  LibrdkafkaConsumer,
} from '../transport/librdkafka/consumer.ts';
import { logOffsets } from '../transport/librdkafka/log-offsets.ts';
import type { LogSink } from '../transport/transport.ts';
import { countOf, formatCount } from '../units.ts';
import { emptyReason, type PartitionLog, type PartitionRange, type ReadRange, rangeOf } from './consume-range.ts';
import { type ConsumeSettings, readConsumeSettings } from './consume-settings.ts';
import type { LogLevel } from './flags.ts';
import type { Invocation } from './invocation.ts';
import { openMetrics } from './metrics/metrics-server.ts';
import { metricsSource } from './metrics/metrics-source.ts';
import { Notices } from './notices.ts';
import { outageFilter } from './outage.ts';
import { ReadPlaces } from './read-places.ts';
import { type End, RecordPrinter, type Tally } from './record-printer.ts';
import type { Terminal } from './terminal.ts';
import { isSet, logLevelOf } from './values.ts';

const BROKER_TIMEOUT_MS = 8_000;
/** Who reads the output may have stopped reading: what it does not take this soon after a signal was not printed. */
const LAST_WRITE_MS = 1_000;

export async function execute({ values, terminal }: Invocation): Promise<ExitCode> {
  const level = logLevelOf(values);
  const notices = new Notices(terminal.stderr, { level, quiet: isSet(values, 'quiet') });
  const settings = await readConsumeSettings(values, notices);
  for (const note of settings.notes) notices.note(note);
  const tally: Tally = { records: 0, bytes: 0 };
  const source = metricsSource({ group: settings.group }, () => consumeFamilies(tally));
  const metrics = await openMetrics(source, values, notices);
  try {
    const onLog = clientLog(settings, tally, level, notices);
    return await consume(settings, tally, terminal, notices, onLog);
  } finally {
    await metrics?.close();
  }
}

async function consume(
  settings: ConsumeSettings,
  tally: Tally,
  terminal: Terminal,
  notices: Notices,
  onLog: LogSink,
): Promise<ExitCode> {
  const { isEmbedded, partitions } = await checkTopics(settings);
  const ofEmbedded = settings.commits ? EMBEDDED_GROUP_PROPERTIES : EMBEDDED_READER_PROPERTIES;
  const properties = { ...(isEmbedded && ofEmbedded), ...settings.properties };
  const { range } = settings;
  const ranges = range && (await resolveRange(range, partitions, { settings, isEmbedded, notices }));
  const end = watchForEnd(terminal, notices, ranges === undefined);
  const places = new ReadPlaces(ranges);
  const consumer = new LibrdkafkaConsumer({
    ...{ topics: settings.topics, properties, onLog },
    ...(ranges && {
      partitions: ranges.filter(({ from, to }) => from < to).map((each) => ({ ...each, offset: each.from })),
      onEnd: (topic: string, partition: number, offset: number) => places.reached(topic, partition, offset),
    }),
  });
  const printer = new RecordPrinter({ consumer, places, settings, tally, output: terminal.stdout, notices });
  try {
    notices.note(describeStart(settings, ranges));
    await printer.read(end);
    if (settings.commits) await consumer.commit();
    printer.checkCommitted();
  } finally {
    await consumer.close();
    printer.reportEnd();
    notices.close();
  }
  return end.exitCode;
}

/** Before the first record librdkafka's own log lines may give the reason; later it is an outage, reported once. */
function clientLog({ properties }: ConsumeSettings, tally: Tally, level: LogLevel, notices: Notices): LogSink {
  const all: LogSink = (line) => notices.client(line);
  const outage = { servers: properties['bootstrap.servers']!, meanwhile: 'reading resumes at the same offsets' };
  const filtered = outageFilter(outage, (text) => notices.warn(text), all);
  return (line) => (level === 'debug' || tally.records === 0 ? all(line) : filtered(line));
}

interface EndBySignal extends End {
  isNear: boolean;
  exitCode: ExitCode;
}

/** A signal, or an output that nobody reads any more: `consume … | head -1`. */
function watchForEnd(terminal: Terminal, notices: Notices, isMember: boolean): EndBySignal {
  let lose: () => void;
  const patience = new Promise<void>((resolve) => {
    lose = resolve;
  });
  const end: EndBySignal = { isNear: false, exitCode: EXIT.ok, patience };
  terminal.onInterrupt(({ by }) => {
    end.isNear = true;
    setTimeout(lose, LAST_WRITE_MS).unref();
    end.exitCode = by === 'SIGINT' ? EXIT.sigint : EXIT.sigterm;
    notices.note(`${by}: ${isMember ? 'leaving the group' : 'ending'}; repeat to exit immediately`);
  });
  terminal.stdout.once?.('error', () => {
    end.isNear = true;
  });
  return end;
}

/** By topic. */
type Partitions = ReadonlyMap<string, number>;

/** librdkafka would try for ever where there is no broker, and wait for ever where there is no topic. */
async function checkTopics({
  topics,
  properties,
}: ConsumeSettings): Promise<{ isEmbedded: boolean; partitions: Partitions }> {
  const admin = new Admin(properties, BROKER_TIMEOUT_MS);
  try {
    const isEmbedded = await admin.isEmbedded();
    const found = new Map<string, number>();
    for (const name of topics) {
      const { partitions } = await admin.topic(name);
      if (partitions === 0) {
        throw new LoadError('TOPIC_MISSING', `topic ${name} does not exist`, {
          hint: 'check the name; a run creates its topics when it starts',
        });
      }
      found.set(name, partitions);
    }
    return { isEmbedded, partitions: found };
  } finally {
    await admin.close();
  }
}

interface RangeContext {
  readonly settings: ConsumeSettings;
  readonly isEmbedded: boolean;
  readonly notices: Notices;
}

/** @throws LoadError RANGE where no partition has any of it. */
async function resolveRange(
  range: ReadRange,
  partitions: Partitions,
  { settings, isEmbedded, notices }: RangeContext,
): Promise<PartitionRange[]> {
  const all = [...partitions].flatMap(([topic, count]) =>
    Array.from({ length: count }, (_, partition) => ({ topic, partition })),
  );
  const times = [range.from, range.to].map((place) => (place?.kind === 'time' ? [place.timeMs] : []));
  if (isEmbedded && times.flat().length > 0) {
    throw new LoadError('RANGE', 'the embedded cluster cannot find records by their time', { hint: 'give offsets' });
  }
  const at = { properties: settings.properties, timeoutMs: BROKER_TIMEOUT_MS };
  const { low, high, atTimes } = await logOffsets(all, times.flat(), at);
  const toTimes = atTimes[times[0]!.length];
  const logs = all.map((each, i): PartitionLog => {
    const [fromTime, toTime] = [times[0]!.length > 0 ? atTimes[0]![i] : undefined, toTimes?.[i]];
    const known = { ...(fromTime !== undefined && { fromTime }), ...(toTime !== undefined && { toTime }) };
    return { ...each, low: low[i]!, high: high[i]!, ...known };
  });
  const reason = emptyReason(logs, range);
  if (reason !== undefined)
    throw new LoadError('RANGE', reason, { hint: 'nothing was read: choose an earlier --from or a later --to' });
  const { from } = range;
  const gone = logs.filter((log) => from.kind === 'offset' && from.offset < log.low).length;
  if (gone > 0) notices.note(`${countOf(gone, 'partition')} no longer have their first records: reading begins later`);
  return logs.map((log) => rangeOf(log, range));
}

function describeStart(
  { topics, group, commits, properties }: ConsumeSettings,
  ranges?: readonly PartitionRange[],
): string {
  const servers = properties['bootstrap.servers'];
  const what = `Reading ${nameList(topics)} at ${servers}`;
  if (ranges !== undefined) {
    const isEndless = ranges.some(({ to }) => to === Number.POSITIVE_INFINITY);
    const offsets = ranges.reduce((sum, { from, to }) => sum + Math.max(0, to - from), 0);
    const much = isEndless ? 'following' : `${formatCount(offsets)} offsets`;
    return `${what}, ${countOf(ranges.length, 'partition')}, ${much}; without a group, committing nothing`;
  }
  const start = `new readers begin at the ${properties['auto.offset.reset']} records`;
  return `${what} as group ${group}${commits ? '' : ', committing nothing'}; ${start}`;
}
