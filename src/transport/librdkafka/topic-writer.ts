/**
 * Writes a record now and then, and says of each when the brokers have it: for a thread that has other things to do. In
 * order, also where a record is sent again; a record may then be there twice. Not as an idempotent producer: that one
 * fails for good when a broker comes back without its last records.
 */
import { MessageBatch } from '../message-batch.ts';
import { type Client, closeClientAsync, EVENT, openClient } from './client.ts';
import { DeliveryReports } from './delivery-reports.ts';
import { type Librdkafka, librdkafka, type NativeBuffer, nativeBuffer, type Pointer } from './library.ts';
import { VariadicMessage } from './variadic-message.ts';

/** While a record is on its way, and otherwise: log lines and errors come also then. */
const POLL_MS = 5;
const IDLE_POLL_MS = 500;
const EVENTS_PER_POLL = 64;
const SLOTS = 2 ** 31;
const MESSAGE_TIMED_OUT = -192;

/** Where it is not said how the cluster is reached: a broker that is silent is asked again, or another one. */
const DEFAULTS = {
  'socket.timeout.ms': '10000',
  'request.timeout.ms': '10000',
  'reconnect.backoff.max.ms': '1000',
  'socket.nagle.disable': 'true',
};
const PROPERTIES = {
  acks: 'all',
  'enable.idempotence': 'false',
  'max.in.flight.requests.per.connection': '1',
  'linger.ms': '0',
  'compression.type': 'none',
};

interface Waiting {
  readonly resolve: (code: number) => void;
  readonly untilMs: number;
}

interface Topic {
  readonly handle: Pointer;
  readonly message: VariadicMessage;
}

export class TopicWriter {
  /** The client's last error, e.g. that a broker refuses connections. */
  lastError: string | undefined;
  readonly #rd: Librdkafka = librdkafka();
  readonly #client: Client;
  readonly #topics: readonly Topic[];
  readonly #batch = new MessageBatch(1);
  readonly #reports = new DeliveryReports();
  readonly #waiting = new Map<number, Waiting>();
  /** Of the record that is given to the client: referenced as long as it may be read. */
  #memory: NativeBuffer | undefined;
  #slot = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** @param properties how the cluster is reached. @param timeoutMs a record is given up after so long. */
  constructor(properties: Readonly<Record<string, string>>, topics: readonly string[], timeoutMs: number) {
    const owned = { ...PROPERTIES, 'message.timeout.ms': String(timeoutMs) };
    const events = EVENT.deliveryReport | EVENT.log | EVENT.error;
    this.#client = openClient({ ...DEFAULTS, ...properties, ...owned }, events);
    this.#topics = topics.map((topic) => {
      const handle: Pointer = this.#rd.topicNew(this.#client.handle, topic, null);
      return { handle, message: new VariadicMessage(handle, {}) };
    });
    this.#poll();
  }

  /**
   * Resolves with librdkafka's error code, 0 when all replicas in sync have it.
   * @param topic its place in `topics`. @param timeoutMs how long the caller waits; the record may still get there later.
   */
  send(topic: number, key: Uint8Array, value: Uint8Array, timeoutMs: number): Promise<number> {
    const { message } = this.#topics[topic]!;
    this.#memory = nativeBuffer(key.length + value.length);
    const { bytes } = this.#memory;
    bytes.set(value);
    bytes.set(key, value.length);
    const address = Number(this.#memory.address);
    this.#slot = (this.#slot + 1) % SLOTS;
    const slot = this.#slot;
    this.#batch.set(0, address, value.length, address + value.length, key.length, slot);
    message.fill(0, this.#batch, 0, 0);
    // Copies both before it returns.
    const refused = this.#rd.produceVariadic(this.#client.handle, message.address, message.count);
    if (refused !== null) {
      const code: number = this.#rd.errorCode(refused);
      this.#rd.errorDestroy(refused);
      return Promise.resolve(code);
    }
    return new Promise((resolve) => {
      this.#waiting.set(slot, { resolve, untilMs: performance.now() + timeoutMs });
      if (this.#waiting.size === 1) this.#pollLater();
    });
  }

  #poll(): void {
    for (let events = 0; events < EVENTS_PER_POLL; events++) {
      const event = this.#rd.queuePoll(this.#client.queue, 0);
      if (event === null) break;
      const type = this.#rd.eventType(event);
      if (type === EVENT.deliveryReport) this.#read(event);
      if (type === EVENT.error) this.lastError = this.#rd.eventErrorText(event);
      this.#rd.eventDestroy(event);
    }
    const nowMs = performance.now();
    for (const [slot, { untilMs }] of this.#waiting) if (nowMs > untilMs) this.#answer(slot, MESSAGE_TIMED_OUT);
    this.#pollLater();
  }

  #pollLater(): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    const isIdle = this.#waiting.size === 0;
    this.#timer = setTimeout(() => this.#poll(), isIdle ? IDLE_POLL_MS : POLL_MS);
    if (isIdle) this.#timer.unref();
  }

  #read(event: Pointer): void {
    for (let count = this.#reports.read(event, 0); count > 0; count = this.#reports.read(event, 0)) {
      const { slot, error } = this.#reports.reports;
      for (let r = 0; r < count; r++) this.#answer(slot[r]!, error[r]!);
    }
  }

  #answer(slot: number, code: number): void {
    this.#waiting.get(slot)?.resolve(code);
    this.#waiting.delete(slot);
  }

  describe(code: number): string {
    return `${this.#rd.errorText(code)} (${this.#rd.errorName(code)})`;
  }

  /** What is still on its way is given up. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const slot of this.#waiting.keys()) this.#answer(slot, MESSAGE_TIMED_OUT);
    for (const { handle } of this.#topics) this.#rd.topicDestroy(handle);
    await closeClientAsync(this.#client);
  }
}
