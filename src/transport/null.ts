/**
 * A broker that is only pretended: every message is acknowledged after a chosen latency, without a network or a client.
 * It measures the generator's own ceiling, and it tests the measurement: what goes in as latency must come out.
 */
import { NS_PER_MS, NS_PER_SEC } from '../units.ts';
import type { MessageBatch } from './message-batch.ts';
import { createReports, type ErrorDescription, PERSISTENCE, type Reports, type Transport } from './transport.ts';

const REPORTS_PER_POLL = 8192;
/** Kafka's UNKNOWN_SERVER_ERROR: what a simulated failure reports. */
const PRETENDED_ERROR = -1;
const PURGE_IN_FLIGHT = -151;

/** How the pretended broker behaves. */
interface PretendedBroker {
  /** Latencies of acknowledgements in ms, taken in turn. */
  readonly latencyMs: readonly number[];
  readonly maxAcksPerSec?: number;
  /** Share of messages answered with an error, by index. */
  readonly failRate?: number;
}

export interface NullTransportOptions {
  readonly spec: PretendedBroker;
  /** Greatest number of messages in flight. */
  readonly slots: number;
  /** ns; the same clock the loop uses. */
  readonly clock: () => number;
  /** Blocks the thread for this many ms, which may be a fraction. */
  readonly sleep: (ms: number) => void;
}

export class NullTransport implements Transport {
  readonly reports: Reports = createReports(REPORTS_PER_POLL);
  readonly #options: NullTransportOptions;
  /** One first-in-first-out queue for each latency: within one, acknowledgements come in order. */
  readonly #queues: readonly Queue[];
  readonly #ackGapNs: number;
  #lastAckNs = 0;
  #produced = 0;
  #failureDebt = 0;
  #purged = false;

  constructor(options: NullTransportOptions) {
    this.#options = options;
    this.#queues = options.spec.latencyMs.map(() => new Queue(options.slots));
    this.#ackGapNs = options.spec.maxAcksPerSec === undefined ? 0 : NS_PER_SEC / options.spec.maxAcksPerSec;
  }

  address(): number {
    return 0;
  }

  produce(_lane: number, _partition: number, batch: MessageBatch, from: number, count: number): number {
    const { latencyMs } = this.#options.spec;
    const nowNs = this.#options.clock();
    for (let j = from; j < from + count; j++) {
      const kind = this.#produced % latencyMs.length;
      this.#produced += 1;
      let ackNs = nowNs + latencyMs[kind]! * NS_PER_MS;
      if (this.#ackGapNs > 0) {
        ackNs = Math.max(ackNs, this.#lastAckNs + this.#ackGapNs);
        this.#lastAckNs = ackNs;
      }
      this.#queues[kind]!.push(ackNs, batch.slot(j));
    }
    return count;
  }

  produceWithMetadata(lane: number, partition: number, batch: MessageBatch, from: number, count: number): number {
    return this.produce(lane, partition, batch, from, count);
  }

  poll(timeoutMs: number): number {
    let filled = this.#takeReady();
    if (filled > 0 || timeoutMs === 0) return filled;
    const { clock, sleep } = this.#options;
    let nextNs = Number.POSITIVE_INFINITY;
    for (const queue of this.#queues) nextNs = Math.min(nextNs, queue.firstNs);
    const waitMs = Math.min(timeoutMs, (nextNs - clock()) / NS_PER_MS);
    if (waitMs > 0) sleep(waitMs);
    filled = this.#takeReady();
    return filled;
  }

  #takeReady(): number {
    const { reports } = this;
    const untilNs = this.#purged ? Number.MAX_VALUE : this.#options.clock();
    let filled = 0;
    for (const queue of this.#queues) {
      while (queue.firstNs <= untilNs && filled < reports.capacity) {
        reports.slot[filled] = queue.shift();
        reports.error[filled] = this.#nextError();
        reports.status[filled] = this.#purged ? PERSISTENCE.possiblyPersisted : PERSISTENCE.notPersisted;
        filled += 1;
      }
    }
    return filled;
  }

  #nextError(): number {
    if (this.#purged) return PURGE_IN_FLIGHT;
    this.#failureDebt += this.#options.spec.failRate ?? 0;
    if (this.#failureDebt < 1) return 0;
    this.#failureDebt -= 1;
    return PRETENDED_ERROR;
  }

  flush(): void {}

  /** Whatever is not acknowledged yet reports, at the next polls, as purged. */
  purge(): void {
    this.#purged = true;
  }

  describe(code: number): ErrorDescription {
    return { name: nullErrorName(code), text: code === PURGE_IN_FLIGHT ? 'purged in flight' : 'simulated failure' };
  }

  statistics(): undefined {
    return undefined;
  }

  close(): void {}
}

/** Sleeps without spinning; wakes some tens of microseconds late. */
export function blockingSleep(ms: number): void {
  Atomics.wait(SLEEP_CELL, 0, 0, ms);
}

const SLEEP_CELL = new Int32Array(new SharedArrayBuffer(4));

/** A ring of (time, slot); never longer than the messages in flight. */
class Queue {
  readonly #timeNs: Float64Array;
  readonly #slot: Int32Array;
  #head = 0;
  size = 0;

  constructor(capacity: number) {
    this.#timeNs = new Float64Array(capacity);
    this.#slot = new Int32Array(capacity);
  }

  /** Time of the oldest entry; Infinity when empty. */
  get firstNs(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : this.#timeNs[this.#head]!;
  }

  push(timeNs: number, slot: number): void {
    let at = this.#head + this.size;
    if (at >= this.#slot.length) at -= this.#slot.length;
    this.#timeNs[at] = timeNs;
    this.#slot[at] = slot;
    this.size += 1;
  }

  shift(): number {
    const slot = this.#slot[this.#head]!;
    this.#head = this.#head + 1 === this.#slot.length ? 0 : this.#head + 1;
    this.size -= 1;
    return slot;
  }
}

export function nullErrorName(code: number): string {
  return `NULL_${code}`;
}
