/** What is said of clocks, and what is not, by what is known of them. */
import { describe, expect, test } from 'vitest';
import type { Plan } from '../../src/plan/plan.ts';
import type { GroupPlan } from '../../src/plan/reading-plan.ts';
import { acrossShards, type ClockEvidence, clockBound } from '../../src/result/clock-bound.ts';

const NOTHING_SENT = { lanes: [] } as unknown as Plan;
const CLOSED = { lanes: [{ topics: ['t'], load: { kind: 'closed' } }] } as unknown as Plan;
const MIXED = { lanes: [...CLOSED.lanes, { topics: ['t'], load: { kind: 'open' } }] } as unknown as Plan;
const OPEN = { lanes: [{ topics: ['t'], load: { kind: 'open' } }] } as unknown as Plan;

function groupOf(more: Partial<GroupPlan> = {}): GroupPlan {
  return {
    ...({ name: 'g', group: 0, members: [0], topics: ['t'], mode: 'assign', verify: false } as const),
    ...({ dates: 'timestamps', from: 'earliest', startNs: 0 } as const),
    ...{ properties: { 'bootstrap.servers': 'broker1:9092' }, ...more },
  };
}

const APPENDED: ClockEvidence = { appendTimeTopics: ['t'], lowestUs: 1_800 };
const WRITTEN: ClockEvidence = { appendTimeTopics: [], lowestUs: 1_800 };
const PROBE = { group: 0, topic: 'load-clock', probes: 20 };

describe('records dated by the broker', () => {
  test('by their latencies alone only one side is bounded', () => {
    expect(clockBound(NOTHING_SENT, groupOf(), APPENDED)).toEqual({
      ...{ source: 'log-append-time', offsetMaxUs: null, offset: { minUs: null, maxUs: 1_800 } },
      note: "records are dated by the clock of the broker: this machine's is at most 1.8 ms ahead of the broker's (the lowest latency), how far it is behind is not known",
    });
    const behind = clockBound(NOTHING_SENT, groupOf(), { ...APPENDED, lowestUs: -249_300 });
    expect(behind).toMatchObject({ offsetMaxUs: null, offset: { minUs: null, maxUs: -249_300 } });
    expect(behind.note).toContain("this machine's is at least 249.3 ms behind the broker's");
    const unread = clockBound(NOTHING_SENT, groupOf(), { ...APPENDED, lowestUs: null });
    expect(unread).toMatchObject({
      offset: { minUs: null, maxUs: null },
      note: expect.stringMatching(/nothing bounds$/),
    });
  });

  test('on this machine by a millisecond, unless a latency shows another clock', () => {
    const local = groupOf({ properties: { 'bootstrap.servers': 'localhost:9092,127.0.0.1:9093' } });
    expect(clockBound(NOTHING_SENT, local, APPENDED)).toMatchObject({ offsetMaxUs: 1_000 });
    expect(clockBound(NOTHING_SENT, local, { ...APPENDED, lowestUs: -900 })).toMatchObject({ offsetMaxUs: 1_000 });
    const forwarded = clockBound(NOTHING_SENT, local, { ...APPENDED, lowestUs: -1_900 });
    expect(forwarded).toMatchObject({ offsetMaxUs: null, offset: { minUs: null, maxUs: -1_900 } });
  });

  test('probes bound both sides, and the latencies may say more', () => {
    const probe = { ...PROBE, offset: { minUs: 249_400.4, maxUs: 250_600.2 } };
    expect(clockBound(NOTHING_SENT, groupOf(), { ...APPENDED, lowestUs: 252_000, probe })).toEqual({
      ...{ source: 'log-append-time', offsetMaxUs: 250_601, offset: { minUs: 249_400, maxUs: 250_601 } },
      note: "records are dated by the broker: by 20 probe records to load-clock this machine's clock is 249.4 to 250.601 ms ahead of the broker's, which latencies include",
    });
    const tight = clockBound(NOTHING_SENT, groupOf(), { ...APPENDED, lowestUs: 250_000, probe });
    expect(tight.offset).toEqual({ minUs: 249_400, maxUs: 250_000 });
    const around = { ...PROBE, offset: { minUs: -700, maxUs: 300 } };
    const near = clockBound(NOTHING_SENT, groupOf(), { ...APPENDED, probe: around });
    expect(near).toMatchObject({
      offsetMaxUs: 700,
      note: expect.stringContaining('at most 0.7 ms behind and at most 0.3 ms ahead of'),
    });
  });

  test('probes that the latencies contradict bound nothing', () => {
    const probe = { ...PROBE, offset: { minUs: -500, maxUs: 500 } };
    const bound = clockBound(NOTHING_SENT, groupOf(), { ...APPENDED, lowestUs: -5_000, probe });
    expect(bound).toMatchObject({ offsetMaxUs: null, offset: { minUs: null, maxUs: null } });
    expect(bound.note).toContain('a clock was set during the run');
  });

  test('probes that miss a broker bound nothing, and the note says which', () => {
    const missing = 'broker 3 leads partitions of it and was not probed';
    const probe = { ...PROBE, offset: { minUs: -500, maxUs: 500 }, missing };
    const bound = clockBound(NOTHING_SENT, groupOf(), { ...APPENDED, probe });
    expect(bound).toMatchObject({ offsetMaxUs: null, offset: { minUs: null, maxUs: 1_800 } });
    expect(bound.note).toContain(missing);
  });
});

describe('records dated by whoever wrote them', () => {
  test('the latencies bound how far this clock is ahead, a probe does not bound the writer', () => {
    const bound = clockBound(NOTHING_SENT, groupOf(), WRITTEN);
    expect(bound).toMatchObject({ source: 'create-time', offsetMaxUs: null, offset: { minUs: null, maxUs: 1_800 } });
    const probed = clockBound(NOTHING_SENT, groupOf(), {
      ...WRITTEN,
      probe: { ...PROBE, offset: { minUs: -500, maxUs: 500 } },
    });
    expect(probed).toMatchObject({ offsetMaxUs: null, offset: bound.offset });
    expect(probed.note).toContain("the broker's by 20 probe records to load-clock, which says nothing of the writer's");
  });

  test('one such topic among others is enough', () => {
    expect(clockBound(NOTHING_SENT, groupOf({ topics: ['t', 'u'] }), APPENDED).source).toBe('create-time');
  });
});

describe('beside producers', () => {
  const group = groupOf({ dates: 'marks', from: 'run' });

  test('a schedule and its reader have one clock, whatever dates the records', () => {
    expect(clockBound(OPEN, group, APPENDED)).toMatchObject({ source: 'same-process', offsetMaxUs: 0 });
  });

  test('a closed loop is dated by its records: by this process, or by the broker', () => {
    expect(clockBound(CLOSED, group, WRITTEN)).toMatchObject({ source: 'same-process', offsetMaxUs: 1_000 });
    expect(clockBound(CLOSED, group, APPENDED)).toMatchObject({ source: 'log-append-time', offset: { maxUs: 1_800 } });
    // The lowest latency may be one that a schedule dated.
    expect(clockBound(MIXED, group, APPENDED)).toMatchObject({ offset: { minUs: null, maxUs: null } });
  });
});

test('several processes have several clocks', () => {
  const bound = { source: 'same-process', offsetMaxUs: 0, note: 'one clock' } as const;
  const shards = (clockSkewUs: number | null) => ({ clockSkewUs }) as Parameters<typeof acrossShards>[1];
  expect(acrossShards(bound, undefined)).toBe(bound);
  expect(acrossShards(bound, shards(400))).toMatchObject({ source: 'shards', offsetMaxUs: 1400 });
  expect(acrossShards(bound, shards(null))).toMatchObject({ source: 'shards', offsetMaxUs: null });
  const byBroker = { ...bound, source: 'log-append-time' } as const;
  expect(acrossShards(byBroker, shards(400))).toBe(byBroker);
});
