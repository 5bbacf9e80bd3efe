/**
 * How the processes of a sharded run talk: messages that are stored, and that everyone hears from the first one on,
 * however late it comes. On `control` all speak and listen; on `data` shards speak, and only who collects listens.
 */
import type { OffsetBound } from '../clock-offset.ts';

export type Channel = 'control' | 'data';

/** Messages of one sender come in order; each at least once. */
export interface Bus {
  /** `kafka` or `directory`, for reports. */
  readonly kind: 'kafka' | 'directory';
  /** For messages to people: `topic load-bus-x on 127.0.0.1:9092`, `directory /tmp/x`. */
  readonly place: string;
  /** Resolves when it is stored. @throws LoadError where it cannot be. */
  send(channel: Channel, message: Uint8Array): Promise<void>;
  /** Every message of the channel, those that are there already first. */
  listen(channel: Channel, onMessage: (message: Uint8Array) => void): Listening;
  /**
   * This process's wall clock (Date.now) less the bus's, µs: all shards start by the bus's clock. Kafka: from
   * LogAppendTime round trips; a directory: 0 where all are on this host. Undefined where nothing is known of it.
   */
  clockOffset(): Promise<OffsetBound | undefined>;
  /** Bytes sent so far. */
  readonly bytesSent: number;
  /** Removes what it stored: files, topics that were made for this run. */
  remove(): Promise<void>;
  close(): Promise<void>;
}

export interface Listening {
  /** All that was stored when listening began has been heard. Rejects where the bus cannot be read any more. */
  readonly caughtUp: Promise<void>;
  close(): void;
}
