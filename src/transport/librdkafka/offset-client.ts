/** Asks a cluster where partitions begin and end: all of them in one question, without blocking this thread. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LoadError } from '../../errors.ts';
import type { TopicPartition } from '../consumer.ts';
import { AdminClient } from './admin-client.ts';
import { librdkafka } from './library.ts';
import { askPartitions } from './partition-list.ts';

const WHERE = { end: -1, beginning: -2 } as const;
const RETRY_MS = 100;
const LATE_MS = 1_000;
const STUCK = Symbol('stuck');

export class OffsetClient {
  readonly #rd = librdkafka();
  readonly #client: AdminClient;
  /** A question did not come back: freeing the client under it is left to the end of the process. */
  #isStuck = false;

  /** `properties` as for a producer; `timeoutMs` bounds the client's own questions. */
  constructor(properties: Readonly<Record<string, string>>, timeoutMs: number) {
    // Where the log ends, not where its last decided transaction does.
    this.#client = new AdminClient({ ...properties, 'isolation.level': 'read_uncommitted' }, timeoutMs);
  }

  /** By partition; undefined where one of them did not answer in time. */
  async ask(
    where: keyof typeof WHERE,
    partitions: readonly TopicPartition[],
    timeoutMs: number,
  ): Promise<number[] | undefined> {
    const asked = partitions.map(({ topic, partition }) => ({ topic, partition, offset: WHERE[where] }));
    const answer = askPartitions(this.#rd.offsetsForTimes, { handle: this.#client.handle, timeoutMs }, asked);
    // Its own time-out goes by the wall clock.
    const answers = await Promise.race([answer, sleep(timeoutMs + LATE_MS, STUCK, { ref: false })]);
    if (answers === STUCK) {
      this.#isStuck = true;
      return undefined;
    }
    const offsets = new Map(answers?.map(({ topic, partition, offset }) => [`${topic} ${partition}`, offset]));
    const found = partitions.map(({ topic, partition }) => offsets.get(`${topic} ${partition}`) ?? -1);
    return found.every((offset) => offset >= 0) ? found : undefined;
  }

  /** The same, again and again until all answer. @throws LoadError OFFSETS after `waitMs`. */
  async require(where: keyof typeof WHERE, partitions: readonly TopicPartition[], waitMs: number): Promise<number[]> {
    const endMs = performance.now() + waitMs;
    for (;;) {
      const leftMs = endMs - performance.now();
      const offsets = await this.ask(where, partitions, Math.max(RETRY_MS, Math.min(leftMs, waitMs / 4)));
      if (offsets !== undefined) return offsets;
      if (performance.now() + RETRY_MS > endMs) {
        const topics = [...new Set(partitions.map(({ topic }) => topic))].join(', ');
        throw new LoadError('OFFSETS', `the cluster does not say where the partitions of ${topics} ${WORDS[where]}`);
      }
      await sleep(RETRY_MS);
    }
  }

  async close(): Promise<void> {
    if (!this.#isStuck) await this.#client.close();
  }
}

const WORDS = { end: 'end', beginning: 'begin' } as const;
