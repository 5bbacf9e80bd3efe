/** The ground truth of a messy scenario: each messy record that was sent, in the order of their indexes. */
import type { RecordPlan } from '../plan/plan.ts';
import type { RecordIdentity, WorkloadDefinition } from './definition.ts';
import { scenarioTag, textMarkHead } from './encoding/mark.ts';
import { keyFields } from './encoding/payload-decoder.ts';
import { INDEX_DIGITS, TIMESTAMP_MAX_MS } from './encoding/stamp.ts';
import type { GroundTruth, SentScenario, TruthEntry } from './ground-truth.ts';
import { definitionOf } from './loaded-definition.ts';
import { type Fate, Fates } from './mess.ts';
import { openEncoder } from './workload.ts';

/** Undefined where nothing of the scenario is messy. */
export function messTruth(record: RecordPlan, identity: RecordIdentity): GroundTruth | undefined {
  const { mess, format, workload } = record;
  if (mess === undefined) return undefined;
  const fates = new Fates(mess, format, identity);
  const markOf = markReader(definitionOf(workload), format, identity);
  return {
    *entries(sent) {
      const isTimed = sent.dueMs(0) !== undefined;
      const dueMs = (index: number) => sent.dueMs(index) ?? TIMESTAMP_MAX_MS;
      const encode = openEncoder(record, identity, isTimed ? dueMs : undefined);
      for (let index = 0; index < sent.end; index++) {
        const fate = fates.of(index);
        const status = fate && sent.statusOf(index);
        if (fate === undefined || status === undefined) continue;
        const { key, payload, timestampMs } = encode(index, dueMs(index));
        const mark = payload === null ? undefined : markOf(payload);
        yield {
          kind: fate.kind,
          index,
          ...detailsOf(fate, payload, sent),
          ...keyFields(key),
          ...(mark !== undefined && { mark }),
          ...(isTimed && { timestampMs }),
          status,
        };
      }
    },
  };
}

function detailsOf(fate: Fate, payload: Uint8Array | null, sent: SentScenario): Omit<TruthEntry, 'kind'> {
  switch (fate.kind) {
    case 'tombstone':
      return {};
    case 'duplicate':
      return { original: fate.original, originalStatus: sent.statusOf(fate.original) ?? 'not sent' };
    case 'late':
      return { lateMs: fate.lateMs };
    case 'malformed':
      return { how: fate.how, bytes: payload!.length };
  }
}

/** The mark of this run and scenario in a payload, as text; undefined where there is none, or no longer. */
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
