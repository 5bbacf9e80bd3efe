/** That lanes are only looked at when they are due must not change what they send, or when. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DueQueue } from '../../src/engine/due-queue.ts';
import type { Lane } from '../../src/engine/lane.ts';
import { sleepMs } from '../../src/engine/sleep.ts';
import type { LanePlan } from '../../src/plan/plan.ts';
import type { InFlight } from '../../src/recorder/in-flight.ts';
import { NullTransport } from '../../src/transport/null.ts';
import { bench, closedLoad, constantLoad, openLoad, StepClock, scenarioPlan } from './fixture.ts';

test('the queue gives what a sorted list gives', () => {
  const lane = fc.nat(9);
  const move = fc.oneof(
    fc.record({ lane, dueNs: fc.oneof(fc.nat(20), fc.constant(Number.POSITIVE_INFINITY)) }),
    fc.record({ nowNs: fc.nat(20) }),
  );
  fc.assert(
    fc.property(fc.array(move, { maxLength: 60 }), (moves) => {
      const queue = new DueQueue(10);
      const twin = new Map<number, number>();
      const got = new Int32Array(10);
      for (const each of moves) {
        if ('lane' in each) {
          queue.set(each.lane, each.dueNs);
          if (each.dueNs === Number.POSITIVE_INFINITY) twin.delete(each.lane);
          else twin.set(each.lane, each.dueNs);
        } else {
          const due = [...twin].filter(([, dueNs]) => dueNs <= each.nowNs).sort(([a, at], [b, bt]) => at - bt || a - b);
          for (const [lane] of due) twin.delete(lane);
          expect([...got.subarray(0, queue.takeDue(each.nowNs, got))]).toEqual(due.map(([lane]) => lane));
        }
        expect(queue.firstNs).toBe(Math.min(Number.POSITIVE_INFINITY, ...twin.values()));
      }
    }),
  );
});

interface Sent {
  readonly index: number;
  readonly sentNs: number;
}

/** What a loop hands over, by lane. */
function recorded(scenarios: readonly LanePlan[], drive: (parts: Driven) => void, batchMax = 8): Sent[][] {
  // Time stands still while the loop works: only what it sleeps tells two loops apart.
  const clock = new StepClock(0);
  const transport = new NullTransport({
    spec: { latencyMs: [3] },
    slots: 10_000,
    clock: clock.read,
    sleep: clock.sleep,
  });
  const sent: Sent[][] = scenarios.map(() => []);
  const produce = transport.produce.bind(transport);
  const loop = bench({ scenarios, clock, transport, batchMax });
  transport.produce = (lane, partition, batch, from, count) => {
    for (let j = from; j < from + count; j++) {
      sent[lane]!.push({ index: loop.inFlight.index[batch.slot(j)]!, sentNs: clock.nowNs });
    }
    return produce(lane, partition, batch, from, count);
  };
  drive({ ...loop, clock, transport });
  return sent;
}

interface Driven {
  readonly lanes: readonly Lane[];
  readonly inFlight: InFlight;
  readonly clock: StepClock;
  readonly transport: NullTransport;
  run(): unknown;
}

/** The loop as it was: all lanes, each turn. */
function stepAll({ lanes, inFlight, clock, transport }: Driven): void {
  for (;;) {
    const nowNs = clock.read();
    let [nextDueNs, isBlocked] = [Number.POSITIVE_INFINITY, false];
    for (const lane of lanes) {
      lane.step(nowNs);
      if (lane.blocked) isBlocked = true;
      else nextDueNs = Math.min(nextDueNs, lane.nextDueNs);
    }
    if (lanes.every((lane) => lane.finished)) return;
    for (let count = transport.poll(sleepMs(nextDueNs - nowNs, isBlocked)); count > 0; count = transport.poll(0)) {
      for (const slot of transport.reports.slot.subarray(0, count)) lanes[inFlight.lane[slot]!]!.window.give(slot);
    }
  }
}

const rate = fc.integer({ min: 1, max: 3000 });
const seconds = fc.integer({ min: 1, max: 3 });
const constant = fc.record({ rate, seconds }).map((of) => constantLoad(of.rate, of.seconds));
const burst = fc
  .record({ size: fc.integer({ min: 1, max: 40 }), seconds })
  .map((of) => openLoad({ kind: 'burst', size: of.size, everyNs: 5e8, durationNs: of.seconds * 1e9 }));
const closed = fc.integer({ min: 1, max: 500 }).map((messages) => closedLoad({ messages }));

function plans(loads: readonly LanePlan['load'][], inFlight: readonly number[]): LanePlan[] {
  return loads.map((load, lane) => scenarioPlan(lane, load, { inFlight: inFlight[lane % inFlight.length]! }));
}

test('without a full window, each message of each lane goes at the moment it went when all lanes were looked at', () => {
  const loads = fc.array(fc.oneof(constant, burst), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(loads, (each) => {
      const scenarios = plans(each, [1000]);
      expect(recorded(scenarios, (parts) => parts.run())).toEqual(recorded(scenarios, stepAll));
    }),
    { numRuns: 30 },
  );
});

test('with full windows every message goes once, in its order, and no lane later than by one sleep', () => {
  const loads = fc.array(fc.oneof(constant, burst, closed), { minLength: 1, maxLength: 12 });
  const windows = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(loads, windows, (each, inFlight) => {
      const scenarios = plans(each, inFlight);
      const expected = recorded(scenarios, stepAll);
      const sent = recorded(scenarios, (parts) => parts.run());
      sent.forEach((messages, lane) => {
        expect(messages.map(({ index }) => index)).toEqual(expected[lane]!.map(({ index }) => index));
        messages.forEach(({ sentNs }, k) => {
          expect(sentNs - expected[lane]![k]!.sentNs).toBeLessThanOrEqual(10e6);
        });
      });
    }),
    { numRuns: 30 },
  );
});

test('a lane that never catches up keeps none of the others waiting', () => {
  // 100,000 due at once, eight a turn, and its window is never full.
  const greedy = scenarioPlan(0, openLoad({ kind: 'burst', size: 100_000, everyNs: 1e9, durationNs: 1e9 }), {
    inFlight: 9000,
  });
  const others = Array.from({ length: 50 }, (_, k) => scenarioPlan(k + 1, constantLoad(25, 1)));
  const sent = recorded([greedy, ...others], (parts) => parts.run());
  expect(sent[0]).toHaveLength(100_000);
  for (const messages of sent.slice(1)) {
    expect(messages.map(({ index }) => index)).toEqual(Array.from({ length: 25 }, (_, index) => index));
    for (const { index, sentNs } of messages) expect(sentNs - index * 40e6).toBeLessThan(4e6);
  }
});

test('a lane whose queue is full goes on when another has made room', () => {
  const clock = new StepClock();
  const transport = new NullTransport({ spec: { latencyMs: [1] }, slots: 100, clock: clock.read, sleep: clock.sleep });
  const produce = transport.produce.bind(transport);
  let queued = 0;
  transport.produce = (lane, partition, batch, from, count) => {
    const taken = Math.min(count, 4 - queued);
    for (let j = from; j < from + count; j++) batch.setError(j, j < from + taken ? 0 : -184);
    queued += produce(lane, partition, batch, from, taken);
    return taken;
  };
  const poll = transport.poll.bind(transport);
  transport.poll = (timeoutMs) => {
    const count = poll(timeoutMs);
    queued -= count;
    return count;
  };
  // The first always has more than the queue takes; the second has nothing in flight when it is refused.
  const scenarios = [
    scenarioPlan(0, closedLoad({ seconds: 2 }), { inFlight: 8 }),
    scenarioPlan(1, constantLoad(10, 2), { inFlight: 8 }),
  ];
  const { lanes } = bench({ scenarios, clock, transport }).run();
  expect(lanes[1]!.load.totals).toMatchObject({ sent: 20, acked: 20, unsent: 0 });
  expect(lanes[0]!.load.totals.acked).toBeGreaterThan(4000);
});
