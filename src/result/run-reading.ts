/** A running load as shared memory has it at one moment: what the metrics endpoint is made from. */
import type { LatencyBuckets } from '../recorder/latency-buckets.ts';
import type { SecondRow } from '../recorder/measurement.ts';
import type { MessageSummary } from '../recorder/message-summary.ts';

export interface RunReading {
  /** Of the run so far, ns; null before its start. Stands still when all workers are done. */
  readonly elapsedNs: number | null;
  /** Planned length of the schedule; null where only a number of messages or a stop bounds it. */
  readonly plannedNs: number | null;
  readonly scenarios: readonly ScenarioReading[];
  readonly loops: readonly LoopReading[];
  /** The last whole second; absent during the first. */
  readonly lastRow?: SecondRow;
  /** Of a run with a message database: what was in it after the last whole second. */
  readonly database?: MessageSummary;
}

export interface ScenarioReading {
  readonly name: string;
  /** What the schedule asks for in the second around now; null in a closed loop. */
  readonly targetPerSec: number | null;
  /** Of each worker the time of its last hand-over in the load phase, ms since 1970; null before the first. */
  readonly lastSentAtMs: readonly (number | null)[];
  /** The load phase, and before it the warm-up where there is one. */
  readonly phases: readonly PhaseReading[];
}

export interface PhaseReading {
  readonly name: 'warmup' | 'load';
  /** Due by now, and when the load has ended by then; in a closed loop what was sent. */
  readonly scheduled: number;
  readonly workers: readonly CountReading[];
  readonly response: LatencyBuckets;
  readonly service: LatencyBuckets;
  readonly scheduleLag: LatencyBuckets;
}

/** What one worker has counted. */
export interface CountReading {
  readonly sent: number;
  readonly shed: number;
  readonly acked: number;
  readonly failed: number;
  readonly unresolved: number;
  /** Payload and key bytes of the sent messages. */
  readonly bytes: number;
}

/** How one worker's loop spent the load phase so far, ns. */
export interface LoopReading {
  readonly busyNs: number;
  readonly idleNs: number;
  readonly blockedNs: number;
}
