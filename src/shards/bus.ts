/**
 * How the processes of a sharded run talk: messages that are stored, and that everyone hears from the first one on,
 * however late it comes. On `control` all speak and listen; on `data` shards speak, and only who collects listens.
 */
import type { OffsetBound } from '../clock-offset.ts';
import { LoadError } from '../errors.ts';

export type Channel = 'control' | 'data';

/**
 * While nobody takes a message: no broker, a full disk. Of a second that is not stored the run is incomplete, so an outage
 * that is part of the test has its time; who speaks on the control channel waits for it.
 */
export const SEND_MS: Readonly<Record<Channel, number>> = { control: 60_000, data: 300_000 };

/** Bytes of a message: below what a broker takes by default, 1,048,588 with what is around it. */
export const MESSAGE_BYTES_MAX = 1_000_000;

/** Messages of one sender come in order; each at least once. */
export interface Bus {
  /** `kafka` or `directory`, for reports. */
  readonly kind: 'kafka' | 'directory';
  /** For messages to people: `topics load-bus-x-* on 127.0.0.1:9092`, `directory /tmp/x`. */
  readonly place: string;
  /**
   * Resolves when it is stored. 1 to MESSAGE_BYTES_MAX bytes. @throws LoadError where it cannot be, after SEND_MS; on Kafka
   * it may get there later all the same.
   */
  send(channel: Channel, message: Uint8Array): Promise<void>;
  /**
   * Every message of the channel, those that are there already first. The listener may keep what it gets.
   * @param onDamaged what one process has stored cannot be read on; the others are still heard. Without it that ends the
   * listening.
   */
  listen(channel: Channel, onMessage: (message: Uint8Array) => void, onDamaged?: OnDamaged): Listening;
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

export type OnDamaged = (sender: Pick<BusMember, 'shard' | 'instance'>, reason: string) => void;

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
