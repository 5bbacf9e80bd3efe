import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import { describe, expect, test } from 'vitest';
import { LoadError } from '../../src/errors.ts';
import type { LanePlan } from '../../src/plan/plan.ts';
import type { ThresholdSpec } from '../../src/profile/profile.ts';
import type { SparseCounts } from '../../src/recorder/latency-series.ts';
import type { LaneMeasurement, RunMeasurement, StoppedBy } from '../../src/recorder/measurement.ts';
import { packCounts, unpackCounts } from '../../src/recorder/packed-counts.ts';
import { mergeRun } from '../../src/result/merge.ts';
import type { WeightsFit } from '../../src/result/result.ts';
import type { RunContext } from '../../src/result/run-identity.ts';
import { facts, lane, phase, ramp, run, type ScenarioSpec, SEC, scenario, worker } from './run.ts';

function accountingError(context: RunContext, measured: RunMeasurement): string {
  try {
    mergeRun(context, measured);
  } catch (error) {
    expect(error).toBeInstanceOf(LoadError);
    expect((error as LoadError).code).toBe('ACCOUNTING');
    return (error as LoadError).message;
  }
  return 'accepted';
}

test.each([
  ['four of ten bursts late', 400, 100, 'VALID'],
  ['five of ten bursts late', 500, 100, 'GENERATOR_LIMITED'],
  ['as many messages late, each due by itself', 400, undefined, 'GENERATOR_LIMITED'],
])('the messages of a burst are late together: %s', (_, late, burstSize, status) => {
  const onTime = lane({ load: phase({ ackedUs: ramp(1_000 - late, 1) }) });
  const held = lane({ load: phase({ ackedUs: ramp(late, 1), lagUs: 16_000 }) });
  const plan = facts([scenario({ executor: 'burst', ...(burstSize !== undefined && { burstSize }) })]);
  expect(mergeRun(plan, run([worker([onTime, held])])).result.verdict.status).toBe(status);
});

describe('totals and latency', () => {
  test('add up over workers and scenarios', () => {
    const first = lane({ load: phase({ ackedUs: ramp(600, 10) }) });
    const second = lane({ worker: 1, load: phase({ ackedUs: ramp(400, 10) }) });
    const other = lane({ worker: 1, scenario: 'b', load: phase({ ackedUs: ramp(50, 10_000) }) });
    const plan = facts([scenario(), scenario({ name: 'b', plannedCount: 50 })]);
    const { result } = mergeRun(plan, run([worker([first]), worker([second, other], { worker: 1 })]));
    expect(result.totals).toMatchObject({ scheduled: 1050, sent: 1050, acked: 1050, payloadBytes: 1050 * 200 });
    expect(result.scenarios.atm!.totals.acked).toBe(1000);
    expect(result.scenarios.b!.latency.service).toMatchObject({ count: 50, min: 10_000, max: 500_000 });
    expect(result.latency.service.max).toBe(500_000);
    expect(decodeFromCompressedBase64(result.histograms.response, 64).totalCount).toBe(1050);
    expect(result.totals.wireBytes).toBe(520_000);
  });

  test('failed and unresolved messages rank above every acknowledged one', () => {
    const load = phase({ ackedUs: ramp(950, 1), failed: 30, unresolved: 20 });
    const notAcked = [{ scenario: 'atm', from: 950, to: 999, step: 1, status: 'not-persisted' }] as const;
    const { result } = mergeRun(facts(), run([worker([lane({ load, notAcked })])]));
    expect(result.latency.response).toMatchObject({ count: 950, censored: 50, p50: 500, p90: 900, p95: 950 });
    expect(result.latency.response.p99).toEqual({ atLeast: 950 });
    expect(result.latency.response.max).toEqual({ atLeast: 950 });
    expect(result.latency.scheduleLag).toMatchObject({ count: 1000, censored: 0 });
  });

  test('a warm-up stands apart and takes nothing from the headline', () => {
    const warm = lane({ warmup: phase({ ackedUs: ramp(200, 100_000) }), load: phase({ ackedUs: ramp(800, 1) }) });
    const plan = facts([scenario({ warmupCount: 200, loadStartNs: 2 * SEC })]);
    const { result, histograms } = mergeRun(plan, run([worker([warm])]));
    expect(result.totals.scheduled).toBe(800);
    expect(result.latency.response.max).toBe(800);
    expect(result.warmup!.totals.acked).toBe(200);
    expect(result.warmup!.rate).toMatchObject({ targetPerSec: 100, achievedPerSec: 100 });
    expect(result.warmup!.latency.response.max).toBe(20_000_000);
    expect(result.totals.wireBytes).toBeNull();
    expect(histograms.map(({ tag }) => tag)).toContain('atm.warmup.response');
  });
});

test.each([
  [50, 4, 'VALID'],
  [50, 5, 'GENERATOR_LIMITED'],
  [3, 2, 'VALID'],
  [3, 3, 'GENERATOR_LIMITED'],
  [3_000, 29, 'VALID'],
  [3_000, 31, 'GENERATOR_LIMITED'],
])('of %d messages in ten seconds %d went out far too late: %s', (count, late, status) => {
  const load = phase({ ackedUs: ramp(count - late, 1) });
  const behind = phase({ ackedUs: ramp(late, 1), lagUs: 5e6 });
  const lanes = [lane({ load }), lane({ load: behind })];
  const { result } = mergeRun(facts([scenario({ plannedCount: count })]), run([worker(lanes)]));
  expect(result.verdict.status).toBe(status);
});

test('outages of several workers that overlap are one, in seconds, and the verdict has them', () => {
  const measured = (outages: readonly (readonly [number, number])[]) =>
    worker([lane({ load: phase({ ackedUs: ramp(500, 1) }) })], {
      outages: outages.map(([from, to]) => ({ fromNs: from * SEC, toNs: to * SEC })),
    });
  const workers = [
    measured([
      [5, 7],
      [1, 2.5],
    ]),
    measured([
      [1.001, 2.4],
      [6, 8],
    ]),
  ];
  const { result } = mergeRun(facts(), run(workers));
  expect(result.outages).toEqual([
    { from: 1, to: 2.5 },
    { from: 5, to: 8 },
  ]);
  expect(result.verdict.reasons[1]).toBe('no acknowledgement for 4.5 s in 2 outages: 1 to 2.5 s, 5 to 8 s');
});

describe('rate', () => {
  const all = phase({ ackedUs: ramp(1_000, 1) });

  test('open model: over the planned duration when the last message is due before its end', () => {
    const { rate } = mergeRun(facts(), run([worker([lane({ load: all, lastSentNs: 9.9 * SEC })])])).result;
    expect(rate).toEqual({ targetPerSec: 100, achievedPerSec: 100, errorPct: 0 });
  });

  test('open model: over the time it took when the last hand-over came late', () => {
    const { rate } = mergeRun(facts(), run([worker([lane({ load: all, lastSentNs: 12.5 * SEC })])])).result;
    expect(rate).toEqual({ targetPerSec: 100, achievedPerSec: 80, errorPct: -20 });
  });

  test('closed loop: from the first hand-over to the last acknowledgement, without a target', () => {
    const closed = scenario({ closed: true, plannedCount: 1_000, endNs: Infinity });
    const timing = { firstSentNs: 2 * SEC, lastSentNs: 3 * SEC, lastAckNs: 4 * SEC };
    const { result } = mergeRun(facts([closed]), run([worker([lane({ load: all, ...timing })])]));
    expect(result.rate).toEqual({ targetPerSec: null, achievedPerSec: 500, errorPct: null });
    expect(result.scenarios.atm!.model).toBe('closed');
  });

  test.each<[string, number, Partial<ScenarioSpec>, Partial<RunMeasurement>]>([
    ['to its end, where the broker was gone before', 125, { plannedCount: null, endNs: 10 * SEC }, {}],
    ['to a stop', 250, { plannedCount: null, endNs: 10 * SEC }, { loadEndNs: 6 * SEC }],
    ['to a stop, where only messages bound it', 250, { plannedCount: 2_000, endNs: Infinity }, { loadEndNs: 6 * SEC }],
    ['not for what other scenarios still sent', 500, { plannedCount: null, endNs: 4 * SEC }, {}],
    ['to its last message, if that was before its end', 500, { plannedCount: 1_000, endNs: 10 * SEC }, {}],
  ])('closed loop: %s', (_, perSec, planned, measured) => {
    const timing = { firstSentNs: 2 * SEC, lastSentNs: 3 * SEC, lastAckNs: 4 * SEC };
    const closed = scenario({ closed: true, ...planned });
    const { result } = mergeRun(facts([closed]), run([worker([lane({ load: all, ...timing })])], measured));
    expect(result.rate.achievedPerSec).toBe(perSec);
    expect(result.scenarios.atm!.rate.achievedPerSec).toBe(perSec);
  });

  test('several scenarios share one window, from the first start to the last end', () => {
    const plan = facts([
      scenario({ plannedCount: 500, endNs: 5 * SEC }),
      scenario({ name: 'b', plannedCount: 500, startNs: 5 * SEC, loadStartNs: 5 * SEC, endNs: 10 * SEC }),
    ]);
    const half = phase({ ackedUs: ramp(500, 1) });
    const lanes = [
      lane({ load: half, lastSentNs: 4.9 * SEC }),
      lane({ scenario: 'b', load: half, firstSentNs: 5 * SEC }),
    ];
    const { result } = mergeRun(plan, run([worker(lanes)]));
    expect(result.rate.targetPerSec).toBe(100);
    expect(result.scenarios.atm!.rate.achievedPerSec).toBe(100);
    expect(result.scenarios.b!.rate.achievedPerSec).toBe(100);
  });
});

describe('accounting', () => {
  const load = phase({ ackedUs: ramp(1_000, 1) });
  const withTotals = (totals: Partial<typeof load.totals>) => ({ ...load, totals: { ...load.totals, ...totals } });

  test.each([
    ['a message scheduled but neither sent, shed nor unsent', { scheduled: 1001 }, 'scheduled ≠ sent + shed + unsent'],
    ['a sent message without a fate', { acked: 999 }, 'sent ≠ acked + failed + unresolved'],
    ['a count that is no count', { failed: -1, unresolved: 1 }, 'failed is -1'],
    ['an acknowledgement that was not recorded', { acked: 999, failed: 1 }, 'histograms'],
  ])('%s is refused with all the numbers', (_, totals, words) => {
    const message = accountingError(facts(), run([worker([lane({ load: withTotals(totals) })])]));
    expect(message).toContain(words);
    expect(message).toContain('"scheduled":');
  });

  test.each(['response', 'service', 'scheduleLag'] as const)('a record that is missing in %s is found', (latency) => {
    const short = { ...load, [latency]: phase({ ackedUs: ramp(999, 1) })[latency] };
    expect(accountingError(facts(), run([worker([lane({ load: short })])]))).toContain('histograms');
  });

  test('errors in two scenarios that cancel out in total are still found', () => {
    const lanes = [
      lane({ load: withTotals({ scheduled: 1001 }) }),
      lane({ scenario: 'b', load: withTotals({ scheduled: 999 }) }),
    ];
    const plan = facts([scenario(), scenario({ name: 'b' })]);
    expect(accountingError(plan, run([worker(lanes)]))).toContain('accounting of atm');
  });

  test('a message of the plan that no worker took is found', () => {
    const message = accountingError(facts([scenario({ plannedCount: 1001 })]), run([worker([lane({ load })])]));
    expect(message).toContain('scheduled ≠ planned');
  });

  test.each([
    ['failed', 'not-persisted'],
    ['unresolved', 'possibly-persisted'],
    ['unresolved', 'persisted'],
    ['shed', 'shed'],
    ['unsent', 'unsent'],
  ] as const)('a ledger that does not name the messages that are %s (%s) is found', (count, status) => {
    const lost = lane({ load: phase({ ackedUs: ramp(990, 1), [count]: 10 }) });
    const named = (to: number) => [{ scenario: 'atm', from: 990, to, step: 1, status }];
    const messageOf = (more: Partial<typeof lost>) => accountingError(facts(), run([worker([{ ...lost, ...more }])]));
    expect(messageOf({})).toContain('ledger');
    expect(messageOf({ notAcked: named(998) })).toContain('ledger');
    expect(messageOf({ notAcked: named(999) })).toBe('accepted');
    expect(messageOf({ ledgerComplete: false })).toBe('accepted');
  });

  test('of a closed loop fewer messages than it may send are no error', () => {
    const closed = scenario({ closed: true, plannedCount: 2_000 });
    expect(accountingError(facts([closed]), run([worker([lane({ load })])]))).toBe('accepted');
  });

  test('rows that do not add up to the totals, warm-up included, are found', () => {
    const warm = lane({ warmup: phase({ ackedUs: ramp(100, 1) }), load: phase({ ackedUs: ramp(900, 1) }) });
    const plan = facts([scenario({ warmupCount: 100 })]);
    const measured = run([worker([warm])]);
    expect(accountingError(plan, measured)).toBe('accepted');
    const [row] = measured.series;
    for (const other of [{ acked: 900 }, { sent: 900 }, { failed: 1 }]) {
      expect(accountingError(plan, { ...measured, series: [{ ...row!, ...other }] })).toContain('series');
    }
  });

  test('a latency that is missing, or in the series twice, is found', () => {
    const lanes = [lane({ warmup: phase({ ackedUs: ramp(100, 1) }), load: phase({ ackedUs: ramp(900, 1) }) })];
    const plan = facts([scenario({ warmupCount: 100 })]);
    const measured = run([worker(lanes)]);
    expect(accountingError(plan, measured)).toBe('accepted');
    const [counts] = unpackCounts(measured.latencies.join(''));
    const [[bucket, count], ...rest] = counts as [[number, number], ...[number, number][]];
    for (const other of [count - 1, count + 1]) {
      const latencies = [packCounts([[bucket, other], ...rest])];
      expect(accountingError(plan, { ...measured, latencies })).toContain('latency series');
    }
    const latencies = [...measured.latencies, packCounts([])];
    expect(accountingError(plan, { ...measured, latencies })).toContain('one entry for each row');
  });

  test('of a lost worker the series has at least what was acknowledged, and nothing that no histogram has', () => {
    const measured = run([worker([lane({ load: phase({ ackedUs: ramp(1_000, 1) }) })], { complete: false })]);
    const [counts] = unpackCounts(measured.latencies.join(''));
    const withCounts = (counts: SparseCounts) => ({ ...measured, latencies: [packCounts(counts)] });
    expect(accountingError(facts(), withCounts(counts!))).toBe('accepted');
    expect(accountingError(facts(), withCounts(counts!.slice(1)))).toContain('latency series');
    expect(accountingError(facts(), withCounts([...counts!, [200, 1]]))).toContain('latency series');
  });

  test('a worker cut off while writing is held to the identities only, and the run is incomplete', () => {
    const cut = lane({ load: withTotals({ scheduled: 998, sent: 998, acked: 990, unresolved: 8 }) });
    const whole = run([worker([cut], { complete: false, failure: 'thread exited with code 134' })]);
    const measured = { ...whole, series: [{ ...whole.series[0]!, acked: 900 }] };
    const { verdict } = mergeRun(facts(), measured).result;
    expect(verdict.status).toBe('INCOMPLETE');
    expect(verdict.reasons[0]).toContain('worker 0 was lost: thread exited with code 134');
  });

  test('a lost worker is lost with the clients of each scenario that it had', () => {
    const atm = { ...scenario(), producers: 6 };
    const context = facts([atm, scenario({ name: 'b', plannedCount: 0 })]);
    const plan = { ...context.plan, workers: 3 };
    const load = withTotals({ scheduled: 333, sent: 333, acked: 330, unresolved: 3 });
    const workers = [0, 1, 2].map((number) =>
      worker([lane({ worker: number, load }), lane({ worker: number, scenario: 'b' })], {
        worker: number,
        ...(number === 1 && { complete: false, failure: 'out of luck' }),
      }),
    );
    const { verdict } = mergeRun({ ...context, plan }, run(workers)).result;
    expect(verdict.reasons[0]).toBe('worker 1 was lost: out of luck; with it clients 1, 4 of scenario atm');
  });
});

describe('a stop is the planned end', () => {
  const all = phase({ ackedUs: ramp(1_000, 1) });
  const endless = scenario({ endless: true });
  const beside = (other: Partial<ScenarioSpec>) => [endless, scenario({ name: 'b', ...other })];

  /** Why the run is not whole; empty where it is. */
  function reasonsOf(
    scenarios: readonly LanePlan[],
    by: StoppedBy = 'SIGINT',
    [atm, b]: readonly (Partial<LaneMeasurement> | undefined)[] = [],
  ): readonly string[] {
    const lanes = [lane({ load: all, ...atm })];
    if (scenarios.length > 1) lanes.push(lane({ scenario: 'b', load: all, ...b }));
    const stopped = { by, reason: 'enough' };
    const { verdict } = mergeRun(facts(scenarios), run([worker(lanes)], { stopped })).result;
    return verdict.status === 'INCOMPLETE' ? verdict.reasons : [];
  }

  test('of an endless run, when a person asks for it', () => {
    expect(reasonsOf([endless])).toEqual([]);
    expect(reasonsOf([endless], 'SIGTERM')).toEqual([]);
    expect(reasonsOf([endless], 'threshold')).toEqual(['ended early by threshold: enough']);
    expect(reasonsOf([endless], 'error')).toEqual(['ended early by error: enough']);
  });

  test('of no other run', () => {
    expect(reasonsOf([scenario()])).toEqual(['ended early by SIGINT: enough']);
  });

  test('not before the warm-up is over', () => {
    const scenarios = [scenario({ endless: true, warmupCount: 1_000 })];
    expect(reasonsOf(scenarios, 'SIGINT', [{ warmup: all, load: phase() }])).toHaveLength(1);
  });

  test('where all else has ended by itself', () => {
    expect(reasonsOf(beside({}))).toEqual([]);
    const unsent = phase({ ackedUs: ramp(900, 1), unsent: 100 });
    const notAcked = [{ scenario: 'b', from: 900, to: 999, step: 1, status: 'unsent' }] as const;
    expect(reasonsOf(beside({}), 'SIGINT', [{}, { load: unsent, notAcked }])).toHaveLength(1);
    const inWarmup = { warmup: unsent, load: phase(), notAcked };
    expect(reasonsOf(beside({ warmupCount: 1_000 }), 'SIGINT', [{}, inWarmup])).toHaveLength(1);
  });

  test('a closed loop has ended when its time is over; one that only a count ends, when that was sent', () => {
    const closed = (endNs: number) => beside({ closed: true, plannedCount: null, endNs });
    expect(reasonsOf(closed(10 * SEC))).toEqual([]);
    expect(reasonsOf(closed(10 * SEC + 1))).toHaveLength(1);
    expect(reasonsOf(closed(Infinity))).toEqual([]);
  });
});

describe('the rest of the result', () => {
  test('a lane that stopped before its end makes the run incomplete, and says where and why', () => {
    const stopped = lane({ worker: 1, load: phase({ ackedUs: ramp(1_000, 1) }), stopped: 'topic atm is gone' });
    const { verdict } = mergeRun(facts(), run([worker([], { worker: 0 }), worker([stopped], { worker: 1 })])).result;
    expect(verdict.status).toBe('INCOMPLETE');
    expect(verdict.reasons[0]).toBe('scenario atm stopped on worker 1: topic atm is gone');
  });

  test('errors of all lanes by code, most frequent first, with the earliest example', () => {
    const timeout = {
      code: -192,
      by: 'client' as const,
      name: '_MSG_TIMED_OUT',
      count: 2,
      firstAtNs: 3 * SEC,
      seconds: [[3, 2]] as const,
      example: 'late one',
    };
    const large = {
      code: 10,
      by: 'broker' as const,
      name: 'MSG_SIZE_TOO_LARGE',
      count: 3,
      firstAtNs: 1 * SEC,
      seconds: [[1, 3]] as const,
      example: 'large',
    };
    const lanes = [
      lane({ load: phase({ ackedUs: ramp(995, 1) }), errors: [timeout, large] }),
      lane({
        worker: 1,
        errors: [
          {
            ...timeout,
            count: 9,
            firstAtNs: 2 * SEC,
            example: 'early one',
            seconds: [
              [2, 4],
              [3, 5],
            ],
          },
        ],
      }),
    ];
    const { errors } = mergeRun(facts([scenario({ plannedCount: 995 })]), run([worker(lanes)])).result;
    expect(errors).toEqual([
      {
        code: -192,
        by: 'client',
        name: '_MSG_TIMED_OUT',
        count: 11,
        firstAt: '2026-03-01T12:00:02.000Z',
        example: 'early one',
        seconds: [
          [2, 4],
          [3, 7],
        ],
      },
      {
        code: 10,
        by: 'broker',
        name: 'MSG_SIZE_TOO_LARGE',
        count: 3,
        firstAt: '2026-03-01T12:00:01.000Z',
        example: 'large',
        seconds: [[1, 3]],
      },
    ]);
  });

  test('events in order, with their time; the in-flight windows of all scenarios', () => {
    const lost = worker([lane({ load: phase({ ackedUs: ramp(1_000, 1) }) })], {
      worker: 1,
      ...{ complete: false, failure: 'it hung', lostNs: 3.5 * SEC },
    });
    const stopped = { by: 'SIGINT', reason: 'SIGINT received' } as const;
    const measured = run([lost], { stopped, stoppedNs: 7.25 * SEC });
    const { result } = mergeRun(facts([scenario(), scenario({ name: 'b', plannedCount: 0 })]), measured);
    expect(result.events).toEqual([
      { at: 3.5, kind: 'worker-lost', text: 'worker 1: it hung' },
      { at: 7.25, kind: 'stop', text: 'SIGINT received' },
    ]);
    expect(result.run.stopped).toEqual(stopped);
    expect(result.client.inFlightMax).toBe(200_000);
  });

  test('scenarios have their rows', () => {
    const lanes = [lane({ load: phase({ ackedUs: ramp(1_000, 1) }) })];
    const rows = [{ second: 0, sent: 1_000, acked: 1_000, failed: 0, p50: 500, p99: 990 }];
    const { scenarios } = mergeRun(facts(), run([worker(lanes)], { scenarioSeries: { atm: rows } })).result;
    expect(scenarios.atm!.series).toEqual(rows);
    expect(mergeRun(facts(), run([worker(lanes)])).result.scenarios.atm).not.toHaveProperty('series');
  });

  test('CPU is for every acknowledged message, those of the warm-up too', () => {
    const warm = lane({ warmup: phase({ ackedUs: ramp(500, 1) }), load: phase({ ackedUs: ramp(500, 1) }) });
    const { client } = mergeRun(facts([scenario({ warmupCount: 500 })]), run([worker([warm])])).result;
    expect(client.cpuSecondsPerMillion).toBeCloseTo(1500, 6);
  });

  test('client and broker facts', () => {
    const lanes = [lane({ load: phase({ ackedUs: ramp(1_000, 1) }) })];
    const { client, broker, phases } = mergeRun(facts(), run([worker(lanes), worker([], { worker: 1 })])).result;
    expect(client.cpuSecondsPerMillion).toBeCloseTo(1500, 6);
    expect(client.resolutionUs).toEqual({ p50: 120, p99: 120, max: 900 });
    expect(broker).toMatchObject({
      wireBytes: 520_000,
      batchBytes: 500_000,
      rttUs: { mean: 800, p99: 2_000 },
      disconnects: 0,
    });
    expect(broker.outstandingRequests).toEqual({ mean: 0.2, max: 4 });
    expect(phases).toEqual({ warmup: 0, load: 10, drain: 0.5 });
  });

  test('failures are the broker’s answer, not a missing offer, and thresholds count what is unresolved with them', () => {
    const load = phase({ ackedUs: ramp(900, 1), failed: 60, unresolved: 40 });
    const notAcked = [{ scenario: 'atm', from: 900, to: 999, step: 1, status: 'not-persisted' }] as const;
    const thresholds = [{ metric: 'failed', expression: 'count<100', abortOnFail: false, delayAbortEvalNs: 0 }];
    const { verdict, ...result } = mergeRun(
      facts([scenario()], { thresholds }),
      run([worker([lane({ load, notAcked })])]),
    ).result;
    // Too many for VALID, and still no generator's limit.
    expect(verdict.status).toBe('INCOMPLETE');
    expect(verdict.reasons[0]).toBe('scenario atm: 100 of 1,000 messages were not acknowledged (10 %)');
    expect(result.thresholds).toMatchObject([{ ok: false, value: 100 }]);
  });

  test('what a message cost is of the whole run, warm-up included', () => {
    const threshold = (metric: string, expression: string) => {
      return { metric, expression, abortOnFail: false, delayAbortEvalNs: 0 };
    };
    const thresholds = [
      threshold('cpu_us', 'avg<1500'),
      threshold('wire_bytes', 'avg<=250'),
      threshold('compression_ratio', 'avg>0.8'),
    ];
    const warm = lane({ warmup: phase({ ackedUs: ramp(200, 1) }), load: phase({ ackedUs: ramp(800, 1) }) });
    const plan = facts([scenario({ warmupCount: 200, loadStartNs: 2 * SEC })], { thresholds });
    const judged = (measured: ReturnType<typeof worker>) =>
      mergeRun(plan, run([measured])).result.thresholds.map(({ value, ok }) => [value, ok]);
    expect(judged(worker([warm]))).toEqual([
      [1_500, false],
      [250, true],
      [0.8, false],
    ]);
    const { broker } = worker([warm]);
    // A run too short for a count of bytes.
    expect(judged(worker([warm], { broker: { ...broker!, batchBytes: null } }))).toEqual([
      [1_500, false],
      [null, false],
      [null, false],
    ]);
  });

  test('weights are judged of the scenario that a threshold names, of all of them only where all are known', () => {
    const fit = (name: string, p: number): WeightsFit => {
      return { scenario: name, field: 'state', records: 1_000, chiSquare: 1, degreesOfFreedom: 1, p };
    };
    const threshold = { metric: 'weights', expression: 'p>0.5', abortOnFail: false, delayAbortEvalNs: 0 };
    const of = (name: string) => ({ ...threshold, scenario: name });
    const load = phase({ ackedUs: ramp(1_000, 1) });
    const measured = run([worker([lane({ load }), lane({ scenario: 'b', load })])]);
    const judged = (weightsFits: NonNullable<RunContext['weightsFits']>, ...thresholds: readonly ThresholdSpec[]) => {
      const plan = facts([scenario(), scenario({ name: 'b' })], { thresholds, weightsFits });
      return mergeRun(plan, measured).result.thresholds.map(({ value, ok }) => [value, ok]);
    };
    const both = { atm: [fit('atm', 0.9)], b: [fit('b', 0.1)] };
    expect(judged(both, of('atm'), of('b'), threshold)).toEqual([
      [0.9, true],
      [0.1, false],
      [0.2, false],
    ]);
    expect(judged({ atm: both.atm }, of('atm'), of('b'), threshold)).toEqual([
      [0.9, true],
      [null, false],
      [null, false],
    ]);
  });

  test('how long the window was full is a share of all the time the loop had', () => {
    const lanes = [lane({ load: phase({ ackedUs: ramp(1_000, 1) }) })];
    const effort = { busyNs: 1 * SEC, idleNs: 4 * SEC, blockedNs: 5 * SEC };
    const { verdict } = mergeRun(facts(), run([worker(lanes, effort)])).result;
    expect(verdict.reasons).toContain('in-flight window full for 5 s (50 %)');
  });

  test('phases have no negative length where the run ended in its warm-up, and a worker in the midst of its drain', () => {
    const lanes = [lane({ load: phase({ ackedUs: ramp(1_000, 1) }) })];
    const lost = { loadStartNs: 20 * SEC, loadEndNs: 5 * SEC, drainEndNs: 0 };
    const measured = run([worker(lanes, { phases: lost })], { loadEndNs: 5 * SEC });
    expect(mergeRun(facts(), measured).result.phases).toEqual({ warmup: 5, load: 0, drain: 0 });
  });

  test('is JSON: nothing is lost on the way to a file and back', () => {
    const load = phase({ ackedUs: ramp(900, 1), failed: 100 });
    const notAcked = [{ scenario: 'atm', from: 900, to: 999, step: 1, status: 'not-persisted' }] as const;
    const { result } = mergeRun(facts(), run([worker([lane({ load, notAcked })])]));
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });
});
