/**
 * What a job under test should find in the records of a run: the anomalies, and the alerts that must be raised.
 * Written after the run, because it lists what was actually sent.
 */

/** Delivery outcome of a message that was sent, by the ledger of the run. */
export type SendStatus = 'acked' | 'failed' | 'unresolved';

/** A scenario after its run. */
export interface SentScenario {
  readonly name: string;
  /** No message of this index or a later one was sent. */
  readonly end: number;
  /** Undefined: it was not sent (shed, unsent, or past the end). */
  statusOf(index: number): SendStatus | undefined;
  /** When message `index` was due on the run's clock, ms since 1970; undefined in a closed loop, which plans no times. */
  dueMs(index: number): number | undefined;
}

/** One line of the ground truth: plain JSON, which the scenario's name is put in front of. */
export interface TruthEntry {
  /** What is true of the message at this index: `tombstone`, `alert`, … */
  readonly kind: string;
  readonly [property: string]: unknown;
}

/** The known facts about a scenario's records. */
export interface GroundTruth {
  /**
   * Lazily and in the order of their indexes, only of messages that were sent: there may be billions.
   * @param following the lanes of the records that follow these, by the names of their trails.
   */
  entries(sent: SentScenario, following: Readonly<Record<string, SentScenario>>): Iterable<TruthEntry>;
}
