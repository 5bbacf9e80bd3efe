/** What a lane counts of each of its topics. */
import { expect, test } from 'vitest';
import { bucketOf } from '../../src/recorder/latency-series.ts';
import { NullTransport } from '../../src/transport/null.ts';
import { bench, constantLoad, StepClock, scenarioPlan } from './fixture.ts';

test('messages of the load phase by topic: sent, acknowledged, not acknowledged, and how late', () => {
  const clock = new StepClock(0);
  // Of topic i mod 4 message i: the third latency is of the third topic, and every eighth message fails.
  const spec = { latencyMs: [1, 2, 40, 3], failRate: 1 / 8 };
  const transport = new NullTransport({ spec, slots: 1000, clock: clock.read, sleep: clock.sleep });
  const topics = ['a', 'b', 'c', 'd'];
  const scenario = scenarioPlan(0, constantLoad(40, 2, 40), { topics, perTopic: true, inFlight: 1000 });
  const [lane] = bench({ scenarios: [scenario], clock, transport }).run().lanes;
  const { load } = lane!;
  const counts = lane!.topics!;
  expect(counts.map(({ member, sent }) => [member, sent])).toEqual([0, 1, 2, 3].map((member) => [member, 10]));
  const sum = (of: 'acked' | 'notAcked') => counts.reduce((total, each) => total + each[of], 0);
  expect([sum('acked'), sum('notAcked')]).toEqual([load.totals.acked, load.totals.failed]);
  expect(load.totals.failed).toBe(5);
  for (const { acked, notAcked, sent, latencies } of counts) {
    expect(acked + notAcked).toBe(sent);
    expect(latencies.reduce((total, [, count]) => total + count, 0)).toBe(acked);
  }
  const latest = counts.map(({ latencies }) => latencies.at(-1)![0]);
  expect(latest[2]).toBeGreaterThanOrEqual(bucketOf(40_000));
  expect(Math.max(latest[0]!, latest[1]!, latest[3]!)).toBeLessThan(bucketOf(20_000));
  expect(lane!.clients).toBeUndefined();
});
