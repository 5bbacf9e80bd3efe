/** How far a lane is settled, against a list of every message that came back. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OpenLoad } from '../../src/plan/plan.ts';
import { laneCounters, SETTLED } from '../../src/recorder/run-memory.ts';
import type { MessageBatch } from '../../src/transport/message-batch.ts';
import { NullTransport } from '../../src/transport/null.ts';
import { type Bench, type BenchOptions, bench, constantLoad, openLoad, StepClock, scenarioPlan } from './fixture.ts';

const QUEUE_FULL = -184;

/** Acknowledges by latencies that overtake each other, is full for some calls, and keeps a list of what came back. */
class Listing extends NullTransport {
  /** Whether message k came back, by the worker's own count. */
  readonly isBack: boolean[] = [];
  /** Called before each poll. */
  onPoll = () => {};
  localNumber = (_slot: number) => 0;
  readonly #isFull: () => boolean;

  constructor(clock: StepClock, latencyMs: readonly number[], isFull: () => boolean) {
    super({ spec: { latencyMs, failRate: 0.01 }, slots: 10_000, clock: clock.read, sleep: clock.sleep });
    this.#isFull = isFull;
  }

  override produce(lane: number, partition: number, batch: MessageBatch, from: number, count: number): number {
    // As librdkafka: what comes after the first refusal of a call is refused with it.
    const taken = this.#isFull() ? Math.floor(count / 2) : count;
    for (let j = from; j < from + count; j++) batch.setError(j, j < from + taken ? 0 : QUEUE_FULL);
    return super.produce(lane, partition, batch, from, taken);
  }

  override poll(timeoutMs: number): number {
    this.onPoll();
    const count = super.poll(timeoutMs);
    for (let r = 0; r < count; r++) this.isBack[this.localNumber(this.reports.slot[r]!)] = true;
    return count;
  }
}

interface Made {
  readonly load?: OpenLoad;
  readonly latencyMs: readonly number[];
  readonly isFull?: () => boolean;
  /** `clients` of each worker. */
  readonly place?: { readonly worker: number; readonly workers: number; readonly clients?: number };
  readonly gracefulStopNs?: number;
  readonly check?: (settled: number, firstOut: number, nowNs: number) => void;
}

const RATE = 1000;

/** Three seconds at 1,000/s unless told. Returns how far it is settled in the end, and the first message that never came back. */
function run({
  load = constantLoad(RATE, 3),
  latencyMs,
  isFull = () => false,
  place,
  gracefulStopNs = 5e9,
  check,
}: Made) {
  const { worker, workers, clients } = { clients: undefined, ...(place ?? { worker: 0, workers: 1 }) };
  const clock = new StepClock();
  const transport = new Listing(clock, latencyMs, isFull);
  const plain = scenarioPlan(0, load, {
    ...{ partitions: 3, gracefulStopNs },
    ...(clients && { producers: workers * clients }),
  });
  // Keyed: handed over partition by partition, not in their order.
  const scenario = { ...plain, record: { ...plain.record, key: { kind: 'uniform', cardinality: 100 } as const } };
  const options: BenchOptions = { scenarios: [scenario], clock, transport, worker, workers, reportsSettled: true };
  const { memory, inFlight, run: runLoop }: Bench = bench(options);
  transport.localNumber = (slot) => (inFlight.index[slot]! - worker) / workers;
  const cells = laneCounters(memory, worker, 0);
  let firstOut = 0;
  const look = () => {
    while (transport.isBack[firstOut]) firstOut++;
    return firstOut;
  };
  transport.onPoll = () => check?.(cells[SETTLED]!, look(), clock.nowNs);
  runLoop();
  return { settled: cells[SETTLED]!, firstOut: look() };
}

test('it follows the first message that is out, though there always is one', () => {
  const latencies = fc.array(fc.integer({ min: 20, max: 300 }), { minLength: 1, maxLength: 4 });
  const place = fc.constantFrom(
    ...[
      { worker: 0, workers: 1 },
      { worker: 0, workers: 2 },
      { worker: 1, workers: 2 },
    ],
    ...[
      { worker: 0, workers: 1, clients: 3 },
      { worker: 1, workers: 2, clients: 5 },
    ],
  );
  fc.assert(
    fc.property(latencies, place, fc.array(fc.boolean(), { maxLength: 20 }), (latencyMs, where, full) => {
      let call = 0;
      let firstOutHalfASecondAgo = 0;
      const seen: { readonly atNs: number; readonly firstOut: number }[] = [];
      const { settled, firstOut } = run({
        latencyMs,
        place: where,
        isFull: () => full[call++ % 23] ?? false,
        check: (told, out, nowNs) => {
          // Thousands of polls: `expect` alone would take seconds.
          if (told > out) expect.fail(`${told} are said to be settled, and message ${out} is out`);
          seen.push({ atNs: nowNs, firstOut: out });
          // Told twice a second, by a loop that sleeps up to 50 ms.
          while (seen[0]!.atNs < nowNs - 0.6e9) firstOutHalfASecondAgo = seen.shift()!.firstOut;
          if (told < firstOutHalfASecondAgo)
            expect.fail(`${told} at ${nowNs} ns, long after ${firstOutHalfASecondAgo}`);
        },
      });
      expect([settled, firstOut]).toEqual([(3 * RATE) / where.workers, (3 * RATE) / where.workers]);
    }),
    { numRuns: 12 },
  );
});

test('what the client never took is not settled, whatever came back of what follows it', () => {
  // Of a call the second half is refused from the second batch on; what is held is given up in the end.
  let nowNs = 0;
  const { settled, firstOut } = run({
    load: openLoad({ kind: 'burst', size: 60, everyNs: 1e9, durationNs: 2e9 }),
    latencyMs: [5],
    isFull: () => nowNs > 0.9e9,
    gracefulStopNs: 0,
    check: (_told, _out, atNs) => {
      nowNs = atNs;
    },
  });
  expect(firstOut).toBeGreaterThan(60);
  expect(firstOut).toBeLessThan(120);
  expect(settled).toBe(firstOut);
});

test('nobody who does not ask pays for it', () => {
  const clock = new StepClock();
  const transport = new Listing(clock, [5], () => false);
  const { memory, run: runLoop } = bench({ scenarios: [scenarioPlan(0, constantLoad(RATE, 3))], clock, transport });
  runLoop();
  expect(laneCounters(memory, 0, 0)[SETTLED]).toBe(0);
});
