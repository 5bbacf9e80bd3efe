/** What is left of a run whose processes were lost, replaced, never came, or did not send all. */
import { expect, test } from 'vitest';
import type { Plan } from '../../src/plan/plan.ts';
import { totalCount } from '../../src/recorder/histogram.ts';
import type { RunMeasurement, ThreadCpu } from '../../src/recorder/measurement.ts';
import { ShardRows } from '../../src/shards/shard-rows.ts';
import { shardSeries } from '../../src/shards/shards-result.ts';
import { drawMessages, type Message, SEC } from './recorded-run.ts';
import {
  collect,
  comparable,
  firstOf,
  merged,
  mulberry,
  planOf,
  runOne,
  type SendingProcess,
  sendAll,
} from './sent-run.ts';

const SECOND_ONE = 'ffffffffffffffff';

interface Run {
  readonly plan: Plan;
  readonly messages: readonly Message[];
  readonly stopNs: number;
}

function steady(seconds: number, ratePerSec = 80, shards = 2): Run {
  const executor = { kind: 'constant-arrival-rate', ratePerSec, durationNs: seconds * SEC } as const;
  const plan = planOf({ steady: { executor } }, 2 * shards);
  const stopNs = seconds * SEC;
  return { plan, stopNs, messages: drawMessages(plan, { draw: mulberry(1), onTime: true, stopNs }) };
}

async function collected({ plan, messages, stopNs }: Run, senders: readonly SendingProcess[], shards = 2) {
  const collector = collect(plan, shards, await sendAll(plan, shards, messages, stopNs, senders));
  for (const { shard, instance = firstOf(shard) } of senders)
    collector.hello({ shard, instance, host: `node-${shard}` });
  return collector;
}

test('of a shard that was lost counts what it told until then; the rest is missing', async () => {
  const run = steady(10);
  const collector = await collected(run, [{ shard: 0 }, { shard: 1, killedIn: 4 }]);
  expect(collector.isComplete).toBe(false);
  expect(collector.waitingFor().map(({ shard }) => shard)).toEqual([1]);
  collector.lost(1, firstOf(1), 'it was killed');
  expect(collector.isComplete).toBe(true);
  const { totals, verdict, shards, events, ledger, series } = merged(run.plan, collector);
  const ofLost = run.messages.filter(({ index }) => index % 2 === 1);
  const sent = ofLost.filter(({ sentNs }) => sentNs < 4 * SEC).length;
  const acked = ofLost.filter(({ endNs }) => endNs < 4 * SEC).length;
  expect(totals).toMatchObject({ scheduled: 800, sent: 400 + sent, unsent: 400 - sent });
  expect(totals).toMatchObject({ acked: 400 + acked, unresolved: sent - acked, failed: 0 });
  expect(series.map((row) => row.sent).slice(5, 9)).toEqual([40, 40, 40, 40]);
  expect(shards).toMatchObject({ coverage: 0.7, secondsPlanned: 20, secondsReceived: 14 });
  expect(shards!.shards[1]).toMatchObject({
    verdict: null,
    totals: { sent },
    instances: [{ host: 'node-1', lastSecond: 3, complete: false, failure: 'it was killed' }],
  });
  expect(verdict.status).toBe('INCOMPLETE');
  expect(verdict.reasons.slice(0, 2)).toEqual([
    '14 of 20 seconds of all shards were received (70 %)',
    'shard 1 (node-1) was lost at 4 s: it was killed',
  ]);
  expect(events).toEqual([{ at: 4, kind: 'shard-lost', text: 'shard 1 (node-1): it was killed' }]);
  expect(ledger.complete).toBe(false);
});

test('a run whose shard was replaced at once is complete but for its ledger', async () => {
  const run = steady(120, 20);
  const replaced = [{ shard: 0 }, { shard: 1, killedIn: 50 }, { shard: 1, instance: SECOND_ONE, joinedNs: 50.5 * SEC }];
  const collector = await collected(run, replaced);
  collector.lost(1, firstOf(1), 'it was killed');
  const { totals, verdict, shards, events, ledger } = merged(run.plan, collector);
  const gone = run.messages.filter(
    ({ index, sentNs, lagUs }) => index % 2 === 1 && sentNs >= 50 * SEC && sentNs - lagUs * 1e3 < 50.5 * SEC,
  );
  expect(gone.length).toBeGreaterThan(3);
  expect(totals).toMatchObject({ scheduled: 2400, unsent: gone.length, sent: 2400 - gone.length });
  expect(shards!.secondsReceived).toBe(239);
  const replacedShard = shards!.shards[1]!;
  expect(replacedShard.verdict!.status).toBe('VALID');
  expect(replacedShard.rate.achievedPerSec).toBeCloseTo(replacedShard.totals.acked / 120, 1);
  expect(replacedShard.rate.achievedPerSec).toBeLessThan(9.99);
  expect(verdict).toMatchObject({
    status: 'VALID',
    reasons: expect.arrayContaining([
      'shard 1 (node-1) was lost at 50 s, replaced at 50.5 s: it was killed',
      '239 of 240 seconds of all shards were received (99.6 %)',
    ]),
  });
  expect(events).toEqual([
    { at: 50, kind: 'shard-lost', text: 'shard 1 (node-1): it was killed' },
    { at: 50.5, kind: 'shard-joined', text: 'shard 1 (node-1) takes the place of a lost one' },
  ]);
  expect(ledger.complete).toBe(false);
});

test('one that takes a place knows what ended the one before it', async () => {
  const run = steady(10, 20);
  const joined = { shard: 1, instance: SECOND_ONE, joinedNs: 5.5 * SEC };
  const collector = await collected(run, [{ shard: 0 }, { shard: 1, killedIn: 5 }, joined]);
  expect(merged(run.plan, collector).verdict.reasons).toContain(
    'shard 1 (node-1) was lost at 5 s, replaced at 5.5 s: no reason known',
  );
  collector.hello({ shard: 1, instance: SECOND_ONE, host: 'node-1', replaces: 'ended by SIGKILL' });
  const { verdict, events } = merged(run.plan, collector);
  expect(verdict.reasons).toContain('shard 1 (node-1) was lost at 5 s, replaced at 5.5 s: ended by SIGKILL');
  expect(events![0]).toEqual({ at: 5, kind: 'shard-lost', text: 'shard 1 (node-1): ended by SIGKILL' });
});

test('where all were lost, the load went on until then', async () => {
  const run = steady(10);
  const collector = await collected(run, [
    { shard: 0, killedIn: 6 },
    { shard: 1, killedIn: 6 },
  ]);
  for (const shard of [0, 1]) collector.lost(shard, firstOf(shard), 'it was killed');
  const { phases, shards } = merged(run.plan, collector);
  expect(phases.load).toBe(6);
  expect(shards).toMatchObject({ coverage: 0.6, secondsPlanned: 20, secondsReceived: 12 });
});

test.each([
  { seconds: 120, joinedNs: 0.5 * SEC, status: 'VALID' },
  { seconds: 10, joinedNs: 1.5 * SEC, status: 'INCOMPLETE' },
])('a shard that was lost before its first second was heard, and replaced: $status', async (one) => {
  const { seconds, joinedNs, status } = one;
  const run = steady(seconds, 20);
  const collector = await collected(run, [{ shard: 0 }, { shard: 1, instance: SECOND_ONE, joinedNs }]);
  expect(collector.isComplete).toBe(true);
  const { totals, shards, verdict, events, ledger } = merged(run.plan, collector);
  const due = ({ sentNs, lagUs }: Message) => sentNs - lagUs * 1e3;
  const gone = run.messages.filter((each) => each.index % 2 === 1 && due(each) < joinedNs).length;
  expect(totals).toMatchObject({ scheduled: 20 * seconds, unsent: gone, sent: 20 * seconds - gone });
  const joinedAt = joinedNs / SEC;
  expect(verdict).toMatchObject({
    status,
    reasons: expect.arrayContaining([`shard 1 (node-1) joined at ${joinedAt} s: what was due before is unsent`]),
  });
  expect(ledger.complete).toBe(false);
  expect(shards!.shards[1]!.instances).toMatchObject([{ joinedAt, complete: true }]);
  expect(events).toEqual([{ at: joinedAt, kind: 'shard-joined', text: 'shard 1 (node-1) joined late' }]);
});

test.each([
  { seconds: 120, joinedNs: 4.5 * SEC, status: 'VALID' },
  { seconds: 10, joinedNs: 6.5 * SEC, status: 'INCOMPLETE' },
])('a shard that was stopped and replaced goes on: $status', async ({ seconds, joinedNs, status }) => {
  const run = steady(seconds, 20);
  const stopped = { by: 'SIGTERM', reason: 'asked to end' } as const;
  const senders = [
    { shard: 0 },
    { shard: 1, stoppedNs: 4 * SEC, measured: { stopped, stoppedNs: 4 * SEC } },
    { shard: 1, instance: SECOND_ONE, joinedNs },
  ];
  const sent = await sendAll(run.plan, 2, run.messages, run.stopNs, senders);
  const collector = collect(run.plan, 2, sent);
  expect(collector.isComplete).toBe(true);
  collector.hello({ shard: 1, instance: firstOf(1), host: 'node-1' });
  collector.hello({ shard: 1, instance: SECOND_ONE, host: 'node-2' });
  const { totals, verdict, events, ledger, shards } = merged(run.plan, collector);
  const due = ({ sentNs, lagUs }: Message) => sentNs - lagUs * 1e3;
  const gone = run.messages.filter((each) => each.index % 2 === 1 && each.sentNs >= 4 * SEC && due(each) < joinedNs);
  const lostAt = Math.min(5, joinedNs / SEC);
  expect(totals).toMatchObject({ scheduled: 20 * seconds, unsent: gone.length, sent: 20 * seconds - gone.length });
  expect(shards!.shards[1]!.instances).toMatchObject([
    { host: 'node-1', lastSecond: 4, complete: true, failure: 'ended by SIGTERM: asked to end' },
    { host: 'node-2', joinedAt: joinedNs / SEC, complete: true },
  ]);
  expect(verdict).toMatchObject({
    status,
    reasons: expect.arrayContaining([
      `shard 1 (node-1) was lost at ${lostAt} s, replaced at ${joinedNs / SEC} s: ended by SIGTERM: asked to end`,
    ]),
  });
  expect(events!.map(({ at, kind }) => [at, kind])).toEqual([
    [lostAt, 'shard-lost'],
    [joinedNs / SEC, 'shard-joined'],
  ]);
  expect(ledger.complete).toBe(false);
  expect(ledger.notAcked).toEqual([]);
});

test('a shard that is started again after the end of the load does not prolong it', async () => {
  const run = steady(5, 20);
  const again = { shard: 0, instance: SECOND_ONE, joinedNs: 20.2 * SEC };
  const collector = await collected(run, [{ shard: 0, killedIn: 3 }, { shard: 1 }, again]);
  collector.lost(0, firstOf(0), 'it was killed');
  const { phases, rate, shards, totals } = merged(run.plan, collector);
  expect([phases.load, rate.targetPerSec]).toEqual([expect.closeTo(5, 3), 20]);
  expect(rate.achievedPerSec).toBeCloseTo(totals.acked / 5, 1);
  expect(shards).toMatchObject({ secondsPlanned: 10, secondsReceived: 8 });
});

test('a shard that nobody ever heard of had its whole share to send', async () => {
  const run = steady(5);
  const collector = await collected(run, [{ shard: 0 }]);
  expect(collector.isComplete).toBe(false);
  collector.lost(1, undefined, 'it never came');
  expect(collector.isComplete).toBe(true);
  expect(collector.states().map(({ state }) => state)).toEqual(['done', 'lost']);
  const { totals, verdict, shards } = merged(run.plan, collector);
  expect(totals).toMatchObject({ scheduled: 400, sent: 200, unsent: 200 });
  expect(shards!.shards[1]).toMatchObject({ totals: { scheduled: 200, unsent: 200 }, instances: [], response: null });
  expect(verdict.status).toBe('INCOMPLETE');
  expect(verdict.reasons[1]).toBe('shard 1 sent nothing');
});

test('where a message is missing the run is incomplete, though all that came adds up', async () => {
  const run = steady(6);
  const sent = await sendAll(run.plan, 2, run.messages, run.stopNs);
  const collector = collect(run.plan, 2, sent.toSpliced(4, 1));
  expect(collector.isComplete).toBe(false);
  collector.lost(0, firstOf(0), 'silent for 15 s');
  const { verdict, shards } = merged(run.plan, collector);
  expect(verdict).toMatchObject({ status: 'INCOMPLETE' });
  expect(verdict.reasons).toContain('shard 0 (unknown): 1 of its 7 messages did not arrive');
  expect(shards!.shards[0]!.instances).toMatchObject([{ complete: false, mismatch: true }]);
});

test('a message that is damaged counts as not sent', async () => {
  const run = steady(3);
  const sent = await sendAll(run.plan, 2, run.messages, run.stopNs);
  const damaged = sent.map((message, i) => (i === 1 ? message.with(40, (message[40]! + 1) % 256) : message));
  const collector = collect(run.plan, 2, damaged);
  expect([collector.damaged, collector.isComplete]).toEqual([1, false]);
  for (const message of sent) collector.add(message);
  expect(collector.isComplete).toBe(true);
  const { verdict, totals } = merged(run.plan, collector);
  expect([verdict.status, totals.acked]).toEqual(['VALID', 240]);
});

test('messages of another number of shards are of another run', async () => {
  const run = steady(3);
  const sent = await sendAll(run.plan, 2, run.messages, run.stopNs);
  expect(collect(run.plan, 4, sent).damaged).toBe(sent.length);
});

test('a shard at its limit limits the run, by name', async () => {
  const run = steady(10);
  const late = run.messages.map((message) =>
    message.index % 2 === 1
      ? { ...message, lagUs: message.lagUs + 2e5, sentNs: message.sentNs + 2e8, endNs: message.endNs + 2e8 }
      : message,
  );
  const busy: ThreadCpu[] = [{ name: 'loop-3', cpuPct: 97, maxCpuPct: 99, wantedPct: 98 }];
  const measured: Partial<RunMeasurement> = { threads: busy };
  const collector = await collected({ ...run, messages: late }, [{ shard: 0 }, { shard: 1, measured }]);
  const { verdict, client, shards } = merged(run.plan, collector);
  expect(shards!.shards.map((shard) => shard.verdict!.status)).toEqual(['VALID', 'GENERATOR_LIMITED']);
  expect(verdict.status).toBe('GENERATOR_LIMITED');
  expect(verdict.reasons[0]).toBe('shard 1 (node-1): at its limit: loop of worker 3 98 %');
  expect(client.threads[0]).toMatchObject({ name: 'loop-3', cpuPct: 97 });
});

test('what limits all shards alike is said once', async () => {
  const run = steady(10);
  const late = run.messages.map((message) => ({
    ...message,
    ...{ lagUs: message.lagUs + 2e5, sentNs: message.sentNs + 2e8, endNs: message.endNs + 2e8 },
  }));
  const collector = await collected({ ...run, messages: late }, [{ shard: 0 }, { shard: 1 }]);
  const { verdict, shards } = merged(run.plan, collector);
  const own = shards!.shards.map((shard) => shard.verdict!.reasons[0]);
  expect(new Set(own).size).toBe(1);
  expect([verdict.status, verdict.reasons[0]]).toEqual(['GENERATOR_LIMITED', `all 2 shards: ${own[0]}`]);
  expect(verdict.reasons).not.toContain(own[0]);
  // Of the clocks, after what decides.
  expect(verdict.reasons[1]).toContain('how far the shards’ clocks are apart is not known');
});

test('the live view shows seconds that all have told of, or that are long ago', async () => {
  const run = steady(12);
  const sent = await sendAll(run.plan, 2, run.messages, run.stopNs, [{ shard: 0 }, { shard: 1, killedIn: 2 }]);
  const collector = collect(run.plan, 2, sent);
  const shown = (elapsedNs: number) => collector.look(elapsedNs).rows.map(({ second }) => second);
  expect(shown(4 * SEC)).toEqual([0, 1]);
  expect(shown(4.2 * SEC)).toEqual([]);
  expect(shown(8.1 * SEC)).toEqual([2]);
  expect(collector.look(8.2 * SEC).progress).toMatchObject({ phase: 'load', plannedCount: 960 });
  collector.lost(1, firstOf(1), 'gone');
  expect(shown(9 * SEC).at(-1)).toBeGreaterThan(10);
});

test('a look shows all that came before it, in rows and in histograms', async () => {
  const run = steady(3);
  const collector = await collected(run, [{ shard: 0 }, { shard: 1 }]);
  const { rows } = collector.look(4 * SEC);
  const { lanes } = run.plan;
  expect(rows.map(({ acked, p50 }) => [acked > 0, p50 !== null])).toEqual([
    ...Array(3).fill([true, true]),
    [false, false],
  ]);
  expect(totalCount(collector.reader.latencies({ lanes }).response)).toBe(collector.reader.counts({ lanes }).acked);
});

test('a run of one shard is that of one process', async () => {
  const run = steady(3, 80, 1);
  const collector = await collected(run, [{ shard: 0 }], 1);
  const { totals, shards, verdict } = merged(run.plan, collector);
  expect(totals).toEqual(runOne(run.plan, run.messages, run.stopNs, {}).totals);
  expect([shards!.coverage, shards!.clockSkewUs, verdict.status]).toEqual([1, null, 'VALID']);
});

test('clocks that are known badly are in the verdict, and starts that were late in the result', async () => {
  const run = steady(3);
  const collector = await collected(run, [{ shard: 0 }, { shard: 1 }]);
  for (const shard of [0, 1]) {
    const clockOffset = { minUs: -10_000 * (shard + 1), maxUs: 10_000 };
    collector.ready({ shard, instance: firstOf(shard), clockOffset });
  }
  const { verdict, shards } = merged(run.plan, collector);
  expect(shards).toMatchObject({ clockSkewUs: 25_000, startLateMs: expect.closeTo(0.004, 4) });
  expect(verdict.reasons).toContain(
    'shards may have started up to 25 ms apart: that is how well their clocks are known',
  );
});

test.each([
  { name: 'all that were in time', beganNs: [-2e6, -1e6], startLateMs: 0 },
  { name: 'one in time and one late', beganNs: [-2e6, 7e6], startLateMs: 7 },
])('a start is as late as the last worker: $name', async ({ beganNs, startLateMs }) => {
  const senders = beganNs.map((began, shard) => ({ shard, beganNs: began }));
  const run = steady(3);
  expect(merged(run.plan, await collected(run, senders)).shards!.startLateMs).toBe(startLateMs);
});

test('how late a start was is not known of shards that never came', async () => {
  const run = steady(3);
  const collector = await collected(run, []);
  for (const shard of [0, 1]) collector.lost(shard, undefined, 'it did not appear');
  expect(merged(run.plan, collector).shards!.startLateMs).toBeNull();
});

test('transactions, and scenarios that are too many for rows of their own, merge like all else', async () => {
  const executor = { kind: 'constant-arrival-rate', ratePerSec: 10, durationNs: 3 * SEC } as const;
  const names = Array.from({ length: 13 }, (_, i) => `s${i}`);
  const planned = planOf(Object.fromEntries(names.map((name) => [name, { executor }])), 4);
  const lanes = planned.lanes.map((lane, i) =>
    i === 0 ? { ...lane, transactions: { messages: 1, everyNs: SEC, abortRate: 0 } } : lane,
  );
  const plan = { ...planned, lanes };
  const messages = drawMessages(plan, { draw: mulberry(2), failed: 0.1, stopNs: 3 * SEC });
  const sent = await sendAll(plan, 2, messages, 3 * SEC);
  const result = merged(plan, collect(plan, 2, sent.toReversed()));
  expect(comparable(result)).toEqual(comparable(runOne(plan, messages, 3 * SEC, {})));
  const { committed, commitLatency } = result.scenarios.s0!.transactions!;
  expect(commitLatency.count).toBe(committed);
  expect(committed).toBeGreaterThan(20);
});

test('a long run of many shards has fewer rows of each', () => {
  const rows = new ShardRows();
  for (const second of [0, 1, 2]) {
    rows.count({ second, lane: 0, sent: 10 + second, acked: 10, failed: 0 });
    const facts = { inFlight: second, scheduleLagP99: second === 1 ? 7 : null, cpu: 100 * second };
    rows.add({ second, ...facts, loopCpu: null, clientCpu: null, mainCpu: null }, true);
  }
  const row = { failed: 0, acked: 10 };
  expect(shardSeries(rows, 3, 2)).toEqual([
    { ...row, second: 0, sent: 11, inFlight: 1, scheduleLagP99: 7, cpuPct: 1 },
    { ...row, second: 2, sent: 12, inFlight: 2, scheduleLagP99: null, cpuPct: 2 },
  ]);
});
