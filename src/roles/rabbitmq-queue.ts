/**
 * A durable queue of RabbitMQ. The server hands out as many messages as there are senders and no more; what is not
 * acknowledged when a connection breaks it hands out again.
 */
import type { Channel, ChannelModel, ConsumeMessage, RecoveringChannelModel } from 'amqplib';
import { LoadError } from '../errors.ts';
import type { MessageQueue, TakenMessage } from './queue.ts';
import { openChannel, openRabbitmq, type RabbitmqOptions, unlessClosed } from './rabbitmq-connection.ts';

interface RabbitmqMessage extends TakenMessage {
  /** What it came on, and alone can be acknowledged on. */
  readonly channel: Channel;
  readonly delivery: ConsumeMessage;
}

interface Taker {
  readonly resolve: (message: RabbitmqMessage | undefined) => void;
  readonly reject: (error: unknown) => void;
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
  /** Handed out by the server while nobody waited. */
  readonly #left: RabbitmqMessage[] = [];
  readonly #takers = new Set<Taker>();
  #connection: RecoveringChannelModel | undefined;
  #channel: Channel | undefined;
  #failure: LoadError | undefined;

  constructor(options: RabbitmqQueueOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    this.#connection = await openRabbitmq(this.#options, {
      setUp: (model) => this.#setUp(model),
      onRefused: (error) => this.#fail(error),
    });
  }

  async #setUp(model: ChannelModel): Promise<void> {
    const { queue, senders } = this.#options;
    const channel = await openChannel(model, this.#options, () => model.createChannel());
    await channel.prefetch(senders);
    // Gone with the old connection; the server hands them out again.
    this.#left.length = 0;
    this.#channel = channel;
    await channel.consume(queue, (delivery) => {
      if (delivery !== null) this.#hand({ payload: delivery.content, channel, delivery });
      else this.#fail(new LoadError('QUEUE_GONE', `the queue ${queue} at ${this.#options.url.shown} was deleted`));
    });
  }

  #hand(message: RabbitmqMessage): void {
    const [taker] = this.#takers;
    if (taker === undefined) {
      this.#left.push(message);
      return;
    }
    this.#takers.delete(taker);
    taker.resolve(message);
  }

  #fail(error: LoadError): void {
    this.#failure = error;
    for (const taker of this.#takers) taker.reject(error);
    this.#takers.clear();
  }

  async take(signal: AbortSignal): Promise<TakenMessage | undefined> {
    if (signal.aborted) return undefined;
    if (this.#failure !== undefined) throw this.#failure;
    const left = this.#left.shift();
    if (left !== undefined) return left;
    let giveUp: (() => void) | undefined;
    try {
      return await new Promise<RabbitmqMessage | undefined>((resolve, reject) => {
        const taker = { resolve, reject };
        giveUp = () => {
          this.#takers.delete(taker);
          resolve(undefined);
        };
        signal.addEventListener('abort', giveUp);
        this.#takers.add(taker);
      });
    } finally {
      signal.removeEventListener('abort', giveUp!);
    }
  }

  acknowledge({ channel, delivery }: RabbitmqMessage): void {
    unlessClosed(() => channel.ack(delivery));
  }

  async close(): Promise<void> {
    // The answer to this comes after all acknowledgements before it were taken.
    await unlessClosed(() => this.#channel?.close());
    await this.#connection?.close();
  }
}
