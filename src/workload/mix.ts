/** Weighted fields, counted without making records: which value a field has in which record body. */
import type { Fates } from './mess.ts';
import { greatestCommonDivisor, type Uniform, type Weights } from './weights.ts';

/** One field whose values come by weights. */
export interface Mix {
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

/** `metadata.device (event_type bounce)`: what people call a mix. */
export function mixName({ field, given }: Pick<Mix, 'field' | 'given'>): string {
  return given === undefined ? field : `${field} (${given.field} ${given.value})`;
}

/** A field that one draw decides. */
export function mixOf(field: string, weights: Weights, uniform: Uniform): Mix {
  const { values, shares } = weights;
  return { field, values, shares, pick: (body) => weights.pick(uniform.uniform(body)) };
}

/**
 * The mix of records some of which are made wrong on purpose, by index in place of body: one that does not say what it
 * is counts for nothing, a duplicate for its original.
 */
export function messyMix(mix: Mix, fates: Fates, poolSize: number): Mix {
  const pick = (index: number) => {
    const fate = fates.of(index);
    if (fate?.kind === 'tombstone' || fate?.kind === 'malformed') return -1;
    const source = fate?.kind === 'duplicate' ? fate.original : index;
    return mix.pick(poolSize === 0 ? source : source % poolSize);
  };
  return { ...mix, pick };
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
  mix: Mix,
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
    const place = mix.pick(poolSize === 0 ? index : index % poolSize);
    if (place >= 0) counts[place]! += times * (k < rest ? rounds + 1 : rounds);
  }
}
