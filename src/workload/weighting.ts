/** Weighted fields: the value of a field by record body. */

import { valueAt } from '../value-at.ts';
import type { Anomalies } from './anomalies.ts';
import type { RecordPlan } from './record-plan.ts';
import { greatestCommonDivisor, type Uniform, Weights } from './weights.ts';

/** One field whose values are drawn by weights. */
export interface Weighting {
  /** Path in the record: `status_code`, `metadata.device`. */
  readonly field: string;
  /** The weights apply only to records with this value of another field; absent: to all. */
  readonly given?: { readonly field: string; readonly value: string };
  readonly values: readonly string[];
  /** Share of each value; the sum is 1. */
  readonly shares: readonly number[];
  /** Index in `values` of the record with this body; -1 if the record does not match `given`. */
  pick(body: number): number;
}

/** Name in reports, e.g. `metadata.device (event_type bounce)`. */
export function weightingName({ field, given }: Pick<Weighting, 'field' | 'given'>): string {
  return given === undefined ? field : `${field} (${given.field} ${given.value})`;
}

/** The weighting of a field decided by one draw. */
export function weightingOf(field: string, weights: Weights, uniform: Uniform): Weighting {
  const { values, shares } = weights;
  return { field, values, shares, pick: (body) => weights.pick(uniform.uniform(body)) };
}

/**
 * The weighting of a scenario with anomalies, by index instead of body: tombstones and malformed records do not count,
 * a duplicate counts as its original.
 */
export function weightingWithAnomalies(weighting: Weighting, anomalies: Anomalies, poolSize: number): Weighting {
  const pick = (index: number) => {
    const anomaly = anomalies.of(index);
    if (anomaly?.kind === 'tombstone' || anomaly?.kind === 'malformed') return -1;
    const source = anomaly?.kind === 'duplicate' ? anomaly.original : index;
    return weighting.pick(poolSize === 0 ? source : source % poolSize);
  };
  return { ...weighting, pick };
}

/** Indexes from, from + step, … up to and including `to`; empty if `to` is below `from`. */
export interface IndexRange {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/**
 * Adds `times` to `counts` for each value occurrence at these indexes. In a pool each body is drawn once, regardless of
 * how many records use it; fresh records (`poolSize` 0) are drawn one by one.
 */
export function countValues(
  weighting: Weighting,
  poolSize: number,
  { from, to, step }: IndexRange,
  times: number,
  counts: Float64Array,
): void {
  const n = Math.max(0, Math.floor((to - from) / step) + 1);
  const bodies = poolSize === 0 ? n : Math.min(n, poolSize / greatestCommonDivisor(poolSize, step));
  const rounds = bodies === 0 ? 0 : Math.floor(n / bodies);
  const rest = n - rounds * bodies;
  for (let k = 0; k < bodies; k++) {
    const index = from + k * step;
    const place = weighting.pick(poolSize === 0 ? index : index % poolSize);
    if (place >= 0) counts[place]! += times * (k < rest ? rounds + 1 : rounds);
  }
}

/** Any time works: no weight depends on it. */
const SOME_TIME_MS = Date.UTC(2025, 0, 1);

/** Weightings for workloads without `weightings`: generates each record, at 1 µs or more per record. */
export function weightingsOfRecords(
  generate: (body: number, index: number, timestampMs: number) => unknown,
  weightedFields: Readonly<Record<string, Readonly<Record<string, number>>>>,
  { fields }: Pick<RecordPlan, 'fields'>,
): readonly Weighting[] {
  const byRule = Object.entries(fields).flatMap(([name, { weighted }]) => (weighted ? [[name, weighted]] : []));
  const weightsOf: typeof weightedFields = { ...weightedFields, ...Object.fromEntries(byRule) };
  return Object.entries(weightsOf).map(([field, weights]): Weighting => {
    const { values, shares } = new Weights(weights);
    const path = field.split('.');
    const places = new Map(values.map((value, place) => [value, place]));
    const pick = (body: number) => places.get(String(valueAt(generate(body, body, SOME_TIME_MS), path))) ?? -1;
    return { field, values, shares, pick };
  });
}

/**
 * The oracle of `pick`: the index in `values` of a generated record's value.
 *
 * @throws Error for a value that is not in `values`.
 */
export function placeIn({ field, given, values }: Weighting, record: Readonly<Record<string, unknown>>): number {
  if (given !== undefined && valueAt(record, given.field.split('.')) !== given.value) return -1;
  const value = String(valueAt(record, field.split('.')));
  const place = values.indexOf(value);
  if (place < 0) throw new Error(`${field} is ${value}, which is not one of ${values.join(', ')}`);
  return place;
}
