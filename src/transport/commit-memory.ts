/** What a worker and a thread that commits for its producers share. */
export interface CommitMemory {
  /** See COMMIT. */
  readonly cells: Int32Array;
  /** Handle of the producer to commit for. */
  readonly client: BigUint64Array;
  /** Name and text of an error, in UTF-8, one behind the other. */
  readonly text: Uint8Array;
}

export const COMMIT = { state: 0, isClosing: 1, code: 2, flags: 3, nameLength: 4, textLength: 5 } as const;
export const COMMIT_STATE = { starting: 0, idle: 1, asked: 2, answered: 3, ended: 4 } as const;
export const COMMIT_FLAG = { isError: 1, isFatal: 2, isRetriable: 4, needsAbort: 8 } as const;

const TEXT_BYTES = 1024;

export function allocateCommitMemory(): CommitMemory {
  return {
    cells: new Int32Array(new SharedArrayBuffer(4 * Object.keys(COMMIT).length)),
    client: new BigUint64Array(new SharedArrayBuffer(8)),
    text: new Uint8Array(new SharedArrayBuffer(TEXT_BYTES)),
  };
}
