/** Records of a plan as a run would send them, outside a run. */

import type { LanePlan, Plan } from '../plan/plan.ts';
import { recordMs, recordNs, recordTimeOf } from '../plan/record-time.ts';
import type { RecordPlan } from '../workload/record-plan.ts';
import { createRecordSource } from '../workload/workload.ts';

/** Indexes of one call. */
export const PAYLOADS_MAX = 500;

/** The time that record `index` carries, ms since 1970, in a run that started at `startedAtMs`. */
export function recordTimeAt({ clock }: Plan, { load }: LanePlan, index: number, startedAtMs: number): number {
  return recordMs(recordTimeOf(clock, startedAtMs), recordNs(load, index));
}

/** From the source that a run's workers have, null for a tombstone; consecutive indexes, up to PAYLOADS_MAX of them. */
export function openPayloads(
  plan: Plan,
  scenario: LanePlan,
  record: RecordPlan,
  startedAtMs: number,
): (indexes: readonly number[]) => (Uint8Array | null)[] {
  const { seed, runTag } = plan;
  const { name, partitioner, partitions } = scenario;
  const dueMs = (index: number) => recordTimeAt(plan, scenario, index, startedAtMs);
  const identity = { seed, runTag, scenario: name };
  const place = { partitioner, partitions, batchMax: PAYLOADS_MAX, worker: 0, workers: 1 };
  const source = createRecordSource(record, { ...identity, ...place, dueMs });
  const { payload, payloadOffset, payloadLength } = source.records;
  return (indexes) => {
    const times = Float64Array.from(indexes, dueMs);
    const payloads: (Uint8Array | null)[] = [];
    for (let at = 0; at < indexes.length; at += source.batchMax) {
      const n = Math.min(source.batchMax, indexes.length - at);
      source.prepare(indexes[at]!, 1, n, times.subarray(at));
      for (let j = 0; j < n; j++) {
        const from = payloadOffset[j]!;
        const length = payloadLength[j]!;
        payloads.push(length < 0 ? null : payload.slice(from, from + length));
      }
    }
    return payloads;
  };
}
