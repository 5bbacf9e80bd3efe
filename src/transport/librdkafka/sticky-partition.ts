/**
 * The partition that keyless messages go to for the time being: a random one, another one every
 * `sticky.partitioning.linger.ms`, so that batches fill, as librdkafka does (`rd_kafka_msg_sticky_partition`).
 */
export class StickyPartition {
  readonly #partitions: number;
  readonly #lingerMs: number;
  #current = 0;
  #untilMs = Number.NEGATIVE_INFINITY;

  /** With a linger of 0 there is no sticking: -1 leaves each message to the client. */
  constructor(partitions: number, lingerMs: number) {
    this.#partitions = partitions;
    this.#lingerMs = lingerMs;
  }

  at(nowMs: number): number {
    if (this.#lingerMs === 0) return -1;
    if (nowMs >= this.#untilMs) {
      this.#current = Math.floor(Math.random() * this.#partitions);
      this.#untilMs = nowMs + this.#lingerMs;
    }
    return this.#current;
  }
}
