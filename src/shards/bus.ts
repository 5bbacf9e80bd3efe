/**
 * How the processes of a sharded run talk: messages that are stored, and that everyone hears from the first one on,
 * however late it comes. On `control` all speak and listen; on `data` shards speak, and only who collects listens.
 */
import type { OffsetBound } from '../clock-offset.ts';
import { LoadError } from '../errors.ts';

export type Channel = 'control' | 'data';

/** Bytes of a message: below what a broker takes by default, 1,048,588 with what is around it. */
export const MESSAGE_BYTES_MAX = 1_000_000;

/** Messages of one sender come in order; each at least once. */
export interface Bus {
  /** `kafka` or `directory`, for reports. */
  readonly kind: 'kafka' | 'directory';
  /** For messages to people: `topics load-bus-x-* on 127.0.0.1:9092`, `directory /tmp/x`. */
  readonly place: string;
  /**
   * Resolves when it is stored. 1 to MESSAGE_BYTES_MAX bytes. @throws LoadError where it cannot be; on Kafka after 60 s
   * without a broker on control, 5 minutes on data, and it may get there later all the same.
   */
  send(channel: Channel, message: Uint8Array): Promise<void>;
  /** Every message of the channel, those that are there already first. The listener may keep what it gets. */
  listen(channel: Channel, onMessage: (message: Uint8Array) => void): Listening;
  /**
   * This process's wall clock (Date.now) less the bus's, µs: all shards start by the bus's clock. Kafka: from
   * LogAppendTime round trips; a directory: 0 on the host of shard 0, whose clock is the bus's. Undefined where nothing
   * is known of it.
   */
  clockOffset(): Promise<OffsetBound | undefined>;
  /** Bytes sent so far. */
  readonly bytesSent: number;
  /** Removes what all stored for this run: files, topics. Nothing is sent or heard after it. */
  remove(): Promise<void>;
  close(): Promise<void>;
}

export interface Listening {
  /** All that was stored when listening began has been heard. Rejects where the bus cannot be read any more. */
  readonly caughtUp: Promise<void>;
  /** Resolves after `close`. Rejects where the bus cannot be read any more, also later than `caughtUp`. */
  readonly closed: Promise<void>;
  close(): void;
}

/** A process of a run, as the bus knows it. */
export interface BusMember {
  readonly id: string;
  readonly shard: number;
  /** 16 hex digits, another for each process. */
  readonly instance: string;
}

/** @throws LoadError BUS_MESSAGE */
export function checkSize({ length }: Uint8Array): void {
  if (length > 0 && length <= MESSAGE_BYTES_MAX) return;
  throw new LoadError('BUS_MESSAGE', `a message of ${length} bytes: the bus takes 1 to ${MESSAGE_BYTES_MAX}`);
}
