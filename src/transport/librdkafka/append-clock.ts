/**
 * Reads the clock of the broker that leads a partition: a record sent to a topic of LogAppendTime comes back, in its
 * delivery report, with the time at which the broker appended it.
 */
import { setImmediate as turn } from 'node:timers/promises';
import koffi from 'koffi';
import { monotonicMs } from '../../clock.ts';
import type { RoundTrip } from '../../clock-offset.ts';
import { LoadError } from '../../errors.ts';
import { MessageBatch } from '../message-batch.ts';
import { type Client, closeClientAsync, EVENT, openClient } from './client.ts';
import { librdkafka, nativeBuffer, type Pointer } from './library.ts';
import { VariadicMessage } from './variadic-message.ts';

const TEXT = 'clock probe';
const LOG_APPEND_TIME = 2;
/** Blocks this thread: short, and woken by the report itself, whose time is taken at once. */
const POLL_MS = 20;
/** librdkafka gives a record up after so long; its report says why. */
const DELIVERY_MS = 3_000;
/** Sent at once, dated by the leader alone, and without what an idempotent producer asks for first. */
const PROPERTIES = {
  ...{ 'linger.ms': '0', acks: '1', 'enable.idempotence': 'false', 'compression.type': 'none' },
  ...{ 'message.timeout.ms': String(DELIVERY_MS), 'socket.nagle.disable': 'true' },
};

export class AppendClock {
  readonly #rd = librdkafka();
  readonly #client: Client;
  readonly #topicName: string;
  readonly #topic: Pointer;
  readonly #message: VariadicMessage;
  readonly #batch = new MessageBatch(1);
  readonly #payload = nativeBuffer(TEXT.length);
  readonly #reports = nativeBuffer(8);
  readonly #type = nativeBuffer(4);

  /** @param properties how the cluster is reached. */
  constructor(properties: Readonly<Record<string, string>>, topic: string) {
    this.#client = openClient({ ...properties, ...PROPERTIES }, EVENT.deliveryReport | EVENT.log | EVENT.error);
    this.#topicName = topic;
    this.#topic = this.#rd.topicNew(this.#client.handle, topic, null);
    this.#message = new VariadicMessage(this.#topic, {});
    this.#payload.bytes.set(Buffer.from(TEXT));
    this.#batch.set(0, Number(this.#payload.address), TEXT.length, 0, -1, 0);
  }

  /**
   * One round trip, on the monotonic clock of this process; the first one of a partition also takes what connecting takes.
   * @throws LoadError CLOCK_PROBE where the record is refused, or comes back without the broker's time.
   */
  async read(partition: number): Promise<RoundTrip> {
    this.#message.fill(partition, this.#batch, 0, 0);
    const sentMs = monotonicMs();
    const refused: Pointer | null = this.#rd.produceVariadic(
      this.#client.handle,
      this.#message.address,
      this.#message.count,
    );
    if (refused !== null) {
      const code: number = this.#rd.errorCode(refused);
      this.#rd.errorDestroy(refused);
      throw this.#failed(this.#rd.errorText(code));
    }
    const event = await this.#report();
    const receivedMs = monotonicMs();
    try {
      this.#rd.eventMessageArray(event, this.#reports.address, 1);
      const message = new BigUint64Array(this.#reports.bytes.buffer)[0]!;
      const code: number = koffi.decode(message, 'int32_t');
      if (code !== 0) throw this.#failed(this.#rd.errorText(code));
      const stampMs = Number(this.#rd.messageTimestamp(message, this.#type.address));
      if (new Int32Array(this.#type.bytes.buffer)[0] !== LOG_APPEND_TIME) {
        throw this.#failed('the broker does not date its records, message.timestamp.type is not LogAppendTime');
      }
      return { sentMs, receivedMs, stampMs };
    } finally {
      this.#rd.eventDestroy(event);
    }
  }

  /** The client reports on every record, at the latest when it gives it up. */
  async #report(): Promise<Pointer> {
    for (;;) {
      const event = this.#rd.queuePoll(this.#client.queue, POLL_MS);
      if (event !== null && this.#rd.eventType(event) === EVENT.deliveryReport) return event;
      if (event !== null) this.#rd.eventDestroy(event);
      await turn();
    }
  }

  #failed(why: string): LoadError {
    return new LoadError('CLOCK_PROBE', `a probe record to ${this.#topicName} did not come back with a time: ${why}`, {
      hint: 'check `consumers.NAME.clockProbe`',
    });
  }

  async close(): Promise<void> {
    this.#rd.topicDestroy(this.#topic);
    await closeClientAsync(this.#client);
  }
}
