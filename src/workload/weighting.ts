/** Weighted fields: which value a field has in which record body. */

import { valueAt } from '../value-at.ts';
import type { Anomalies } from './anomalies.ts';
import type { RecordPlan } from './record-plan.ts';
import { greatestCommonDivisor, type Uniform, Weights } from './weights.ts';

/** One field whose values are drawn by weights. */
export interface Weighting {
  /** Its path in a record: `status_code`, `metadata.device`. */
  readonly field: string;
  /** The records that have these weights, where not all have: those with this value of another field. */
  readonly given?: { readonly field: string; readonly value: string };
  readonly values: readonly string[];
  /** Of each value, summing up to 1. */
  readonly shares: readonly number[];
  /** Place in `values` of the record with this body; -1 where it is not one of `given`. */
  pick(body: number): number;
}

/** `metadata.device (event_type bounce)`: its name in reports. */
export function weightingName({ field, given }: Pick<Weighting, 'field' | 'given'>): string {
  return given === undefined ? field : `${field} (${given.field} ${given.value})`;
}

/** A field that one draw decides. */
export function weightingOf(field: string, weights: Weights, uniform: Uniform): Weighting {
  const { values, shares } = weights;
  return { field, values, shares, pick: (body) => weights.pick(uniform.uniform(body)) };
}

/**
 * The weighting of a scenario with anomalies, by index in place of body: a tombstone or a malformed record counts for
 * nothing, a duplicate for its original.
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

/** Indexes from, from + step, … up to and including `to`; none where that is below `from`. */
export interface IndexRange {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/**
 * Adds to `counts`, `times` for each, how often the values occur among the records of these indexes. Over a pool each
 * body is looked at once, however many records have it; fresh records, of `poolSize` 0, are drawn one by one.
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

/** No weight depends on the time. */
const SOME_TIME_MS = Date.UTC(2025, 0, 1);

/** The weighted fields of a workload without `weightings`: generates each record, which takes a microsecond or more. */
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
 * The oracle of `pick`: the place in `values` of a generated record.
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
