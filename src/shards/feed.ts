/**
 * Sends what a shard measures to whoever collects it: once a second what was counted since the last time, and in the end
 * the whole. An observer of the shard's own run, which reads shared memory as the sampler does.
 */
import type { Finding, FinishedRun, Observation, Observer, ReadyRun, Second } from '../coordinator/observer.ts';
import { LoadError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import { createHistogram, type FlatHistogram } from '../recorder/histogram.ts';
import { PHASES, type RunReader } from '../recorder/reader.ts';
import { COUNT_CELLS, LANE_ROWS_MAX, LATENCY, MOMENT } from '../recorder/run-memory.ts';
import type { SecondRow } from '../recorder/second-row.ts';
import { ownResult } from '../result/shard-verdict.ts';
import { NS_PER_SEC } from '../units.ts';
import {
  type CellDifference,
  type CountDifference,
  encodeSecond,
  type MessageHead,
  type PlacedHistogram,
  placeOf,
  type RowFacts,
} from './data-message.ts';
import { encodeFinal, finalReport } from './final-report.ts';
import { differenceOf } from './sparse-histogram.ts';

/** An event is booked some microseconds after it; what is later than so many seconds goes with the last message. */
const LATE_SECONDS = 10;

export interface FeedOptions {
  /** 16 hex digits, another for each process. */
  readonly instance: string;
  /** Resolves when it is stored. */
  readonly send: (message: Uint8Array) => Promise<void>;
}

/** The run ends early where what it measures cannot be sent. */
export function shardFeed({ instance, send }: FeedOptions): Observer {
  let feed: RunFeed | undefined;
  let failure: unknown;
  const sending = new Set<Promise<void>>();
  const push = (message: Uint8Array) => {
    const sent: Promise<void> = send(message)
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => sending.delete(sent));
    sending.add(sent);
  };
  const problem = () => {
    const message = `what was measured could not be sent: ${(failure as Error).message}`;
    return new LoadError('SHARD_FEED', message, { cause: failure });
  };
  return {
    ready: (run) => {
      feed = new RunFeed(run, instance);
      return undefined;
    },
    second: (second): Observation | undefined => {
      push(feed!.second(second));
      if (failure === undefined) return undefined;
      return { stop: { by: 'error', reason: problem().message } };
    },
    finish: async (run): Promise<Finding> => {
      for (const message of feed!.finish(run)) push(message);
      await Promise.all(sending);
      return failure === undefined ? {} : { error: problem() };
    },
  };
}

/** How far it is in telling what its run's memory holds. */
class RunFeed {
  readonly #plan: Plan;
  readonly #reader: RunReader;
  readonly #head: Omit<MessageHead, 'sequence'>;
  /** By thread and lane, as they were told last. */
  readonly #cells: readonly (readonly Float64Array[])[];
  /** By second and lane: sent, acked, failed. */
  readonly #counts: Float64Array[] = [];
  readonly #lanes: readonly ({ readonly lane: number } | undefined)[];
  /** By place; only of those with anything in them. */
  readonly #histograms = new Map<number, FlatHistogram>();
  readonly #now = createHistogram();
  #sequence = 0;
  #rows = 0;

  constructor({ plan, reader }: ReadyRun, instance: string) {
    this.#plan = plan;
    this.#reader = reader;
    const { index, count } = plan.shard ?? { index: 0, count: 1 };
    this.#head = { shard: index, shards: count, instance };
    this.#cells = reader.states().map(() => plan.lanes.map(() => new Float64Array(COUNT_CELLS.length)));
    this.#lanes = plan.lanes.length <= LANE_ROWS_MAX ? plan.lanes : [undefined];
  }

  second({ rows }: Pick<Second, 'rows'>): Uint8Array {
    return this.#encode(rows, Math.max(0, this.#rows - LATE_SECONDS));
  }

  finish(run: FinishedRun): Uint8Array[] {
    const { joinedNs } = this.#reader;
    const beganNs = Math.max(0, ...this.#reader.efforts().map((effort) => effort.beganNs));
    const last = this.#encode(run.series.slice(this.#rows), 0);
    const facts = { run, messages: this.#sequence, joinedNs, beganNs, own: ownResult(this.#plan, run, joinedNs) };
    return [last, ...encodeFinal(finalReport(facts), this.#head)];
  }

  /** @param from the first second whose counts may have changed. */
  #encode(rows: readonly SecondRow[], from: number): Uint8Array {
    const reader = this.#reader;
    const first = this.#rows;
    this.#rows += rows.length;
    // What has settled is read before what was sent, and counters before latencies, as they are written.
    const cells = this.#cellDifferences();
    const { user, system } = process.cpuUsage();
    const { joinedNs } = reader;
    const facts = {
      ...{ ...this.#head, sequence: this.#sequence++, joinedNs, state: Math.min(...reader.states()) },
      ...{ cpuMs: (user + system) / 1e3, rssBytes: process.memoryUsage.rss() },
      rows: rows.filter(({ second }) => (second + 1) * NS_PER_SEC > joinedNs).map(rowFacts),
      latencySecond: this.#busiest(first),
      counts: this.#countDifferences(from),
      cells,
      loops: reader.efforts(),
    };
    return encodeSecond(facts, this.#histogramDifferences());
  }

  /** As the sampler has it: of several rows the one with the most acknowledgements, of none the last one. */
  #busiest(first: number): number {
    let busiest = Math.min(first, Math.max(0, this.#rows - 1));
    for (let second = busiest + 1; second < this.#rows; second++) {
      if (this.#reader.second(second).acked > this.#reader.second(busiest).acked) busiest = second;
    }
    return busiest;
  }

  #countDifferences(from: number): CountDifference[] {
    const differences: CountDifference[] = [];
    for (let second = from; second < this.#rows; second++) {
      this.#counts[second] ??= new Float64Array(3 * this.#lanes.length);
      const known = this.#counts[second]!;
      for (const [i, lane] of this.#lanes.entries()) {
        const { sent, acked, failed } = this.#reader.second(second, lane);
        const [sentBefore, ackedBefore, failedBefore] = known.subarray(3 * i);
        known.set([sent, acked, failed], 3 * i);
        const own = { sent: sent - sentBefore!, acked: acked - ackedBefore!, failed: failed - failedBefore! };
        if (own.sent + own.acked + own.failed > 0) differences.push({ second, lane: i, ...own });
      }
    }
    return differences;
  }

  #cellDifferences(): CellDifference[] {
    const differences: CellDifference[] = [];
    for (const { lane } of this.#plan.lanes) {
      for (const [thread, cells] of this.#reader.cells({ lane }).entries()) {
        const known = this.#cells[thread]![lane]!;
        const counts: number[] = [];
        for (let i = COUNT_CELLS.length - 1; i >= 0; i--) {
          const now = cells[COUNT_CELLS[i]!]!;
          if (now !== known[i]) counts.push(i, now - known[i]!);
          known[i] = now;
        }
        if (counts.length === 0) continue;
        const moment = (of: number) => cells[of]!;
        const moments = { firstSentNs: moment(MOMENT.firstSent), lastSentNs: moment(MOMENT.lastSent) };
        differences.push({ thread, lane, counts, ...moments, lastAckNs: moment(MOMENT.lastAck) });
      }
    }
    return differences;
  }

  *#histogramDifferences(): Generator<PlacedHistogram> {
    for (const lane of this.#plan.lanes) {
      for (const phase of PHASES) {
        const selection = { lanes: [lane], phases: [phase] };
        if (this.#reader.counts(selection).sent === 0) continue;
        for (const latency of Object.values(LATENCY)) {
          const place = placeOf(lane.lane, phase, latency);
          const earlier = this.#histograms.get(place) ?? createHistogram();
          this.#histograms.set(place, earlier);
          const difference = differenceOf(this.#reader.histogram(selection, latency, this.#now), earlier);
          if (difference.buckets.length > 0) yield { place, ...difference };
        }
      }
    }
  }
}

function rowFacts(row: SecondRow): RowFacts {
  const { second, inFlight, scheduleLagP99 } = row;
  return {
    second,
    inFlight,
    scheduleLagP99: scheduleLagP99 === null ? null : Math.max(0, Math.round(scheduleLagP99)),
    cpu: hundredths(row.cpuPct),
    loopCpu: row.loopCpuPct === null ? null : hundredths(row.loopCpuPct),
    clientCpu: row.clientCpuPct === null ? null : hundredths(row.clientCpuPct),
    mainCpu: row.mainCpuPct === null ? null : hundredths(row.mainCpuPct),
  };
}

function hundredths(percent: number): number {
  return Math.max(0, Math.round(100 * percent));
}
