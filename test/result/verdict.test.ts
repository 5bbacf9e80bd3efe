import { describe, expect, test } from 'vitest';
import { decideVerdict } from '../../src/result/verdict.ts';
import type { LoopLoad, OfferedLoad, VerdictEvidence } from '../../src/result/verdict-limits.ts';
import { QUIET_THREADS } from './run.ts';

const onTime: OfferedLoad = {
  scenario: 'atm',
  scheduled: 60_000,
  targetPerSec: 1_000,
  offeredPerSec: 1_000,
  shed: 0,
  unsent: 0,
  lagP99Us: 1_100,
  lagLateUs: 1_100,
  lagMaxUs: 3_000,
  responseP99Us: 6_000,
};
const late = { ...onTime, lagP99Us: 1_800_000, lagLateUs: 1_800_000, lagMaxUs: 2_000_000, responseP99Us: 1_805_000 };
const quietLoop: LoopLoad = { worker: 0, busyPct: 7, blockedPct: 0, blockedNs: 0 };
const blockedLoop: LoopLoad = { worker: 0, busyPct: 7, blockedPct: 3.3, blockedNs: 2e9 };
const waiting = { outstandingRequests: { mean: 2.2, max: 5 }, disconnects: 0, rttUs: spread(2_000) };
const thread = (name: string, cpuPct: number, more = {}) => ({
  name,
  cpuPct,
  maxCpuPct: cpuPct,
  wantedPct: cpuPct,
  ...more,
});

function spread(max: number) {
  return { mean: max / 2, p50: max / 2, p99: max, max };
}

function evidence(overrides: Partial<VerdictEvidence> = {}): VerdictEvidence {
  const quiet = { outstandingRequests: { mean: 0.1, max: 2 }, disconnects: 0, rttUs: spread(2_000) };
  return {
    open: [onTime],
    loops: [quietLoop],
    threads: QUIET_THREADS,
    broker: quiet,
    failures: [],
    outages: [],
    unknown: [],
    incomplete: [],
    ...overrides,
  };
}

describe('open model', () => {
  test.each<[string, string, Partial<VerdictEvidence>]>([
    ['on schedule', 'VALID', {}],
    ['failures are the broker’s answer, not a missing offer', 'VALID', { open: [{ ...onTime, offeredPerSec: 1_000 }] }],
    [
      '9 ms of lag is nothing to care about',
      'VALID',
      { open: [{ ...onTime, lagP99Us: 9_000, lagLateUs: 9_000, responseP99Us: 10_000 }] },
    ],
    [
      '20 ms of lag in half a second of response',
      'VALID',
      { open: [{ ...onTime, lagP99Us: 20_000, lagLateUs: 20_000, responseP99Us: 5e5 }] },
    ],
    ['a busy client thread that keeps up', 'VALID', { threads: [thread('rdk:broker1', 97)] }],
    [
      '20 ms of lag in 50 ms of response',
      'GENERATOR_LIMITED',
      { open: [{ ...onTime, lagP99Us: 20_000, lagLateUs: 20_000, responseP99Us: 5e4 }] },
    ],
    ['late with room in the window', 'GENERATOR_LIMITED', { open: [late] }],
    ['short of the rate with room in the window', 'GENERATOR_LIMITED', { open: [{ ...onTime, offeredPerSec: 998 }] }],
    ['late, and the loop never waits', 'GENERATOR_LIMITED', { open: [late], loops: [{ ...quietLoop, busyPct: 99 }] }],
    [
      'unreachable broker: connection lost',
      'BROKER_LIMITED',
      {
        open: [late],
        loops: [blockedLoop],
        broker: { ...waiting, outstandingRequests: { mean: 0.1, max: 1 }, disconnects: 1 },
      },
    ],
    ['a thousandth short of the rate', 'VALID', { open: [{ ...onTime, offeredPerSec: 999 }] }],
    [
      'a window that was full for less than a thousandth of the time',
      'GENERATOR_LIMITED',
      { open: [late], loops: [{ ...blockedLoop, blockedPct: 0.05 }], broker: waiting },
    ],
    ['slow broker: requests outstanding', 'BROKER_LIMITED', { open: [late], loops: [blockedLoop], broker: waiting }],
    [
      'silent broker: few requests, one long round trip',
      'BROKER_LIMITED',
      {
        open: [late],
        loops: [blockedLoop],
        broker: { ...waiting, outstandingRequests: { mean: 0.1, max: 1 }, rttUs: spread(2e6) },
      },
    ],
    [
      'no statistics: the full window is all there is',
      'BROKER_LIMITED',
      { open: [late], loops: [blockedLoop], broker: {} },
    ],
    [
      'full window of messages that only linger',
      'GENERATOR_LIMITED',
      { open: [late], loops: [blockedLoop], broker: { ...waiting, outstandingRequests: { mean: 0.01, max: 1 } } },
    ],
    [
      'ends of transactions: one request at a time',
      'BROKER_LIMITED',
      { open: [late], loops: [{ ...blockedLoop, blockedPct: 60, blockedNs: 36e9 }], isTransactional: true },
    ],
    [
      'a compression thread at its limit',
      'GENERATOR_LIMITED',
      {
        open: [late],
        loops: [{ ...blockedLoop, blockedPct: 60, blockedNs: 36e9 }],
        threads: [thread('rdk:broker1', 98)],
        broker: waiting,
      },
    ],
    [
      'a loop that never waits, whatever share of a core the kernel gave it',
      'GENERATOR_LIMITED',
      {
        open: [late],
        loops: [{ ...blockedLoop, busyPct: 96 }],
        threads: [thread('loop-0', 55)],
        broker: waiting,
      },
    ],
    [
      'a compression thread at its limit at the peak of a ramp only',
      'GENERATOR_LIMITED',
      {
        open: [late],
        loops: [blockedLoop],
        threads: [thread('rdk:broker1', 55, { maxCpuPct: 99, wantedPctWhenBlocked: 97 })],
        broker: waiting,
      },
    ],
    [
      'an outage, then a second of catching up at full speed',
      'BROKER_LIMITED',
      {
        open: [late],
        loops: [blockedLoop],
        threads: [thread('rdk:broker1', 30, { maxCpuPct: 99, wantedPctWhenBlocked: 12 })],
        broker: waiting,
      },
    ],
    [
      'the embedded cluster’s own thread at its limit is the broker’s',
      'BROKER_LIMITED',
      { open: [late], loops: [blockedLoop], threads: [thread('rdk:mock', 99)], broker: waiting },
    ],
    [
      'blocked too shortly to explain the lag',
      'GENERATOR_LIMITED',
      { open: [late], loops: [{ ...blockedLoop, blockedNs: 0.5e9 }], broker: waiting },
    ],
    [
      'overload over a long run: lag beyond all blocking, but the loop stood still for a seventh of the time',
      'BROKER_LIMITED',
      {
        open: [{ ...late, lagP99Us: 30e6, lagLateUs: 30e6, responseP99Us: 30e6 }],
        loops: [{ worker: 0, busyPct: 85, blockedPct: 15, blockedNs: 9e9 }],
        broker: waiting,
      },
    ],
    ['one late scenario among punctual ones', 'GENERATOR_LIMITED', { open: [onTime, { ...late, scenario: 'b' }] }],
    ['unsent without lateness', 'INCOMPLETE', { open: [{ ...onTime, unsent: 3 }] }],
    ['a lost worker, whatever else', 'INCOMPLETE', { open: [late], incomplete: ['worker 1 was lost: gone'] }],
  ])('%s: %s', (_, status, overrides) => {
    const verdict = decideVerdict(evidence(overrides));
    expect(verdict.status).toBe(status);
    expect(verdict.limitedBy).toBeUndefined();
    expect(verdict.reasons.length).toBeGreaterThan(0);
  });

  test('says what it saw, with numbers', () => {
    expect(decideVerdict(evidence()).reasons).toEqual([
      'sent on schedule: schedule lag p99 1.1 ms, max 3 ms',
      'in-flight window never full',
      'CPU: loop of worker 0 7 %, client thread rdk:broker1 11 %',
      'broker: 0.1 requests outstanding on average, round trip p99 2 ms',
    ]);
    const outage = { open: [late], loops: [blockedLoop], broker: { ...waiting, disconnects: 1 } };
    expect(decideVerdict(evidence(outage)).reasons).toEqual([
      'the in-flight window was full of messages the broker had not acknowledged, while our threads had room',
      'scenario atm: schedule lag p99 1,800 ms, max 2,000 ms',
      'in-flight window full for 2 s (3.3 %)',
      'CPU: loop of worker 0 7 %, client thread rdk:broker1 11 %',
      'broker: 2.2 requests outstanding on average, round trip p99 2 ms, 1 connections lost',
    ]);
    const slow = { open: [{ ...late, offeredPerSec: 600, shed: 12 }], threads: [thread('rdk:broker1', 98)] };
    expect(decideVerdict(evidence(slow)).reasons.slice(0, 2)).toEqual([
      'at its limit: client thread rdk:broker1 98 %',
      'scenario atm: offered 600/s of 1,000/s, schedule lag p99 1,800 ms, max 2,000 ms, 12 shed',
    ]);
  });
});

test('of many scenarios the worst are named, and the others counted', () => {
  const open = Array.from({ length: 500 }, (_, i) => ({
    ...late,
    ...{ scenario: `s-${i}`, lagP99Us: 1_000_000 + 1_000 * i, unsent: i },
  }));
  const failures = open.map(({ scenario }, i) => ({ scenario, sent: 1_000, notAcked: i }));
  expect(decideVerdict(evidence({ open })).reasons.slice(1, 9)).toEqual([
    'scenario s-499: schedule lag p99 1,499 ms, max 2,000 ms',
    'scenario s-498: schedule lag p99 1,498 ms, max 2,000 ms',
    'scenario s-497: schedule lag p99 1,497 ms, max 2,000 ms',
    '497 more scenarios late or short of the planned rate',
    'scenario s-499: 499 messages were never sent',
    'scenario s-498: 498 messages were never sent',
    'scenario s-497: 497 messages were never sent',
    '496 more scenarios with messages that were never sent',
  ]);
  const failed = decideVerdict(evidence({ failures })).reasons;
  expect(failed[0]).toBe('scenario s-499: 499 of 1,000 messages were not acknowledged (49.9 %)');
  expect(failed[3]).toBe('486 more scenarios with messages that were not acknowledged');
});

describe('late with room, and no thread at its limit', () => {
  const reason = (cpuPct: number) =>
    decideVerdict(
      evidence({ open: [late], cpus: 2, threads: Array.from({ length: 40 }, () => thread('rdk:broker1', cpuPct)) }),
    ).reasons[0];

  test('many threads that use all CPUs together are not other programs', () => {
    expect(reason(4.6)).toBe(
      'messages went out late while the in-flight window had room: our 40 threads together used 92 % of 2 CPUs, ' +
        'none of them a whole one: fewer clients, larger batches (linger.ms) or more CPUs',
    );
  });

  test('where CPUs were left, others or a pause are the likely cause', () => {
    expect(reason(1)).toBe(
      'messages went out late while the in-flight window had room: our 40 threads together used 20 % of 2 CPUs: ' +
        'most likely other programs, or a pause of the machine or container, held messages back',
    );
  });
});

test('many outstanding requests that take long are named a queue, one long round trip is not', () => {
  const broker = (mean: number, p99: number) =>
    decideVerdict(
      evidence({
        broker: { outstandingRequests: { mean, max: 2 * mean }, disconnects: 0, rttUs: { ...spread(1), p99 } },
      }),
    ).reasons.at(-1);
  expect(broker(1_179, 11_469_000)).toBe(
    'broker: 1,179 requests outstanding on average, round trip p99 11,469 ms; they wait for each other at the brokers, ' +
      'and each carries one partition: larger batches (linger.ms), or fewer partitions or clients',
  );
  for (const text of [broker(49, 11_469_000), broker(1_179, 499_000)]) expect(text).not.toContain('wait for');
});

describe('a feed of a few messages a second', () => {
  /** Everything was delivered; times in ms. */
  function feed(perSec: number, lagMs: number, more: Partial<OfferedLoad> = {}) {
    const lag = {
      lagP99Us: lagMs * 1e3,
      lagLateUs: lagMs * 1e3,
      lagMaxUs: lagMs * 1e3,
      responseP99Us: lagMs * 1e3 + 5_000,
    };
    const load = { ...onTime, scheduled: 60 * perSec, targetPerSec: perSec, offeredPerSec: perSec, ...lag, ...more };
    return decideVerdict(evidence({ open: [load] }));
  }

  test.each([
    [1_000, 10],
    [100, 10],
    [50, 20],
    [5, 200],
    [1, 1_000],
    [1 / 3600, 1_000],
  ])('%d/s: a lag p99 of %d ms is on time, 1 ms more is not', (perSec, limitMs) => {
    expect(feed(perSec, limitMs).status).toBe('VALID');
    expect(feed(perSec, limitMs + 1).status).toBe('GENERATOR_LIMITED');
  });

  test('what is on time beyond 10 ms says what it is measured by', () => {
    expect(feed(5, 11).reasons[0]).toBe('sent on schedule: schedule lag p99 11 ms, max 11 ms, 200 ms between messages');
    expect(feed(5, 9).reasons[0]).toBe('sent on schedule: schedule lag p99 9 ms, max 9 ms');
  });

  test('a single message that was late is told, and decides nothing', () => {
    const verdict = feed(5, 259, { lagLateUs: 19_000 });
    expect(verdict.status).toBe('VALID');
    expect(verdict.reasons[0]).toBe(
      'sent on schedule: schedule lag p99 259 ms, max 259 ms, fewer than 5 later than 200 ms',
    );
  });

  test.each([
    ['the last of 20 goes out 400 ms after the end', 20, 10 / 10.4, 'VALID'],
    ['the last of 20 goes out a gap after the end', 20, 10 / 10.6, 'GENERATOR_LIMITED'],
    ['one of 20 is missing', 20, 19 / 20, 'GENERATOR_LIMITED'],
    ['one of 5,000 is missing: less than a thousandth', 5_000, 4_999 / 5_000, 'VALID'],
    ['six of 5,000 are missing', 5_000, 4_994 / 5_000, 'GENERATOR_LIMITED'],
  ])('offered: %s', (_, scheduled, share, status) => {
    const targetPerSec = scheduled / 10;
    expect(feed(targetPerSec, 5, { scheduled, offeredPerSec: share * targetPerSec }).status).toBe(status);
  });
});

describe('failed messages', () => {
  const failing = (notAcked: number, more: Partial<VerdictEvidence> = {}) =>
    decideVerdict(evidence({ failures: [{ scenario: 'atm', sent: 1_000, notAcked }], ...more }));

  test.each([
    [0, 'VALID'],
    [1, 'VALID'],
    [10, 'VALID'],
    [11, 'INCOMPLETE'],
    [1_000, 'INCOMPLETE'],
  ])('%d of 1,000: %s', (notAcked, status) => {
    expect(failing(notAcked).status).toBe(status);
    expect(failing(notAcked, { open: [] }).status).toBe(status);
  });

  test('are the reason where they decide', () => {
    expect(failing(560).reasons[0]).toBe('scenario atm: 560 of 1,000 messages were not acknowledged (56 %)');
    expect(failing(560, { open: [] }).limitedBy).toBeUndefined();
  });

  test('a scenario whose messages fail is not hidden by those of others', () => {
    const failures = [
      { scenario: 'large', sent: 10, notAcked: 10 },
      { scenario: 'many', sent: 100_000, notAcked: 0 },
    ];
    expect(failing(0, { failures }).status).toBe('INCOMPLETE');
  });

  test('who was late keeps its status', () => {
    expect(failing(560, { open: [late] }).status).toBe('GENERATOR_LIMITED');
    expect(failing(560, { open: [late], loops: [blockedLoop], broker: waiting }).status).toBe('BROKER_LIMITED');
  });
});

describe('closed loop', () => {
  test.each<[string, string, Partial<VerdictEvidence>]>([
    ['waits for acknowledgements', 'broker', { loops: [{ ...quietLoop, blockedPct: 70, blockedNs: 7e9 }] }],
    ['the loop never waits', 'loop', { loops: [{ ...quietLoop, busyPct: 96, blockedPct: 2, blockedNs: 2e8 }] }],
    [
      'a client thread at its limit',
      'client-thread',
      { loops: [{ ...quietLoop, blockedPct: 60, blockedNs: 6e9 }], threads: [thread('rdk:broker1', 96)] },
    ],
    [
      'both at their limit: the busier one',
      'client-thread',
      { loops: [{ ...quietLoop, busyPct: 91 }], threads: [thread('rdk:broker1', 99)] },
    ],
    [
      'window hardly ever full, nobody at a limit',
      'loop',
      { loops: [{ ...quietLoop, blockedPct: 3, blockedNs: 3e8 }] },
    ],
    [
      'the embedded cluster at its limit',
      'broker',
      { loops: [{ ...quietLoop, blockedPct: 60, blockedNs: 6e9 }], threads: [thread('rdk:mock', 99)] },
    ],
  ])('%s: limited by %s', (_, limitedBy, overrides) => {
    expect(decideVerdict(evidence({ open: [], ...overrides }))).toMatchObject({ status: 'VALID', limitedBy });
  });

  test('incomplete stays incomplete', () => {
    expect(decideVerdict(evidence({ open: [], incomplete: ['ended early'] })).status).toBe('INCOMPLETE');
  });
});
