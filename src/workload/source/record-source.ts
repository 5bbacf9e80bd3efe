/** One lane's encoded records: the engine's interface to a workload. */
export interface RecordSource {
  readonly records: RecordBatch;
  /** Slots that one `prepare` can fill. */
  readonly batchMax: number;
  /**
   * Fills slots 0..n-1 with records `first`, `first + step`, …; `timestampMs[j]` is slot j's record time (run start
   * wall clock + intended time); a source with late records changes it. Synchronous. Allocates nothing that grows with
   * the number of messages.
   */
  prepare(first: number, step: number, n: number, timestampMs: Float64Array): void;
}

/**
 * The slots of one batch, valid until the next one is prepared. The memory never moves, so its address can be passed to
 * native code.
 */
export interface RecordBatch {
  /** Payload arena: slot j is `payload[payloadOffset[j] .. +payloadLength[j]]`; a length of -1 is a null value. */
  readonly payload: Uint8Array;
  readonly payloadOffset: Int32Array;
  readonly payloadLength: Int32Array;
  /** Key arena; `keyLength[j]` is -1 for a null key. */
  readonly key: Uint8Array;
  readonly keyOffset: Int32Array;
  readonly keyLength: Int32Array;
  /** Partition of slot j by the configured partitioner; -1: the client chooses. */
  readonly partition: Int32Array;
}
