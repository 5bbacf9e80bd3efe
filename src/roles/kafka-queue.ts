/**
 * A topic as the queue. All senders of a process share one member of the consumer group, which is asked for as many
 * messages as there are idle senders and no more: what a slow sender does not get to lies with the broker, where the
 * partition's next owner finds it.
 */
import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadError } from '../errors.ts';
import type { Consumer } from '../transport/consumer.ts';
import { EMBEDDED_GROUP_PROPERTIES, LibrdkafkaConsumer } from '../transport/librdkafka/consumer.ts';
import type { LogSink } from '../transport/transport.ts';
import { formatDuration, NS_PER_MS } from '../units.ts';
import { LeavePolicy, type Pace } from './leave-policy.ts';
import { OffsetWatermark } from './offset-watermark.ts';
import type { MessageQueue, TakenMessage } from './queue.ts';
import { Takers } from './takers.ts';

export interface KafkaQueueOptions {
  /** librdkafka's names: servers, security, `group.id`. */
  readonly properties: Readonly<Record<string, string>>;
  readonly topic: string;
  readonly partitions: number;
  readonly pace: Pace;
  readonly isEmbedded: boolean;
  readonly onLog: LogSink;
  readonly onNote: (text: string) => void;
}

interface KafkaMessage extends TakenMessage {
  readonly partition: number;
  readonly offset: number;
}

const POLL_MS = 200;
/** How long a rebalance waits to be heard of while all senders are busy. */
const SERVE_EVERY_MS = 100;
const LOOK_EVERY_MS = 500;
const COMMIT_AGAIN_MS = 200;
const EMBEDDED_COMMITS_MS = 500;
const EMPTY = new Uint8Array(0);

const GROUP_PROPERTIES = {
  'auto.offset.reset': 'earliest',
  'auto.commit.interval.ms': '100',
  // The least that brokers allow: for this long the messages of a sender that was killed wait for another one.
  'session.timeout.ms': '6000',
  // With its heartbeat a member learns that partitions are given out again.
  'heartbeat.interval.ms': '500',
  // For so long a group waits for a member that has a message in hand of a partition that others get.
  'max.poll.interval.ms': '86400000',
};

/** The embedded cluster takes its session's length, less a second, for each time it gives out partitions. */
const EMBEDDED_PROPERTIES = {
  ...EMBEDDED_GROUP_PROPERTIES,
  'session.timeout.ms': '2000',
  'heartbeat.interval.ms': '200',
};

/** Members keep what they have while others come and go. */
const OWNED_PROPERTIES = { 'partition.assignment.strategy': 'cooperative-sticky' };

export class KafkaQueue implements MessageQueue {
  readonly #topic: string;
  readonly #partitions: number;
  readonly #consumer: Consumer;
  readonly #watermarks = new Map<number, OffsetWatermark>();
  readonly #takers = new Takers<KafkaMessage>();
  readonly #policy: LeavePolicy;
  readonly #onNote: (text: string) => void;
  readonly #changes = new EventEmitter<{ acknowledged: [] }>();
  readonly #serving: NodeJS.Timeout;
  #isPolling = false;
  /** The last poll, over or not. */
  #polled: Promise<void> = Promise.resolve();
  /** It has left the group, or takes no more in order to leave. */
  #isAway = false;
  #isClosing = false;
  #looked: Promise<void> = Promise.resolve();
  #isLooking = false;
  #lookAtMs = 0;

  constructor({ properties, topic, partitions, pace, isEmbedded, onLog, onNote }: KafkaQueueOptions) {
    this.#topic = topic;
    this.#partitions = partitions;
    this.#policy = new LeavePolicy(pace);
    this.#onNote = onNote;
    const defaults = { ...GROUP_PROPERTIES, ...(isEmbedded && EMBEDDED_PROPERTIES) };
    this.#consumer = new LibrdkafkaConsumer({
      properties: { ...defaults, ...properties, ...OWNED_PROPERTIES },
      topics: [topic],
      onLog,
      onRevoke: async (revoked) => {
        await this.#settled(revoked);
        if (isEmbedded) await this.#commitWithOthers();
      },
    });
    this.#serving = setInterval(() => this.#serve(), SERVE_EVERY_MS);
  }

  take(signal: AbortSignal): Promise<TakenMessage | undefined> {
    const taken = this.#takers.take(signal);
    this.#startPolling();
    return taken;
  }

  #startPolling(): void {
    if (!this.#isPolling && !this.#isAway) this.#polled = this.#poll();
  }

  /** While anybody waits. */
  async #poll(): Promise<void> {
    this.#isPolling = true;
    try {
      while (this.#takers.size > 0 && !this.#isAway) {
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

  #serve(): void {
    this.#consumer.stay();
    if (this.#isLooking || performance.now() < this.#lookAtMs) return;
    this.#lookAtMs = performance.now() + LOOK_EVERY_MS;
    // Whoever has idle senders has nothing that lies and waits.
    if (!this.#isAway && this.#takers.size > 0) return;
    this.#looked = this.#look();
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    try {
      const standing = await this.#consumer.standing(this.#topic, this.#partitions);
      if (standing === undefined || this.#isClosing) return;
      const { assigned } = this.#consumer;
      const isMember = this.#policy.isMember({ ...standing, assigned: new Set(assigned), nowMs: performance.now() });
      if (isMember && this.#isAway) this.#return();
      if (!isMember && !this.#isAway) await this.#leave();
    } catch (error) {
      this.#takers.fail(error);
    } finally {
      this.#isLooking = false;
    }
  }

  /** What is in hand is finished and committed first: nobody deals with it again. */
  async #leave(): Promise<void> {
    this.#isAway = true;
    await this.#polled;
    await this.#settled([...this.#watermarks.keys()]);
    while (!this.#isClosing) {
      // The embedded cluster takes no commits while it gives out partitions.
      const refusal = await this.#consumer.commit().catch((error: LoadError) => error);
      if (refusal === undefined) break;
      await sleep(COMMIT_AGAIN_MS);
    }
    if (this.#isClosing) return;
    this.#consumer.leave();
    const away = formatDuration(this.#policy.awayMs * NS_PER_MS);
    this.#onNote(`the other senders are faster: leaving the waiting messages to them; back in ${away}`);
  }

  #return(): void {
    this.#isAway = false;
    this.#consumer.join();
    this.#onNote('back among the other senders');
    this.#startPolling();
  }

  /** The embedded cluster refuses commits as soon as one of several members has given its partitions back. */
  async #commitWithOthers(): Promise<void> {
    await this.#consumer.commit().catch(() => {});
    if (!this.#isClosing) await sleep(EMBEDDED_COMMITS_MS);
  }

  /** When nothing of these partitions is in hand. */
  async #settled(partitions: readonly number[]): Promise<void> {
    const isInHand = (partition: number) => this.#watermarks.get(partition)?.isInHand ?? false;
    while (!this.#isClosing && partitions.some(isInHand)) await once(this.#changes, 'acknowledged');
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
    this.#changes.emit('acknowledged');
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#serving);
    this.#changes.emit('acknowledged');
    // The client must not be freed under a poll or a question.
    await this.#polled;
    await this.#looked;
    try {
      await this.#consumer.commit();
    } finally {
      await this.#consumer.close();
    }
  }
}
