/** `load consume`: reads topics as a member of a group and prints each record as it comes. */
import { EXIT, type ExitCode, LoadError } from '../errors.ts';
import { consumeFamilies } from '../report/prometheus.ts';
import { jsonLine, type ReadRecord, textLine } from '../report/record-line.ts';
import type { Consumer } from '../transport/consumer.ts';
import { Admin } from '../transport/librdkafka/admin.ts';
import {
  EMBEDDED_GROUP_PROPERTIES,
  EMBEDDED_READER_PROPERTIES,
  LibrdkafkaConsumer,
} from '../transport/librdkafka/consumer.ts';
import type { LogSink } from '../transport/transport.ts';
import { countOf, formatBytes, formatCount, MS_PER_SEC } from '../units.ts';
import { PayloadDecoder } from '../workload/encoding/payload-decoder.ts';
import { type ConsumeSettings, readConsumeSettings } from './consume-settings.ts';
import type { LogLevel } from './flags.ts';
import type { Invocation } from './invocation.ts';
import { openMetrics } from './metrics/metrics-server.ts';
import { metricsSource } from './metrics/metrics-source.ts';
import { Notices } from './notices.ts';
import { outageFilter } from './outage.ts';
import type { Output, Terminal } from './terminal.ts';
import { isSet, logLevelOf } from './values.ts';

const BROKER_TIMEOUT_MS = 8_000;
const POLL_MS = 200;
const RATE_EVERY_MS = 5_000;
/** Text is handed to the output in pieces of about this size: a write a line would be most of the work. */
const CHUNK_CHARACTERS = 64 * 1024;
/** Who reads the output may have stopped reading: what it does not take this soon after a signal was not printed. */
const LAST_WRITE_MS = 1_000;
/** One of a kind each; what is broken in many ways is counted at the end. */
const PROBLEMS_REPORTED_MAX = 10;
const LINE_END = Buffer.from('\n');

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

/** What was read so far. */
interface Tally {
  records: number;
  bytes: number;
}

async function consume(
  settings: ConsumeSettings,
  tally: Tally,
  terminal: Terminal,
  notices: Notices,
  onLog: LogSink,
): Promise<ExitCode> {
  const isEmbedded = await checkTopics(settings);
  const ofEmbedded = settings.commits ? EMBEDDED_GROUP_PROPERTIES : EMBEDDED_READER_PROPERTIES;
  const properties = { ...(isEmbedded && ofEmbedded), ...settings.properties };
  const end = watchForEnd(terminal, notices);
  const consumer = new LibrdkafkaConsumer({ topics: settings.topics, properties, onLog });
  const reader = new Reader(consumer, settings, tally, terminal.stdout, notices);
  try {
    notices.note(describeStart(settings));
    await reader.read(end);
    if (settings.commits) await consumer.commit();
    reader.checkCommitted();
  } finally {
    await consumer.close();
    reader.reportEnd();
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

interface End {
  isNear: boolean;
  exitCode: ExitCode;
  /** Settles `LAST_WRITE_MS` after the signal. */
  readonly patience: Promise<void>;
}

/** A signal, or an output that nobody reads any more: `consume … | head -1`. */
function watchForEnd(terminal: Terminal, notices: Notices): End {
  let lose: () => void;
  const patience = new Promise<void>((resolve) => {
    lose = resolve;
  });
  const end: End = { isNear: false, exitCode: EXIT.ok, patience };
  terminal.onInterrupt(({ by }) => {
    end.isNear = true;
    setTimeout(lose, LAST_WRITE_MS).unref();
    end.exitCode = by === 'SIGINT' ? EXIT.sigint : EXIT.sigterm;
    notices.note(`${by}: leaving the group; repeat to exit immediately`);
  });
  terminal.stdout.once?.('error', () => {
    end.isNear = true;
  });
  return end;
}

/** librdkafka would try for ever where there is no broker, and wait for ever where there is no topic. Resolves with whether it is an embedded cluster. */
async function checkTopics({ topics, properties }: ConsumeSettings): Promise<boolean> {
  const admin = new Admin(properties, BROKER_TIMEOUT_MS);
  try {
    const isEmbedded = await admin.isEmbedded();
    for (const topic of topics) {
      if ((await admin.topic(topic)).partitions > 0) continue;
      throw new LoadError('TOPIC_MISSING', `topic ${topic} does not exist`, {
        hint: 'check the name; a run creates its topics when it starts',
      });
    }
    return isEmbedded;
  } finally {
    await admin.close();
  }
}

function describeStart({ topics, group, commits, properties }: ConsumeSettings): string {
  const servers = properties['bootstrap.servers'];
  const start = `new readers begin at the ${properties['auto.offset.reset']} records`;
  return `Reading ${topics.join(', ')} at ${servers} as group ${group}${commits ? '' : ', committing nothing'}; ${start}`;
}

function lostText(count: number): string {
  return `${formatCount(count)} records were printed and cannot be committed: the group revoked their partitions`;
}

class Reader {
  readonly #consumer: Consumer;
  readonly #settings: ConsumeSettings;
  readonly #tally: Tally;
  readonly #output: Output;
  readonly #notices: Notices;
  readonly #decoders: ReadonlyMap<string, PayloadDecoder>;
  readonly #startMs = performance.now();
  readonly #problems = new Set<string>();
  #undecoded = 0;
  #notedMs = this.#startMs;
  #notedRecords = 0;
  /** Of the records of the last poll: printed, and not to be committed. */
  #lost = 0;

  constructor(consumer: Consumer, settings: ConsumeSettings, tally: Tally, output: Output, notices: Notices) {
    this.#consumer = consumer;
    this.#settings = settings;
    this.#tally = tally;
    this.#output = output;
    this.#notices = notices;
    this.#decoders = new Map(settings.topics.map((topic) => [topic, new PayloadDecoder(settings.schemaOf(topic))]));
  }

  /** Until the number of records is reached, or the end is near. What was printed is finished, and nothing else. */
  async read(end: End): Promise<void> {
    while (!end.isNear && this.#tally.records < this.#settings.recordsMax) {
      const ready = await this.#consumer.poll(POLL_MS);
      const count = Math.min(ready, this.#settings.recordsMax - this.#tally.records);
      if (end.isNear) return;
      if (count > 0) {
        this.#warnLost();
        await this.#print(count, end);
      }
      this.#noteRate();
    }
  }

  /** Fewer than `count` where nobody reads the output any more, or it is full. */
  async #print(count: number, { patience }: End): Promise<void> {
    const { records } = this.#consumer;
    let lines: (string | Uint8Array)[] = [];
    let [size, bytes] = [0, 0];
    for (let i = 0; i < count; i++) {
      const value = records.value(i);
      bytes += value?.length ?? 0;
      const line = this.#settings.format === 'raw' ? (value ?? '') : await this.#line(i, value);
      lines.push(line);
      size += line.length;
      if (size >= CHUNK_CHARACTERS || i === count - 1) {
        if (!(await this.#write(lines, patience))) return;
        this.#tally.records += lines.length;
        this.#tally.bytes += bytes;
        this.#finish(i + 1);
        [lines, size, bytes] = [[], 0, 0];
      }
    }
  }

  #finish(count: number): void {
    if (this.#settings.commits) this.#lost += this.#consumer.finish(count);
  }

  #warnLost(): void {
    if (this.#lost > 0) this.#notices.warn(`${lostText(this.#lost)}; their new owner prints these records again`);
    this.#lost = 0;
  }

  /** @throws LoadError COMMIT where what was printed last is not committed: nothing came after it that could be. */
  checkCommitted(): void {
    if (this.#lost === 0) return;
    const hint =
      'the next consumer of this group reads them again; raise max.poll.interval.ms to keep partitions longer';
    throw new LoadError('COMMIT', `${lostText(this.#lost)} (${formatCount(this.#tally.records)} were printed)`, {
      hint,
    });
  }

  async #line(i: number, payload: Uint8Array | null): Promise<string> {
    const { records } = this.#consumer;
    const topic = records.topic[i]!;
    const decoded = payload === null ? null : this.#decoders.get(topic)!.decode(payload);
    const value = decoded instanceof Promise ? await decoded : decoded;
    if (value?.kind === 'bytes') this.#warnUndecoded(topic, value.problem);
    const record: ReadRecord = {
      topic,
      partition: records.partition[i]!,
      offset: records.offset[i]!,
      timestampMs: records.timestampMs(i),
      key: records.key(i),
      headers: records.headers(i),
      value,
    };
    return this.#settings.format === 'json' ? jsonLine(record) : textLine(record);
  }

  /** Resolves with whether they were. */
  async #write(lines: readonly (string | Uint8Array)[], patience: Promise<void>): Promise<boolean> {
    const chunk =
      this.#settings.format === 'raw'
        ? Buffer.concat(lines.flatMap((line) => [Buffer.from(line as Uint8Array), LINE_END]))
        : `${lines.join('\n')}\n`;
    // Whoever reads may take its time.
    const staying = setInterval(() => this.#consumer.stay(), POLL_MS);
    // Not by `drain`, which never comes where the reader of a pipe is gone; watchForEnd hears of that.
    const isWritten = await new Promise<boolean>((resolve) => {
      this.#output.write(chunk as string, (error) => resolve(error === null || error === undefined));
      void patience.then(() => resolve(false));
    });
    clearInterval(staying);
    return isWritten;
  }

  #noteRate(): void {
    const nowMs = performance.now();
    if (nowMs - this.#notedMs < RATE_EVERY_MS) return;
    const perSec = ((this.#tally.records - this.#notedRecords) * MS_PER_SEC) / (nowMs - this.#notedMs);
    this.#notices.note(`${formatCount(this.#tally.records)} records read, ${formatCount(perSec)}/s now`);
    [this.#notedMs, this.#notedRecords] = [nowMs, this.#tally.records];
  }

  reportEnd(): void {
    const seconds = (performance.now() - this.#startMs) / MS_PER_SEC;
    const rate = `${formatCount(this.#tally.records / seconds)}/s`;
    const read = `${countOf(this.#tally.records, 'record')}, ${formatBytes(this.#tally.bytes)}, in ${formatCount(seconds, 1)} s: ${rate}`;
    this.#notices.note(read);
    if (this.#undecoded > 0) {
      this.#notices.warn(`${countOf(this.#undecoded, 'Avro record')} shown as bytes`);
    }
  }

  #warnUndecoded(topic: string, problem: string | undefined): void {
    if (problem !== undefined) this.#undecoded += 1;
    const text = `${topic}: ${problem ?? 'neither Avro in the wire format, nor JSON, nor UTF-8'}`;
    if (this.#problems.has(text) || this.#problems.size >= PROBLEMS_REPORTED_MAX) return;
    this.#problems.add(text);
    const hint = '--schema-registry-url URL, --schema FILE.avsc, or --workload NAME decodes them';
    if (problem !== undefined) this.#notices.warn(`${text}; printed as base64 (${hint})`);
    else this.#notices.note(`${text}: printed as base64 (--format raw prints the bytes)`);
  }
}
