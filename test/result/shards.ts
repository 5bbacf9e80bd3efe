/** A result of a run in several processes, for tests to bend. */
import type { LatencySummary } from '../../src/result/latency-summary.ts';
import { mergeRun } from '../../src/result/merge.ts';
import type { Result } from '../../src/result/result.ts';
import type { ShardInstance, ShardResult, ShardRow, ShardsResult } from '../../src/result/shard-result.ts';
import { secondRow } from '../recorder/second-row.ts';
import { facts, lane, phase, ramp, run, worker } from './run.ts';

const SECONDS = 60;
/** Of a shard. */
const PER_SEC = 250;

/** What stands for a percentile of `p50` µs at the middle. */
export function latency(p50: number, p99: number, count = PER_SEC * SECONDS): LatencySummary {
  return {
    ...{ count, censored: 0, overflow: 0, min: p50 / 2, mean: p50, p50, p75: p50, p90: p50, p95: p99, p99 },
    ...{ p999: p99, p9999: p99, max: p99 },
  };
}

export function instance(shard: number, overrides: Partial<ShardInstance> = {}): ShardInstance {
  return {
    instance: shard.toString(16).padStart(16, '0'),
    host: shard % 2 === 0 ? 'node-a' : 'node-b',
    joinedAt: 0,
    lastSecond: SECONDS - 1,
    complete: true,
    ...overrides,
  };
}

export function shardRow(second: number, overrides: Partial<ShardRow> = {}): ShardRow {
  const acked = PER_SEC;
  return { second, sent: acked, acked, failed: 0, inFlight: 3, scheduleLagP99: 900, cpuPct: 22, ...overrides };
}

const ROWS = Array.from({ length: SECONDS }, (_, second) => shardRow(second));

/** One of which nothing is to be said. */
export function shard(number: number, overrides: Partial<ShardResult> = {}): ShardResult {
  const sent = PER_SEC * SECONDS;
  return {
    shard: number,
    workers: 2,
    totals: {
      ...{ scheduled: sent, sent, shed: 0, unsent: 0, acked: sent, failed: 0, unresolved: 0, payloadBytes: sent * 200 },
    },
    rate: { targetPerSec: PER_SEC, achievedPerSec: PER_SEC },
    response: latency(2_100 + 10 * number, 6_400),
    scheduleLag: latency(300, 900),
    verdict: { status: 'VALID', reasons: ['sent on schedule'] },
    clockOffsetUs: { minUs: -180, maxUs: 20 },
    cpuSeconds: 13.2,
    maxRssBytes: 140 * 2 ** 20,
    instances: [instance(number)],
    series: ROWS,
    ...overrides,
  };
}

/** Lost after 22 s, taken up again at 31 s: nine seconds of its share were not sent. */
const REPLACED = shard(1, {
  totals: {
    ...{ scheduled: 15_000, sent: 12_700, shed: 0, unsent: 2_300, acked: 12_680, failed: 0, unresolved: 20 },
    payloadBytes: 2_540_000,
  },
  rate: { targetPerSec: PER_SEC, achievedPerSec: 211.3 },
  instances: [
    instance(1, { lastSecond: 21, complete: false, failure: 'not heard of for 5 s' }),
    instance(1, { instance: 'a'.repeat(16), host: 'node-c', joinedAt: 31 }),
  ],
  series: ROWS.filter(({ second }) => second < 22 || second >= 31),
});

const LIMITED = shard(2, {
  rate: { targetPerSec: PER_SEC, achievedPerSec: 228.4 },
  scheduleLag: latency(41_000, 212_000),
  response: latency(44_000, 231_000),
  verdict: { status: 'GENERATOR_LIMITED', reasons: ['at its limit: loop of worker 2 97 %'] },
  series: ROWS.map((row) => ({ ...row, sent: 228, acked: 228, inFlight: 9, scheduleLagP99: 180_000, cpuPct: 99 })),
});

/** Four of which one was replaced, one was limited by itself, and one has a clock that is bounded to ±3 ms. */
export const FOUR_SHARDS: ShardsResult = {
  bus: 'kafka',
  coverage: 0.9625,
  secondsPlanned: 240,
  secondsReceived: 231,
  clockSkewUs: 3_180,
  startLateMs: 12,
  shards: [shard(0), REPLACED, LIMITED, shard(3, { clockOffsetUs: { minUs: -3_000, maxUs: 3_000 } })],
};

/** As many, of which nothing is to be said. */
export function quietShards(count: number, overrides: Partial<ShardsResult> = {}): ShardsResult {
  const shards = Array.from({ length: count }, (_, i) => shard(i));
  const seconds = count * SECONDS;
  return {
    ...{ bus: 'kafka', coverage: 1, secondsPlanned: seconds, secondsReceived: seconds },
    ...{ clockSkewUs: 400, startLateMs: 4, shards },
    ...overrides,
  };
}

/** A hundred: number 17 is late, 40 to 42 are slow, and number 63 was lost. */
export function hundredShards(): ShardsResult {
  const base = quietShards(100);
  const bent: Readonly<Record<number, Partial<ShardResult>>> = {
    17: {
      scheduleLag: latency(9_000, 88_000),
      series: ROWS.map((row) => ({ ...row, scheduleLagP99: 2_000 + 1_500 * row.second })),
    },
    63: {
      ...{ verdict: null, response: null, scheduleLag: null, rate: { targetPerSec: PER_SEC, achievedPerSec: 166.7 } },
      instances: [instance(63, { lastSecond: 39, complete: false })],
      series: ROWS.slice(0, 40),
    },
  };
  const shards = base.shards.map((each, i): ShardResult => {
    if (i >= 40 && i <= 42)
      return {
        ...each,
        rate: { targetPerSec: PER_SEC, achievedPerSec: 190 + i },
        series: ROWS.map((row) => ({ ...row, acked: 190 + i })),
      };
    return { ...each, ...bent[i] };
  });
  return { ...base, shards, coverage: 0.9967, secondsReceived: 5_980 };
}

/** A result with these shards: its events and rows are theirs, its other numbers are not. */
export function sharded(shards: ShardsResult = FOUR_SHARDS): Result {
  const { result } = mergeRun(facts(), run([worker([lane({ load: phase({ ackedUs: ramp(1_000, 5), lagUs: 400 }) })])]));
  const lost = shards.shards.flatMap(({ shard: number, instances }) =>
    instances.flatMap((each, i) => {
      if (each.complete) return [];
      const at = (each.lastSecond ?? -1) + 1;
      const next = instances[i + 1];
      return [
        { at, kind: 'shard-lost' as const, text: `shard ${number} lost: ${each.failure ?? 'not heard of'}` },
        ...(next === undefined
          ? []
          : [{ at: next.joinedAt, kind: 'shard-joined' as const, text: `shard ${number} joined on ${next.host}` }]),
      ];
    }),
  );
  const sum = (second: number, key: 'sent' | 'acked' | 'inFlight') =>
    shards.shards.reduce((all, { series }) => all + (series.find((row) => row.second === second)?.[key] ?? 0), 0);
  const { latencySeries: _, ...rest } = result;
  return {
    ...rest,
    phases: { warmup: 0, load: SECONDS, drain: 0 },
    series: ROWS.map(({ second }) =>
      secondRow({
        ...{ second, scheduled: PER_SEC * shards.shards.length, sent: sum(second, 'sent') },
        ...{ acked: sum(second, 'acked'), inFlight: sum(second, 'inFlight') },
      }),
    ),
    events: lost,
    shards,
  };
}
