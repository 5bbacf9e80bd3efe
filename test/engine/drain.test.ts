/** How a loop ends: what it waits for, for how long, and what it does about the rest. */
import { expect, test } from 'vitest';
import { STOP } from '../../src/recorder/control-memory.ts';
import { NullTransport } from '../../src/transport/null.ts';
import { PERSISTENCE } from '../../src/transport/transport.ts';
import { bench, constantLoad, StepClock, scenarioPlan } from './fixture.ts';

/** A pretended broker that notes when it is asked for what. */
class Witness extends NullTransport {
  readonly flushedNs: number[] = [];
  readonly purgedNs: number[] = [];
  readonly statisticsMs: number[] = [];
  readonly #clock: StepClock;

  constructor(clock: StepClock, latencyMs: readonly number[]) {
    super({ spec: { latencyMs }, slots: 10_000, clock: clock.read, sleep: clock.sleep });
    this.#clock = clock;
  }

  override flush(): void {
    this.flushedNs.push(this.#clock.nowNs);
  }

  override purge(): void {
    this.purgedNs.push(this.#clock.nowNs);
    super.purge();
  }

  override statistics(waitMs = 0): undefined {
    this.statisticsMs.push(waitMs);
    return undefined;
  }
}

function run(latencyMs: number, scenarios: Parameters<typeof bench>[0]['scenarios'], stop?: { atNs: number }) {
  const clock = new StepClock();
  const transport = new Witness(clock, [latencyMs]);
  const loop = bench({ scenarios, clock, transport });
  const poll = transport.poll.bind(transport);
  transport.poll = (timeoutMs) => {
    if (stop !== undefined && clock.nowNs > stop.atNs) loop.stop(STOP.abandon);
    return poll(timeoutMs);
  };
  const { lanes, phases } = loop.run();
  return { transport, lanes, phases };
}

test('what lingers is flushed in the second half of gracefulStop, and given up after it', () => {
  const { transport, phases } = run(60_000, [scenarioPlan(0, constantLoad(10, 1), { gracefulStopNs: 4e9 })]);
  const { flushedNs, purgedNs } = transport;
  const sinceEndSec = (ns: number | undefined) => (ns! - phases.loadEndNs) / 1e9;
  expect(sinceEndSec(flushedNs[0])).toBeCloseTo(2, 1);
  expect(sinceEndSec(flushedNs.at(-1))).toBeCloseTo(4, 1);
  expect(purgedNs.map(sinceEndSec)).toEqual([expect.closeTo(4, 1)]);
});

test('nothing is flushed or purged where all comes back in time', () => {
  const { transport, lanes } = run(1500, [scenarioPlan(0, constantLoad(10, 1), { gracefulStopNs: 4e9 })]);
  expect([transport.flushedNs, transport.purgedNs]).toEqual([[], []]);
  expect(lanes[0]!.load.totals).toMatchObject({ acked: 10, unresolved: 0 });
});

test('the longest gracefulStop of the scenarios is waited', () => {
  const scenarios = [1e9, 5e9, 1e9].map((gracefulStopNs, lane) =>
    scenarioPlan(lane, constantLoad(10, 1), { gracefulStopNs }),
  );
  const { lanes } = run(3000, scenarios);
  expect(lanes.map(({ load }) => load.totals.acked)).toEqual([10, 10, 10]);
});

test('who cannot wait ends the drain as well', () => {
  const { lanes, phases } = run(60_000, [scenarioPlan(0, constantLoad(10, 1))], { atNs: 3e9 });
  expect(phases.loadEndNs / 1e9).toBeCloseTo(0.9, 1);
  expect(phases.drainEndNs / 1e9).toBeCloseTo(3, 1);
  expect(lanes[0]!.load.totals).toMatchObject({ sent: 10, unresolved: 10 });
});

test('the last count of the bytes on the wire is worth waiting for in a run of some length, and in no hurry', () => {
  const waitMs = (seconds: number, stop?: { atNs: number }) =>
    run(1, [scenarioPlan(0, constantLoad(10, seconds))], stop).transport.statisticsMs;
  expect(waitMs(1)).toEqual([0]);
  expect(waitMs(5)).toEqual([1500]);
  expect(waitMs(5, { atNs: 3e9 })).toEqual([0]);
});

test('what was purged in flight may be in the log, whatever its status says', () => {
  const clock = new StepClock();
  const transport = new Witness(clock, [60_000]);
  const poll = transport.poll.bind(transport);
  transport.poll = (timeoutMs) => {
    const count = poll(timeoutMs);
    transport.reports.status.fill(PERSISTENCE.notPersisted);
    return count;
  };
  const [lane] = bench({ scenarios: [scenarioPlan(0, constantLoad(10, 1))], clock, transport }).run().lanes;
  expect(lane!.load.totals).toMatchObject({ failed: 0, unresolved: 10 });
  expect(lane!.notAcked).toMatchObject([{ from: 0, to: 9, status: 'possibly-persisted' }]);
});
