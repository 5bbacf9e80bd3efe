/** The ground truth of a scenario with anomalies: each anomalous record that was sent, by index. */

import { Anomalies, type Anomaly } from './anomalies.ts';
import type { RecordIdentity, WorkloadDefinition } from './definition.ts';
import { scenarioTag, textMarkHead } from './encoding/mark.ts';
import { keyFields } from './encoding/payload-decoder.ts';
import { INDEX_DIGITS, TIMESTAMP_MAX_MS } from './encoding/stamp.ts';
import type { GroundTruth, SentScenario, TruthEntry } from './ground-truth.ts';
import { definitionOf } from './loaded-definition.ts';
import type { RecordPlan } from './record-plan.ts';
import { openEncoder } from './workload.ts';

/** Undefined for a scenario without anomalies. */
export function anomalyTruth(record: RecordPlan, identity: RecordIdentity): GroundTruth | undefined {
  const { anomalies, format, workload } = record;
  if (anomalies === undefined) return undefined;
  const drawn = new Anomalies(anomalies, format, identity);
  const markOf = markReader(definitionOf(workload), format, identity);
  return {
    *entries(sent) {
      const isTimed = sent.dueMs(0) !== undefined;
      const dueMs = (index: number) => sent.dueMs(index) ?? TIMESTAMP_MAX_MS;
      const encode = openEncoder(record, identity, isTimed ? dueMs : undefined);
      for (let index = 0; index < sent.end; index++) {
        const anomaly = drawn.of(index);
        const status = anomaly && sent.statusOf(index);
        if (anomaly === undefined || status === undefined) continue;
        const { key, payload, timestampMs } = encode(index, dueMs(index));
        const mark = payload === null ? undefined : markOf(payload);
        yield {
          kind: anomaly.kind,
          index,
          ...detailsOf(anomaly, payload, sent),
          ...keyFields(key),
          ...(mark !== undefined && { mark }),
          ...(isTimed && { timestampMs }),
          status,
        };
      }
    },
  };
}

function detailsOf(anomaly: Anomaly, payload: Uint8Array | null, sent: SentScenario): Omit<TruthEntry, 'kind'> {
  switch (anomaly.kind) {
    case 'tombstone':
      return {};
    case 'duplicate':
      return { original: anomaly.original, originalStatus: sent.statusOf(anomaly.original) ?? 'not sent' };
    case 'late':
      return { lateMs: anomaly.lateMs };
    case 'malformed':
      return { how: anomaly.how, bytes: payload!.length };
  }
}

/** Reads this run's and scenario's mark from a payload, as text; undefined if it is missing or truncated. */
function markReader(
  definition: WorkloadDefinition,
  format: RecordPlan['format'],
  { runTag, scenario }: RecordIdentity,
) {
  const ours = scenarioTag(scenario);
  const head = textMarkHead(runTag, scenario);
  return (payload: Uint8Array): string | undefined => {
    const mark = definition.readMark(payload, format);
    if (mark === undefined || mark.runTag !== runTag || mark.scenarioTag !== ours) return undefined;
    return `${head}${String(mark.index).padStart(INDEX_DIGITS, '0')}`;
  };
}
