/** Persistent messages into a durable queue of RabbitMQ, each confirmed by the server once it has it on disk. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChannelModel, ConfirmChannel, RecoveringChannelModel } from 'amqplib';
import { LoadError } from '../errors.ts';
import type { QueueProducer } from './queue.ts';
import { closeRabbitmq, openChannel, openRabbitmq, type RabbitmqOptions, unlessClosed } from './rabbitmq-connection.ts';

/** Between attempts to put a message: connecting has its own pace. */
const RETRY_MS = 200;

/** @throws LoadError where the server cannot be reached or refuses. */
export async function openRabbitmqProducer(options: RabbitmqOptions): Promise<QueueProducer> {
  const producer = new RabbitmqProducer(options);
  await producer.open();
  return producer;
}

class RabbitmqProducer implements QueueProducer {
  readonly #options: RabbitmqOptions;
  #connection: RecoveringChannelModel | undefined;
  #channel: ConfirmChannel | undefined;
  #failure: LoadError | undefined;

  constructor(options: RabbitmqOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    this.#connection = await openRabbitmq(this.#options, {
      setUp: (model) => this.#setUp(model),
      onRefused: (error) => {
        this.#failure = error;
      },
    });
  }

  async #setUp(model: ChannelModel): Promise<void> {
    const { queue, url } = this.#options;
    const channel = await openChannel(model, this.#options, () => model.createConfirmChannel());
    // Comes before the confirmation, which there is all the same.
    channel.on('return', () => {
      this.#failure = new LoadError('QUEUE_GONE', `the queue ${queue} at ${url.shown} was deleted`);
    });
    this.#channel = channel;
  }

  async put(payload: Uint8Array): Promise<void> {
    for (;;) {
      const isConfirmed = await this.#publish(payload);
      if (this.#failure !== undefined) throw this.#failure;
      if (isConfirmed) return;
      await sleep(RETRY_MS);
    }
  }

  /** False when the connection broke first; the server may have the message nevertheless. */
  #publish(payload: Uint8Array): Promise<boolean> {
    const content = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    const options = { persistent: true, mandatory: true };
    return new Promise((resolve) => {
      const publish = () =>
        this.#channel?.sendToQueue(this.#options.queue, content, options, (error) => resolve(error === null));
      if (unlessClosed(publish) === undefined) resolve(false);
    });
  }

  async close(): Promise<void> {
    await closeRabbitmq(this.#connection);
  }
}
