/** The processes of a sharded run, side by side. Part of Result, version 1. */
import type { OffsetBound } from '../clock-offset.ts';
import type { Totals } from '../recorder/measurement.ts';
import type { LatencySummary } from './latency-summary.ts';
import type { Verdict } from './verdict-result.ts';

export interface ShardsResult {
  /** What they talked through. */
  readonly bus: 'kafka' | 'directory';
  /** Seconds of all shards that were received ÷ planned; 1 where nothing is missing. */
  readonly coverage: number;
  readonly secondsPlanned: number;
  readonly secondsReceived: number;
  /** How far two shards' starts may be apart by the bounds of their clocks, µs; null where nothing is known of one of them. */
  readonly clockSkewUs: number | null;
  /** From the agreed start to the moment the last shard's last worker began, ms; null where none reported it. */
  readonly startLateMs: number | null;
  /** In order of their numbers. */
  readonly shards: readonly ShardResult[];
}

export interface ShardResult {
  readonly shard: number;
  readonly workers: number;
  /** Of the whole run, warm-up included. */
  readonly totals: Totals;
  /** Acknowledged a second over the load phase; `targetPerSec` null in a closed loop. */
  readonly rate: { readonly targetPerSec: number | null; readonly achievedPerSec: number };
  /** Of the load phase, µs; of one that was replaced as its last process measured it; null where that was lost before it told. */
  readonly response: LatencySummary | null;
  readonly scheduleLag: LatencySummary | null;
  /** Of this process alone; null where it was lost. */
  readonly verdict: Verdict | null;
  /** Its wall clock less the bus's, µs; null where nothing is known. */
  readonly clockOffsetUs: OffsetBound | null;
  readonly cpuSeconds: number;
  readonly maxRssBytes: number;
  /** One process each: more than one where it was replaced. */
  readonly instances: readonly ShardInstance[];
  readonly series: readonly ShardRow[];
}

export interface ShardInstance {
  readonly instance: string;
  readonly host: string;
  /** When it took its part up, seconds from run start; 0 where it was there from the start. */
  readonly joinedAt: number;
  /** Its last second that was received; null where none was. */
  readonly lastSecond: number | null;
  /** False where it was lost: nobody knows what it sent after its last second. */
  readonly complete: boolean;
  readonly failure?: string;
  /** What its seconds add up to is not what it measured in all: something of it is missing, or came twice. */
  readonly mismatch?: true;
}

/** A second. In a run of more than 400,000 seconds of shards the mean of a few, and their greatest in flight and lag. */
export interface ShardRow {
  readonly second: number;
  readonly sent: number;
  readonly acked: number;
  readonly failed: number;
  readonly inFlight: number;
  /** µs; null where nothing was sent. */
  readonly scheduleLagP99: number | null;
  /** The process, in percent of one core. */
  readonly cpuPct: number;
}
