/** From what members measured to the result, without a broker. */
import { expect, test } from 'vitest';
import type { GroupPlan } from '../../src/plan/reading-plan.ts';
import { createHistogram, record } from '../../src/recorder/histogram.ts';
import type { RunMeasurement } from '../../src/recorder/measurement.ts';
import type { GroupMeasurement } from '../../src/recorder/reading-measurement.ts';
import { exitCodeOf } from '../../src/result/exit-code.ts';
import type { LatencySummary } from '../../src/result/latency-summary.ts';
import { mergeRun } from '../../src/result/merge.ts';
import type { VerificationResult } from '../../src/result/reading-result.ts';
import type { RunContext } from '../../src/result/run-identity.ts';
import { facts, lane, phase, ramp, run, SEC, scenario, worker } from './run.ts';

const COUNTS = { bytes: 500, foreign: 0, negative: 0, negativeMinNs: 0, rebalances: 1 };
const TIMES = { firstRecordNs: 1 * SEC, lastRecordNs: 6 * SEC };

function histogramOf(...us: number[]) {
  const cells = createHistogram();
  for (const each of us) record(cells, each, 1);
  return cells;
}

function measuredOf(consumed: number, us: number[], more: Partial<GroupMeasurement> = {}): GroupMeasurement {
  return {
    group: 0,
    counts: { consumed, ...COUNTS, ...TIMES },
    members: [{ member: 0, group: 0, complete: true }],
    endToEnd: [[histogramOf(), histogramOf(...us)]],
    rows: [{ second: 0, consumed, bytes: 500, p50: null, p99: null, lag: 7 }],
    busyPct: 10,
    endNs: 7 * SEC,
    unread: 0,
    lagAtEnd: 0,
    ...more,
  };
}

function groupOf(more: Partial<GroupPlan> = {}): GroupPlan {
  const what = { name: 'audit', group: 0, members: [0], topics: ['t'], properties: {}, mode: 'group' as const };
  return { ...what, verify: false, dates: 'marks', from: 'run', startNs: 0, ...more };
}

function contextOf(
  group: GroupPlan,
  lanes = [{ ...scenario({ plannedCount: 5 }), lane: 0, topics: ['t'] }],
  more = {},
) {
  const context = facts(lanes, more);
  const cluster = { 'bootstrap.servers': 'broker1:9092' };
  const reading = { groups: [group], places: [], cluster };
  const clients = lanes.length === 0 ? [] : context.plan.clients;
  return { ...context, plan: { ...context.plan, clients, reading } } as RunContext;
}

const sent = () => [worker([lane({ load: phase({ ackedUs: ramp(5, 1_000) }) })])];
const readingOf = (group: GroupMeasurement) => ({ groups: [group], endNs: 7 * SEC, appendTimeTopics: [], logs: {} });
const merge = (group: GroupMeasurement, context = contextOf(groupOf()), more: Partial<RunMeasurement> = {}) =>
  mergeRun(context, run(sent(), { reading: readingOf(group), ...more })).result;

test('a group beside producers: counts, latencies of all groups and of the scenario, lag', () => {
  const result = merge(measuredOf(5, [2_000, 3_000, 4_000, 5_000, 6_000]));
  expect(result.consumers!.audit).toMatchObject({
    ...{ members: 1, consumed: 5, bytes: 500, foreign: 0, rate: 1, rebalances: 1 },
    ...{ lag: { max: 7, maxAtSecond: 0, atEnd: 0 }, clock: { source: 'same-process', offsetMaxUs: 0 } },
  });
  expect(result.consumers!.audit!.endToEnd).toMatchObject({ count: 5, min: 2_000, max: 6_000 });
  expect(result.latency.endToEnd).toMatchObject({ count: 5 });
  expect(result.scenarios.atm!.latency.endToEnd).toMatchObject({ count: 5 });
  expect(result.verdict.status).toBe('VALID');
});

test('latencies of the load phase alone: of a scenario over all groups, of the run over all lanes, of a group its own', () => {
  const plans = [groupOf(), groupOf({ name: 'billing', group: 1, members: [1] })];
  const lanes = ['atm', 'pos'].map((name, number) => ({
    ...scenario({ name, plannedCount: 5 }),
    lane: number,
    topics: ['t'],
  }));
  const context = contextOf(plans[0]!, lanes);
  const reading = { ...context.plan.reading!, groups: plans };
  const dated = (group: number, atm: number[], pos: number[]) => ({
    ...measuredOf(9, [], { group, members: [{ member: group, group, complete: true }] }),
    endToEnd: [atm, pos].map((us) => [histogramOf(9_000_000), histogramOf(...us)]),
  });
  const groups = [dated(0, [1_000, 2_000], [50_000]), dated(1, [3_000, 4_000, 5_000], [60_000, 70_000])];
  groups[1]!.counts = { ...groups[1]!.counts, negative: 2, negativeMinNs: -1_500 };
  const sentBoth = [
    worker(lanes.map((each) => lane({ scenario: each.name, load: phase({ ackedUs: ramp(5, 1_000) }) }))),
  ];
  const measured = run(sentBoth, { reading: { ...readingOf(groups[0]!), groups } });
  const { result } = mergeRun({ ...context, plan: { ...context.plan, reading } }, measured);
  const shape = (latency: LatencySummary | null | undefined) => [latency?.count, latency?.min, latency?.max];
  expect(shape(result.latency.endToEnd)).toEqual([8, 1_000, 70_000]);
  expect(shape(result.scenarios.atm!.latency.endToEnd)).toEqual([5, 1_000, 5_000]);
  expect(shape(result.scenarios.pos!.latency.endToEnd)).toEqual([3, 50_000, 70_000]);
  expect(shape(result.consumers!.audit!.endToEnd)).toEqual([3, 1_000, 50_000]);
  expect(shape(result.consumers!.billing!.endToEnd)).toEqual([5, 3_000, 70_000]);
  expect(result.consumers!.audit!.negative).toEqual({ count: 0, minUs: null });
  expect(result.consumers!.billing!.negative).toEqual({ count: 2, minUs: -1.5 });
});

test('a pause is over when the producers are, which a note says; a group that was done before never paused', () => {
  const rows = [0, 1, 2, 3, 4, 5, 6].map((second) => ({
    ...{ second, consumed: second === 0 ? 5 : 0, bytes: second === 0 ? 500 : 0, p50: null, p99: null },
    lag: second === 3 || second === 4 ? 9 : 0,
  }));
  const paused = (pause: GroupPlan['pause'], more: Partial<GroupMeasurement> = {}) =>
    merge(measuredOf(5, [], { rows, ...more }), contextOf(groupOf({ pause: pause! })), {
      workers: sent().map((each) => ({ ...each, phases: { loadStartNs: 0, loadEndNs: 4 * SEC, drainEndNs: 5 * SEC } })),
      loadEndNs: 4 * SEC,
    });
  const cut = paused({ atNs: 3 * SEC, forNs: 19 * SEC });
  expect(cut.consumers!.audit!.drain).toMatchObject({ pausedFrom: 3, fromSecond: 5 });
  expect(cut.events).toContainEqual(expect.objectContaining({ kind: 'pause', at: 3, until: 5 }));
  expect(cut.run.notes).toContain('consumers.audit: paused for 2s of 19s: the producers were done');
  const whole = paused({ atNs: 3 * SEC, forNs: 1 * SEC });
  expect(whole.consumers!.audit!.drain).toMatchObject({ fromSecond: 4 });
  expect(whole.run.notes.join()).not.toContain('paused');
  const none = [paused({ atNs: 5 * SEC, forNs: SEC }), paused({ atNs: 3 * SEC, forNs: SEC }, { endNs: 2 * SEC })];
  for (const { consumers, events, run } of none) {
    expect(consumers!.audit).not.toHaveProperty('drain');
    expect([events, run.notes.join()]).toEqual([[], expect.not.stringContaining('paused')]);
  }
});

test('rows that do not add up, and records dated twice, are bugs', () => {
  const rows = [{ second: 0, consumed: 4, bytes: 500, p50: null, p99: null, lag: null }];
  expect(() => merge(measuredOf(5, [], { rows }))).toThrow('its rows do not add up to what was read');
  expect(() => merge(measuredOf(2, [1, 2, 3]))).toThrow('more records have a latency than were read');
});

test('a lost member may have left its counters in the middle', () => {
  const members = [{ member: 0, group: 0, complete: false, failure: 'gone' }];
  expect(merge(measuredOf(2, [1, 2, 3], { members })).verdict.status).toBe('VALID');
});

const FOUND: VerificationResult = {
  ...{ expected: 5, consumed: 6, lost: 0, duplicated: 1, outOfOrder: 0, corrupted: 0, foreign: 0 },
  ...{ notAckedInLog: 0, abortedInLog: 0, notes: [], examples: [] },
};
const THRESHOLDS = ['duplicated', 'lost', 'consumer_lag', 'end_to_end_ms'].map((metric) => ({
  ...{ metric, expression: metric === 'end_to_end_ms' ? 'max<10' : metric === 'consumer_lag' ? 'max<5' : 'count==0' },
  ...{ abortOnFail: false, delayAbortEvalNs: 0 },
}));

test('what was found is judged, and fails the run', () => {
  const context = contextOf(groupOf({ verify: true }), undefined, { thresholds: THRESHOLDS });
  const result = merge(measuredOf(5, [2_000]), { ...context, verification: { atm: FOUND } });
  expect(result.thresholds.map(({ value, ok }) => [value, ok])).toEqual([
    [1, false],
    [0, true],
    [7, false],
    [2, true],
  ]);
  expect(result.verification).toEqual({ atm: FOUND });
  expect(exitCodeOf(result)).toBe(4);
});

test('a verification that was refused judges nothing and makes the run incomplete', () => {
  const context = contextOf(groupOf({ verify: true }), undefined, { thresholds: THRESHOLDS.slice(0, 1) });
  const refused = { ...FOUND, duplicated: 0, refused: 'the ledger is incomplete' };
  const result = merge(measuredOf(5, [2_000]), { ...context, verification: { atm: refused } });
  expect(result.thresholds).toMatchObject([{ value: null, ok: null }]);
  expect(result.verdict).toMatchObject({ status: 'INCOMPLETE' });
  expect(result.verdict.reasons[0]).toBe('scenario atm was not verified: the ledger is incomplete');
  expect(exitCodeOf(result)).toBe(3);
});

test('a pause is an event of the run', () => {
  const context = contextOf(groupOf({ pause: { atNs: 2 * SEC, forNs: 3 * SEC } }));
  expect(merge(measuredOf(5, [1]), context).events).toEqual([
    { at: 2, until: 5, kind: 'pause', text: 'consumer group audit takes no records' },
  ]);
});

test('a group that was done before its pause has not paused', () => {
  const context = contextOf(groupOf({ pause: { atNs: 2 * SEC, forNs: 3 * SEC } }));
  const rows = [0, 1, 2, 3, 4, 5].map((second) => ({ second, consumed: 0, bytes: 0, p50: null, p99: null, lag: 0 }));
  const empty = { consumed: 0, ...COUNTS, bytes: 0, firstRecordNs: null, lastRecordNs: null };
  const result = merge(measuredOf(0, [], { rows, counts: empty, endNs: 1.5 * SEC }), context);
  expect(result.events).toEqual([]);
  expect(result.consumers!.audit).not.toHaveProperty('drain');
});

function readOnly(group: Partial<GroupPlan>, measured: Partial<GroupMeasurement>) {
  const context = contextOf(groupOf({ dates: 'timestamps', ...group }), []);
  const reading = readingOf(measuredOf(50, [1_000, 2_000], measured));
  return mergeRun(context, run([], { reading, loadEndNs: 7 * SEC, durationNs: 7 * SEC })).result;
}

test('a run that only reads: no totals, no rate, and a verdict about reading', () => {
  const result = readOnly({}, {});
  expect(JSON.stringify(result)).not.toMatch(/NaN|Infinity/);
  expect(JSON.stringify(result.rate)).toBe('{"targetPerSec":null,"achievedPerSec":0,"errorPct":null}');
  expect(result).toMatchObject({ totals: { scheduled: 0, acked: 0 }, warmup: null, scenarios: {} });
  expect(result.phases).toEqual({ warmup: 0, load: 7, drain: 0 });
  expect(result.verdict).toMatchObject({ status: 'VALID', limitedBy: 'broker' });
  expect(result.verdict.reasons[1]).toBe('50 records read at 10/s, 100 B/s');
  expect(result.consumers!.audit).toMatchObject({ foreign: 50, clock: { source: 'create-time', offsetMaxUs: null } });
  expect(result.latency.endToEnd).toMatchObject({ count: 2 });
  expect(exitCodeOf(result)).toBe(0);
});

test('what limited it: a member, or its own rate', () => {
  expect(readOnly({}, { busyPct: 97 }).verdict).toMatchObject({ status: 'VALID', limitedBy: 'loop' });
  const paced = readOnly({ ratePerSec: 10 }, {}).verdict;
  expect(paced).not.toHaveProperty('limitedBy');
  expect(paced.reasons[0]).toBe('50 records read at 10/s of 10/s, 100 B/s');
  const paused = readOnly({ ratePerSec: 20, pause: { atNs: 3 * SEC, forNs: 2.5 * SEC } }, {}).verdict;
  expect(paused).not.toHaveProperty('limitedBy');
  expect(paused.reasons[0]).toBe('50 records read at 20/s of 20/s, 200 B/s');
});

test('beside a group that kept its rate nobody is said to have been the limit of one without, unless a member was', () => {
  const groups = [
    groupOf({ dates: 'timestamps', ratePerSec: 10 }),
    groupOf({ ...{ name: 'fast', group: 1 }, members: [1] }),
  ];
  const verdictOf = (ratePerSec: number, busyPct: number) => {
    const context = contextOf(groups[0]!, []);
    const plan = {
      ...context.plan,
      reading: { ...context.plan.reading!, groups: [{ ...groups[0]!, ratePerSec }, groups[1]!] },
    };
    const measured = [measuredOf(50, [1_000]), measuredOf(50, [1_000], { group: 1, busyPct })];
    const reading = { ...readingOf(measured[0]!), groups: measured };
    const whole = run([], { reading, loadEndNs: 7 * SEC, durationNs: 7 * SEC });
    return mergeRun({ ...context, plan } as RunContext, whole).result.verdict;
  };
  const kept = verdictOf(10, 10);
  expect(kept).toMatchObject({
    status: 'VALID',
    reasons: expect.arrayContaining(['100 records read at 20/s, 200 B/s', expect.stringContaining('kept it')]),
  });
  expect(kept).not.toHaveProperty('limitedBy');
  expect(verdictOf(10, 97)).toMatchObject({ limitedBy: 'loop' });
  expect(verdictOf(30, 10)).toMatchObject({ limitedBy: 'broker' });
});

test('a member that was lost is named before those that waited for its partitions', () => {
  const waiting = { member: 0, group: 0, complete: false, failure: 'nothing more came for 30 s' };
  const hanging = { member: 1, group: 0, complete: false, isLost: true as const, failure: 'it hung' };
  const [reason] = readOnly({}, { members: [waiting, hanging] }).verdict.reasons;
  expect(reason).toContain('member 1 did not read to the end: it hung');
});

test('one that lost a member is incomplete', () => {
  const members = [{ member: 0, group: 0, complete: false, failure: 'nothing more came for 30 s' }];
  const result = readOnly({}, { members, unread: 12 });
  expect(result.verdict.status).toBe('INCOMPLETE');
  expect(result.verdict.reasons[0]).toBe(
    'consumer group audit: member 0 did not read to the end: nothing more came for 30 s, 12 offsets were not read',
  );
});

test('acknowledged records that a group neither read nor has left to read are a note', () => {
  const notesOf = (group: GroupMeasurement, plan: Partial<GroupPlan> = {}) =>
    merge(group, contextOf(groupOf(plan))).run.notes.filter((note) => note.includes('did not see'));
  expect(notesOf(measuredOf(3, []))).toEqual([
    'audit did not see 2 of 5 acknowledged records: the log had dropped them before, or they are lost: --verify tells',
  ]);
  expect(notesOf(measuredOf(5, []))).toEqual([]);
  expect(notesOf(measuredOf(3, [], { lagAtEnd: 2 }))).toEqual([]);
  expect(notesOf(measuredOf(3, []), { topics: ['u'] })).toEqual([]);
  expect(notesOf(measuredOf(3, [], { members: [{ member: 0, group: 0, complete: false, failure: 'gone' }] }))).toEqual(
    [],
  );
});
