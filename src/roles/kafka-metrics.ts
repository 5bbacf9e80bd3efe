/**
 * Results in a topic, one record each, with the message's id as key: all results of a message are in one partition, in
 * the order in which they were kept, and so the first one is the same for every monitor, whenever it starts.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { LoadError } from '../errors.ts';
import type { Consumer } from '../transport/consumer.ts';
import { LibrdkafkaConsumer } from '../transport/librdkafka/consumer.ts';
import { LibrdkafkaProducer } from '../transport/librdkafka/producer.ts';
import { MessageBatch } from '../transport/message-batch.ts';
import type { LogSink, Transport } from '../transport/transport.ts';
import { crc32 } from '../workload/partitioner.ts';
import type { MetricsReader, MetricsWriter } from './metrics-store.ts';
import type { BackEndOptions } from './queue.ts';
import { SeenIds } from './seen-ids.ts';
import type { SendResult } from './send-result.ts';
import { NO_TOTALS, type SenderTotals, withResult } from './sender-totals.ts';

export interface KafkaMetricsOptions extends BackEndOptions {
  /** librdkafka's names: servers, security. */
  readonly properties: Readonly<Record<string, string>>;
  readonly topic: string;
  readonly partitions: number;
  readonly isEmbedded: boolean;
  readonly onLog: LogSink;
}

const METADATA_TIMEOUT_MS = 8_000;
const POLL_MS = 200;
/** Between questions whether the broker has it: an answer takes about as long. */
const REPORT_POLL_MS = 1;
const RETRY_MS = 1_000;
const RECORD_BYTES_MAX = 4_096;
/** Far more than there are senders. */
const SLOTS = 2 ** 20;
const BEGINNING = -2;
/** What there was at the start and cannot be read, because its partition has no leader: nothing comes for so long. */
const SILENCE_MS = 10_000;
/** What trying again does not mend: MSG_SIZE_TOO_LARGE, TOPIC_ and CLUSTER_AUTHORIZATION_FAILED, unknown topic (two). */
const FINAL = new Set([10, 29, 31, 3, -188]);

export class KafkaMetricsWriter implements MetricsWriter {
  readonly #options: KafkaMetricsOptions;
  readonly #transport: Transport;
  readonly #batch = new MessageBatch(1);
  readonly #memory = new Uint8Array(new SharedArrayBuffer(RECORD_BYTES_MAX));
  readonly #reported = new Map<number, (error: number) => void>();
  #slot = 0;
  #isPolling = false;

  constructor(options: KafkaMetricsOptions) {
    this.#options = options;
    const { topic, partitions, onLog } = options;
    this.#transport = new LibrdkafkaProducer({
      // Each sender waits for its one result: there is nothing to wait for that could go with it.
      clients: [{ ...options.properties, 'linger.ms': '0' }],
      lanes: [{ client: 0, topic, partitions, headers: {} }],
      onLog,
      metadataTimeoutMs: METADATA_TIMEOUT_MS,
    });
  }

  async record(result: SendResult): Promise<void> {
    const record = encode(result);
    for (;;) {
      const error = await this.#send(result.id, record);
      if (error === 0) return;
      const { text, name } = this.#transport.describe(error);
      const what = `the result of ${result.id} cannot be written to ${this.#options.topic}: ${text} (${name})`;
      if (FINAL.has(error)) throw new LoadError('RESULT', what);
      this.#options.onWarning(`${what}; trying again`);
      await sleep(RETRY_MS);
    }
  }

  /** Resolves with librdkafka's error code, 0 when the broker has it. */
  #send(key: string, record: Uint8Array): Promise<number> {
    const memory = this.#memory;
    memory.set(record);
    const keyLength = Buffer.from(memory.buffer).write(key, record.length);
    const partition = crc32(memory, record.length, keyLength) % this.#options.partitions;
    const address = this.#transport.address(memory);
    this.#slot = (this.#slot + 1) % SLOTS;
    const slot = this.#slot;
    this.#batch.set(0, address, record.length, address + record.length, keyLength, slot);
    if (this.#transport.produce(0, partition, this.#batch, 0, 1) === 0) return Promise.resolve(this.#batch.error(0));
    return new Promise((resolve) => {
      this.#reported.set(slot, resolve);
      void this.#poll();
    });
  }

  async #poll(): Promise<void> {
    if (this.#isPolling) return;
    this.#isPolling = true;
    while (this.#reported.size > 0) {
      const count = this.#transport.poll(0);
      const { slot, error } = this.#transport.reports;
      for (let r = 0; r < count; r++) {
        this.#reported.get(slot[r]!)!(error[r]!);
        this.#reported.delete(slot[r]!);
      }
      await sleep(REPORT_POLL_MS);
    }
    this.#isPolling = false;
  }

  async close(): Promise<void> {
    this.#transport.close();
  }
}

export interface KafkaMetricsReaderOptions extends KafkaMetricsOptions {
  /** By partition: what comes next there when reading begins. */
  readonly ends: readonly number[];
}

export class KafkaMetricsReader implements MetricsReader {
  readonly #options: KafkaMetricsReaderOptions;
  readonly #consumer: Consumer;
  readonly #totals = new Map<string, SenderTotals>();
  readonly #seen = new SeenIds();
  /** Partitions of which not all that was there at the start has been read, with where that ended. */
  readonly #unreadEnds: Map<number, number>;
  #silentSince = performance.now();
  readonly #reading: Promise<void>;
  #failure: unknown;
  #isClosing = false;
  #unread = 0;

  constructor(options: KafkaMetricsReaderOptions) {
    this.#options = options;
    this.#unreadEnds = new Map([...options.ends.entries()].filter(([, end]) => end > 0));
    const { topic, partitions, onLog } = options;
    const properties = {
      ...options.properties,
      // All there is, each time: it keeps no offsets.
      'group.id': `load-monitor-${randomBytes(4).toString('hex')}`,
      'auto.offset.reset': 'earliest',
      'enable.auto.commit': 'false',
    };
    this.#consumer = new LibrdkafkaConsumer({
      ...{ properties, topics: [topic], onLog },
      partitions: Array.from({ length: partitions }, (_, partition) => ({ topic, partition, offset: BEGINNING })),
      onEnd: (_topic, partition, offset) => this.#reached(partition, offset),
    });
    this.#reading = this.#read().catch((error: unknown) => {
      this.#failure = error;
    });
  }

  async #read(): Promise<void> {
    while (!this.#isClosing) {
      const count = await this.#consumer.poll(POLL_MS);
      const { records } = this.#consumer;
      for (let i = 0; i < count; i++) {
        this.#count(decode(records.value(i)));
        this.#reached(records.partition[i]!, records.offset[i]! + 1);
      }
      if (count > 0) this.#silentSince = performance.now();
      else if (performance.now() - this.#silentSince >= SILENCE_MS) this.#unreadEnds.clear();
    }
  }

  #reached(partition: number, offset: number): void {
    if (offset >= (this.#unreadEnds.get(partition) ?? 0)) this.#unreadEnds.delete(partition);
  }

  get hasCaughtUp(): boolean {
    return this.#unreadEnds.size === 0;
  }

  #count(result: SendResult | undefined): void {
    if (result === undefined) {
      this.#unread += 1;
      if (this.#unread === 1) this.#options.onWarning(`${this.#options.topic} has records that are not results`);
      return;
    }
    const { id, sender } = result;
    if (!this.#seen.add(id)) return;
    this.#totals.set(sender, withResult(this.#totals.get(sender) ?? NO_TOTALS, result));
  }

  async totals(): Promise<ReadonlyMap<string, SenderTotals>> {
    if (this.#failure !== undefined) throw this.#failure;
    return new Map(this.#totals);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#reading;
    await this.#consumer.close();
  }
}

function encode({ id, sender, outcome, processingUs }: SendResult): Uint8Array {
  return Buffer.from(JSON.stringify({ id, sender, outcome, processing_us: processingUs }));
}

/** Undefined if it is not a result: anyone may write to a topic. */
function decode(bytes: Uint8Array | null): SendResult | undefined {
  if (bytes === null) return undefined;
  try {
    const { id, sender, outcome, processing_us } = JSON.parse(Buffer.from(bytes).toString());
    const isResult =
      typeof id === 'string' &&
      typeof sender === 'string' &&
      (outcome === 'sent' || outcome === 'failed') &&
      Number.isSafeInteger(processing_us);
    return isResult ? { id, sender, outcome, processingUs: processing_us } : undefined;
  } catch {
    return undefined;
  }
}
