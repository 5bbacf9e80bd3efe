/**
 * What a job under test should find in the records of a run: the anomalies, and the alerts that must be raised.
 * Written after the run, because it lists what was actually sent.
 */

/** Delivery outcome of a sent message, from the run's ledger. */
export type SendStatus = 'acked' | 'failed' | 'unresolved';

/** A scenario after its run. */
export interface SentScenario {
  readonly name: string;
  /** No message of this index or a later one was sent. */
  readonly end: number;
  /** Undefined if it was not sent (shed, unsent, or past the end). */
  statusOf(index: number): SendStatus | undefined;
  /** Due time of message `index` on the run's clock, ms since 1970; undefined in a closed loop. */
  dueMs(index: number): number | undefined;
}

/** One line of the ground truth as plain JSON; the writer adds the scenario's name. */
export interface TruthEntry {
  /** What the entry is about: `tombstone`, `alert`, … */
  readonly kind: string;
  readonly [property: string]: unknown;
}

/** The known facts about a scenario's records. */
export interface GroundTruth {
  /**
   * Lazy, in index order, sent messages only: there may be billions.
   * @param following the follow-up lanes, by trail name.
   */
  entries(sent: SentScenario, following: Readonly<Record<string, SentScenario>>): Iterable<TruthEntry>;
}
