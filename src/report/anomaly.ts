/** What is wrong on purpose with a record, in the words of samples and printed events. */
import { formatCount, formatDuration, NS_PER_MS } from '../units.ts';
import type { GeneratedRecord } from '../workload/workload.ts';

/** Empty for a record as it should be. */
export function describeAnomaly({ anomaly, payloadBytes }: GeneratedRecord): string {
  switch (anomaly?.kind) {
    case undefined:
      return '';
    case 'tombstone':
      return 'tombstone';
    case 'duplicate':
      return `duplicate of #${anomaly.original}`;
    case 'late':
      return `late by ${formatDuration(anomaly.lateMs * NS_PER_MS)}`;
    case 'malformed':
      return `malformed (${anomaly.how === 'truncated' ? `truncated to ${formatCount(payloadBytes)} B` : WRONG[anomaly.how]})`;
  }
}

const WRONG = { 'magic-byte': 'wrong magic byte', 'schema-id': 'unknown schema id' } as const;
