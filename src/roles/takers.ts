/** Senders of one process that wait for a message, first come first served; what all queues have in common. */
export class Takers<Message> {
  readonly #waiting = new Set<{
    readonly resolve: (message: Message | undefined) => void;
    readonly reject: (error: unknown) => void;
  }>();
  /** For senders that did not want them any more. */
  #left: Message[] = [];
  #failure: { readonly error: unknown } | undefined;

  /** How many wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** The next message; undefined once the signal is aborted. */
  async take(signal: AbortSignal): Promise<Message | undefined> {
    if (signal.aborted) return undefined;
    if (this.#failure !== undefined) throw this.#failure.error;
    const left = this.#left.shift();
    if (left !== undefined) return left;
    let giveUp: (() => void) | undefined;
    try {
      return await new Promise<Message | undefined>((resolve, reject) => {
        const taker = { resolve, reject };
        giveUp = () => {
          this.#waiting.delete(taker);
          resolve(undefined);
        };
        signal.addEventListener('abort', giveUp);
        this.#waiting.add(taker);
      });
    } finally {
      signal.removeEventListener('abort', giveUp!);
    }
  }

  hand(message: Message): void {
    const [taker] = this.#waiting;
    if (taker === undefined) {
      this.#left.push(message);
      return;
    }
    this.#waiting.delete(taker);
    taker.resolve(message);
  }

  /** Messages that nobody has taken yet come from elsewhere now. */
  forget(): void {
    this.#left = [];
  }

  /** Whoever waits, or takes after this, gets the error. */
  fail(error: unknown): void {
    this.#failure = { error };
    for (const { reject } of this.#waiting) reject(error);
    this.#waiting.clear();
  }
}
