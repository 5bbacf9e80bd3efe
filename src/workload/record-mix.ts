/** Weighted fields as the records themselves say them: for workloads that do not tell their mixes, and to check those that do. */
import type { RecordPlan } from '../plan/plan.ts';
import type { RecordGenerator, WorkloadDefinition } from './definition.ts';
import type { Mix } from './mix.ts';
import { Weights } from './weights.ts';

/** No weight depends on the time. */
const SOME_TIME_MS = Date.UTC(2025, 0, 1);

/** The weighted fields of a workload that does not tell by itself: each record is made, which takes a microsecond or more. */
export function mixesOfRecords(
  generator: RecordGenerator,
  { weightedFields }: Pick<WorkloadDefinition, 'weightedFields'>,
  { fields }: Pick<RecordPlan, 'fields'>,
): readonly Mix[] {
  const ruled = Object.entries(fields).flatMap(([name, rule]) => (rule.weighted ? [[name, rule.weighted]] : []));
  const mixes = { ...weightedFields, ...(Object.fromEntries(ruled) as WorkloadDefinition['weightedFields']) };
  return Object.entries(mixes).map(([field, mix]): Mix => {
    const { values, shares } = new Weights(mix);
    const places = new Map(values.map((value, place) => [value, place]));
    const pick = (body: number) =>
      places.get(String(valueAt(generator.generate(body, body, SOME_TIME_MS), field))) ?? -1;
    return { field, values, shares, pick };
  });
}

/** The place in `values` that a record itself says, -1 as in `pick`; throws for a value that is none of them. */
export function placeIn({ field, given, values }: Mix, record: Readonly<Record<string, unknown>>): number {
  if (given !== undefined && valueAt(record, given.field) !== given.value) return -1;
  const place = values.indexOf(String(valueAt(record, field)));
  if (place < 0) throw new Error(`${field} is ${String(valueAt(record, field))}, none of ${values.join(', ')}`);
  return place;
}

function valueAt(record: unknown, path: string): unknown {
  let value = record;
  for (const step of path.split('.')) value = (value as Readonly<Record<string, unknown>> | undefined)?.[step];
  return value;
}
