/**
 * Commits transactions in a thread of its own, one at a time, for a loop that must not wait.
 *
 * librdkafka can be called with a short time-out again and again instead. But when the time is over before its own thread has
 * looked at such a call (a busy machine is enough), it forgets that a commit is under way, takes the coordinator's answer for
 * that of an abort, and ends the process: `BUG: Invalid transaction state transition`. Here calls last long enough.
 */
import { Worker } from 'node:worker_threads';
import { EXIT, LoadError } from '../errors.ts';
import { allocateCommitMemory, COMMIT, COMMIT_FLAG, COMMIT_STATE, type CommitMemory } from './commit-memory.ts';
import type { TransactionError } from './transport.ts';

const ENTRY = new URL('../../workers/committer.js', import.meta.url);
const START_MS = 20_000;
/** Longer than a call of the thread, see commit-loop. */
const CLOSE_MS = 5_000;
/** Its answer where the commit goes on. */
export const UNDER_WAY: TransactionError = {
  ...{ code: -185, name: '_TIMED_OUT', text: 'the commit is under way' },
  ...{ isFatal: false, isRetriable: true, needsAbort: false },
};

export interface CommitThreadData {
  readonly memory: CommitMemory;
}

export class CommitThread {
  readonly #memory = allocateCommitMemory();

  constructor() {
    const workerData: CommitThreadData = { memory: this.#memory };
    new Worker(ENTRY, { workerData, name: 'committer' }).unref();
  }

  /** @throws LoadError where the thread did not start. */
  awaitStart(): void {
    if (this.#await(COMMIT_STATE.starting, START_MS)) return;
    throw new LoadError('TRANSACTIONS', `the thread that commits did not start within ${START_MS / 1000} s`, {
      exitCode: EXIT.failed,
      hint: 'is there memory for one more thread?',
    });
  }

  /** Begins to commit, or goes on, with the same producer; waits at most `timeoutMs`. @param client its handle. */
  commit(client: bigint, timeoutMs: number): TransactionError | undefined {
    const { cells, client: asked } = this.#memory;
    if (Atomics.load(cells, COMMIT.state) === COMMIT_STATE.idle) asked[0] = client;
    if (Atomics.compareExchange(cells, COMMIT.state, COMMIT_STATE.idle, COMMIT_STATE.asked) === COMMIT_STATE.idle) {
      Atomics.notify(cells, COMMIT.state);
    }
    if (!this.#await(COMMIT_STATE.asked, timeoutMs)) return UNDER_WAY;
    const error = this.#answer();
    Atomics.store(cells, COMMIT.state, COMMIT_STATE.idle);
    return error;
  }

  #answer(): TransactionError | undefined {
    const { cells, text } = this.#memory;
    const flags = cells[COMMIT.flags]!;
    if (flags === 0) return undefined;
    const nameEnd = cells[COMMIT.nameLength]!;
    return {
      code: cells[COMMIT.code]!,
      name: Buffer.from(text.subarray(0, nameEnd)).toString(),
      text: Buffer.from(text.subarray(nameEnd, nameEnd + cells[COMMIT.textLength]!)).toString(),
      isFatal: (flags & COMMIT_FLAG.isFatal) !== 0,
      isRetriable: (flags & COMMIT_FLAG.isRetriable) !== 0,
      needsAbort: (flags & COMMIT_FLAG.needsAbort) !== 0,
    };
  }

  /** Its producers may be destroyed then. */
  close(): void {
    const { cells } = this.#memory;
    Atomics.store(cells, COMMIT.isClosing, 1);
    for (;;) {
      for (const state of [COMMIT_STATE.idle, COMMIT_STATE.answered]) {
        Atomics.compareExchange(cells, COMMIT.state, state, COMMIT_STATE.asked);
      }
      Atomics.notify(cells, COMMIT.state);
      // Answered after all, and not yet told.
      if (!this.#await(COMMIT_STATE.asked, CLOSE_MS) || cells[COMMIT.state] !== COMMIT_STATE.answered) return;
    }
  }

  /** Whether it left the state in time. */
  #await(state: number, timeoutMs: number): boolean {
    const { cells } = this.#memory;
    Atomics.wait(cells, COMMIT.state, state, timeoutMs);
    return Atomics.load(cells, COMMIT.state) !== state;
  }
}
