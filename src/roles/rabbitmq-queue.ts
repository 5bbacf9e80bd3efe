/**
 * A durable queue of RabbitMQ. The server hands out as many messages as there are senders and no more; what is not
 * acknowledged when a connection breaks it hands out again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Channel, ChannelModel, ConsumeMessage, RecoveringChannelModel } from 'amqplib';
import { LoadError } from '../errors.ts';
import type { MessageQueue, TakenMessage } from './queue.ts';
import { closeRabbitmq, openChannel, openRabbitmq, type RabbitmqOptions, unlessClosed } from './rabbitmq-connection.ts';
import { Takers } from './takers.ts';

/** What is not acknowledged by then comes again. */
const ACKNOWLEDGE_MS = 5_000;

interface RabbitmqMessage extends TakenMessage {
  /** What it came on, and alone can be acknowledged on. */
  readonly channel: Channel;
  readonly delivery: ConsumeMessage;
}

export interface RabbitmqQueueOptions extends RabbitmqOptions {
  /** How many take messages at the same time. */
  readonly senders: number;
}

/** @throws LoadError where the server cannot be reached or refuses. */
export async function openRabbitmqQueue(options: RabbitmqQueueOptions): Promise<MessageQueue> {
  const queue = new RabbitmqQueue(options);
  await queue.open();
  return queue;
}

class RabbitmqQueue implements MessageQueue {
  readonly #options: RabbitmqQueueOptions;
  readonly #takers = new Takers<RabbitmqMessage>();
  #connection: RecoveringChannelModel | undefined;
  #channel: Channel | undefined;

  constructor(options: RabbitmqQueueOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    this.#connection = await openRabbitmq(this.#options, {
      setUp: (model) => this.#setUp(model),
      onRefused: (error) => this.#takers.fail(error),
    });
  }

  async #setUp(model: ChannelModel): Promise<void> {
    const { queue, senders, url } = this.#options;
    const channel = await openChannel(model, this.#options, () => model.createChannel());
    await channel.prefetch(senders);
    // What the old connection left comes again.
    this.#takers.forget();
    this.#channel = channel;
    await channel.consume(queue, (delivery) => {
      if (delivery !== null) this.#takers.hand({ payload: delivery.content, channel, delivery });
      else this.#takers.fail(new LoadError('QUEUE_GONE', `the queue ${queue} at ${url.shown} was deleted`));
    });
  }

  take(signal: AbortSignal): Promise<TakenMessage | undefined> {
    return this.#takers.take(signal);
  }

  acknowledge({ channel, delivery }: RabbitmqMessage): void {
    unlessClosed(() => channel.ack(delivery));
  }

  async close(): Promise<void> {
    // The answer comes after all acknowledgements were taken. With the connection down there is none to wait for.
    const acknowledged = this.#channel?.close().catch(() => {});
    await Promise.race([acknowledged, sleep(ACKNOWLEDGE_MS, undefined, { ref: false })]);
    await closeRabbitmq(this.#connection);
  }
}
