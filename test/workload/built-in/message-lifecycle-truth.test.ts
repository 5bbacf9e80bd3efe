import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { messageLifecycle } from '../../../src/workload/built-in/message-lifecycle/message-lifecycle.ts';
import type { SendStatus, SentScenario } from '../../../src/workload/ground-truth.ts';
import { keptBelow } from '../../../src/workload/thinning.ts';
import { NOW_MS, recordContext, recordPlan } from '../fixture.ts';

const SCENARIO = 'message-lifecycle';
const identity = recordContext({ scenario: SCENARIO });
const key = { kind: 'field', field: 'messageId' } as const;
const planOf = (params: Record<string, unknown>) => recordPlan({ workload: SCENARIO, key, params });

/** A lane of which everything up to `end` was sent, but for what `statuses` says otherwise. */
function lane(end: number, statuses: Readonly<Record<number, SendStatus>> = {}): SentScenario {
  return {
    name: 'any',
    end,
    statusOf: (index) => (index < end ? (statuses[index] ?? 'acked') : undefined),
    dueMs: (index) => NOW_MS + index * 1000,
  };
}

type Alert = {
  index: number;
  reason: string;
  certain?: boolean;
  sentAt: string;
  alertAt: string;
  deliveredAt?: string;
};

function alertsOf(
  params: Record<string, unknown>,
  sent: SentScenario,
  following: Record<string, SentScenario>,
): Alert[] {
  return [...messageLifecycle.groundTruth!(planOf(params), identity).entries(sent, following)] as unknown as Alert[];
}

/** Which lane a message's later states are in, and its place there, counted one by one. */
function courseOf(params: Record<string, unknown>) {
  const { trails } = messageLifecycle.trails!(planOf(params), identity);
  return (message: number) => {
    const trail = trails.find(({ name, thinning }) => {
      return name !== 'delayed' && thinning.kept.includes(message % thinning.period);
    });
    return trail && { name: trail.name, place: keptBelow(trail.thinning, message) };
  };
}

const everything = { delivered: lane(1e6), delayed: lane(1e6), 'delayed-delivered': lane(1e6), failed: lane(1e6) };

describe('message-lifecycle: the ground truth', () => {
  test('names every message of which no `delivered` came in time, and no other', () => {
    const times = fc.constantFrom('10s', '30s', '60s', '180s', '200s');
    fc.assert(
      fc.property(times, fc.constantFrom('failed', 'silent'), fc.nat(400), (alertAfter, neverDelivered, count) => {
        const params = { alertAfter, neverDelivered };
        const course = courseOf(params);
        const withinMs = Number.parseInt(alertAfter, 10) * 1000;
        const late = (name: string | undefined) =>
          ({ delivered: 30_000, 'delayed-delivered': 180_000 })[name as 'delivered'] ?? Number.POSITIVE_INFINITY;
        const expected = Array.from({ length: count }, (_, i) => i).filter((i) => late(course(i)?.name) > withinMs);
        const alerts = alertsOf(params, lane(count), everything);
        expect(alerts.map(({ index }) => index)).toEqual(expected);
        for (const { index, reason, sentAt, alertAt, deliveredAt } of alerts) {
          const sentMs = NOW_MS + index * 1000;
          expect([Date.parse(sentAt), Date.parse(alertAt)]).toEqual([sentMs, sentMs + withinMs]);
          const afterMs = late(course(index)?.name);
          expect(reason).toBe(Number.isFinite(afterMs) ? 'late' : 'never-delivered');
          if (deliveredAt !== undefined) expect(Date.parse(deliveredAt)).toBe(sentMs + afterMs);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('names what a run that ended early left undelivered', () => {
    const course = courseOf({});
    const alerts = alertsOf({}, lane(100), { delivered: lane(20), delayed: lane(3) });
    const cut = alerts.filter(({ reason }) => reason === 'cut-off').map(({ index }) => index);
    const expected = Array.from({ length: 100 }, (_, i) => i).filter((i) => {
      const { name, place } = course(i)!;
      return name === 'delayed-delivered' || (name === 'delivered' && place >= 20);
    });
    expect(cut).toEqual(expected);
  });

  test('leaves out what was not sent, and says where a job may be right either way', () => {
    const course = courseOf({});
    const failed = Array.from({ length: 200 }, (_, i) => i).find((i) => course(i)?.name === 'failed')!;
    const on = Array.from({ length: 200 }, (_, i) => i).find((i) => course(i)?.name === 'delivered')!;
    const sent = (status: SendStatus) =>
      alertsOf({}, lane(200, { [failed]: status }), everything).find((a) => a.index === failed);
    expect(sent('acked')).not.toHaveProperty('certain');
    expect(sent('unresolved')).toMatchObject({ certain: false });
    expect(sent('failed')).toBeUndefined();
    const delivered = (status: SendStatus) => {
      const following = { ...everything, delivered: lane(1e6, { [course(on)!.place]: status }) };
      return alertsOf({}, lane(200), following).find(({ index }) => index === on);
    };
    expect(delivered('acked')).toBeUndefined();
    expect(delivered('failed')).toMatchObject({ reason: 'cut-off' });
    expect(delivered('unresolved')).toMatchObject({ reason: 'cut-off', certain: false });
  });
});
