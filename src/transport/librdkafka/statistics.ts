/** librdkafka's own statistics (STATISTICS.md), folded over the run into what the result reports about the brokers. */
import type { BrokerStatistics } from '../transport.ts';

interface Window {
  readonly avg: number;
  readonly cnt: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

interface BrokerJson {
  readonly state: string;
  readonly nodeid: number;
  readonly rtt?: Window;
  readonly int_latency?: Window;
  readonly waitresp_cnt: number;
  readonly disconnects: number;
}

interface Statistics {
  /** Unique per client instance. */
  readonly name: string;
  readonly msg_cnt: number;
  readonly brokers: Readonly<Record<string, BrokerJson>>;
  readonly tx_bytes: number;
  /** Of the record batches sent since the last statistics, compressed. */
  readonly batchBytes: number;
  /** Every partition has a leader. */
  readonly areLed: boolean;
}

const TOPICS = '"topics":';
const TX_BYTES = '"tx_bytes":';
const BATCH_SIZE = '"batchsize":';
const TOPIC = '"topic":';
const SUM = '"sum":';
const LEADER_NONE = '"leader":-1';
const PARTITION = '"partition":';
/** Of each broker all partitions that it leads, an object each: nobody reads them. */
const TOPPARS = /, *"toppars": *\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}/g;
const MINUS = 45;
const DIGITS_MAX = 20;

/**
 * What is read of librdkafka's text. It has 750 bytes for each partition that the client knows, and parsing all of 10,000
 * would stop the loop for 35 ms every second: of the topics only the numbers that are wanted are looked for. Names of
 * topics have no quotes.
 */
export function readStatistics(json: string): Statistics {
  const topicsAt = json.indexOf(TOPICS);
  const head = JSON.parse(`${json.slice(0, json.lastIndexOf(',', topicsAt)).replace(TOPPARS, '')}}`) as Statistics;
  const { name, msg_cnt, brokers } = head;
  const tx_bytes = numberAfter(json, TX_BYTES, json.lastIndexOf(TX_BYTES));
  let batchBytes = 0;
  for (let at = json.indexOf(BATCH_SIZE, topicsAt); at >= 0; at = json.indexOf(BATCH_SIZE, at + 1)) {
    // Unless it is the name of a topic.
    const isTopic = json.startsWith(TOPIC, json.indexOf('"', at + BATCH_SIZE.length));
    if (!isTopic) batchBytes += numberAfter(json, SUM, at);
  }
  return { name, msg_cnt, brokers, tx_bytes, batchBytes, areLed: areLed(json, topicsAt) };
}

function numberAfter(json: string, name: string, from: number): number {
  const at = json.indexOf(name, from) + name.length;
  return Number.parseInt(json.slice(at, at + DIGITS_MAX), 10);
}

/** Partition -1 is the unassigned queue. */
function areLed(json: string, topicsAt: number): boolean {
  for (let at = json.indexOf(LEADER_NONE, topicsAt); at >= 0; at = json.indexOf(LEADER_NONE, at + 1)) {
    const partition = json.lastIndexOf(PARTITION, at) + PARTITION.length;
    if (json.charCodeAt(partition) !== MINUS) return false;
  }
  return true;
}

/** Folds the statistics events of one or several clients. */
export class StatisticsFold {
  readonly #rtt = new WindowFold();
  readonly #queue = new WindowFold();
  readonly #wireBytes = new Map<string, number>();
  #batchBytes = 0;
  readonly #settled = new Set<string>();
  readonly #disconnects = new Map<string, number>();
  /** By client, over its own samples. */
  readonly #outstanding = new Map<string, { readonly total: number; readonly max: number; readonly samples: number }>();
  /** Messages in the queues of the client that wrote last. */
  waiting = 0;

  /** Returns whether every broker and partition could take messages when the client wrote this. */
  add(json: string): boolean {
    const statistics = readStatistics(json);
    let outstanding = 0;
    let disconnects = 0;
    for (const broker of Object.values(statistics.brokers)) {
      this.#rtt.add(broker.rtt);
      this.#queue.add(broker.int_latency);
      if (broker.nodeid >= 0) outstanding += broker.waitresp_cnt;
      disconnects += broker.disconnects;
    }
    this.#countBytes(statistics);
    this.#disconnects.set(statistics.name, disconnects);
    const { total, max, samples } = this.#outstanding.get(statistics.name) ?? { total: 0, max: 0, samples: 0 };
    this.#outstanding.set(statistics.name, {
      total: total + outstanding,
      max: Math.max(max, outstanding),
      samples: samples + 1,
    });
    this.waiting = statistics.msg_cnt;
    return isAllUp(statistics);
  }

  /**
   * Takes only the counts of what the client wrote after its last message was settled: they are final, while its
   * windows and samples would tell of a time in which nothing was sent.
   */
  addSettled(json: string): void {
    const statistics = readStatistics(json);
    this.#countBytes(statistics);
    this.#settled.add(statistics.name);
  }

  #countBytes({ name, tx_bytes, batchBytes }: Statistics): void {
    this.#wireBytes.set(name, tx_bytes);
    this.#batchBytes += batchBytes;
  }

  result(): BrokerStatistics | undefined {
    if (this.#outstanding.size === 0) return undefined;
    const isComplete = this.#settled.size === this.#wireBytes.size;
    return {
      rttUs: this.#rtt.result(),
      queueUs: this.#queue.result(),
      wireBytes: isComplete ? sum(this.#wireBytes, Number) : null,
      batchBytes: isComplete ? this.#batchBytes : null,
      outstandingRequests: {
        mean: sum(this.#outstanding, ({ total, samples }) => total / samples),
        max: sum(this.#outstanding, ({ max }) => max),
      },
      disconnects: sum(this.#disconnects, Number),
    };
  }
}

/** A broker that was never needed has no connection and is not down for that. */
function isAllUp({ brokers, areLed }: Statistics): boolean {
  return areLed && !Object.values(brokers).some(({ nodeid, state }) => nodeid >= 0 && state === 'DOWN');
}

class WindowFold {
  #sum = 0;
  #count = 0;
  #p50 = 0;
  #p99 = 0;
  #max = 0;

  add(window: Window | undefined): void {
    if (window === undefined || window.cnt === 0) return;
    this.#sum += window.avg * window.cnt;
    this.#count += window.cnt;
    this.#p50 = Math.max(this.#p50, window.p50);
    this.#p99 = Math.max(this.#p99, window.p99);
    this.#max = Math.max(this.#max, window.max);
  }

  result(): BrokerStatistics['rttUs'] {
    return { mean: this.#count === 0 ? 0 : this.#sum / this.#count, p50: this.#p50, p99: this.#p99, max: this.#max };
  }
}

function sum<T>(values: ReadonlyMap<string, T>, pick: (value: T) => number): number {
  let total = 0;
  for (const value of values.values()) total += pick(value);
  return total;
}
