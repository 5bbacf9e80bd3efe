/**
 * What the processes of a sharded run tell each other, in this order:
 *
 *     hello     every process, as soon as it is there
 *     prepared  shard 0: topics are there, and what all must plan alike
 *     ready     every shard: its workers wait for the start
 *     start     shard 0, when all are ready: the run's zero
 *     stop      shard 0: the schedule ends here
 *     failed    a shard that cannot go on, and why
 *     ended     shard 0: the result is written; who comes now is too late
 *
 * on the control channel, as JSON; and on the data channel (encoding in `data-message.ts`), keyed by (shard, instance,
 * second), a message for each second and the final one.
 */
import type { OffsetBound } from '../clock-offset.ts';
import type { StopCause } from '../coordinator/observer.ts';
import type { ThresholdSpec } from '../profile/profile.ts';
import type { RunMeasurement } from '../recorder/measurement.ts';

interface Sender {
  readonly shard: number;
  /** 16 hex digits, another for each process: one that takes a lost one's place has the same shard and another instance. */
  readonly instance: string;
}

export interface Hello extends Sender {
  readonly kind: 'hello';
  readonly shards: number;
  readonly host: string;
  readonly pid: number;
  readonly engineVersion: string;
  /** What ended the process whose place it takes, where that is known. */
  readonly replaces?: string;
  /** Its wall clock, ms since 1970. */
  readonly sentAtMs: number;
}

export interface Prepared extends Sender {
  readonly kind: 'prepared';
  /** Of each shard. */
  readonly threads: number;
  readonly seed: number;
  /** What the simulated clock is laid out from: PlanFacts.nowMs. */
  readonly nowMs: number;
  /** Of the plan without what is of one process: shards whose own differs have another profile. */
  readonly planHash: string;
  /** What the collector needs, so that any process can be it. Without secrets. */
  readonly context: CollectedContext;
}

export interface Ready extends Sender {
  readonly kind: 'ready';
  readonly planHash: string;
  /** Its wall clock less the bus's; null where nothing is known. */
  readonly clockOffset: OffsetBound | null;
}

export interface Start extends Sender {
  readonly kind: 'start';
  /** The run's zero on the bus's clock, ms since 1970. */
  readonly atMs: number;
}

export interface Stop extends Sender {
  readonly kind: 'stop';
  readonly cause: StopCause;
  /** What is in flight is given up as well. */
  readonly abandon?: true;
}

export interface Failed extends Sender {
  readonly kind: 'failed';
  /** One sentence, and what to do. */
  readonly message: string;
  readonly hint?: string;
  readonly exitCode: number;
}

export interface Ended extends Sender {
  readonly kind: 'ended';
  readonly exitCode: number;
}

export type ControlMessage = Hello | Prepared | Ready | Start | Stop | Failed | Ended;

/** What a result is made from beside what was measured. */
export interface CollectedContext {
  /** The whole run's plan as it is run, without `shard`, as `encode` of verification/verify-file.ts writes it; of client properties only `acks` and `bootstrap.servers`. */
  readonly plan: string;
  readonly isEmbedded: boolean;
  readonly startOffsets: RunMeasurement['startOffsets'];
  readonly brokerVersion?: string;
  readonly librdkafka: string;
  readonly thresholds: readonly ThresholdSpec[];
  readonly profileHash: string;
  /** As in profile.yaml of a result directory. */
  readonly profileYaml: string;
  readonly command: string;
  readonly notes: readonly string[];
}
