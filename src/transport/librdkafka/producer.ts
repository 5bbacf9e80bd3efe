/** The transport to Kafka: one librdkafka producer per distinct set of properties. */
import koffi from 'koffi';
import { LoadError } from '../../errors.ts';
import type { MessageBatch } from '../message-batch.ts';
import type { BrokerStatistics, ErrorDescription, LogSink, Reports, Transport } from '../transport.ts';
import { type Client, closeClient, EVENT, logLineOf, openClient } from './client.ts';
import { DeliveryReports } from './delivery-reports.ts';
import { type Librdkafka, librdkafka, type Pointer } from './library.ts';
import { QueueWaiter } from './queue-waiter.ts';
import { RETRY_DEBUG, RetryErrors } from './retry-errors.ts';
import { StatisticsFold } from './statistics.ts';
import { StickyPartition } from './sticky-partition.ts';
import { LibrdkafkaTransactions, transactionalLanes } from './transactions.ts';
import { type MarkHeader, VariadicMessage } from './variadic-message.ts';

export interface ProducerOptions {
  /** Properties of each client. */
  readonly clients: readonly Readonly<Record<string, string>>[];
  readonly lanes: readonly ProducerLane[];
  readonly onLog: LogSink;
  /** How long to wait for each topic's metadata before the first message, so that the first ones do not pay for it. */
  readonly metadataTimeoutMs: number;
  /** How long to wait for the producer id of each lane with transactions. */
  readonly transactionsTimeoutMs?: number;
}

export interface ProducerLane {
  /** For errors; the topic by default. */
  readonly name?: string;
  readonly client: number;
  readonly topic: string;
  /** Where it has several: a route each. */
  readonly topics?: readonly string[];
  readonly partitions: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Carries each message's index. */
  readonly markHeader?: MarkHeader;
  /** Its client is its own and has a transactional.id. */
  readonly transactions?: object;
}

const FLAG_COPY = 0x2;
const PURGE_QUEUE_AND_INFLIGHT = 0x1 | 0x2;
/** A coordinator that is being elected answers in a second or two. */
const TRANSACTIONS_TIMEOUT_MS = 20_000;
const LOCAL_QUEUE_FULL = -184;
/** Syslog's. */
const DEBUG_LEVEL = 7;
const STICKY_LINGER = 'sticky.partitioning.linger.ms';
const STICKY_LINGER_MS_DEFAULT = 10;
interface ProducerClient extends Client {
  /** None where the profile asks for debug lines of its own: they all go to whoever reads the log. */
  readonly retries: RetryErrors | undefined;
}

/** Everything a produce call needs: a lane and one of its topics. */
interface Route {
  readonly client: ProducerClient;
  readonly name: string;
  readonly topic: Pointer;
  readonly variadic: VariadicMessage;
  readonly sticky: StickyPartition;
}

export class LibrdkafkaProducer implements Transport {
  readonly #delivery = new DeliveryReports();
  readonly reports: Reports = this.#delivery.reports;
  readonly #rd: Librdkafka = librdkafka();
  readonly #clients: ProducerClient[] = [];
  readonly #lanes: readonly ProducerLane[];
  readonly #routes: Route[];
  readonly transactions?: LibrdkafkaTransactions;
  readonly #waiter: QueueWaiter;
  readonly #onLog: LogSink;
  readonly #statistics = new StatisticsFold();
  readonly #addresses = new WeakMap<MessageBatch, Pointer[]>();
  /** No error since the last statistics, and nothing down in them. */
  #allUp = true;
  /** A delivery event with more messages than one poll returns stays here until the next poll. */
  #openEvent: Pointer | null = null;

  constructor(options: ProducerOptions) {
    this.#onLog = options.onLog;
    const events = EVENT.deliveryReport | EVENT.log | EVENT.error | EVENT.stats;
    for (const properties of options.clients) {
      const client = openClient({ debug: RETRY_DEBUG, ...properties }, events);
      this.#clients.push({ ...client, retries: 'debug' in properties ? undefined : new RetryErrors(client.handle) });
    }
    this.#waiter = new QueueWaiter(this.#clients.map(({ queue }) => queue));
    this.#lanes = options.lanes;
    this.#routes = options.lanes.flatMap((lane) => {
      const { topic, topics = [topic] } = lane;
      const stickyMs = Number(options.clients[lane.client]![STICKY_LINGER] ?? STICKY_LINGER_MS_DEFAULT);
      return topics.map((name) => this.#open(lane, name, stickyMs));
    });
    this.#awaitMetadata(options);
    const transactional = transactionalLanes(options, this.#clients);
    if (transactional.size === 0) return;
    const { transactionsTimeoutMs: timeoutMs = TRANSACTIONS_TIMEOUT_MS } = options;
    this.transactions = new LibrdkafkaTransactions(transactional, timeoutMs);
  }

  #open({ client: number, partitions, headers, markHeader }: ProducerLane, name: string, stickyMs: number): Route {
    const client = this.#clients[number]!;
    const topic: Pointer | null = this.#rd.topicNew(client.handle, name, null);
    if (topic === null) throw new LoadError('TOPIC_REFUSED', `librdkafka refuses topic ${name}`);
    const sticky = new StickyPartition(partitions, stickyMs);
    return { client, name, topic, variadic: new VariadicMessage(topic, headers, markHeader), sticky };
  }

  #awaitMetadata(options: ProducerOptions): void {
    for (const { client, name, topic } of this.#routes) {
      const metadata: [Pointer | null] = [null];
      const code = this.#rd.metadata(client.handle, 0, topic, metadata, options.metadataTimeoutMs);
      if (metadata[0] !== null) this.#rd.metadataDestroy(metadata[0]);
      if (code !== 0) {
        throw new LoadError('METADATA', `no metadata for topic ${name}: ${this.#rd.errorText(code)}`, {
          hint: 'is the broker up, and do its advertised listeners lead back to it?',
        });
      }
    }
  }

  address(memory: Uint8Array): number {
    return Number(koffi.address(memory));
  }

  produce(route: number, partition: number, batch: MessageBatch, from: number, count: number): number {
    const address = this.#batchAddress(batch, from);
    const { topic } = this.#routes[route]!;
    return this.#rd.produceBatch(topic, this.#partition(route, partition), FLAG_COPY, address, count);
  }

  /**
   * Keyless messages stick to a partition for some milliseconds, as librdkafka's do; but it decides that message by
   * message, with a clock reading and several look-ups each: a fifth of a client's CPU. It decides again as long as not
   * every broker and partition is up: it knows then which ones can take messages.
   */
  #partition(route: number, partition: number): number {
    return partition < 0 && this.#allUp ? this.#routes[route]!.sticky.at(performance.now()) : partition;
  }

  /** Addresses of a batch's places as BigInts, made once: a call then allocates nothing. */
  #batchAddress(batch: MessageBatch, place: number): Pointer {
    let addresses = this.#addresses.get(batch);
    if (addresses === undefined) {
      const base = koffi.address(batch.bytes);
      addresses = Array.from({ length: batch.capacity }, (_, j) => base + BigInt(batch.byteOffset(j)));
      this.#addresses.set(batch, addresses);
    }
    return addresses[place]!;
  }

  produceWithMetadata(
    route: number,
    partition: number,
    batch: MessageBatch,
    from: number,
    count: number,
    timestampMs: Float64Array,
    index?: Float64Array,
  ): number {
    const { client, variadic } = this.#routes[route]!;
    const chosen = this.#partition(route, partition);
    let [accepted, isFull] = [0, false];
    for (let j = from; j < from + count; j++) {
      if (isFull) {
        // A smaller one might still have room, and overtake those before it: produce_batch refuses the rest as well.
        batch.setError(j, LOCAL_QUEUE_FULL);
        continue;
      }
      variadic.fill(chosen, batch, j, timestampMs[j]!, index?.[j] ?? 0);
      const error = this.#rd.produceVariadic(client.handle, variadic.address, variadic.count);
      if (error === null) {
        batch.setError(j, 0);
        accepted += 1;
      } else {
        batch.setError(j, this.#rd.errorCode(error));
        isFull = batch.error(j) === LOCAL_QUEUE_FULL;
        this.#rd.errorDestroy(error);
      }
    }
    return accepted;
  }

  poll(timeoutMs: number): number {
    let filled = 0;
    let wait = timeoutMs;
    while (filled < this.reports.capacity) {
      this.#openEvent ??= this.#nextDeliveryEvent(wait);
      if (this.#openEvent === null) return filled;
      wait = 0;
      const room = this.reports.capacity - filled;
      const count = this.#delivery.read(this.#openEvent, filled);
      filled += count;
      if (count < room) {
        this.#rd.eventDestroy(this.#openEvent);
        this.#openEvent = null;
      }
    }
    return filled;
  }

  #nextDeliveryEvent(timeoutMs: number): Pointer | null {
    const ready = this.#anyDeliveryEvent();
    if (ready !== null || timeoutMs === 0) return ready;
    this.#waiter.wait(timeoutMs);
    return this.#anyDeliveryEvent();
  }

  #anyDeliveryEvent(): Pointer | null {
    for (const client of this.#clients) {
      const event = this.#deliveryEventOf(client);
      if (event !== null) return event;
    }
    return null;
  }

  /** The client's next event with delivery reports, where there is one; others are dealt with on the way. */
  #deliveryEventOf(client: ProducerClient): Pointer | null {
    const rd = this.#rd;
    for (;;) {
      const event = rd.queuePoll(client.queue, 0);
      if (event === null) return null;
      const type = rd.eventType(event);
      if (type === EVENT.deliveryReport) return event;
      if (type === EVENT.stats) {
        this.#allUp = this.#statistics.add(rd.eventStats(event));
        client.retries?.note(this.#delivery.delivered, this.#delivery.expired, this.#statistics.waiting);
      } else this.#note(client, event);
      rd.eventDestroy(event);
    }
  }

  /** What librdkafka has to say beside reports and statistics. */
  #note({ retries }: ProducerClient, event: Pointer): void {
    const rd = this.#rd;
    const type = rd.eventType(event);
    if (type === EVENT.log) {
      const line = logLineOf(event);
      if (line === undefined) return;
      if (line.level === DEBUG_LEVEL && retries !== undefined) retries.hear(line.facility, line.message);
      else this.#onLog(line);
    } else if (type === EVENT.error) {
      this.#allUp = false;
      this.#onLog({ level: 3, facility: rd.errorName(rd.eventError(event)), message: rd.eventErrorText(event) });
    }
  }

  flush(timeoutMs: number): void {
    for (const client of this.#clients) this.#rd.flush(client.handle, timeoutMs);
  }

  purge(): void {
    for (const client of this.#clients) this.#rd.purge(client.handle, PURGE_QUEUE_AND_INFLIGHT);
  }

  describe(code: number): ErrorDescription {
    return { name: this.#rd.errorName(code), text: this.#rd.errorText(code) };
  }

  lastRetry(lane: number): ErrorDescription | undefined {
    return this.#clients[this.#lanes[lane]!.client]!.retries?.last;
  }

  statistics(waitMs: number): BrokerStatistics | undefined {
    // What is ready was written before the last message was settled.
    this.poll(0);
    const deadline = performance.now() + waitMs;
    for (const client of this.#clients) this.#awaitSettledStatistics(client, deadline);
    return this.#statistics.result();
  }

  #awaitSettledStatistics(client: ProducerClient, deadline: number): void {
    for (;;) {
      const event = this.#rd.queuePoll(client.queue, 0);
      if (event === null) {
        const leftMs = Math.ceil(deadline - performance.now());
        if (leftMs <= 0) return;
        this.#waiter.wait(leftMs);
        continue;
      }
      const isStatistics = this.#rd.eventType(event) === EVENT.stats;
      if (isStatistics) this.#statistics.addSettled(this.#rd.eventStats(event));
      else this.#note(client, event);
      this.#rd.eventDestroy(event);
      if (isStatistics) return;
    }
  }

  close(): void {
    this.transactions?.close();
    if (this.#openEvent !== null) this.#rd.eventDestroy(this.#openEvent);
    for (const { topic } of this.#routes) this.#rd.topicDestroy(topic);
    for (const client of this.#clients) closeClient(client);
    this.#waiter.close();
  }
}
