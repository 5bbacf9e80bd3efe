import fc from 'fast-check';
import { expect, test } from 'vitest';
import { totalCount } from '../../src/recorder/histogram.ts';
import type { MessageBatch } from '../../src/transport/message-batch.ts';
import { createReports, PERSISTENCE, type Transport } from '../../src/transport/transport.ts';
import { bench, closedLoad, constantLoad, StepClock, scenarioPlan } from './fixture.ts';

/** What may happen to a message: the fates a client, a broker and a purge can deal out. */
const FATES = ['acked', 'failed', 'possibly', 'persisted', 'refused', 'full', 'silent'] as const;
type Fate = (typeof FATES)[number];

const TOO_LARGE = 10;
const QUEUE_FULL = -184;
const TIMED_OUT = -192;
const PURGED = -151;

/** Deals fates in a given order, whatever the engine does with them; keeps its own book of what it took. */
class ChaoticTransport implements Transport {
  readonly reports = createReports(16);
  accepted = 0;
  acked = 0;
  readonly #clock: StepClock;
  readonly #fates: readonly Fate[];
  readonly #pending: { slot: number; error: number; status: number }[] = [];
  readonly #silent: number[] = [];
  #next = 0;

  constructor(clock: StepClock, fates: readonly Fate[]) {
    this.#clock = clock;
    this.#fates = fates;
  }

  address(): number {
    return 0;
  }

  produce(_lane: number, _partition: number, batch: MessageBatch, from: number, count: number): number {
    let taken = 0;
    let full = false;
    for (let j = from; j < from + count; j++) {
      const fate = this.#fates[this.#next++ % this.#fates.length]!;
      // As librdkafka: once the queue is full, the rest of the call is refused with it.
      full ||= fate === 'full';
      if (full) batch.setError(j, QUEUE_FULL);
      else if (fate === 'refused') batch.setError(j, TOO_LARGE);
      else {
        batch.setError(j, 0);
        taken += 1;
        this.#take(batch.slot(j), fate);
      }
    }
    this.accepted += taken;
    return taken;
  }

  #take(slot: number, fate: Fate): void {
    if (fate === 'silent') this.#silent.push(slot);
    else if (fate === 'acked') this.#pending.push({ slot, error: 0, status: 0 });
    else {
      const status = { failed: 0, possibly: 1, persisted: 2 }[fate as 'failed' | 'possibly' | 'persisted'];
      this.#pending.push({ slot, error: TIMED_OUT, status });
    }
  }

  produceWithMetadata(lane: number, partition: number, batch: MessageBatch, from: number, count: number): number {
    return this.produce(lane, partition, batch, from, count);
  }

  poll(timeoutMs: number): number {
    if (this.#pending.length === 0) this.#clock.sleep(timeoutMs);
    const due = this.#pending.splice(0, this.reports.capacity);
    due.forEach(({ slot, error, status }, r) => {
      this.reports.slot[r] = slot;
      this.reports.error[r] = error;
      this.reports.status[r] = status;
      if (error === 0) this.acked += 1;
    });
    return due.length;
  }

  flush(): void {}

  purge(): void {
    for (const slot of this.#silent.splice(0)) {
      // Some never report, not even to a purge.
      if (slot % 3 > 0) this.#pending.push({ slot, error: PURGED, status: PERSISTENCE.possiblyPersisted });
    }
  }

  describe(code: number) {
    return { name: `E${code}`, text: `error ${code}` };
  }

  statistics(): undefined {
    return undefined;
  }

  close(): void {}
}

const fates = fc.array(fc.constantFrom(...FATES), { minLength: 1, maxLength: 40 });
const worker = fc
  .integer({ min: 1, max: 4 })
  .chain((workers) => fc.record({ workers: fc.constant(workers), worker: fc.integer({ min: 0, max: workers - 1 }) }));

test('any mix of failures keeps both identities, and the ledger names every message that was not acknowledged', () => {
  fc.assert(
    fc.property(
      fates,
      worker,
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 5 }),
      fc.boolean(),
      (dealt, place, messages, inFlight, partitions, isClosed) => {
        const clock = new StepClock(2000);
        const transport = new ChaoticTransport(clock, dealt);
        const key = partitions > 1 ? ({ kind: 'field', field: 'id' } as const) : ({ kind: 'none' } as const);
        const load = isClosed ? closedLoad({ messages, seconds: 1 }) : constantLoad(messages, 1);
        const plain = scenarioPlan(0, load, { inFlight, partitions, gracefulStopNs: 50e6 });
        const scenario = { ...plain, record: { ...plain.record, key } };
        const [lane] = bench({ scenarios: [scenario], clock, transport, batchMax: 16, ...place }).run().lanes;
        const { totals, response, service, scheduleLag } = lane!.load;

        expect(totals.scheduled).toBe(totals.sent + totals.shed + totals.unsent);
        expect(totals.sent).toBe(totals.acked + totals.failed + totals.unresolved);
        if (!isClosed) expect(totals.scheduled).toBe(shareOf(messages, place.worker, place.workers));
        expect(totals.acked).toBe(transport.acked);
        expect(totalCount(response)).toBe(totals.acked);
        expect(totalCount(service)).toBe(totals.acked);
        expect(totalCount(scheduleLag)).toBe(totals.sent);
        expect(lane!.errors.reduce((sum, { count }) => sum + count, 0)).toBe(totals.failed + totals.unresolved);

        const named = lane!.notAcked.flatMap(({ from, to, step }) =>
          Array.from({ length: (to - from) / step + 1 }, (_, k) => from + k * step),
        );
        expect(new Set(named).size).toBe(named.length);
        expect(named.length).toBe(totals.scheduled - totals.acked);
        expect(named.every((index) => index % place.workers === place.worker)).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
});

function shareOf(count: number, part: number, parts: number): number {
  let share = 0;
  for (let index = part; index < count; index += parts) share += 1;
  return share;
}

test('a topic that is gone stops its lane, and what was not sent says so', () => {
  const clock = new StepClock();
  const transport = new ChaoticTransport(clock, ['acked']);
  const produce = transport.produce.bind(transport);
  transport.produce = (lane, partition, batch, from, count) => {
    if (clock.nowNs < 1e9) return produce(lane, partition, batch, from, count);
    for (let j = from; j < from + count; j++) batch.setError(j, -188);
    return 0;
  };
  const [lane] = bench({ scenarios: [scenarioPlan(0, constantLoad(100, 5))], clock, transport }).run().lanes;
  expect(lane!.stopped).toContain('topic topic-0 is gone');
  expect(lane!.load.totals).toMatchObject({ scheduled: 500, failed: 1 });
  expect(lane!.load.totals.unsent).toBeGreaterThan(390);
});

test('order within a partition is kept through refusals for want of room', () => {
  const clock = new StepClock();
  const transport = new ChaoticTransport(clock, ['acked', 'acked', 'full', 'acked', 'full', 'full', 'acked']);
  const sent: number[][] = [[], [], []];
  const loopBench = () => loop.inFlight;
  const produce = transport.produce.bind(transport);
  transport.produce = (lane, partition, batch, from, count) => {
    const taken = produce(lane, partition, batch, from, count);
    for (let j = from; j < from + count; j++) {
      if (batch.error(j) === 0) sent[partition]!.push(loopBench().index[batch.slot(j)]!);
    }
    return taken;
  };
  const plain = scenarioPlan(0, constantLoad(300, 1), { partitions: 3, inFlight: 30 });
  const scenario = { ...plain, record: { ...plain.record, key: { kind: 'field', field: 'id' } as const } };
  const loop = bench({ scenarios: [scenario], clock, transport, batchMax: 16 });
  loop.run();
  for (const indexes of sent) {
    expect(indexes).toHaveLength(100);
    expect(indexes).toEqual(indexes.toSorted((a, b) => a - b));
  }
});
