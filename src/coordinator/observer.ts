/** What watches a run. It reads shared memory on the main thread: neither the engine nor the loop knows of it. */
import type { Plan } from '../plan/plan.ts';
import type { ConsumerRow } from '../recorder/consumer-row.ts';
import type { SparseCounts } from '../recorder/latency-series.ts';
import type { RunMeasurement } from '../recorder/measurement.ts';
import type { Progress } from '../recorder/progress.ts';
import type { RunReader } from '../recorder/reader.ts';
import type { ReadingReader } from '../recorder/reading-reader.ts';
import type { ScenarioRow, SecondRow } from '../recorder/second-row.ts';
import type { Result, RunEvent } from '../result/result.ts';
import type { EmbeddedCluster } from '../transport/librdkafka/embedded-cluster.ts';

/** Called in the order of the list that a run is given, on the main thread: what takes long delays the next sample. */
export interface Observer {
  /** It reads how far each lane is settled, which costs the workers time. */
  readonly readsSettled?: boolean;
  /** The target is ready, nothing is sent yet. What it throws ends the run. @returns a note for people. */
  ready?(run: ReadyRun): string | undefined;
  /** The schedule begins now. */
  start?(run: StartedRun): void;
  /** Once a second; less often where the main thread is held up. */
  second?(now: Second): Observation | undefined;
  /** A few times a second, and once more at the end. */
  progress?(progress: Progress): void;
  /** The workers are done: shared memory stays as it is. */
  finish?(measurement: FinishedRun): Finding | undefined | Promise<Finding>;
  /** Also of a run that failed. */
  close?(): void | Promise<void>;
}

export interface ReadyRun {
  /** As it will be run: with the target's addresses and partition counts. */
  readonly plan: Plan;
  /** What the workers have counted, at any time. */
  readonly reader: RunReader;
  /** What the members of consumer groups (`plan.reading`) have counted; absent where nothing is read. */
  readonly readingReader?: ReadingReader;
  /** Only of the embedded cluster in this process: its faults can be injected. */
  readonly cluster?: EmbeddedCluster;
}

/** Rows are as the result has them: the last ones, and what was booked after a row was read. */
export type FinishedRun = Omit<RunMeasurement, 'topics'>;

export interface StartedRun extends ReadyRun {
  readonly isEmbedded: boolean;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly startOffsets: RunMeasurement['startOffsets'];
  readonly brokerVersion?: string;
}

export interface Second extends ReadyRun, SecondRows {
  /** Since run start, at the end of the last row. */
  readonly elapsedNs: number;
}

/** Of all seconds that are over since the last time. */
export interface SecondRows {
  readonly rows: readonly SecondRow[];
  /** Response latencies of each row. */
  readonly latencies: readonly SparseCounts[];
  /** By scenario, one for each row; only of a run with 2 to 12 scenarios. */
  readonly scenarioRows?: Readonly<Record<string, readonly ScenarioRow[]>>;
  /** By consumer group, one for each row; absent where nothing is read. */
  readonly consumerRows?: Readonly<Record<string, readonly ConsumerRow[]>>;
}

export type StopCause = NonNullable<RunMeasurement['stopped']>;
/** What an observer adds to the progress that everyone sees. */
type ObservedProgress = Pick<Progress, 'database'>;

export interface Observation {
  /** Ends the schedule. */
  readonly stop?: StopCause;
  readonly progress?: ObservedProgress;
}

export interface Finding {
  readonly progress?: ObservedProgress;
  readonly result?: Pick<Result, 'messages'>;
  /** What happened to the run, beside what the engine knows of. */
  readonly events?: readonly RunEvent[];
  /** What could not be written; the measurement stands. */
  readonly error?: Error;
}
