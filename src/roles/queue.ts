/**
 * The queue between producer and senders. At least once: what was taken and never acknowledged comes back, to another
 * sender or another process, whatever became of the one that took it.
 */

export interface MessageQueue {
  /**
   * The next message, as soon as there is one; undefined once `signal` is aborted. Several senders of a process may
   * wait at the same time, and each message goes to one of them. While the back end cannot be reached it waits and
   * tries again.
   * @throws LoadError when reading cannot go on: no right to read, the queue was deleted.
   */
  take(signal: AbortSignal): Promise<TakenMessage | undefined>;
  /**
   * The message is dealt with and its result is kept: it need not come again. Where the connection it was taken on is
   * gone it does come again, which is not an error.
   */
  acknowledge(message: TakenMessage): void;
  /** Waits for the acknowledgements to arrive, gives back what was taken without one, and frees everything. */
  close(): Promise<void>;
}

export interface TakenMessage {
  /** The whole value, its own memory: it lives longer than the client's buffers. */
  readonly payload: Uint8Array;
}

export interface QueueProducer {
  /** Resolves when the back end has the message safely; while it cannot be reached it waits and tries again. */
  put(payload: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** What every back end is given when it is opened. */
export interface BackEndOptions {
  /** A sentence for the person at the terminal: the connection is lost, it is there again. */
  readonly onWarning: (text: string) => void;
}
