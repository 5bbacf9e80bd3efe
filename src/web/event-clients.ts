/** Those who watch: each is sent the same bytes, and nobody waits for one that does not take them. */
import type { ServerResponse } from 'node:http';

export const CLIENTS_MAX = 20;
/** What a client may be behind, its history apart. A second is some hundred bytes: this is half an hour or so. */
export const BEHIND_BYTES_MAX = 2 ** 20;

export class EventClients {
  /** With what each may have in its socket's buffer. */
  readonly #clients = new Map<ServerResponse, number>();

  get isFull(): boolean {
    return this.#clients.size >= CLIENTS_MAX;
  }

  get size(): number {
    return this.#clients.size;
  }

  /** @param history what it has missed. */
  add(response: ServerResponse, history: Buffer): void {
    this.#clients.set(response, history.length + BEHIND_BYTES_MAX);
    response.on('close', () => this.#clients.delete(response));
    // A connection that breaks is one that closes.
    response.on('error', () => {});
    response.write(history);
  }

  send(frame: Buffer): void {
    for (const [response, bytesMax] of this.#clients) {
      response.write(frame);
      // It comes back by itself and is then sent what it has missed.
      if (response.writableLength > bytesMax) response.destroy();
    }
  }

  /** The last of all; each stays one of them until it has it. */
  end(frame: Buffer): void {
    for (const response of this.#clients.keys()) response.end(frame);
  }
}
