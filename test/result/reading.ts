/** A result that was read back: two groups, one of them paused, a verification that found everything, transactions. */
import type { ConsumerRow } from '../../src/recorder/consumer-row.ts';
import { encodePhase } from '../../src/result/hdr.ts';
import { summarizePhase } from '../../src/result/latency.ts';
import type {
  ConsumerResult,
  DrainResult,
  TransactionResult,
  VerificationResult,
} from '../../src/result/reading-result.ts';
import type { Result } from '../../src/result/result.ts';
import { phase, ramp } from './run.ts';

export const DRAIN: DrainResult = {
  pausedFrom: 4,
  fromSecond: 7,
  seconds: 2.4,
  peakLag: 302,
  rate: 226.5,
  producersP99: { before: 2_100, paused: 2_050, draining: 4_900 },
};

/** Latencies in µs; a row for each second from 0 on. */
export function consumer(
  us: readonly number[],
  series: readonly ConsumerRow[],
  overrides: Partial<ConsumerResult> = {},
): ConsumerResult {
  const measured = phase({ ackedUs: us });
  const lags = series.map(({ lag }) => lag ?? 0);
  const max = Math.max(...lags);
  return {
    members: 2,
    topics: ['atm-transactions'],
    consumed: us.length,
    bytes: us.length * 200,
    foreign: 0,
    rate: 99.6,
    endToEnd: summarizePhase(measured).service,
    endToEndHistogram: encodePhase(measured).service,
    clock: { source: 'same-process', offsetMaxUs: 0, note: 'one monotonic clock: end-to-end latency is exact' },
    negative: { count: 0, minUs: null },
    rebalances: 1,
    lag: { max, maxAtSecond: series[lags.indexOf(max)]?.second ?? null, atEnd: series.at(-1)?.lag ?? null },
    series,
    ...overrides,
  };
}

export function consumerRow(row: Partial<ConsumerRow> & { readonly second: number }): ConsumerRow {
  return { consumed: 100, bytes: 20_000, p50: 2_400, p99: 6_200, lag: 3, ...row };
}

/** Ten seconds, of which it read nothing in three. */
const PAUSED_ROWS = Array.from({ length: 10 }, (_, second) => {
  if (second >= 4 && second < 7)
    return consumerRow({ second, consumed: 0, bytes: 0, p50: null, p99: null, lag: 100 * (second - 3) + 2 });
  if (second < 4 || second > 8) return consumerRow({ second });
  return consumerRow({
    second,
    consumed: 250,
    bytes: 50_000,
    p50: 1_600_000,
    p99: 2_900_000,
    lag: 202 - (second - 7) * 150,
  });
});

export function verification(overrides: Partial<VerificationResult> = {}): VerificationResult {
  return {
    expected: 1_000,
    consumed: 1_000,
    lost: 0,
    duplicated: 0,
    outOfOrder: 0,
    corrupted: 0,
    foreign: 0,
    notAckedInLog: 0,
    abortedInLog: 0,
    notes: [],
    examples: [],
    ...overrides,
  };
}

export const FOUND: VerificationResult = verification({
  expected: 1_000,
  consumed: 1_003,
  lost: 2,
  duplicated: 3,
  outOfOrder: 4,
  corrupted: 1,
  foreign: 7,
  notAckedInLog: 5,
  abortedInLog: 6,
  notes: ['compaction may have removed records of 12 keys: they are left out'],
  examples: [
    { kind: 'lost', index: 17, text: 'acknowledged, and not in the log' },
    {
      ...{ kind: 'duplicated', topic: 'atm-transactions', partition: 3, offset: 4_021, index: 55 },
      text: 'first read at partition 3, offset 4,019',
    },
    {
      ...{ kind: 'corrupted', topic: 'atm-transactions', partition: 0, offset: 12, index: 9 },
      text: 'byte 30 of the value is 0x41, expected 0x40',
    },
  ],
});

export function transactions(): TransactionResult {
  const measured = phase({ ackedUs: ramp(10, 900) });
  return {
    ...{ producers: 2, committed: 9, aborted: 1, forced: 1, undecided: 0 },
    errors: [{ code: 48, name: 'INVALID_TXN_STATE', count: 1, example: 'EndTxn commit failed' }],
    ...{ committedMessages: 900, abortedMessages: 100, undecidedMessages: 0 },
    commitLatency: summarizePhase(measured).service,
    commitHistogram: encodePhase(measured).service,
  };
}

/** The same run with everything that can be read back. */
export function withReading(result: Result, overrides: Partial<Result> = {}): Result {
  const steady = Array.from({ length: 10 }, (_, second) => consumerRow({ second, p99: 5_000 + 40 * second, lag: 2 }));
  return {
    ...result,
    consumers: {
      audit: consumer(ramp(1_000, 2_500), PAUSED_ROWS, { drain: DRAIN }),
      billing: consumer(ramp(1_000, 7), steady, {
        clock: {
          source: 'create-time',
          offsetMaxUs: 850,
          note: 'clocks of two hosts, bounded by 20 round trips; timestamps are whole milliseconds',
        },
        negative: { count: 4, minUs: -620 },
        foreign: 7,
      }),
    },
    verification: { atm: FOUND },
    scenarios: Object.fromEntries(
      Object.entries(result.scenarios).map(([name, each]) => [name, { ...each, transactions: transactions() }]),
    ),
    events: [
      { at: 2, until: 3.5, kind: 'fault', text: 'broker 1 down' },
      { at: 4, until: 7, kind: 'pause', text: 'group audit took no records' },
    ],
    outages: [{ from: 2.2, to: 3.6, peakBacklog: 140, drainSeconds: 0.8, p99RecoverySeconds: 2 }],
    ...overrides,
  };
}
