/** What a message cost the client, over the whole run, warm-up included: it shares the process and its connections. */
import type { Result } from './result.ts';

/** Null where it is not known. */
export interface MessageCost {
  /** CPU time per acknowledged message. */
  readonly cpuUs: number | null;
  /** Of record batches per acknowledged message. */
  readonly wireBytes: number | null;
  /** Bytes of payloads and keys ÷ those of record batches. */
  readonly compressionRatio: number | null;
}

interface CostFacts {
  readonly totals: Pick<Result['totals'], 'acked' | 'payloadBytes'>;
  readonly warmup: { readonly totals: CostFacts['totals'] } | null;
  readonly client: Pick<Result['client'], 'cpuSecondsPerMillion'>;
  readonly broker: Pick<Result['broker'], 'batchBytes'>;
}

export function messageCost({ totals, warmup, client, broker }: CostFacts): MessageCost {
  const acked = totals.acked + (warmup?.totals.acked ?? 0);
  const payloadBytes = totals.payloadBytes + (warmup?.totals.payloadBytes ?? 0);
  const { batchBytes } = broker;
  const isKnown = batchBytes !== undefined && batchBytes > 0 && acked > 0;
  return {
    // Seconds per million are microseconds per one.
    cpuUs: client.cpuSecondsPerMillion,
    wireBytes: isKnown ? batchBytes / acked : null,
    compressionRatio: isKnown ? payloadBytes / batchBytes : null,
  };
}
