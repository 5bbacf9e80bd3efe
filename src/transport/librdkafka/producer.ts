/** The transport to Kafka: one librdkafka producer per distinct set of properties. */
import koffi from 'koffi';
import type { MessageBatch } from '../message-batch.ts';
import type { BrokerStatistics, ErrorDescription, LogSink, Reports, Transport } from '../transport.ts';
import { closeClient, EVENT, logLineOf } from './client.ts';
import { DeliveryReports } from './delivery-reports.ts';
import { type Librdkafka, librdkafka, type Pointer } from './library.ts';
import { openClients, type ProducerClient, type ProducerLane, type Route } from './open-clients.ts';
import { QueueWaiter } from './queue-waiter.ts';
import { StatisticsFold } from './statistics.ts';
import { LibrdkafkaTransactions, transactionalLanes } from './transactions.ts';

export interface ProducerOptions {
  /** Properties of each client. */
  readonly clients: readonly Readonly<Record<string, string>>[];
  readonly lanes: readonly ProducerLane[];
  readonly onLog: LogSink;
  /** How long to wait for the metadata of a client's topics before the first message, so that the first ones do not pay for it. */
  readonly metadataTimeoutMs: number;
  /** Whether nobody waits for the clients any more. */
  readonly isStopped?: () => boolean;
  /** How long to wait for the producer id of each lane with transactions. */
  readonly transactionsTimeoutMs?: number;
}

const FLAG_COPY = 0x2;
const PURGE_QUEUE_AND_INFLIGHT = 0x1 | 0x2;
/** A coordinator that is being elected answers in a second or two. */
const TRANSACTIONS_TIMEOUT_MS = 20_000;
const LOCAL_QUEUE_FULL = -184;
/** Syslog's. */
const DEBUG_LEVEL = 7;

export class LibrdkafkaProducer implements Transport {
  readonly #delivery = new DeliveryReports();
  readonly reports: Reports = this.#delivery.reports;
  readonly #rd: Librdkafka = librdkafka();
  /** A global of Node's is looked up at each use. */
  readonly #performance = performance;
  readonly #clients: readonly ProducerClient[];
  readonly #lanes: readonly ProducerLane[];
  readonly #routes: readonly (Route | undefined)[];
  readonly transactions?: LibrdkafkaTransactions;
  readonly #waiter: QueueWaiter;
  readonly #onLog: LogSink;
  readonly #statistics = new StatisticsFold();
  readonly #addresses = new WeakMap<MessageBatch, Pointer[]>();
  /** A delivery event with more messages than one poll returns stays here until the next poll. */
  #openEvent: Pointer | null = null;

  constructor(options: ProducerOptions) {
    this.#onLog = options.onLog;
    const { clients, routes } = openClients(options);
    this.#clients = clients;
    this.#routes = routes;
    this.#lanes = options.lanes;
    this.#waiter = new QueueWaiter(clients.map(({ queue }) => queue));
    const transactional = transactionalLanes(options, this.#clients);
    if (transactional.size === 0) return;
    const { transactionsTimeoutMs: timeoutMs = TRANSACTIONS_TIMEOUT_MS } = options;
    this.transactions = new LibrdkafkaTransactions(transactional, timeoutMs);
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
    if (partition >= 0) return partition;
    const { client, sticky } = this.#routes[route]!;
    return client.allUp ? sticky.at(this.#performance.now()) : partition;
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
      variadic!.fill(chosen, batch, j, timestampMs[j]!, index?.[j] ?? 0);
      const error = this.#rd.produceVariadic(client.handle, variadic!.address, variadic!.count);
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
    // None may wait for its turn behind those that always have more. Who is to wait hears in the wait.
    let wait = timeoutMs;
    if (this.#clients.length > 1 && (wait === 0 || this.#waiter.first() >= 0)) this.#waiter.hear();
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
    const [only, another] = this.#clients;
    if (another === undefined) return this.#deliveryEventOf(only!);
    for (let number = this.#waiter.first(); number >= 0; number = this.#waiter.first()) {
      const event = this.#deliveryEventOf(this.#clients[number]!);
      if (event !== null) {
        this.#waiter.putLast();
        return event;
      }
      this.#waiter.drop();
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
        client.allUp = this.#statistics.add(rd.eventStats(event));
        client.retries?.note(this.#delivery.delivered, this.#delivery.expired, this.#statistics.waiting);
      } else this.#note(client, event);
      rd.eventDestroy(event);
    }
  }

  /** What librdkafka has to say beside reports and statistics. */
  #note(client: ProducerClient, event: Pointer): void {
    const { retries } = client;
    const rd = this.#rd;
    const type = rd.eventType(event);
    if (type === EVENT.log) {
      const line = logLineOf(event);
      if (line === undefined) return;
      if (line.level === DEBUG_LEVEL && retries !== undefined) retries.hear(line.facility, line.message);
      else this.#onLog(line);
    } else if (type === EVENT.error) {
      client.allUp = false;
      this.#onLog({ level: 3, facility: rd.errorName(rd.eventError(event)), message: rd.eventErrorText(event) });
    }
  }

  flush(timeoutMs: number): void {
    const each = Math.ceil(timeoutMs / this.#clients.length);
    for (const client of this.#clients) this.#rd.flush(client.handle, each);
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
    for (const route of this.#routes) if (route !== undefined) this.#rd.topicDestroy(route.topic);
    for (const client of this.#clients) closeClient(client);
    this.#waiter.close();
  }
}
