/**
 * How far each consumer group is behind: log end offset − position. The cluster is asked beside the run, once a second;
 * where it does not answer in time nothing is known of that second.
 */
import { type GroupPlan, placesOf, type ReadingPlan } from '../plan/reading-plan.ts';
import type { ReadingReader } from '../recorder/reading-reader.ts';
import type { OffsetClient } from '../transport/librdkafka/offset-client.ts';
import { NS_PER_SEC } from '../units.ts';

const ANSWER_MS = 800;
/** The question of a second goes out in its last part: positions are those of the same moment as the answer. */
const ASK_AFTER_NS = 0.7 * NS_PER_SEC;

export class LagWatch {
  readonly #reading: ReadingPlan;
  readonly #reader: ReadingReader;
  readonly #client: OffsetClient;
  /** By second, by group. */
  readonly #lags = new Map<number, readonly number[]>();
  #asking = false;
  #askedSecond = -1;
  #last: readonly number[] | null | undefined;

  constructor(reading: ReadingPlan, reader: ReadingReader, client: OffsetClient) {
    this.#reading = reading;
    this.#reader = reader;
    this.#client = client;
  }

  /** Called several times a second. */
  look(elapsedNs: number): void {
    const second = Math.floor(elapsedNs / NS_PER_SEC);
    if (this.#asking || second <= this.#askedSecond || elapsedNs - second * NS_PER_SEC < ASK_AFTER_NS) return;
    this.#asking = true;
    this.#askedSecond = second;
    void this.#ask(second);
  }

  async #ask(second: number): Promise<void> {
    const { places, groups } = this.#reading;
    try {
      const ends = await this.#client.ask('end', places, ANSWER_MS);
      this.#last = null;
      if (ends === undefined) return;
      const lags = groups.map((group) => this.lagOf(group, ends));
      this.#lags.set(second, lags);
      this.#last = lags;
    } catch {
      // A cluster that is away: nothing is known of this second.
      this.#last = null;
    } finally {
      this.#asking = false;
    }
  }

  lagOf(group: GroupPlan, ends: readonly number[]): number {
    const positions = this.#reader.places(group);
    return placesOf(this.#reading, group).reduce((sum, place) => {
      const { position, start } = positions[place]!;
      return sum + Math.max(0, ends[place]! - Math.max(position, start));
    }, 0);
  }

  /** Null where the cluster did not answer. */
  of(second: number, { group }: GroupPlan): number | null {
    return this.#lags.get(second)?.[group] ?? null;
  }

  /** As it was answered last; null where it was not, undefined before the first question is over. */
  last({ group }: GroupPlan): number | null | undefined {
    return this.#last && (this.#last[group] ?? null);
  }
}
