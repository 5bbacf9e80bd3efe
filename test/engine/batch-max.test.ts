import { expect, test } from 'vitest';
import { batchMax } from '../../src/engine/batch-max.ts';
import { NullTransport } from '../../src/transport/null.ts';
import { bench, closedLoad, constantLoad, openLoad, StepClock, scenarioPlan } from './fixture.ts';

test('a batch has room for what is due in a tenth of a second, a whole burst, or all that a closed loop takes', () => {
  const burst = openLoad({ kind: 'burst', size: 500, everyNs: 1e9, durationNs: 2e9 });
  const sizes = [
    constantLoad(25, 1),
    constantLoad(1000, 1),
    constantLoad(1e6, 1),
    burst,
    closedLoad({ messages: 9 }),
  ].map((load) => batchMax({ load }, 1, 10_000));
  expect(sizes).toEqual([16, 100, 2048, 500, 2048]);
  expect([batchMax({ load: constantLoad(1000, 1) }, 4, 10_000), batchMax({ load: burst }, 1, 8)]).toEqual([25, 8]);
});

test('a backlog goes out in one turn after another, however small the batches', () => {
  const clock = new StepClock(0);
  const transport = new NullTransport({
    spec: { latencyMs: [1] },
    slots: 10_000,
    clock: clock.read,
    sleep: clock.sleep,
  });
  const poll = transport.poll.bind(transport);
  // Nothing runs for two seconds.
  transport.poll = (timeoutMs) => {
    const count = poll(timeoutMs);
    if (clock.nowNs > 1e9 && clock.nowNs < 3e9) clock.nowNs = 3e9;
    return count;
  };
  let sentAtOnce = 0;
  const produce = transport.produce.bind(transport);
  transport.produce = (...args) => {
    if (clock.nowNs === 3e9) sentAtOnce += args[4];
    return produce(...args);
  };
  const scenarios = Array.from({ length: 20 }, (_, lane) => scenarioPlan(lane, constantLoad(100, 4)));
  const { lanes } = bench({ scenarios, clock, transport, batchMax: 16 }).run();
  // All that was due while nothing ran, without a sleep between.
  expect(sentAtOnce).toBeGreaterThan(20 * 195);
  expect(lanes.map(({ load }) => load.totals.acked)).toEqual(scenarios.map(() => 400));
});
