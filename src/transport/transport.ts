import type { MessageBatch } from './message-batch.ts';

interface MessageMetadata {
  readonly headers: Readonly<Record<string, string>>;
  readonly markHeader?: unknown;
  readonly recordTimestamp?: 'client' | 'intended';
}

/** Whether a lane's messages go by `produceWithMetadata`. */
export function sendsMetadata({ headers, markHeader, recordTimestamp }: MessageMetadata): boolean {
  return recordTimestamp === 'intended' || markHeader !== undefined || Object.keys(headers).length > 0;
}

/**
 * Where a worker's messages go. One transport a worker, synchronous, owned by that worker's thread. A lane
 * is what one producer sends of one scenario; the transport knows its client and its topics.
 */
export interface Transport {
  /** Address of memory that `MessageBatch.set` may point into; 0-based where nothing is dereferenced. */
  address(memory: Uint8Array): number;
  /**
   * Sends places from..from+count-1, all for one partition (-1: the client chooses) of one topic. Payloads and keys are copied
   * before it returns. Returns how many were accepted; when fewer, `batch.error(j)` tells which were not, and why: not
   * necessarily the last ones.
   * @param route lane and topic: a lane's routes follow each other in the order of its topics, after those of the lanes
   * before it. Where each lane has one topic it is the lane's number.
   */
  produce(route: number, partition: number, batch: MessageBatch, from: number, count: number): number;
  /**
   * As produce, but each message with its timestamp (ms, or 0 for the client's own) and the lane's headers.
   * @param index of each message in its lane, for a lane whose mark is a header.
   */
  produceWithMetadata(
    route: number,
    partition: number,
    batch: MessageBatch,
    from: number,
    count: number,
    timestampMs: Float64Array,
    index?: Float64Array,
  ): number;
  /**
   * Waits at most `timeoutMs` for delivery reports, returning as soon as there are some; fills `reports` and returns
   * how many. Where it returns `reports.capacity`, more may be ready: call again with 0.
   */
  poll(timeoutMs: number): number;
  readonly reports: Reports;
  /** Where lanes have transactions: those of each lane's own client. */
  readonly transactions?: Transactional;
  /** Asks the client to send what lingers, waiting at most `timeoutMs`; reports still come by poll. */
  flush(timeoutMs: number): void;
  /** Gives up on everything queued and in flight; each message then reports as purged. */
  purge(): void;
  /** The name (`_QUEUE_FULL`) and meaning of an error code in reports or batches. */
  describe(code: number): ErrorDescription;
  /** The last error that made the client send messages of this lane again, as far as it is known. */
  lastRetry?(lane: number): ErrorDescription | undefined;
  /**
   * What the client saw of the brokers, after the last message was settled. Waits at most `waitMs` for the client to
   * count all it wrote; `wireBytes` is null where it did not get to.
   */
  statistics(waitMs: number): BrokerStatistics | undefined;
  close(): void;
}

export interface ErrorDescription {
  readonly name: string;
  readonly text: string;
}

/** One transaction of a lane at a time. An error that is retriable means: call the same again, it goes on meanwhile. */
export interface Transactional {
  begin(lane: number): TransactionError | undefined;
  /** All messages of the transaction are reported on. Waits at most `timeoutMs`. */
  commit(lane: number, timeoutMs: number): TransactionError | undefined;
  abort(lane: number, timeoutMs: number): TransactionError | undefined;
  /** Asks the lane's client to send what lingers, waiting at most `timeoutMs`; reports still come by poll. */
  flush(lane: number, timeoutMs: number): void;
}

export interface TransactionError extends ErrorDescription {
  readonly code: number;
  /** Its producer is of no more use, for example because another one has its transactional.id. */
  readonly isFatal: boolean;
  readonly isRetriable: boolean;
  /** The transaction can only be aborted. */
  readonly needsAbort: boolean;
}

/** Delivery reports of one poll, as parallel arrays. */
export interface Reports {
  readonly capacity: number;
  /** In-flight slot of report r. */
  readonly slot: Int32Array;
  /** librdkafka error code; 0 = acknowledged. */
  readonly error: Int32Array;
  /** Only where error ≠ 0: 0 not persisted, 1 possibly persisted, 2 persisted (`rd_kafka_message_status`). */
  readonly status: Uint8Array;
}

export function createReports(capacity: number): Reports {
  return {
    capacity,
    slot: new Int32Array(capacity),
    error: new Int32Array(capacity),
    status: new Uint8Array(capacity),
  };
}

export const PERSISTENCE = { notPersisted: 0, possiblyPersisted: 1, persisted: 2 } as const;

/** Facility of the engine's own lines among librdkafka's. */
export const ENGINE_FACILITY = 'ENGINE';

/** Facility of what faults on purpose do. */
export const FAULT_FACILITY = 'FAULT';

/** A line the client wanted to say, with librdkafka's syslog level (0 emergency … 7 debug). */
export interface ClientLog {
  readonly level: number;
  readonly facility: string;
  readonly message: string;
}

export type LogSink = (line: ClientLog) => void;

/** librdkafka statistics over the run; distributions in µs. Each percentile is the greatest of an interval and client. */
export interface BrokerStatistics {
  readonly rttUs: { readonly mean: number; readonly p50: number; readonly p99: number; readonly max: number };
  readonly queueUs: { readonly mean: number; readonly p50: number; readonly p99: number; readonly max: number };
  /** Bytes written to brokers, protocol included; null when they were not counted to the run's end. */
  readonly wireBytes: number | null;
  /** Of them record batches, compressed and with their headers, as brokers store them; null as `wireBytes`. */
  readonly batchBytes: number | null;
  /** Requests outstanding at the brokers: each client's mean and greatest sample, added up; so max is an upper bound. */
  readonly outstandingRequests: { readonly mean: number; readonly max: number };
  /** Connections lost during the run. */
  readonly disconnects: number;
}
