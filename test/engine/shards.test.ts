/** The loops of all shards: their messages, books and ledgers together are those of one schedule. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LanePlan, OpenLoad } from '../../src/plan/plan.ts';
import { workerOf } from '../../src/plan/shard.ts';
import type { LaneMeasurement, LedgerRange } from '../../src/recorder/measurement.ts';
import { dueAtNs } from '../../src/schedule/schedule.ts';
import { shareOf } from '../../src/split.ts';
import { createReports, type Transport } from '../../src/transport/transport.ts';
import {
  bench,
  benchMemory,
  closedLoad,
  constantLoad,
  openLoad,
  StepClock,
  scenarioPlan,
  stubSource,
} from './fixture.ts';

const SEC = 1e9;
const TIMED_OUT = -192;

/** Fails every message whose index is one of these; keeps the indexes that it took. */
class FailingTransport implements Transport {
  readonly reports = createReports(64);
  readonly sent: number[] = [];
  readonly #clock: StepClock;
  readonly #indexOf: (slot: number) => number;
  readonly #isFailing: (index: number) => boolean;
  readonly #pending: { readonly slot: number; readonly error: number }[] = [];

  constructor(clock: StepClock, indexOf: (slot: number) => number, isFailing: (index: number) => boolean) {
    this.#clock = clock;
    this.#indexOf = indexOf;
    this.#isFailing = isFailing;
  }

  address(): number {
    return 0;
  }

  produce: Transport['produce'] = (_lane, _partition, batch, from, count) => {
    for (let j = from; j < from + count; j++) {
      batch.setError(j, 0);
      const slot = batch.slot(j);
      const index = this.#indexOf(slot);
      this.sent.push(index);
      this.#pending.push({ slot, error: this.#isFailing(index) ? TIMED_OUT : 0 });
    }
    return count;
  };

  produceWithMetadata: Transport['produceWithMetadata'] = (lane, partition, batch, from, count) =>
    this.produce(lane, partition, batch, from, count);

  poll(timeoutMs: number): number {
    if (this.#pending.length === 0) this.#clock.sleep(timeoutMs);
    const due = this.#pending.splice(0, this.reports.capacity);
    due.forEach(({ slot, error }, r) => {
      this.reports.slot[r] = slot;
      this.reports.error[r] = error;
      this.reports.status[r] = 0;
    });
    return due.length;
  }

  flush(): void {}
  purge(): void {}
  describe = (code: number) => ({ name: `E${code}`, text: `error ${code}` });
  statistics(): undefined {
    return undefined;
  }
  close(): void {}
}

interface Ran {
  readonly lane: LaneMeasurement;
  readonly sent: readonly number[];
}

interface RunSplit {
  readonly shards: number;
  readonly threads: number;
  /** Of each thread; 0 where the scenario gives no number. */
  readonly clients?: number;
}

/** Each thread of each shard on a clock of its own, from `joinedNs` of its shard on. */
function runShards(
  scenario: LanePlan,
  { shards, threads, clients = 0, joinedNs = () => 0 }: RunSplit & { joinedNs?: (shard: number) => number },
  isFailing: (index: number) => boolean,
): Ran[] {
  const workers = shards * threads;
  const memory = benchMemory(workers, 1);
  return Array.from({ length: workers }, (_, at): Ran => {
    const shard = { index: Math.floor(at / threads), count: shards };
    const worker = workerOf({ workers, shard }, at % threads);
    const clock = new StepClock(1000);
    clock.nowNs = joinedNs(shard.index);
    let indexOf = (_slot: number) => 0;
    const transport = new FailingTransport(clock, (slot) => indexOf(slot), isFailing);
    const producers = clients > 0 && { producers: workers * clients };
    const own = { ...scenario, ...producers, inFlight: shareOf(scenario.inFlight, worker, workers) };
    const made = bench({
      ...{ scenarios: [own], clock, transport, worker, workers, memory, joinedNs: joinedNs(shard.index) },
      source: (batchMax) => stubSource(batchMax, 1),
    });
    indexOf = (slot) => made.inFlight.index[slot]!;
    return { lane: made.run().lanes[0]!, sent: transport.sent };
  });
}

function indexesOf(ranges: readonly LedgerRange[], status: LedgerRange['status']): number[] {
  return ranges
    .filter((range) => range.status === status)
    .flatMap(({ from, to, step }) => Array.from({ length: (to - from) / step + 1 }, (_, k) => from + k * step))
    .sort((a, b) => a - b);
}

const split = {
  shards: fc.integer({ min: 1, max: 8 }),
  threads: fc.integer({ min: 1, max: 3 }),
  clients: fc.integer({ min: 0, max: 5 }),
};
const loads = fc.oneof(
  fc.integer({ min: 1, max: 900 }).map((rate) => constantLoad(rate, 1, Math.floor(rate / 3))),
  fc.integer({ min: 1, max: 200 }).map((size) => openLoad({ kind: 'burst', size, everyNs: SEC / 2, durationNs: SEC })),
  fc.integer({ min: 1, max: 900 }).map((messages) => closedLoad({ messages })),
);

test('messages, totals and ledger of all shards are those of one schedule', () => {
  fc.assert(
    fc.property(fc.record(split), loads, fc.integer({ min: 2, max: 9 }), (places, load, every) => {
      const isFailing = (index: number) => index % every === 1;
      const ran = runShards(scenarioPlan(0, load), places, isFailing);
      const all = Array.from({ length: load.count }, (_, index) => index);
      expect(ran.flatMap(({ sent }) => sent).sort((a, b) => a - b)).toEqual(all);
      const sum = (of: 'scheduled' | 'sent' | 'acked' | 'failed' | 'unsent') =>
        ran.reduce((total, { lane }) => total + lane.load.totals[of] + lane.warmup.totals[of], 0);
      const failed = all.filter(isFailing);
      expect([sum('scheduled'), sum('sent'), sum('unsent')]).toEqual([load.count, load.count, 0]);
      expect([sum('acked'), sum('failed')]).toEqual([load.count - failed.length, failed.length]);
      const warmup = ran.reduce((total, { lane }) => total + lane.warmup.totals.scheduled, 0);
      expect(warmup).toBe(load.kind === 'open' ? load.warmupCount : 0);
      const ledger = ran.flatMap(({ lane }) => lane.notAcked);
      expect(indexesOf(ledger, 'not-persisted')).toEqual(failed);
    }),
    { numRuns: 60 },
  );
});

test('one that joins late leaves out exactly what was due before, and plans its whole share', () => {
  const load = fc.oneof(
    fc.integer({ min: 1, max: 500 }).map((rate) => constantLoad(rate, 2)),
    fc.integer({ min: 1, max: 90 }).map((size) => openLoad({ kind: 'burst', size, everyNs: SEC / 4, durationNs: SEC })),
  );
  const joined = fc.oneof(fc.constantFrom(0, SEC / 4, SEC / 2), fc.integer({ min: 0, max: 3 * SEC }));
  fc.assert(
    fc.property(fc.record(split), load, joined, (places, open: OpenLoad, joinedNs) => {
      const late = places.shards - 1;
      const ran = runShards(
        scenarioPlan(0, open),
        { ...places, joinedNs: (shard) => (shard === late ? joinedNs : 0) },
        () => false,
      );
      const expected = Array.from({ length: open.count }, (_, index) => index).filter(
        (index) => index % places.shards !== late || dueAtNs(open.schedule, index) >= joinedNs,
      );
      expect(ran.flatMap(({ sent }) => sent).sort((a, b) => a - b)).toEqual(expected);
      const scheduled = ran.reduce((sum, { lane }) => sum + lane.load.totals.scheduled, 0);
      const unsent = ran.reduce((sum, { lane }) => sum + lane.load.totals.unsent, 0);
      expect([scheduled, unsent]).toEqual([open.count, open.count - expected.length]);
    }),
    { numRuns: 60 },
  );
});

test('a closed loop is not taken up again', () => {
  const ran = runShards(
    scenarioPlan(0, closedLoad({ messages: 100 })),
    { shards: 2, threads: 1, joinedNs: (shard) => (shard === 1 ? SEC : 0) },
    () => false,
  );
  expect(ran.map(({ sent }) => sent.length)).toEqual([50, 0]);
});
