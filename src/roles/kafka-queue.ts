/**
 * A topic as the queue. All senders of a process share one member of the consumer group, which is asked for as many
 * messages as there are idle senders and no more: what a slow sender does not get to lies with the broker, where the
 * partition's next owner finds it.
 */
import type { Consumer } from '../transport/consumer.ts';
import { EMBEDDED_GROUP_PROPERTIES, LibrdkafkaConsumer } from '../transport/librdkafka/consumer.ts';
import type { LogSink } from '../transport/transport.ts';
import { OffsetWatermark } from './offset-watermark.ts';
import type { MessageQueue, TakenMessage } from './queue.ts';
import { Takers } from './takers.ts';

export interface KafkaQueueOptions {
  /** librdkafka's names: servers, security, `group.id`. */
  readonly properties: Readonly<Record<string, string>>;
  readonly topic: string;
  readonly isEmbedded: boolean;
  readonly onLog: LogSink;
}

interface KafkaMessage extends TakenMessage {
  readonly partition: number;
  readonly offset: number;
}

const POLL_MS = 200;
const EMPTY = new Uint8Array(0);

const GROUP_PROPERTIES = {
  'auto.offset.reset': 'earliest',
  'auto.commit.interval.ms': '100',
  // The least that brokers allow: for this long the messages of a sender that was killed wait for another one.
  'session.timeout.ms': '6000',
  'heartbeat.interval.ms': '2000',
  // Nothing is asked for while all senders are busy, however long they are. Heartbeats go on meanwhile.
  'max.poll.interval.ms': '86400000',
};

export class KafkaQueue implements MessageQueue {
  readonly #topic: string;
  readonly #consumer: Consumer;
  readonly #watermarks = new Map<number, OffsetWatermark>();
  readonly #takers = new Takers<KafkaMessage>();
  #isPolling = false;
  /** The last poll, over or not. */
  #polled: Promise<void> = Promise.resolve();

  constructor({ properties, topic, isEmbedded, onLog }: KafkaQueueOptions) {
    this.#topic = topic;
    const defaults = { ...GROUP_PROPERTIES, ...(isEmbedded && EMBEDDED_GROUP_PROPERTIES) };
    this.#consumer = new LibrdkafkaConsumer({ properties: { ...defaults, ...properties }, topics: [topic], onLog });
  }

  take(signal: AbortSignal): Promise<TakenMessage | undefined> {
    const taken = this.#takers.take(signal);
    if (!this.#isPolling) this.#polled = this.#poll();
    return taken;
  }

  /** While anybody waits. */
  async #poll(): Promise<void> {
    this.#isPolling = true;
    try {
      while (this.#takers.size > 0) {
        const count = await this.#consumer.poll(POLL_MS, this.#takers.size);
        // Those that nobody wants any more are never acknowledged, and so come back.
        for (let i = 0; i < count; i++) this.#takers.hand(this.#message(i));
      }
    } catch (error) {
      this.#takers.fail(error);
    } finally {
      this.#isPolling = false;
    }
  }

  #message(i: number): KafkaMessage {
    const { records } = this.#consumer;
    const [partition, offset] = [records.partition[i]!, records.offset[i]!];
    const watermark = this.#watermarks.get(partition) ?? new OffsetWatermark();
    this.#watermarks.set(partition, watermark);
    watermark.take(offset);
    return { payload: records.value(i)?.slice() ?? EMPTY, partition, offset };
  }

  acknowledge({ partition, offset }: KafkaMessage): void {
    const watermark = this.#watermarks.get(partition)!;
    watermark.finish(offset);
    this.#consumer.finishBefore(this.#topic, partition, watermark.offset);
  }

  async close(): Promise<void> {
    // The client must not be freed under a poll.
    await this.#polled;
    try {
      await this.#consumer.commit();
    } finally {
      await this.#consumer.close();
    }
  }
}
