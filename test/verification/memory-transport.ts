/** A transport whose broker is arrays: real lanes write to it, and a test changes what stands there. */
import type { MessageBatch } from '../../src/transport/message-batch.ts';
import { createReports, type Transport } from '../../src/transport/transport.ts';
import { MARK_BYTES, MARK_HEADER, MARK_INDEX_AT } from '../../src/workload/encoding/mark.ts';
import type { LogRecord } from '../reading/memory-records.ts';

const QUEUE_FULL = -184;
/** A message that is dated so long after its record: a closed loop's time cannot be known from it. */
const SLOW_MS = 200;

export interface MemoryTransportOptions {
  /** Lane and topic of each. */
  readonly routes: readonly {
    readonly lane: number;
    readonly topic: string;
    readonly partitions: number;
    readonly markHead?: Uint8Array;
  }[];
  readonly logs: MemoryLogs;
  readonly worker: number;
  /** Draws 0..below-1. */
  readonly draw: (below: number) => number;
  readonly nowMs: () => number;
}

export interface SentRecord extends LogRecord {
  /** In-flight slot and worker of the message. */
  readonly slot: number;
  readonly worker: number;
  readonly lane: number;
}

/** By topic and partition, in the order of the log. */
export class MemoryLogs {
  readonly partitions = new Map<string, SentRecord[]>();

  append(record: Omit<SentRecord, 'offset'>): void {
    const key = `${record.topic} ${record.partition}`;
    const log = this.partitions.get(key) ?? [];
    this.partitions.set(key, log);
    log.push({ ...record, offset: log.length });
  }
}

function markOf(head: Uint8Array, index: number): Uint8Array {
  const mark = Buffer.alloc(MARK_BYTES);
  mark.set(head);
  mark.writeUIntBE(index, MARK_INDEX_AT, MARK_BYTES - MARK_INDEX_AT);
  return mark;
}

export class MemoryTransport implements Transport {
  readonly reports = createReports(1);
  /** Messages that the client's queue takes until it is full. */
  room = Number.POSITIVE_INFINITY;
  /** What was taken since the last look. */
  taken: SentRecord[] = [];
  readonly #options: MemoryTransportOptions;
  readonly #memories: { readonly base: number; readonly bytes: Uint8Array }[] = [];

  constructor(options: MemoryTransportOptions) {
    this.#options = options;
  }

  address(bytes: Uint8Array): number {
    const last = this.#memories.at(-1);
    const base = last === undefined ? 4096 : last.base + last.bytes.length + 4096;
    this.#memories.push({ base, bytes });
    return base;
  }

  produce(route: number, partition: number, batch: MessageBatch, from: number, count: number): number {
    return this.produceWithMetadata(route, partition, batch, from, count);
  }

  produceWithMetadata(
    route: number,
    partition: number,
    batch: MessageBatch,
    from: number,
    count: number,
    timestampMs?: Float64Array,
    index?: Float64Array,
  ): number {
    const { routes, draw, worker, nowMs } = this.#options;
    const { lane, topic, partitions, markHead } = routes[route]!;
    const sticky = partition < 0 ? draw(partitions) : partition;
    let accepted = 0;
    for (let place = from; place < from + count; place++) {
      const isFull = this.room <= 0;
      batch.setError(place, isFull ? QUEUE_FULL : 0);
      if (isFull) continue;
      this.room -= 1;
      accepted += 1;
      this.taken.push({
        topic,
        partition: sticky,
        offset: -1,
        value: this.#bytes(batch.payloadAddress(place), batch.payloadLength(place)),
        key: this.#bytes(batch.keyAddress(place), batch.keyLength(place)),
        timestampMs: timestampMs?.[place] || nowMs() + (draw(20) === 0 ? SLOW_MS : draw(3)),
        ...(markHead && { headers: [[MARK_HEADER, markOf(markHead, index![place]!)] as const] }),
        ...{ slot: batch.slot(place), worker, lane },
      });
    }
    return accepted;
  }

  #bytes(address: number, length: number): Uint8Array | null {
    if (address === 0) return null;
    const { base, bytes } = this.#memories.findLast((each) => each.base <= address)!;
    return bytes.slice(address - base, address - base + length);
  }

  poll(): number {
    return 0;
  }

  flush(): void {}
  purge(): void {}

  describe(code: number): { name: string; text: string } {
    return { name: `${code}`, text: `error ${code}` };
  }

  statistics(): undefined {
    return undefined;
  }

  close(): void {}
}
