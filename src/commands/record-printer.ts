/** Prints what a consumer reads, and keeps count of it. */
import { LoadError } from '../errors.ts';
import { jsonLine, type ReadRecord, textLine } from '../report/record-line.ts';
import type { Consumer } from '../transport/consumer.ts';
import { countOf, formatBytes, formatCount, MS_PER_SEC } from '../units.ts';
import { PayloadDecoder } from '../workload/encoding/payload-decoder.ts';
import type { ConsumeSettings } from './consume-settings.ts';
import type { Notices } from './notices.ts';
import type { ReadPlaces } from './read-places.ts';
import type { Output } from './terminal.ts';

const POLL_MS = 200;
const RATE_EVERY_MS = 5_000;
/** Text is handed to the output in pieces of about this size: a write a line would be most of the work. */
const CHUNK_CHARACTERS = 64 * 1024;
/** One of a kind each; what is broken in many ways is counted at the end. */
const PROBLEMS_REPORTED_MAX = 10;
const LINE_END = Buffer.from('\n');

/** What was read so far. */
export interface Tally {
  records: number;
  bytes: number;
}

/** Somebody wants it to end. */
export interface End {
  readonly isNear: boolean;
  /** Settles when what is being written is given up. */
  readonly patience: Promise<void>;
}

function lostText(count: number): string {
  return `${formatCount(count)} records were printed and cannot be committed: the group revoked their partitions`;
}

interface PrinterOptions {
  readonly consumer: Consumer;
  readonly places: ReadPlaces;
  readonly settings: ConsumeSettings;
  readonly tally: Tally;
  readonly output: Output;
  readonly notices: Notices;
}

export class RecordPrinter {
  readonly #consumer: Consumer;
  readonly #places: ReadPlaces;
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

  constructor({ consumer, places, settings, tally, output, notices }: PrinterOptions) {
    this.#consumer = consumer;
    this.#places = places;
    this.#settings = settings;
    this.#tally = tally;
    this.#output = output;
    this.#notices = notices;
    this.#decoders = new Map(settings.topics.map((topic) => [topic, new PayloadDecoder(settings.schemaOf(topic))]));
  }

  /** Until the number of records or the end of the range is reached, or the end is near. What was printed is finished, and nothing else. */
  async read(end: End): Promise<void> {
    const { format, recordsMax } = this.#settings;
    while (!end.isNear && this.#tally.records < recordsMax && !this.#places.isComplete) {
      const ready = await this.#consumer.poll(POLL_MS);
      if (end.isNear) return;
      if (ready > 0) {
        this.#warnLost();
        if (format === 'none') this.#count(ready);
        else await this.#print(ready, end);
      }
      this.#consumer.pause(this.#places.takeDone());
      this.#noteRate();
    }
  }

  /** Reads nothing of a record but its length. */
  #count(ready: number): void {
    const { records } = this.#consumer;
    const tally = this.#tally;
    let i = 0;
    for (; i < ready && tally.records < this.#settings.recordsMax; i++) {
      if (!this.#places.take(records, i)) continue;
      tally.records++;
      tally.bytes += Math.max(0, records.valueLength[i]!);
    }
    this.#finish(i);
  }

  /** Fewer than there are where nobody reads the output any more, it is full, or there are enough. */
  async #print(ready: number, { patience }: End): Promise<void> {
    const { records } = this.#consumer;
    let lines: (string | Uint8Array)[] = [];
    let [size, bytes] = [0, 0];
    for (let i = 0; i < ready; i++) {
      const isLast = i === ready - 1;
      if (!this.#places.take(records, i)) {
        if (!isLast || lines.length === 0) continue;
        if (!(await this.#write(lines, patience))) return;
        this.#tally.records += lines.length;
        this.#tally.bytes += bytes;
        return;
      }
      const value = records.value(i);
      bytes += value?.length ?? 0;
      const line = this.#settings.format === 'raw' ? (value ?? '') : await this.#line(i, value);
      lines.push(line);
      size += line.length;
      const isEnough = this.#tally.records + lines.length >= this.#settings.recordsMax;
      if (size >= CHUNK_CHARACTERS || isLast || isEnough) {
        if (!(await this.#write(lines, patience))) return;
        this.#tally.records += lines.length;
        this.#tally.bytes += bytes;
        this.#finish(i + 1);
        if (isEnough) return;
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
    const lag = this.#places.lag(this.#consumer);
    const behind = lag === null ? '' : `, lag ${formatCount(lag)}`;
    this.#notices.note(`${formatCount(this.#tally.records)} records read, ${formatCount(perSec)}/s now${behind}`);
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
