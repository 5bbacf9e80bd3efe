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

interface TopicJson {
  /** Of the record batches sent since the last statistics, compressed. */
  readonly batchsize?: { readonly sum: number };
  readonly partitions: Readonly<Record<string, { readonly partition: number; readonly leader: number }>>;
}

interface StatisticsJson {
  /** Unique per client instance. */
  readonly name: string;
  readonly tx_bytes: number;
  readonly msg_cnt: number;
  readonly brokers: Readonly<Record<string, BrokerJson>>;
  readonly topics: Readonly<Record<string, TopicJson>>;
}

/** Folds the statistics events of one or several clients. */
export class StatisticsFold {
  readonly #rtt = new WindowFold();
  readonly #queue = new WindowFold();
  readonly #wireBytes = new Map<string, number>();
  #batchBytes = 0;
  readonly #settled = new Set<string>();
  readonly #disconnects = new Map<string, number>();
  #outstandingSum = 0;
  #outstandingMax = 0;
  #samples = 0;
  /** Messages in the queues of the client that wrote last. */
  waiting = 0;

  /** Returns whether every broker and partition could take messages when the client wrote this. */
  add(json: string): boolean {
    const statistics = JSON.parse(json) as StatisticsJson;
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
    this.#outstandingSum += outstanding;
    this.#outstandingMax = Math.max(this.#outstandingMax, outstanding);
    this.#samples += 1;
    this.waiting = statistics.msg_cnt;
    return isAllUp(statistics);
  }

  /**
   * Takes only the counts of what the client wrote after its last message was settled: they are final, while its
   * windows and samples would tell of a time in which nothing was sent.
   */
  addSettled(json: string): void {
    const statistics = JSON.parse(json) as StatisticsJson;
    this.#countBytes(statistics);
    this.#settled.add(statistics.name);
  }

  #countBytes({ name, tx_bytes, topics }: StatisticsJson): void {
    this.#wireBytes.set(name, tx_bytes);
    for (const { batchsize } of Object.values(topics)) this.#batchBytes += batchsize?.sum ?? 0;
  }

  result(): BrokerStatistics | undefined {
    if (this.#samples === 0) return undefined;
    const isComplete = this.#settled.size === this.#wireBytes.size;
    return {
      rttUs: this.#rtt.result(),
      queueUs: this.#queue.result(),
      wireBytes: isComplete ? sum(this.#wireBytes) : null,
      batchBytes: isComplete ? this.#batchBytes : null,
      outstandingRequests: { mean: this.#outstandingSum / this.#samples, max: this.#outstandingMax },
      disconnects: sum(this.#disconnects),
    };
  }
}

/** A broker that was never needed has no connection and is not down for that; partition -1 is the unassigned queue. */
function isAllUp({ brokers, topics }: StatisticsJson): boolean {
  if (Object.values(brokers).some(({ nodeid, state }) => nodeid >= 0 && state === 'DOWN')) return false;
  const partitions = Object.values(topics).flatMap((topic) => Object.values(topic.partitions));
  return partitions.every(({ partition, leader }) => partition < 0 || leader >= 0);
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

function sum(values: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const value of values.values()) total += value;
  return total;
}
