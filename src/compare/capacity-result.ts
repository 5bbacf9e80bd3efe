/** What a search for the capacity found: exactly what stands in capacity.json, version 1. Fields are only added. */
import type { Percentile } from '../recorder/histogram.ts';

export const CAPACITY_VERSION = 1;

/**
 * `failed`: the broker did not take the rate, or an objective was missed. `generator-limited`: this machine kept it from
 * being known. `invalid`: the run itself went wrong.
 */
export type StepOutcome = 'held' | 'failed' | 'generator-limited' | 'invalid';
export type StepPhase = 'doubling' | 'halving' | 'bisection' | 'confirmation';

export interface CapacityStep {
  /** Offered messages per second over all scenarios. */
  readonly rate: number;
  readonly phase: StepPhase;
  /** Measured, the warm-up apart. */
  readonly holdMs: number;
  readonly outcome: StepOutcome;
  /** What decided it, a sentence each, the deciding one first. */
  readonly reasons: readonly string[];
  /** Acknowledged messages that its percentiles are of. */
  readonly samples: number;
  /** By measure; latencies in ms. */
  readonly figures: Readonly<Record<string, Percentile | null>>;
  /** Its result directory, relative to that of the search. */
  readonly path: string;
}

/** All steps of one rate. */
export interface CurvePoint {
  readonly rate: number;
  /** What came twice; of a rate that was not repeated that of its only step. */
  readonly outcome: StepOutcome;
  readonly held: number;
  readonly steps: number;
  /** Response latency in ms, the median over its steps. */
  readonly p50: Percentile | null;
  readonly p99: Percentile | null;
  readonly p999: Percentile | null;
}

/** What kept the search from a higher rate; `range`: `--to`, or `--from` where nothing held. */
export type CapacityLimit = 'broker' | 'generator' | 'range';

export interface CapacityResult {
  readonly version: typeof CAPACITY_VERSION;
  readonly experiment: {
    /** 16 hex digits. */
    readonly id: string;
    readonly profile: string;
    readonly command: string;
    /** ISO 8601, UTC. */
    readonly startedAt: string;
    /** `embedded`, `null`, or the bootstrap servers. */
    readonly target: string;
  };
  readonly settings: CapacitySettings;
  /** As written; empty: the broker was only to keep up. */
  readonly slo: readonly string[];
  /** False: stopped, and `--resume` goes on. */
  readonly finished: boolean;
  /** Highest rate that held, lowest that the broker failed; messages per second. */
  readonly bracket: { readonly low: number | null; readonly high: number | null };
  /** Null while it is not known. */
  readonly limit: CapacityLimit | null;
  /** Why this machine is the limit, or a lower rate than the lowest one failed; the verdict's words. */
  readonly limitReason: string | null;
  /** Steps at `bracket.low` beside the one that is confirmed, of those that were asked for. */
  readonly confirmations: { readonly held: number; readonly steps: number; readonly asked: number };
  readonly steps: readonly CapacityStep[];
  /** By rate. */
  readonly curve: readonly CurvePoint[];
}

export interface CapacitySettings {
  /** Messages per second. */
  readonly from: number;
  /** Whether `from` was asked for: no lower rate is tried then. */
  readonly isFromGiven: boolean;
  readonly to: number | null;
  /** Of the bracket, as a fraction of its lower end. */
  readonly tolerance: number;
  /** Confirmations of the found rate. */
  readonly repeat: number;
  /** Null: as long as each step needs. */
  readonly holdMs: number | null;
  readonly warmupMs: number;
}
