/** A bus within one process: every member hears every message, in the order in which they were sent. */
import type { Bus, Channel } from '../../src/shards/bus.ts';

export class MemoryBus {
  readonly #stored: Record<Channel, Uint8Array[]> = { control: [], data: [] };
  readonly #listeners: Record<Channel, Set<(message: Uint8Array) => void>> = { control: new Set(), data: new Set() };

  /** What one process has of it. @param offsetUs its clock less the bus's. */
  member(offsetUs = 0): Bus {
    return {
      kind: 'directory',
      place: 'memory',
      bytesSent: 0,
      send: async (channel, message) => {
        this.#stored[channel].push(message);
        for (const listener of [...this.#listeners[channel]]) listener(message);
      },
      listen: (channel, onMessage) => {
        this.#stored[channel].forEach(onMessage);
        this.#listeners[channel].add(onMessage);
        return {
          caughtUp: Promise.resolve(),
          closed: new Promise(() => {}),
          close: () => this.#listeners[channel].delete(onMessage),
        };
      },
      clockOffset: async () => ({ minUs: offsetUs - 1, maxUs: offsetUs + 1 }),
      remove: async () => {},
      close: async () => {},
    };
  }

  get control(): { readonly kind: string; readonly shard: number }[] {
    return this.#stored.control.map((bytes) => JSON.parse(Buffer.from(bytes).toString()));
  }
}
