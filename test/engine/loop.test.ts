import { expect, test } from 'vitest';
import { STOP } from '../../src/recorder/control-memory.ts';
import { type FlatHistogram, percentile, totalCount } from '../../src/recorder/histogram.ts';
import type { LaneMeasurement, WorkerMeasurement } from '../../src/recorder/measurement.ts';
import { COLUMN, COLUMNS, seriesRows } from '../../src/recorder/run-memory.ts';
import { NullTransport } from '../../src/transport/null.ts';
import { bench, closedLoad, constantLoad, openLoad, StepClock, scenarioPlan } from './fixture.ts';

function nullTransport(clock: StepClock, latencyMs: readonly number[], more: { maxAcksPerSec?: number } = {}) {
  return new NullTransport({ spec: { latencyMs, ...more }, slots: 10_000, clock: clock.read, sleep: clock.sleep });
}

function onlyLane(measurement: WorkerMeasurement): LaneMeasurement {
  expect(measurement.lanes).toHaveLength(1);
  return measurement.lanes[0]!;
}

function ms(histogram: FlatHistogram, percent: number): number {
  return (percentile(histogram, percent, 0) as number) / 1000;
}

test('known latencies come back within the histogram’s precision', () => {
  const clock = new StepClock();
  const latencyMs = Array.from({ length: 100 }, (_, i) => i + 1);
  const transport = nullTransport(clock, latencyMs);
  const { load } = onlyLane(bench({ scenarios: [scenarioPlan(0, constantLoad(1000, 10))], clock, transport }).run());
  expect(load.totals.acked).toBe(10_000);
  for (const percent of [1, 25, 50, 75, 90, 99, 100]) {
    // 0.1 % of HdrHistogram, and the few readings of the step clock between hand-over and poll.
    expect(Math.abs(ms(load.service, percent) - percent)).toBeLessThan(percent * 0.001 + 0.05);
  }
});

test('a message is due by its index, not by when the last one went out: a wait shows in every later one', () => {
  const clock = new StepClock();
  const transport = nullTransport(clock, [1]);
  const scenario = scenarioPlan(0, openLoad({ kind: 'burst', size: 500, everyNs: 1e9, durationNs: 2e9 }), {
    inFlight: 50,
  });
  const { load } = onlyLane(bench({ scenarios: [scenario], clock, transport }).run());
  expect(load.totals).toMatchObject({ scheduled: 1000, sent: 1000, acked: 1000 });
  // Windows of 50, a millisecond each: the last of a burst of 500 waits for nine of them.
  expect(ms(load.scheduleLag, 100)).toBeGreaterThan(8.9);
  expect(ms(load.scheduleLag, 50)).toBeGreaterThan(3.9);
  expect(ms(load.service, 100)).toBeLessThan(1.2);
  expect(ms(load.response, 100)).toBeGreaterThan(9.9);
});

test('a broker away for two seconds is seen by all messages due meanwhile, evenly', () => {
  const clock = new StepClock();
  const outage = { fromNs: 3e9, toNs: 5e9 };
  const transport = nullTransport(clock, [1]);
  const poll = transport.poll.bind(transport);
  transport.poll = (timeoutMs) => {
    if (clock.nowNs < outage.fromNs || clock.nowNs >= outage.toNs) return poll(timeoutMs);
    clock.sleep(Math.min(Math.max(timeoutMs, 0.01), (outage.toNs - clock.nowNs) / 1e6));
    return 0;
  };
  const scenario = scenarioPlan(0, constantLoad(1000, 10), { inFlight: 20 });
  const { load } = onlyLane(bench({ scenarios: [scenario], clock, transport }).run());
  expect(load.totals.acked).toBe(10_000);
  // 2,000 of 10,000 messages waited between 0 and 2 s: quantile 0.8 + 0.2·q of all is 2 s · q. Catching up, in
  // windows of 20 a millisecond, takes another 0.1 s.
  for (const q of [0.25, 0.5, 0.75, 0.99]) {
    expect(ms(load.response, 80 + 20 * q)).toBeGreaterThan(2000 * q - 30);
    expect(ms(load.response, 80 + 20 * q)).toBeLessThan(2000 * q + 120);
  }
  expect(ms(load.scheduleLag, 99)).toBeGreaterThan(1800);
  // All but the twenty in flight waited in front of the client: its own latency shows next to nothing.
  expect(ms(load.service, 99)).toBeLessThan(10);
});

test('closed loop: a number of messages, in a window, intended = handed over', () => {
  const clock = new StepClock();
  const transport = nullTransport(clock, [2]);
  const scenario = scenarioPlan(0, closedLoad({ messages: 5000 }), { inFlight: 100 });
  const { load } = onlyLane(bench({ scenarios: [scenario], clock, transport }).run());
  expect(load.totals).toMatchObject({ scheduled: 5000, sent: 5000, acked: 5000, unsent: 0 });
  expect(ms(load.scheduleLag, 100)).toBe(0);
  expect([...load.response]).toEqual([...load.service]);
  expect(ms(load.service, 50)).toBeCloseTo(2, 1);
  // Little's law: 100 in flight for 2 ms each.
  expect(clock.nowNs / 1e9).toBeGreaterThan((5000 / 100) * 0.002);
});

test('closed loop by time ends at its time and owes nothing', () => {
  const clock = new StepClock();
  const { load } = onlyLane(
    bench({
      scenarios: [scenarioPlan(0, closedLoad({ seconds: 1 }), { inFlight: 10 })],
      clock,
      transport: nullTransport(clock, [1]),
    }).run(),
  );
  expect(load.totals.scheduled).toBe(load.totals.sent);
  expect(load.totals.acked).toBe(load.totals.sent);
  expect(load.totals.sent).toBeGreaterThan(9000);
});

test('warm-up is cut by intended time and counted apart', () => {
  const clock = new StepClock();
  const transport = nullTransport(clock, [1]);
  const lane = onlyLane(bench({ scenarios: [scenarioPlan(0, constantLoad(1000, 3, 1000))], clock, transport }).run());
  expect(lane.warmup.totals).toMatchObject({ scheduled: 1000, sent: 1000, acked: 1000 });
  expect(lane.load.totals).toMatchObject({ scheduled: 2000, sent: 2000, acked: 2000 });
  expect(totalCount(lane.warmup.response)).toBe(1000);
  expect(totalCount(lane.load.scheduleLag)).toBe(2000);
});

test('shedding drops what is too late, on the books', () => {
  const clock = new StepClock();
  const transport = nullTransport(clock, [0], { maxAcksPerSec: 500 });
  const scenario = scenarioPlan(0, constantLoad(1000, 4), {
    inFlight: 10,
    overload: { kind: 'shed', maxLagNs: 100e6 },
  });
  const lane = onlyLane(bench({ scenarios: [scenario], clock, transport }).run());
  const { totals } = lane.load;
  expect(totals.scheduled).toBe(4000);
  expect(totals.sent + totals.shed + totals.unsent).toBe(4000);
  expect(totals.shed).toBeGreaterThan(1700);
  expect(totals.acked).toBe(totals.sent);
  expect(ms(lane.load.scheduleLag, 100)).toBeLessThan(130);
  const shed = lane.notAcked.filter(({ status }) => status === 'shed');
  expect(shed.reduce((sum, { from, to, step }) => sum + (to - from) / step + 1, 0)).toBe(totals.shed);
});

test('a backlog is handed over until gracefulStop after the end, what is left then is unsent', () => {
  const clock = new StepClock();
  const transport = nullTransport(clock, [0], { maxAcksPerSec: 500 });
  const scenario = scenarioPlan(0, constantLoad(1000, 4), { inFlight: 10, gracefulStopNs: 1e9 });
  const lane = onlyLane(bench({ scenarios: [scenario], clock, transport }).run());
  expect(lane.load.totals.sent).toBeGreaterThan(2400);
  expect(lane.load.totals.sent).toBeLessThan(2600);
  expect(lane.load.totals.unsent).toBe(4000 - lane.load.totals.sent);
  expect(lane.notAcked).toEqual([
    { scenario: 'scenario-0', from: lane.load.totals.sent, to: 3999, step: 1, status: 'unsent' },
  ]);
});

test('stop ends the schedule, and what is in flight still counts', () => {
  const clock = new StepClock();
  const transport = nullTransport(clock, [20]);
  const loop = bench({ scenarios: [scenarioPlan(0, constantLoad(1000, 60))], clock, transport });
  const poll = transport.poll.bind(transport);
  transport.poll = (timeoutMs) => {
    if (clock.nowNs > 2e9) loop.stop(STOP.drain);
    return poll(timeoutMs);
  };
  const { load } = onlyLane(loop.run());
  expect(load.totals.scheduled).toBe(60_000);
  expect(load.totals.sent).toBeGreaterThan(1990);
  expect(load.totals.sent).toBeLessThan(2100);
  expect(load.totals.acked).toBe(load.totals.sent);
  expect(load.totals.unsent).toBe(60_000 - load.totals.sent);
});

/** Worker 1 of 3, stopped by the first poll after two seconds. */
function stoppedEndless(transport: NullTransport, clock: StepClock, warmupCount = 0, inFlight = 1000) {
  const load = { ...constantLoad(3000, 8_640_000, warmupCount), endless: true } as const;
  const scenario = scenarioPlan(0, load, { inFlight });
  const loop = bench({ scenarios: [scenario], clock, transport, worker: 1, workers: 3 });
  const poll = transport.poll.bind(transport);
  transport.poll = (timeoutMs) => {
    if (clock.nowNs > 2e9) loop.stop(STOP.drain);
    return poll(timeoutMs);
  };
  const measurement = loop.run();
  // 1, 4, 7, … of 3,000 a second.
  const due = Math.floor((measurement.phases.loadEndNs / 1e9) * 1000 - 1 / 3) + 1;
  return { lane: onlyLane(measurement), due };
}

test('an endless schedule ends at the stop: what was due by then is sent, and is all there was', () => {
  const clock = new StepClock();
  const { lane, due } = stoppedEndless(nullTransport(clock, [20]), clock, 1500);
  const { warmup, load } = lane;
  expect(due).toBeGreaterThanOrEqual(2000);
  expect(warmup.totals).toMatchObject({ scheduled: 500, acked: 500, unsent: 0 });
  expect(load.totals).toMatchObject({ scheduled: due - 500, sent: due - 500, acked: due - 500, unsent: 0 });
  expect(lane.notAcked).toEqual([]);
});

test('… or unsent where the broker had no room for it, to the message', () => {
  const clock = new StepClock();
  const { lane, due } = stoppedEndless(nullTransport(clock, [1], { maxAcksPerSec: 100 }), clock, 0, 50);
  const { sent, unsent, acked, scheduled } = lane.load.totals;
  expect([scheduled, unsent, acked]).toEqual([due, due - sent, sent]);
  expect(sent).toBeLessThan(300);
  const range = { scenario: 'scenario-0', step: 3, status: 'unsent' };
  expect(lane.notAcked).toEqual([{ ...range, from: 1 + 3 * sent, to: 1 + 3 * (due - 1) }]);
});

test('stopped in its warm-up an endless schedule had no load phase', () => {
  const clock = new StepClock();
  const { lane, due } = stoppedEndless(nullTransport(clock, [1]), clock, 30_000);
  expect([lane.warmup.totals.scheduled, lane.load.totals.scheduled]).toEqual([due, 0]);
});

test('what does not come back within gracefulStop is unresolved', () => {
  const clock = new StepClock();
  const transport = nullTransport(clock, [1, 60_000]);
  const lane = onlyLane(bench({ scenarios: [scenarioPlan(0, constantLoad(100, 1))], clock, transport }).run());
  expect(lane.load.totals).toMatchObject({ sent: 100, acked: 50, unresolved: 50, failed: 0 });
  expect(lane.notAcked.every(({ status }) => status === 'possibly-persisted')).toBe(true);
  expect(lane.errors).toMatchObject([{ code: -151, count: 50 }]);
});

test('a stuck lane does not stall the others', () => {
  const clock = new StepClock();
  const transport = nullTransport(clock, [1]);
  const produce = transport.produce.bind(transport);
  // Lane 0's messages are taken and never reported on.
  transport.produce = (lane, partition, batch, from, count) =>
    lane === 0 ? count : produce(lane, partition, batch, from, count);
  const scenarios = [
    scenarioPlan(0, constantLoad(1000, 2), { inFlight: 10, gracefulStopNs: 1e9 }),
    scenarioPlan(1, constantLoad(1000, 2)),
  ];
  const { lanes } = bench({ scenarios, clock, transport }).run();
  expect(lanes[0]!.load.totals).toMatchObject({ sent: 10, unresolved: 10, unsent: 1990 });
  expect(lanes[1]!.load.totals).toMatchObject({ sent: 2000, acked: 2000 });
  expect(ms(lanes[1]!.load.scheduleLag, 100)).toBeLessThan(2);
});

test('the rows of the series add up to the totals, each event in its own second', () => {
  const clock = new StepClock();
  const transport = nullTransport(clock, [1500]);
  const loop = bench({ scenarios: [scenarioPlan(0, constantLoad(100, 3))], clock, transport });
  loop.run();
  const rows = seriesRows(loop.memory, 0)[0]!;
  const column = (c: number) => [0, 1, 2, 3, 4, 5].map((second) => rows[second * COLUMNS + c]!);
  expect(column(COLUMN.sent)).toEqual([100, 100, 100, 0, 0, 0]);
  expect(column(COLUMN.acked)).toEqual([0, 50, 100, 100, 50, 0]);
});

test('what happens after the last row of the series is in that row', () => {
  const clock = new StepClock();
  const loop = bench({
    scenarios: [scenarioPlan(0, constantLoad(1, 604))],
    clock,
    transport: nullTransport(clock, [1]),
  });
  loop.run();
  const rows = seriesRows(loop.memory, 0)[0]!;
  const last = rows.length / COLUMNS - 1;
  expect(rows[(last - 1) * COLUMNS + COLUMN.sent]).toBe(1);
  expect([COLUMN.sent, COLUMN.acked].map((column) => rows[last * COLUMNS + column])).toEqual([604 - last, 604 - last]);
});

test('a stop word is seen within 50 ms, within 10 while the window is full; nothing spins below a millisecond', () => {
  const waitsOf = (ratePerSec: number, inFlight: number) => {
    const clock = new StepClock();
    const transport = nullTransport(clock, [400]);
    const waits = new Set<number>();
    const poll = transport.poll.bind(transport);
    transport.poll = (timeoutMs) => {
      if (clock.nowNs > 0.2e9 && clock.nowNs < 0.3e9) waits.add(timeoutMs);
      return poll(timeoutMs);
    };
    bench({ scenarios: [scenarioPlan(0, constantLoad(ratePerSec, 2), { inFlight })], clock, transport }).run();
    return waits;
  };
  expect(waitsOf(1, 10)).toEqual(new Set([50]));
  expect(waitsOf(1000, 10)).toEqual(new Set([10]));
  for (const timeoutMs of waitsOf(3000, 10_000)) expect([0, 1]).toContain(timeoutMs);
  expect(waitsOf(3000, 10_000)).toContain(1);
});

test('time away from the poll, work and waiting are booked', () => {
  const clock = new StepClock();
  const measurement = bench({
    scenarios: [scenarioPlan(0, constantLoad(100, 2))],
    clock,
    transport: nullTransport(clock, [1]),
  }).run();
  expect(totalCount(measurement.resolution)).toBeGreaterThan(100);
  expect(measurement.idleNs).toBeGreaterThan(1.9e9);
  expect(measurement.busyNs).toBeLessThan(0.1e9);
  expect(measurement.blockedNs).toBe(0);
});

test('effort is of the load phase: what the warm-up took is not in it', () => {
  const clock = new StepClock();
  const load = { ...constantLoad(100, 3, 100), warmupEndNs: 1e9 };
  const transport = nullTransport(clock, [1]);
  const { idleNs, busyNs, phases } = bench({ scenarios: [scenarioPlan(0, load)], clock, transport }).run();
  expect(phases.loadStartNs).toBe(1e9);
  expect(idleNs + busyNs).toBeLessThan(2e9);
  expect(idleNs + busyNs).toBeGreaterThan(1.8e9);
});
