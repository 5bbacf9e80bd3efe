import { expect, test } from 'vitest';
import { engine } from '../../bench/peers/engine.ts';
import { java } from '../../bench/peers/java.ts';
import { rdkafkaPerformance } from '../../bench/peers/rdkafka-performance.ts';

test("each tool's own report is read", () => {
  const c = [
    '% 5 backpressures for 2000000 produce calls: 0.000% backpressure rate',
    '% 2000000 messages produced (400000000 bytes), 2000000 delivered (offset 41, 0 failed) in 3592ms: 556792 msgs/s and 111.36 MB/s, 0 produce failures, 0 in queue, no compression',
  ];
  expect(rdkafkaPerformance.report(c.join('\n'))).toEqual({ acked: 2_000_000, seconds: 3.592 });

  const summary = [
    '1000 records sent, 200.0 records/sec (0.04 MB/sec), 3.1 ms avg latency, 12.0 ms max latency.',
    '2000 records sent, 250.000000 records/sec (0.05 MB/sec), 3.02 ms avg latency, 12.00 ms max latency, 3 ms 50th.',
  ];
  expect(java.report(summary.join('\n'))).toEqual({ acked: 2000, seconds: 8 });

  const result = { totals: { acked: 500 }, rate: { achievedPerSec: 1000 } };
  expect(engine('auto').report(JSON.stringify(result))).toEqual({ acked: 500, seconds: 0.5 });
});
