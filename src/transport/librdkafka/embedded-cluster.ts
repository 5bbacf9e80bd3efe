/**
 * librdkafka's own mock cluster served over real TCP on loopback: a Kafka protocol broker that needs nothing else. It
 * is not a durable broker (about 5 MB per partition are retained), and everything measured on it says `embedded`. Faults can
 * be injected, which is how the measurement itself is tested.
 */
import { LoadError } from '../../errors.ts';
import { type Client, closeClient, openClient } from './client.ts';
import { librdkafka, type Pointer } from './library.ts';
import { withoutSignals } from './signal-mask.ts';

export interface EmbeddedTopic {
  readonly partitions: number;
}

/** Kafka protocol API keys, for injected errors. */
const API_KEYS = { produce: 0, fetch: 1, endTxn: 26 } as const;
/**
 * Between two calls: the cluster's thread empties its wake-up pipe after it has served a call, and one that comes in
 * between waits there for a second.
 */
const PAUSE_MS = 0.3;
const PAUSE = new Int32Array(new SharedArrayBuffer(4));
/** Pairs of error and round trip in one variadic call: the FFI takes a few tens of arguments. */
const VARIADIC_MAX = 8;

export class EmbeddedCluster {
  readonly #rd = librdkafka();
  readonly #client: Client;
  readonly #cluster: Pointer;
  readonly #brokers: number;
  readonly #down = new Set<number>();
  readonly bootstrapServers: string;

  constructor(topics: Readonly<Record<string, EmbeddedTopic>>, brokers = 1) {
    this.#brokers = brokers;
    // Never connects anywhere: it only lends the cluster its threads. An address quiets the "no servers" warning.
    this.#client = openClient({ 'bootstrap.servers': '127.0.0.1:1', log_level: '0' }, 0);
    // A signal would end its thread (of librdkafka's the only one that takes any), and with it every broker.
    const cluster: Pointer | null = withoutSignals(() => this.#rd.mockClusterNew(this.#client.handle, brokers));
    if (cluster === null) {
      closeClient(this.#client);
      throw new LoadError('EMBEDDED', 'the embedded cluster cannot listen on a loopback port', {
        hint: 'use --bootstrap-servers to run against another broker',
      });
    }
    this.#cluster = cluster;
    // A new group begins at once: nobody waits three seconds here for members that may come.
    this.#rd.mockGroupRebalanceDelay(cluster, 0);
    this.bootstrapServers = this.#rd.mockBootstraps(cluster);
    const names = Object.keys(topics);
    for (const [i, name] of names.entries()) {
      if (i > 0) Atomics.wait(PAUSE, 0, 0, PAUSE_MS);
      this.createTopic(name, topics[name]!.partitions);
    }
  }

  createTopic(name: string, partitions: number): void {
    const code: number = this.#rd.mockTopicCreate(this.#cluster, name, partitions, this.#brokers);
    if (code !== 0) {
      throw new LoadError('EMBEDDED_TOPIC', `topic ${name} cannot be created: ${this.#rd.errorText(code)}`);
    }
  }

  deleteTopic(name: string): void {
    this.#rd.mockTopicDelete(this.#cluster, name);
  }

  /** Every answer of every broker is held back by `rttMs`. */
  setRtt(rttMs: number): void {
    this.#eachBroker((broker) => this.#rd.mockBrokerSetRtt(this.#cluster, broker, rttMs));
  }

  /** Closes the listeners and connections of all brokers. */
  setDown(): void {
    this.#eachBroker((broker) => this.#rd.mockBrokerSetDown(this.#cluster, broker));
  }

  setUp(): void {
    this.#eachBroker((broker) => this.#rd.mockBrokerSetUp(this.#cluster, broker));
  }

  /** These brokers are down, and no others. */
  setDownOnly(brokers: 'all' | readonly number[]): void {
    this.#eachBroker((broker) => {
      const isDown = brokers === 'all' || brokers.includes(broker);
      if (isDown === this.#down.has(broker)) return;
      if (isDown) {
        this.#down.add(broker);
        this.#rd.mockBrokerSetDown(this.#cluster, broker);
      } else {
        this.#down.delete(broker);
        this.#rd.mockBrokerSetUp(this.#cluster, broker);
      }
    });
  }

  setLeader(topic: string, partition: number, broker: number): void {
    this.#rd.mockSetLeader(this.#cluster, topic, partition, broker);
  }

  /** The next produce requests are answered with these error codes (nothing is appended), one a request. */
  failProduce(codes: readonly number[]): void {
    this.failRequests('produce', codes);
  }

  /** The next produce requests of each broker are appended, and answered so many ms later. */
  delayProduce(delaysMs: readonly number[]): void {
    const delays = delaysMs.slice(0, VARIADIC_MAX).flatMap((ms) => ['int', 0, 'int', ms]);
    const count = Math.min(delaysMs.length, VARIADIC_MAX);
    this.#eachBroker((broker) =>
      this.#rd.mockBrokerPushErrorRtts(this.#cluster, broker, API_KEYS.produce, count, ...delays),
    );
  }

  /** Likewise, of requests of another kind; of each broker. */
  failRequests(request: keyof typeof API_KEYS, codes: readonly number[]): void {
    for (let from = 0; from < codes.length; from += VARIADIC_MAX) {
      const part = codes.slice(from, from + VARIADIC_MAX);
      const errors = part.flatMap((code) => ['int', code, 'int', 0]);
      this.#eachBroker((broker) =>
        this.#rd.mockBrokerPushErrorRtts(this.#cluster, broker, API_KEYS[request], part.length, ...errors),
      );
    }
  }

  #eachBroker(act: (broker: number) => void): void {
    for (let broker = 1; broker <= this.#brokers; broker++) act(broker);
  }

  close(): void {
    this.#rd.mockClusterDestroy(this.#cluster);
    closeClient(this.#client);
  }
}
