/** What is wrong on purpose with a record, in the words of samples and printed events. */
import { formatCount, formatDuration, NS_PER_MS } from '../units.ts';
import type { GeneratedRecord } from '../workload/workload.ts';

/** Empty for a record as it should be. */
export function describeFate({ fate, payloadBytes }: GeneratedRecord): string {
  switch (fate?.kind) {
    case undefined:
      return '';
    case 'tombstone':
      return 'tombstone';
    case 'duplicate':
      return `duplicate of #${fate.original}`;
    case 'late':
      return `late by ${formatDuration(fate.lateMs * NS_PER_MS)}`;
    case 'malformed':
      return `malformed (${fate.how === 'truncated' ? `truncated to ${formatCount(payloadBytes)} B` : WRONG[fate.how]})`;
  }
}

const WRONG = { 'magic-byte': 'wrong magic byte', 'schema-id': 'unknown schema id' } as const;
