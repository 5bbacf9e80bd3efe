/** What a shard sends, without the shard: a real feed's messages of a drawn load, again and again, none like another. */

import type { Plan } from '../../src/plan/plan.ts';
import { workerOf } from '../../src/plan/shard.ts';
import { STATE } from '../../src/recorder/control-memory.ts';
import { createHistogram, record } from '../../src/recorder/histogram.ts';
import { measureLane } from '../../src/recorder/lane-measurement.ts';
import type { Totals } from '../../src/recorder/measurement.ts';
import { allocateRunMemory, COUNT_CELLS, COUNTER, counterCell, LATENCY, LOAD } from '../../src/recorder/run-memory.ts';
import { summarize } from '../../src/result/latency.ts';
import { encodeSecond, type PlacedHistogram, placeOf } from '../../src/shards/data-message.ts';
import { encodeFinal, type FinalReport, WEIGHTS, weightOf } from '../../src/shards/final-report.ts';
import { differenceOf, packHistogram, type SparseHistogram } from '../../src/shards/sparse-histogram.ts';

const SEC = 1e9;
/** Seconds that differ from each other; shards begin at different ones. */
const DRAWN_SECONDS = 32;
const KINDS = Object.values(LATENCY);

export interface SyntheticLoad {
  /** A second and shard. */
  readonly messages: number;
  readonly threads: number;
  /** Median and spread (of the logarithm) of the response, µs. */
  readonly medianUs: number;
  readonly sigma: number;
}

/** Differences of one lane by second and LATENCY. */
export function drawSeconds({ messages, medianUs, sigma }: SyntheticLoad, seed = 1): SparseHistogram[][] {
  const draw = generator(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
  return Array.from({ length: DRAWN_SECONDS }, () => {
    const cells = KINDS.map(() => createHistogram());
    for (let i = 0; i < messages; i++) {
      const serviceUs = medianUs * Math.exp(sigma * normal());
      const lagUs = 60 * Math.exp(0.8 * normal());
      record(cells[LATENCY.response]!, serviceUs + lagUs, 1);
      record(cells[LATENCY.service]!, serviceUs, 1);
      record(cells[LATENCY.scheduleLag]!, lagUs, 1);
    }
    return cells.map((each) => {
      const { buckets, counts, ...extremes } = differenceOf(each, createHistogram());
      return { buckets: buckets.slice(), counts: counts.slice(), ...extremes };
    });
  });
}

/** One lane, all of it acknowledged in the second in which it was sent. */
export class SyntheticShard {
  readonly #plan: Plan;
  readonly #load: SyntheticLoad;
  readonly #seconds: readonly (readonly SparseHistogram[])[];
  readonly #head: { readonly shard: number; readonly shards: number; readonly instance: string };
  readonly #sums: number[] = KINDS.map(() => 0);
  readonly #checks: [number, number][] = KINDS.map(() => [0, 0]);
  #second = 0;

  constructor(plan: Plan, load: SyntheticLoad, seconds: readonly (readonly SparseHistogram[])[]) {
    this.#plan = plan;
    this.#load = load;
    this.#seconds = seconds;
    const { index: shard, count: shards } = plan.shard!;
    this.#head = { shard, shards, instance: shard.toString(16).padStart(16, '0') };
  }

  next(): Uint8Array {
    const { messages, threads } = this.#load;
    const second = this.#second++;
    const atNs = (second + 1) * SEC;
    const each = messages / threads;
    const cellOf = (thread: number) => {
      const counts = (
        [
          ['sent', each],
          ['acked', each],
          ['bytes', 200 * each],
        ] as const
      ).flatMap(([name, count]) => {
        return [COUNT_CELLS.indexOf(counterCell(LOAD, COUNTER[name])), count];
      });
      return { thread, lane: 0, counts, firstSentNs: 1e5, lastSentNs: atNs - 1e5, lastAckNs: atNs - 5e4 };
    };
    const loop = { busyNs: 3e8 * (second + 1), idleNs: 7e8 * (second + 1), blockedNs: 0, beganNs: 1e6 };
    const numbers = Array.from({ length: threads }, (_, thread) => thread);
    const shares = { loopCpu: 3_123, clientCpu: 2_345, mainCpu: 412 };
    const facts = {
      ...{ ...this.#head, sequence: second, joinedNs: 0, state: STATE.load, cpuMs: 900 * (second + 1), rssBytes: 2e8 },
      rows: [{ second, inFlight: 37, scheduleLagP99: 412, cpu: 9_876, ...shares }],
      latencySecond: second,
      counts: [{ second, lane: 0, sent: messages, acked: messages, failed: 0 }],
      cells: numbers.map(cellOf),
      loops: numbers.map(() => ({ ...loop, loadStartNs: 1, loadEndNs: 0, drainEndNs: 0 })),
    };
    return encodeSecond(facts, this.#histograms(second));
  }

  final(): Uint8Array[] {
    const { messages, threads } = this.#load;
    const endNs = this.#second * SEC;
    const sent = this.#second * messages;
    const own = summarize(createHistogram(), 0);
    const memory = allocateRunMemory(threads, 1, 1);
    const report: FinalReport = {
      ...{ messages: this.#second, rows: this.#second, joinedNs: 0, beganNs: 1e6, loadEndNs: endNs, durationNs: endNs },
      ...{ cpuSeconds: 0.9 * this.#second, maxRssBytes: 2e8, threads: [], librdkafka: '2.15.1' },
      workers: Array.from({ length: threads }, (_, thread) => {
        const worker = workerOf(this.#plan, thread);
        const place = { thread, worker, workers: this.#plan.workers };
        const account = { unsent: 0, notAcked: [], ledgerComplete: true, errors: [] };
        const { warmup, ...lane } = measureLane(memory, place, this.#plan.lanes[0]!, account);
        return {
          ...{ worker, busyNs: 0.3 * endNs, idleNs: 0.7 * endNs, blockedNs: 0, outages: [], complete: true },
          phases: { loadStartNs: 0, loadEndNs: endNs, drainEndNs: endNs },
          lanes: [
            { ...lane, warmup: warmup.totals, load: totalsOf(sent / threads), firstSentNs: 1e5, lastSentNs: endNs },
          ],
        };
      }),
      resolution: packHistogram(createHistogram()),
      commits: [null],
      checks: [...KINDS.map((): [number, number] => [0, 0]), ...this.#checks],
      own: {
        ...{ rate: { targetPerSec: messages, achievedPerSec: messages }, response: own, scheduleLag: own },
        verdict: { status: 'VALID', reasons: ['sent on schedule'] },
      },
    };
    return encodeFinal(report, this.#head);
  }

  *#histograms(second: number): Generator<PlacedHistogram> {
    const drawn = this.#seconds[(second + 7 * this.#head.shard) % this.#seconds.length]!;
    for (const latency of KINDS) {
      const { buckets, counts, min, max, sum } = drawn[latency]!;
      this.#sums[latency]! += sum;
      const check = this.#checks[latency]!;
      for (let i = 0; i < buckets.length; i++) {
        check[0] += counts[i]!;
        check[1] = (check[1] + weightOf(buckets[i]!, counts[i]!)) % WEIGHTS;
      }
      yield { place: placeOf(0, LOAD, latency), buckets, counts, min, max, sum: this.#sums[latency]! };
    }
  }
}

function totalsOf(sent: number): Totals {
  return { scheduled: sent, sent, acked: sent, payloadBytes: 200 * sent, shed: 0, unsent: 0, failed: 0, unresolved: 0 };
}

function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
