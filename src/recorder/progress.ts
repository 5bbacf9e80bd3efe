/** Where a run stands, a few times a second: what live views, plain lines and API callbacks are made from. */

import type { ConsumerRow } from './consumer-row.ts';
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
  /** By consumer group; absent where nothing is read. */
  readonly consumers?: Readonly<Record<string, ConsumerProgress>>;
  /** Of a run in several processes. */
  readonly shards?: ShardsProgress;
}

export interface ShardsProgress {
  /** Shards of the run. */
  readonly count: number;
  /** Of them those that take part now. */
  readonly present: number;
  /** Numbers of those that have not been heard of for some seconds; ascending. */
  readonly silent: readonly number[];
}

export interface ConsumerProgress {
  readonly members: number;
  /** `waiting`: before its `start`; `end`: producers are done, and it reads what is left. */
  readonly state: 'waiting' | 'reading' | 'paused' | 'end' | 'done';
  /** Since run start. */
  readonly consumed: number;
  /** Log end offset − position over all its partitions; null where the cluster did not answer, undefined before it was asked. */
  readonly lag: number | null | undefined;
  /** Offsets up to where it stops; null as long as that is not known. Transaction markers count as well. */
  readonly left: number | null;
  /** The last whole second; absent during the first. */
  readonly lastRow?: ConsumerRow;
}
