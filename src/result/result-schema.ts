/** What a result.json must have to be shown: files are cut short, edited by hand, or written by other programs. */
import { z } from 'zod';
import { BUCKETS_PER_OCTAVE } from '../recorder/latency-series.ts';
import { RESULT_VERSION, type Result } from './result.ts';

/** Beyond it no number is exact, and none is measured. */
const MAX = Number.MAX_SAFE_INTEGER;
const real = z.number().min(-MAX).max(MAX);
const count = z.number().min(0).max(MAX);
const maybe = count.nullable();
const text = z.string();
const time = text.refine((written) => !Number.isNaN(Date.parse(written)), 'expected a time as in ISO 8601');
const percentile = z
  .union([count, z.object({ atLeast: count })], 'Invalid input: expected number, { atLeast: number } or null')
  .nullable();

const totals = z.object({
  ...{ scheduled: count, sent: count, shed: count, unsent: count, acked: count, failed: count, unresolved: count },
  ...{ payloadBytes: count, wireBytes: maybe },
});
const rate = z.object({ targetPerSec: maybe, achievedPerSec: count, errorPct: real.nullable() });
const summary = z.object({
  ...{ count, censored: count, overflow: count, min: maybe, mean: maybe },
  ...{ p50: percentile, p75: percentile, p90: percentile, p95: percentile, p99: percentile },
  ...{ p999: percentile, p9999: percentile, max: percentile },
});
const latencies = <T extends z.ZodType>(each: T) =>
  z.object({ response: each, service: each, scheduleLag: each, endToEnd: each.exactOptional() });
const phase = z.object({ totals, rate, latency: latencies(summary) });

const second = z.object({
  ...{
    second: z.int().min(0),
    scheduled: count,
    sent: count,
    acked: count,
    failed: count,
    inFlight: count,
    cpuPct: count,
  },
  ...{ p50: maybe, p99: maybe, max: maybe, scheduleLagP99: maybe },
  ...{ p90: maybe.exactOptional(), p999: maybe.exactOptional() },
  ...{ loopCpuPct: maybe.exactOptional(), clientCpuPct: maybe.exactOptional(), mainCpuPct: maybe.exactOptional() },
});
const scenarioRow = z.object({ second: count, sent: count, acked: count, failed: count, p50: maybe, p99: maybe });
const consumerRow = z.object({ second: count, consumed: count, bytes: count, p50: maybe, p99: maybe, lag: maybe });
const consumer = z.object({
  ...{ members: count, topics: z.array(text), consumed: count, bytes: count, foreign: count, rate: count },
  ...{ endToEnd: summary.nullable(), endToEndHistogram: text.nullable(), rebalances: count },
  clock: z.object({
    source: z.enum(['same-process', 'shards', 'create-time', 'log-append-time']),
    ...{ offsetMaxUs: maybe, note: text },
    offset: z.object({ minUs: real.nullable(), maxUs: real.nullable() }).exactOptional(),
  }),
  negative: z.object({ count, minUs: real.nullable() }),
  lag: z.object({ max: maybe, maxAtSecond: maybe, atEnd: maybe }),
  drain: z
    .object({
      ...{ pausedFrom: count, fromSecond: count, seconds: maybe, peakLag: maybe, rate: count },
      producersP99: z.object({ before: maybe, paused: maybe, draining: maybe }),
    })
    .exactOptional(),
  series: z.array(consumerRow),
});
const example = z.object({
  ...{ kind: text, text, index: count.exactOptional(), topic: text.exactOptional() },
  ...{ partition: count.exactOptional(), offset: count.exactOptional() },
});
const groupVerification = z.object({
  ...{ refused: text.exactOptional(), expected: count, consumed: count, lost: count, duplicated: count },
  ...{ outOfOrder: count, corrupted: count, foreign: count, notAckedInLog: count, abortedInLog: count },
  abortedAllowed: z.literal(true).exactOptional(),
  ...{ notes: z.array(text), examples: z.array(example) },
});
const verification = groupVerification.extend({ groups: z.record(text, groupVerification).exactOptional() });
const transactions = z.object({
  ...{ producers: count, committed: count, aborted: count, forced: count, undecided: count },
  ...{ committedMessages: count, abortedMessages: count, undecidedMessages: count },
  ...{ commitLatency: summary, commitHistogram: text },
  errors: z.array(z.object({ code: real, name: text, count, example: text })),
});
const extremes = z.object({ min: real, median: real, max: real, minOf: text, maxOf: text });
const distribution = z.object({
  ...{ count, idle: count, sent: extremes, acked: extremes, notAcked: extremes, achievedPerSec: extremes },
  p99: extremes.extend({ min: percentile, median: percentile, max: percentile }).nullable(),
});
const verdict = z.object({
  status: z.enum(['VALID', 'GENERATOR_LIMITED', 'BROKER_LIMITED', 'INCOMPLETE']),
  limitedBy: z.enum(['loop', 'client-thread', 'broker']).exactOptional(),
  reasons: z.array(text),
});
const shardTotals = z.object({
  ...{ scheduled: count, sent: count, shed: count, unsent: count, acked: count, failed: count, unresolved: count },
  payloadBytes: count,
});
const offsetBound = z.object({ minUs: real, maxUs: real });
const shard = z.object({
  ...{ shard: count, workers: count, totals: shardTotals },
  rate: z.object({ targetPerSec: maybe, achievedPerSec: count }),
  ...{ response: summary.nullable(), scheduleLag: summary.nullable(), verdict: verdict.nullable() },
  ...{ clockOffsetUs: offsetBound.nullable(), cpuSeconds: count, maxRssBytes: count },
  instances: z.array(
    z.object({
      ...{ instance: text, host: text, joinedAt: count, lastSecond: maybe, complete: z.boolean() },
      failure: text.exactOptional(),
      mismatch: z.literal(true).exactOptional(),
    }),
  ),
  series: z.array(
    z.object({
      ...{ second: count, sent: count, acked: count, failed: count, inFlight: count },
      ...{ scheduleLagP99: maybe, cpuPct: count },
    }),
  ),
});
const shards = z.object({
  ...{ bus: z.enum(['kafka', 'directory']), coverage: count, secondsPlanned: count, secondsReceived: count },
  ...{ clockSkewUs: maybe, startLateMs: maybe },
  shards: z.array(shard),
});
const range = z.object({ scenario: text, from: count, to: count, step: z.number().positive(), status: text });
const spread = z.object({ mean: count, p50: count, p99: count, max: count });

function isAscending(rows: readonly { readonly second: number }[]): boolean {
  return rows.every((row, i) => i === 0 || row.second > rows[i - 1]!.second);
}

/** Optional: what results of earlier engines lack, and what is of some runs only. */
const KEYS = {
  version: z.literal(RESULT_VERSION),
  run: z.object({
    ...{ id: text, profile: text, profileHash: text, startedAt: time, durationMs: count, seed: real },
    ...{ command: text, target: text, acks: text, notes: z.array(text) },
    compression: text.exactOptional(),
    stopped: z.object({ by: text, reason: text }).exactOptional(),
  }),
  verdict,
  totals,
  warmup: phase.nullable(),
  rate,
  latency: latencies(summary),
  histograms: latencies(text),
  series: z.array(second).refine(isAscending, 'expected ascending seconds'),
  latencySeries: z.object({ bucketsPerOctave: z.literal(BUCKETS_PER_OCTAVE), response: text }).exactOptional(),
  events: z.array(z.object({ at: count, kind: text, text, until: count.exactOptional() })).exactOptional(),
  outages: z
    .array(
      z.object({
        ...{ from: count, to: count, peakBacklog: count.exactOptional(), partial: z.literal(true).exactOptional() },
        ...{ drainSeconds: maybe.exactOptional(), p99RecoverySeconds: maybe.exactOptional() },
      }),
    )
    .exactOptional(),
  errors: z.array(
    z.object({
      ...{ code: real, name: text, count, firstAt: time, example: text, by: text.exactOptional() },
      seconds: z.array(z.tuple([count, count])).exactOptional(),
    }),
  ),
  scenarios: z.record(
    text,
    phase.extend({
      ...{ executor: text, workload: text, model: z.enum(['open', 'closed']) },
      series: z.array(scenarioRow).exactOptional(),
      ...{ topics: distribution.exactOptional(), clients: distribution.exactOptional() },
      transactions: transactions.exactOptional(),
    }),
  ),
  phases: z.object({ warmup: count, load: count, drain: count }),
  thresholds: z.array(
    z.object({
      ...{ metric: text, expression: text, value: percentile, ok: z.boolean().nullable() },
      worst: z
        .object({
          ...{ scenario: text, field: text, records: count, chiSquare: count, degreesOfFreedom: count, p: count },
        })
        .exactOptional(),
    }),
  ),
  client: z.object({
    ...{ workers: count, cpuSeconds: count, cpuSecondsPerMillion: maybe, maxRssBytes: count, librdkafka: text },
    inFlightMax: count.exactOptional(),
    resolutionUs: z.object({ p50: maybe, p99: maybe, max: maybe }),
    threads: z.array(z.object({ name: text, cpuPct: count, maxCpuPct: count })),
  }),
  payload: z.record(text, z.object({ mode: text, poolSize: count, bytesMean: count, mark: text })),
  ledger: z.object({
    partitions: z.array(z.object({ topic: text, partition: count, startOffset: real })),
    notAcked: z.array(range),
    notCommitted: z.array(range).exactOptional(),
    complete: z.boolean(),
  }),
  broker: z.object({
    ...{ rttUs: spread.exactOptional(), queueUs: spread.exactOptional() },
    outstandingRequests: z.object({ mean: count, max: count }).exactOptional(),
    ...{ disconnects: count.exactOptional(), wireBytes: count.exactOptional(), batchBytes: count.exactOptional() },
  }),
  messages: z
    .object({
      ...{ file: text, bytes: count, messages: count, active: count, phoneNumbers: count, starts: count },
      ...{ states: z.record(text, count), carriers: z.record(text, count) },
    })
    .exactOptional(),
  consumers: z.record(text, consumer).exactOptional(),
  verification: z.record(text, verification).exactOptional(),
  shards: shards.exactOptional(),
  environment: z.object({
    ...{ os: text, cpus: count, cpuModel: text, memoryBytes: count, node: text, engineVersion: text },
    ...{ gitCommit: text.exactOptional(), brokerVersion: text.exactOptional() },
  }),
} satisfies Record<keyof Result, z.ZodType>;

export const RESULT_SCHEMA: z.ZodType = z.object(KEYS);
