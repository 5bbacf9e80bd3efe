/** Where a run stands, a few times a second: what live views, plain lines and API callbacks are made from. */

import type { MessageSummary } from './message-summary.ts';
import type { SecondRow } from './second-row.ts';

export interface Progress {
  readonly phase: 'warmup' | 'load' | 'drain' | 'done';
  readonly elapsedNs: number;
  /** Planned length of the schedule; null where only a number of messages, or a stop, ends it. */
  readonly plannedNs: number | null;
  /** Expected end of the schedule, ms since the epoch; null where unknown. */
  readonly endsAtMs: number | null;
  /** Messages of the whole plan; null where only time, or a stop, ends it: with plannedNs null it is endless. */
  readonly plannedCount: number | null;
  /** Since run start, warm-up included. */
  readonly scheduled: number;
  readonly sent: number;
  readonly acked: number;
  readonly failed: number;
  readonly shed: number;
  readonly inFlight: number;
  /** The in-flight windows of all lanes and workers together. */
  readonly inFlightMax: number;
  /** What the schedule asks for now; null in a closed loop. */
  readonly targetPerSec: number | null;
  /** The last whole second; absent during the first. */
  readonly lastRow?: SecondRow;
  readonly scenarios: number;
  /** Of a run with a message database: what was in it after the last whole second. */
  readonly database?: MessageSummary;
}
