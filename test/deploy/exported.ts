import type { ConsumerReading } from '../../src/recorder/consumer-reading.ts';
import type { PhaseReading, RunReading } from '../../src/recorder/run-reading.ts';
import { consumeFamilies, type MetricFamily, processFamilies, runFamilies } from '../../src/report/prometheus.ts';
import { consumerGroupFamilies, drainFamilies, verificationFamilies } from '../../src/report/reading-metrics.ts';
import { senderFamilies } from '../../src/report/sender-metrics.ts';
import { secondRow } from '../recorder/second-row.ts';
import { consumer, consumerRow, DRAIN, verification } from '../result/reading.ts';

const latency = { atOrBelow: [1], count: 1, sumUs: 1 };
const phase: PhaseReading = {
  name: 'load',
  scheduled: 1,
  workers: [{ sent: 1, shed: 0, acked: 1, failed: 0, unresolved: 0, bytes: 1 }],
  response: latency,
  service: latency,
  scheduleLag: latency,
};
const run: RunReading = {
  elapsedNs: 1,
  plannedNs: 1,
  lanes: [{ name: 's', targetPerSec: 1, lastSentAtMs: [1], phases: [phase] }],
  efforts: [{ busyNs: 1, idleNs: 1, blockedNs: 1 }],
  lastRow: secondRow({ scheduled: 1, sent: 1, acked: 1, p50: 1, p99: 1, max: 1, scheduleLagP99: 1, cpuPct: 1 }),
  database: {
    ...{ file: 'messages.db', bytes: 1, messages: 1, active: 1, phoneNumbers: 1, starts: 1 },
    ...{ states: { sent: 1 }, carriers: { att: 1 } },
  },
};
const group: ConsumerReading = {
  group: 'g',
  counts: {
    ...{ consumed: 1, bytes: 1, foreign: 1, negative: 1, negativeMinNs: 0, rebalances: 1 },
    ...{ firstRecordNs: 1, lastRecordNs: 1 },
  },
  endToEnd: { warmup: latency, load: latency },
  progress: { ...{ members: 1, state: 'reading', consumed: 1, lag: 1, left: 1 }, lastRow: consumerRow({ second: 1 }) },
};

/** One sample at least of every metric there is, of all commands. */
export const exportedFamilies: readonly MetricFamily[] = [
  ...processFamilies({ profile: 'p', run: 'r', version: '1' }, { cpuSeconds: 1, residentBytes: 1, startedAtMs: 1 }),
  ...runFamilies(run),
  // Names and labels of a sharded run's other families are the same, but for `shard` in place of `worker`.
  ...runFamilies({ ...run, shards: { present: 1, count: 2, silent: [1] } }).filter(({ name }) =>
    name.startsWith('kafka_load_shards'),
  ),
  ...consumerGroupFamilies([group]),
  ...drainFamilies({ g: consumer([1], [], { drain: DRAIN }) }),
  ...verificationFamilies({ s: verification() }),
  ...consumeFamilies({ records: 1, bytes: 1 }),
  ...senderFamilies([{ sender: 'a', sent: 1, failed: 0, processingUs: 1, atOrBelow: [1] }], [1]),
];
