/** Whether the generator or the brokers were the limit. Part of Result, version 1. */
export interface Verdict {
  readonly status: 'VALID' | 'GENERATOR_LIMITED' | 'BROKER_LIMITED' | 'INCOMPLETE';
  /** Closed loop only: what kept it from being faster. */
  readonly limitedBy?: 'loop' | 'client-thread' | 'broker';
  /** The evidence, one sentence each, the deciding one first. */
  readonly reasons: readonly string[];
}
