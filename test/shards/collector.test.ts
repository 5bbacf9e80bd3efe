/** Whatever shards send, in whatever order it comes, their result is that of one process. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { ENDLESS } from '../../src/executors/span.ts';
import type { ExecutorProfile } from '../../src/executors/table.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { RunMeasurement } from '../../src/recorder/measurement.ts';
import { burst, constant, ramp, replay, sine, spike } from '../executors/drawn.ts';
import { drawMessages, SEC } from './recorded-run.ts';
import { collect, comparable, merged, mulberry, planOf, runOne, sendAll, stopOf } from './sent-run.ts';

const executor: fc.Arbitrary<ExecutorProfile> = fc.oneof(
  ...[constant, ramp, sine, replay, burst, spike],
  fc.constantFrom<ExecutorProfile>(
    { kind: 'max-throughput', durationNs: 4 * SEC },
    { kind: 'max-throughput', messages: 300 },
    { kind: 'constant-arrival-rate', ratePerSec: 41.7, ...ENDLESS },
  ),
);
const drawn = fc.record({
  executors: fc.array(executor, { minLength: 1, maxLength: 3 }),
  warmupNs: fc.constantFrom(0, 0.4 * SEC),
  startTimeNs: fc.constantFrom(0, 0.7 * SEC),
  shards: fc.integer({ min: 1, max: 4 }),
  threads: fc.integer({ min: 1, max: 2 }),
  seed: fc.integer(),
  failed: fc.constantFrom(0, 0.004, 0.2),
  left: fc.constantFrom(0, 0.05),
});

test('whatever the shards of a run booked, their result is that of one process', async () => {
  await fc.assert(
    fc.asyncProperty(drawn, async ({ executors, warmupNs, startTimeNs, shards, threads, seed, failed, left }) => {
      const scenarios = executors.map((each, i) => [
        `s${i}`,
        {
          executor: each,
          startTimeNs: i === 0 ? startTimeNs : 0,
          warmupNs,
          perTopic: i === 0,
          clients: shards * threads,
        },
      ]);
      const plan = plannedOrSkipped(Object.fromEntries(scenarios), shards * threads);
      const random = mulberry(seed);
      const stopNs = stopOf(plan);
      const messages = drawMessages(plan, { draw: random, failed, shed: left / 2, unsent: left / 2, stopNs });
      const isEndless = plan.lanes.some(({ load }) => load.kind === 'open' && load.endless === true);
      const stop: Partial<RunMeasurement> = isEndless
        ? { stopped: { by: 'SIGINT', reason: 'SIGINT' }, stoppedNs: stopNs }
        : {};
      const one = runOne(plan, messages, stopNs, stop);
      const senders = Array.from({ length: shards }, (_, shard) => ({ shard, measured: stop }));
      const sent = await sendAll(plan, shards, messages, stopNs, senders);
      const shuffled = [...sent, ...sent.filter(() => random() < 0.2)].toSorted(() => random() - 0.5);
      const collector = collect(plan, shards, shuffled);
      expect(collector.isComplete).toBe(true);
      expect(comparable(merged(plan, collector))).toEqual(comparable(one));
    }),
    { numRuns: 25 },
  );
}, 300_000);

/** Drawn loads can be without a message, which is refused. */
function plannedOrSkipped(scenarios: Parameters<typeof planOf>[0], workers: number): Plan {
  try {
    return planOf(scenarios, workers);
  } catch (error) {
    fc.pre(!(error instanceof InputError));
    throw error;
  }
}
