/**
 * Reads one partition from an offset on, in no group: it asks for no right but to read. For a thread that has other
 * things to do: it never waits, and never goes on by itself.
 */
import { type Client, closeClientAsync, EVENT, openClient } from './client.ts';
import { ConsumedMessages } from './consumed-messages.ts';
import { callAsync, type Librdkafka, librdkafka, type Pointer } from './library.ts';

/** What waiting does not mend: TOPIC_ and CLUSTER_AUTHORIZATION_FAILED, _AUTO_OFFSET_RESET, _FATAL. */
const FINAL = new Set([29, 31, -140, -150]);

/** Where it is not said how the cluster is reached. */
const DEFAULTS = { 'socket.timeout.ms': '10000', 'reconnect.backoff.max.ms': '1000' };
const PROPERTIES = {
  // A record that is missing is an error, not a reason to begin elsewhere.
  'auto.offset.reset': 'error',
  'isolation.level': 'read_uncommitted',
  'fetch.wait.max.ms': '100',
  'fetch.queue.backoff.ms': '10',
  'enable.auto.commit': 'false',
};

/** Why reading ended. */
export interface ReadFailure {
  readonly code: number;
  readonly text: string;
}

export class PartitionReader {
  readonly records: ConsumedMessages;
  /** Set by a poll; no record comes after. Not where the topic is deleted: librdkafka goes on looking for it. */
  failure: ReadFailure | undefined;
  readonly #rd: Librdkafka = librdkafka();
  readonly #client: Client;
  readonly #queue: Pointer;
  readonly #topicName: string;
  readonly #topic: Pointer;
  readonly #partition: number;
  #next: number;

  /** @param properties how the cluster is reached. */
  constructor(properties: Readonly<Record<string, string>>, topic: string, partition: number, offset: number) {
    this.#client = openClient({ ...DEFAULTS, ...properties, ...PROPERTIES }, EVENT.log, 'consumer');
    const { handle } = this.#client;
    this.#queue = this.#rd.queueNew(handle);
    this.#topicName = topic;
    this.#topic = this.#rd.topicNew(handle, topic, null);
    this.#partition = partition;
    this.#next = offset;
    this.records = new ConsumedMessages(this.#rd);
    this.#rd.consumeStart(this.#topic, partition, offset, this.#queue);
  }

  /** How many records there are now, at most `recordsMax`; they are valid until the next poll. */
  poll(recordsMax: number): number {
    this.records.release();
    this.#dropLog();
    if (this.failure !== undefined) return 0;
    const count = this.records.take(this.#queue, recordsMax, {
      onError: (code, text) => {
        if (FINAL.has(code)) this.failure ??= { code, text };
      },
    });
    if (count > 0) this.#next = this.records.offset[count - 1]! + 1;
    return count;
  }

  /** The offset after the last record that was polled. */
  get next(): number {
    return this.#next;
  }

  /** Where the partition ended at the last fetch; undefined as long as there was none. */
  get end(): number | undefined {
    const low: [number] = [0];
    const high: [number] = [0];
    const { handle } = this.#client;
    const code: number = this.#rd.cachedWatermarks(handle, this.#topicName, this.#partition, low, high);
    return code === 0 && Number(high[0]) >= 0 ? Number(high[0]) : undefined;
  }

  #dropLog(): void {
    for (;;) {
      const event = this.#rd.queuePoll(this.#client.queue, 0);
      if (event === null) return;
      this.#rd.eventDestroy(event);
    }
  }

  async close(): Promise<void> {
    this.records.release();
    await callAsync<number>(this.#rd.consumeStop, this.#topic, this.#partition);
    this.#rd.topicDestroy(this.#topic);
    this.#rd.queueDestroy(this.#queue);
    await closeClientAsync(this.#client);
  }
}
