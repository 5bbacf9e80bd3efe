/** Clients of a scenario: whatever its executor, and however full their windows and queues are, they send all that one would. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ClosedLoad, OpenLoad } from '../../src/plan/plan.ts';
import { trailingSchedule } from '../../src/schedule/schedule.ts';
import { NullTransport } from '../../src/transport/null.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { bench, benchMemory, closedLoad, constantLoad, openLoad, StepClock, scenarioPlan } from './fixture.ts';

const QUEUE_FULL = -184;

const duration = fc.integer({ min: 1, max: 3 });
const constant = fc.tuple(fc.integer({ min: 1, max: 400 }), duration).map(([rate, sec]) => constantLoad(rate, sec));
const burst = fc
  .tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 50, max: 1_000 }), duration)
  .map(([size, everyMs, sec]) => openLoad({ kind: 'burst', size, everyNs: everyMs * 1e6, durationNs: sec * 1e9 }));
const closed = fc.integer({ min: 1, max: 600 }).map((messages) => closedLoad({ messages }));
const backfill = fc
  .oneof(constant, burst)
  .map(({ schedule, count }): ClosedLoad => ({ ...closedLoad({ messages: count }), recordSchedule: schedule }));
/** Some of the messages later, as those of a trail; of a run that goes on, those of them that are left. */
const trailing = fc
  .record({
    head: fc.oneof(constant, burst),
    kept: fc.uniqueArray(fc.nat(9), { minLength: 1 }),
    missing: fc.uniqueArray(fc.nat(99), { maxLength: 20 }),
    from: fc.nat(100),
    isLeft: fc.boolean(),
    delayMs: fc.integer({ min: 0, max: 2_000 }),
  })
  .map(({ head, kept, missing, from, isLeft, delayMs }): OpenLoad => {
    const left = { missing: Float64Array.from(missing.filter((k) => k < from).toSorted((a, b) => a - b)), from };
    const thinning = { period: 10, kept: Int32Array.from(kept.toSorted((a, b) => a - b)), ...(isLeft && { left }) };
    const schedule = trailingSchedule(head.schedule, thinning, delayMs * 1e6);
    const { startNs, endNs, count } = schedule;
    return { ...head, schedule, startNs, warmupEndNs: startNs, endNs, count };
  });
const load: fc.Arbitrary<OpenLoad | ClosedLoad> = fc.oneof(constant, burst, closed, backfill, trailing);

test('all is sent and acknowledged, each message once, by the client whose turn it is and in order', () => {
  const draws = {
    load,
    workers: fc.integer({ min: 1, max: 3 }),
    each: fc.integer({ min: 1, max: 5 }),
    room: fc.integer({ min: 1, max: 40 }),
    latencyMs: fc.integer({ min: 0, max: 60 }),
    refuseEvery: fc.integer({ min: 2, max: 9 }),
  };
  fc.assert(
    fc.property(fc.record(draws), ({ load, workers, each, room, latencyMs, refuseEvery }) => {
      const producers = workers * each;
      const scenario = scenarioPlan(0, load, { producers, inFlight: producers * room, gracefulStopNs: 500e9 });
      const memory = benchMemory(workers, 1);
      const sent = new Map<number, number[]>();
      const measured = Array.from({ length: workers }, (_, worker) => {
        const clock = new StepClock();
        const spec = { latencyMs: [latencyMs] };
        const transport = new NullTransport({ spec, slots: 10_000, clock: clock.read, sleep: clock.sleep });
        const produce = transport.produce.bind(transport);
        let calls = 0;
        transport.produce = (...args: Parameters<Transport['produce']>) => {
          const [lane, , batch, from, count] = args;
          const isRefused = ++calls % refuseEvery === 0;
          for (let j = from; j < from + count; j++) {
            batch.setError(j, isRefused ? QUEUE_FULL : 0);
            if (isRefused) continue;
            const producer = worker + lane * workers;
            sent.set(producer, [...(sent.get(producer) ?? []), loop.inFlight.index[batch.slot(j)]!]);
          }
          return isRefused ? 0 : produce(...args);
        };
        const loop = bench({ scenarios: [scenario], clock, transport, worker, workers, memory, batchMax: 16 });
        return loop.run().lanes[0]!;
      });
      const totals = measured.map(({ load }) => load.totals);
      const sum = (of: 'scheduled' | 'sent' | 'acked' | 'unsent') => totals.reduce((all, each) => all + each[of], 0);
      expect([sum('scheduled'), sum('sent'), sum('acked'), sum('unsent')]).toEqual([
        load.count,
        load.count,
        load.count,
        0,
      ]);
      for (let producer = 0; producer < producers; producer++) {
        const own = Array.from(
          { length: Math.ceil((load.count - producer) / producers) },
          (_, k) => producer + k * producers,
        );
        expect(sent.get(producer) ?? []).toEqual(own);
      }
      const counts = measured.flatMap(({ clients }) =>
        clients!.map(({ member, sent, acked }) => [member, sent, acked]),
      );
      const expected = [...sent].map(([producer, { length }]) => [producer, length, length]);
      expect(counts.toSorted()).toEqual(expected.toSorted());
    }),
  );
});

test('a closed loop whose time is over before its messages: those that were not sent are nobody’s', () => {
  const scenario = scenarioPlan(0, closedLoad({ messages: 100_000, seconds: 0.1 }), { producers: 3, inFlight: 3 });
  const clock = new StepClock();
  const spec = { latencyMs: [7] };
  const transport = new NullTransport({ spec, slots: 100, clock: clock.read, sleep: clock.sleep });
  const [lane] = bench({ scenarios: [scenario], clock, transport }).run().lanes;
  const { sent, acked, unsent } = lane!.load.totals;
  expect([lane!.notAcked, unsent, acked]).toEqual([[], 0, sent]);
  expect(lane!.reach!.reduce((sum, count) => sum + count)).toBe(sent);
  expect(sent).toBeLessThan(100_000);
});
