/** Fields that differ in every record, even pooled ones: they contain the mark or the record time. */

import { valueAt } from '../../../value-at.ts';
import type { WorkloadDefinition } from '../../definition.ts';
import type { RecordPlan } from '../../record-plan.ts';
import { readSchema } from '../reading/read-schema.ts';
import { placesOf } from './rule-fit.ts';

/** Bodies to sample: not every body has all fields inside unions. */
const BODIES = 64;
const DAYS_MS = [Date.UTC(2025, 0, 1), Date.UTC(2025, 1, 2)] as const;

/**
 * Their paths, outside lists.
 * @param ruled fields with a rule, which do not hold the mark.
 */
export function renewedFields(definition: WorkloadDefinition, ruled: readonly string[]): ReadonlySet<string> {
  const { avroSchema, name, ownParams = {} } = definition;
  const record: RecordPlan = {
    workload: name,
    format: 'json',
    key: { kind: 'none' },
    mode: 'fresh',
    poolSize: 0,
    reason: '',
    mark: 'auto',
    schemaId: 0,
    params: Object.fromEntries(Object.entries(ownParams).map(([param, { default: value }]) => [param, value])),
    fields: Object.fromEntries(ruled.map((field) => [field, {}])),
  };
  const generator = definition.open(record, { seed: 0, scenario: name, runTag: '0'.repeat(16) });
  const paths = [...placesOf(readSchema(avroSchema, name)).keys()].filter((path) => !path.includes('[]'));
  const found = new Set<string>();
  for (let body = 0; body < BODIES; body++) {
    const [once, again] = DAYS_MS.map((ms, index) => generator.generate(body, index, ms));
    for (const path of paths) {
      const [a, b] = [once, again].map((each) => JSON.stringify(valueAt(each, path.split('.'))));
      if (a !== b) found.add(path);
    }
  }
  return found;
}
