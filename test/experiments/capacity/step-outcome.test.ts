import { describe, expect, test } from 'vitest';
import { backlogs, growthPerSec, judgeStep, thresholdsOf } from '../../../src/experiments/capacity/step-outcome.ts';
import { parseObjective } from '../../../src/objective-grammar.ts';
import type { SecondRow } from '../../../src/recorder/second-row.ts';
import type { Result } from '../../../src/result/result.ts';
import { LATE_WITH_ROOM } from '../../../src/result/verdict-reasons.ts';

const FACTS = { slo: [], warmupSec: 2, holdSec: 8, achievedMinWhenLate: 0.99 };

interface Bent {
  readonly status?: Result['verdict']['status'];
  readonly totals?: Partial<Result['totals']>;
  readonly reason?: string;
  readonly achievedPerSec?: number;
  readonly thresholds?: Result['thresholds'];
  readonly serviceP99Us?: number;
  readonly mockPct?: number;
  /** By second of the whole run. */
  readonly ackedPerSec?: (second: number) => number;
}

/** Ten seconds of 1,000 messages each. */
function resultOf(bent: Bent): Result {
  const { status = 'VALID', ackedPerSec = () => 1000 } = bent;
  const totals = { scheduled: 8000, sent: 8000, acked: 8000, failed: 0, unresolved: 0, shed: 0, unsent: 0 };
  const latency = { p99: bent.serviceP99Us ?? 5000 };
  return {
    verdict: { status, reasons: [bent.reason ?? 'the reason of the verdict'] },
    totals: { ...totals, ...bent.totals },
    rate: { targetPerSec: 1000, achievedPerSec: bent.achievedPerSec ?? 1000, errorPct: 0 },
    thresholds: bent.thresholds ?? [],
    client: { threads: [{ name: 'rdk:mock', wantedPct: bent.mockPct ?? 20 }] },
    latency: { response: latency, service: latency, scheduleLag: latency },
    series: Array.from({ length: 10 }, (_, second) => row(second, 1000, ackedPerSec(second))),
  } as unknown as Result;
}

function row(second: number, scheduled: number, acked: number): SecondRow {
  return { second, scheduled, sent: scheduled, acked, failed: 0 } as SecondRow;
}

const P99 = parseObjective('response_ms p(99)<50');
const breach = [{ metric: 'response_ms', expression: 'p(99)<50', value: 83.1, ok: false }];

describe('a step', () => {
  test('holds where nothing is wrong', () => {
    expect(judgeStep(resultOf({}), FACTS)).toEqual({ outcome: 'held', reasons: [] });
    const thresholds = [{ metric: 'response_ms', expression: 'p(99)<50', value: 10, ok: true }];
    expect(judgeStep(resultOf({ thresholds }), { ...FACTS, slo: [P99] }).outcome).toBe('held');
  });

  test('that the embedded cluster failed with its thread at the limit says so first', () => {
    const failing = { status: 'BROKER_LIMITED' } as const;
    expect(judgeStep(resultOf({ ...failing, mockPct: 97 }), FACTS)).toEqual({
      outcome: 'failed',
      reasons: [
        "at its limit: embedded cluster's thread rdk:mock 97 %; use a real broker",
        'the reason of the verdict',
      ],
    });
    expect(judgeStep(resultOf(failing), FACTS).reasons).toEqual(['the reason of the verdict']);
    expect(judgeStep(resultOf({ mockPct: 97 }), FACTS)).toEqual({ outcome: 'held', reasons: [] });
  });

  test('fails for a missed objective, with the value', () => {
    const judged = judgeStep(resultOf({ thresholds: breach, serviceP99Us: 80_000 }), { ...FACTS, slo: [P99] });
    expect(judged).toEqual({ outcome: 'failed', reasons: ['response_ms p(99)<50 is 83.1'] });
  });

  test('fails for a growing backlog, whatever the percentile says', () => {
    const judged = judgeStep(resultOf({ ackedPerSec: () => 995 }), FACTS);
    expect(judged.outcome).toBe('failed');
    expect(judged.reasons[0]).toBe('the backlog grew by 5 messages a second, from 15 to 50');
  });

  test('fails where messages are not acknowledged, not sent, or the verdict is about the broker', () => {
    const lost = { totals: { acked: 7000, failed: 1000 }, achievedPerSec: 875 };
    expect(judgeStep(resultOf({ ...lost, status: 'INCOMPLETE' }), FACTS)).toMatchObject({
      outcome: 'failed',
      reasons: ['acknowledged 875/s of 1,000/s', '1,000 of 8,000 messages were not acknowledged'],
    });
    expect(judgeStep(resultOf({ totals: { shed: 10 } }), FACTS).reasons).toEqual([
      '10 of 8,000 messages were not sent',
    ]);
    expect(judgeStep(resultOf({ status: 'BROKER_LIMITED' }), FACTS)).toEqual({
      outcome: 'failed',
      reasons: ['the reason of the verdict'],
    });
  });

  test('does not fail for a single message, nor for one hiccup', () => {
    expect(judgeStep(resultOf({ achievedPerSec: 998.9, totals: { scheduled: 800 } }), FACTS).outcome).toBe('held');
    const stood = (second: number) => (second === 9 ? 500 : 1000);
    expect(judgeStep(resultOf({ ackedPerSec: stood }), FACTS).outcome).toBe('held');
  });

  test('is no answer where this machine was the limit', () => {
    const judged = judgeStep(resultOf({ status: 'GENERATOR_LIMITED', ackedPerSec: () => 900 }), FACTS);
    expect(judged.outcome).toBe('generator-limited');
    expect(judged.reasons[0]).toBe('the reason of the verdict');
    // Late, but what was asked for held: the lag is in the response.
    expect(judgeStep(resultOf({ status: 'GENERATOR_LIMITED', achievedPerSec: 995 }), FACTS).outcome).toBe('held');
    expect(judgeStep(resultOf({ status: 'GENERATOR_LIMITED', achievedPerSec: 980 }), FACTS).outcome).toBe(
      'generator-limited',
    );
  });

  test('fails where this machine was late at moments, and the broker did not take what was sent', () => {
    const late = { status: 'GENERATOR_LIMITED', reason: `${LATE_WITH_ROOM}: …` } as const;
    const judged = judgeStep(resultOf({ ...late, ackedPerSec: () => 900 }), FACTS);
    expect(judged.outcome).toBe('failed');
    expect(judged.reasons[0]).toBe(
      'what was sent and not acknowledged grew by 100 messages a second, from 300 to 1,000 (this machine was late as well, but not at its limit)',
    );
    expect(judgeStep(resultOf({ ...late, achievedPerSec: 980 }), FACTS).outcome).toBe('generator-limited');
  });

  test('is no answer where the schedule lag alone breaks an objective', () => {
    const judged = judgeStep(resultOf({ thresholds: breach, serviceP99Us: 20_000 }), { ...FACTS, slo: [P99] });
    expect(judged.outcome).toBe('generator-limited');
    expect(judged.reasons).toEqual([
      'without the schedule lag of this machine it holds',
      'response_ms p(99)<50 is 83.1',
    ]);
  });

  test('that went wrong itself is invalid', () => {
    expect(judgeStep(resultOf({ status: 'INCOMPLETE' }), FACTS).outcome).toBe('invalid');
  });
});

test('the backlog is what is due and not acknowledged, warm-up included', () => {
  const rows = [row(0, 10, 5), row(1, 10, 10), row(2, 10, 12), row(3, 10, 10)];
  expect(backlogs(rows, 1, 3)).toEqual([5, 3]);
});

describe('the trend', () => {
  test('is the median slope', () => {
    expect(growthPerSec([10, 15, 20, 25, 30])).toBe(5);
    expect(growthPerSec([10, 10, 10, 10, 10, 10])).toBe(0);
    expect(growthPerSec([30, 25, 20, 15, 10])).toBe(0);
    expect(growthPerSec([5, 5, 6, 4, 5, 900])).toBe(0);
    expect(growthPerSec([1])).toBe(0);
  });

  test('is seen in a long step as in a short one', () => {
    const rows = Array.from({ length: 5000 }, (_, i) => 3 * i);
    expect(growthPerSec(rows)).toBeCloseTo(3, 6);
  });

  test('is found by chance in one step of forty', () => {
    let seed = 1;
    const noise = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed;
    };
    let found = 0;
    for (let i = 0; i < 2000; i++) if (growthPerSec(Array.from({ length: 10 }, noise)) > 0) found++;
    expect(found).toBeGreaterThan(20);
    expect(found).toBeLessThan(60);
  });
});

test('objectives are thresholds of the run', () => {
  const slo = ['response_ms p(99)<50', 'response_ms p(99.9) < 200', 'failed<0.01', 'achieved{scenario:a} >0.9'];
  expect(thresholdsOf(slo.map((text) => parseObjective(text)))).toEqual({
    response_ms: ['p(99)<50', 'p(99.9)<200'],
    failed: ['rate<0.01'],
    'achieved{scenario:a}': ['rate>0.9'],
  });
});
