/** A worker's place in what a lane is to send: a schedule's cursor is one, and so are those of the closed loops. */
export interface Cursor {
  /** This worker's messages in all; Infinity where only time bounds them. */
  readonly count: number;
  /** Times of the messages that `dueBefore` last filled, on the simulated clock, where they are not the due times. */
  readonly recordNs?: Float64Array;
  /** Fills due times of this worker's next messages that are due at nowNs, at most max; returns how many. */
  dueBefore(nowNs: number, max: number, dueNs: Float64Array): number;
  advance(n: number): void;
  /** Due time of the next message; Infinity when there is none. */
  nextDueNs(): number;
  /** Global index of the next message. */
  nextIndex(): number;
}
