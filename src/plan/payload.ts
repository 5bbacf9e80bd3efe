/** Fresh or pooled records, and how large the pool is. */
import type { Problem } from '../errors.ts';
import type { ScenarioProfile } from '../profile/profile.ts';
import { countOf, formatBytes, formatCount, formatRate } from '../units.ts';
import type { TrailPlace } from '../workload/trail.ts';

/** What the planner has to know of a record: workload/workload.ts measures it. */
export interface RecordFacts {
  readonly bytesMean: number;
  /** Payload and key of the largest one that was measured. */
  readonly bytesMax?: number;
  readonly weightsDenominator: number;
  /** Whether each record carries its mark itself; absent where that was not looked at. */
  readonly marked?: boolean;
  /** Why these records cannot be pooled, where they cannot. */
  readonly freshOnly?: string | undefined;
}

export interface PayloadPlan {
  readonly mode: 'fresh' | 'pooled';
  readonly poolSize: number;
  readonly reason: string;
}

/** Generating and encoding a record takes about 1.4 µs: at this rate a fourteenth of a worker's core. */
const FRESH_PER_WORKER_PER_SEC = 50_000;
/** A zstd window at the highest level librdkafka offers (12) is 4 MiB: twice that, so that no level sees a repeat. */
const WINDOW_BYTES = 8 * 1024 * 1024;
const POOL_BYTES_MAX = 256 * 1024 * 1024;
const BATCHES_IN_POOL = 4;

export interface PayloadInput {
  readonly path: string;
  readonly payload: ScenarioProfile['payload'];
  readonly facts: RecordFacts;
  /** The scenario's planned peak for one worker; Infinity in a closed loop. */
  readonly peakPerWorkerPerSec: number;
  readonly batchBytes: number;
  /** By the client. */
  readonly isCompressed: boolean;
}

export function planPayload(input: PayloadInput, problems: Problem[], warnings: string[]): PayloadPlan {
  const { path, payload, facts, peakPerWorkerPerSec } = input;
  if (payload.mode === 'fresh') return fresh('as configured');
  const configured = payload.mode === 'pooled';
  if (facts.freshOnly !== undefined) {
    if (configured) {
      const hint = 'use payload: { mode: fresh }, or auto';
      problems.push({ path: `${path}.payload.mode`, message: `pooled is not possible: ${facts.freshOnly}`, hint });
    }
    return fresh(facts.freshOnly);
  }
  if (!configured && peakPerWorkerPerSec <= FRESH_PER_WORKER_PER_SEC) {
    return fresh(`at most ${formatRate(peakPerWorkerPerSec)} a worker, far below the generation rate`);
  }
  const bytes = Math.max(BATCHES_IN_POOL * input.batchBytes, WINDOW_BYTES);
  const wanted = roundUp(Math.ceil(bytes / facts.bytesMean), facts.weightsDenominator);
  const poolSize = payload.poolSize === 'auto' ? wanted : payload.poolSize;
  if (poolSize % facts.weightsDenominator !== 0) {
    problems.push({
      path: `${path}.payload.poolSize`,
      message: `a pool of ${poolSize} cannot meet its weights exactly: they come out even over ${facts.weightsDenominator} records`,
      hint: `use ${roundUp(poolSize, facts.weightsDenominator)}, or auto`,
    });
  }
  if (payload.poolSize === 'auto' && poolSize * facts.bytesMean > POOL_BYTES_MAX) {
    const message = `a pool would take ${formatBytes(poolSize * facts.bytesMean)}: the weights come out even over ${formatCount(facts.weightsDenominator)} records of ${formatBytes(facts.bytesMean)}`;
    if (!configured) {
      warnings.push(`${path}: records are generated one by one, for ${message}`);
      return fresh(message);
    }
    problems.push({ path: `${path}.payload`, message, hint: 'use rounder weights, or payload: { mode: fresh }' });
  }
  if (input.isCompressed && poolSize * facts.bytesMean < bytes) {
    warnings.push(
      `${path}: a pool of ${countOf(poolSize, 'record')} repeats after ${formatBytes(poolSize * facts.bytesMean)}, which flatters compression; auto takes ${formatCount(wanted)}`,
    );
  }
  return { mode: 'pooled', poolSize, reason: pooledReason(configured, peakPerWorkerPerSec, poolSize, facts) };
}

/**
 * Of records that follow others: made as those are. Their pool is the part of the other's that follows, so that both
 * have the same record of the same thing.
 */
export function planFollowing(
  followed: PayloadPlan,
  { scenario, thinning: { period, kept } }: Pick<TrailPlace, 'scenario' | 'thinning'>,
): PayloadPlan {
  const { mode } = followed;
  const poolSize = (followed.poolSize / period) * kept.length;
  const size = mode === 'pooled' ? `, ${countOf(poolSize, 'record')}` : '';
  return { mode, poolSize, reason: `${mode} as ${scenario}${size}` };
}

function pooledReason(configured: boolean, peakPerSec: number, poolSize: number, facts: RecordFacts): string {
  const size = `${countOf(poolSize, 'record')}, ${formatBytes(poolSize * facts.bytesMean)}`;
  if (configured) return `pooled as configured: ${size}`;
  if (peakPerSec === Infinity)
    return `pooled: as fast as possible, and generating each record would be the limit; ${size}`;
  return `pooled: up to ${formatRate(peakPerSec)} a worker, and generating each record would take too much of it; ${size}`;
}

function fresh(why: string): PayloadPlan {
  return { mode: 'fresh', poolSize: 0, reason: `fresh: ${why}` };
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
