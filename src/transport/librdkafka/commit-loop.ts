/** The thread of a CommitThread: waits until it is asked, commits, answers. */
import { COMMIT, COMMIT_FLAG, COMMIT_STATE } from '../commit-memory.ts';
import type { CommitThreadData } from '../commit-thread.ts';
import { librdkafka } from './library.ts';
import { takeTransactionError } from './transaction-error.ts';

/** librdkafka's own thread has looked at a call long before. Whoever closes waits as long. */
const CALL_MS = 1_000;
const TIMED_OUT = -185;

export function commitLoop({ memory: { cells, client: asked, text } }: CommitThreadData): void {
  const rd = librdkafka();
  const leave = (state: number) => {
    Atomics.store(cells, COMMIT.state, state);
    Atomics.notify(cells, COMMIT.state);
  };
  const isClosing = () => Atomics.load(cells, COMMIT.isClosing) === 1;
  leave(COMMIT_STATE.idle);
  for (;;) {
    for (;;) {
      const state = Atomics.load(cells, COMMIT.state);
      if (state === COMMIT_STATE.asked || isClosing()) break;
      Atomics.wait(cells, COMMIT.state, state);
    }
    if (isClosing()) break;
    const client = asked[0]!;
    let error = takeTransactionError(rd, rd.commitTransaction(client, CALL_MS));
    while (error?.code === TIMED_OUT && error.isRetriable && !isClosing()) {
      error = takeTransactionError(rd, rd.commitTransaction(client, CALL_MS));
    }
    cells[COMMIT.flags] = 0;
    if (error !== undefined) {
      const name = Buffer.from(error.name);
      const words = Buffer.from(error.text).subarray(0, text.length - name.length);
      text.set(name);
      text.set(words, name.length);
      cells[COMMIT.code] = error.code;
      cells[COMMIT.nameLength] = name.length;
      cells[COMMIT.textLength] = words.length;
      cells[COMMIT.flags] =
        COMMIT_FLAG.isError |
        (error.isFatal ? COMMIT_FLAG.isFatal : 0) |
        (error.isRetriable ? COMMIT_FLAG.isRetriable : 0) |
        (error.needsAbort ? COMMIT_FLAG.needsAbort : 0);
    }
    if (isClosing()) break;
    leave(COMMIT_STATE.answered);
  }
  leave(COMMIT_STATE.ended);
}
