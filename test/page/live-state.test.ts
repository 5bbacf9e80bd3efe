import { expect, test } from 'vitest';
import type { LiveEvent, LiveRun, LiveSeconds } from '../../src/page/live/live-event.ts';
import { type LiveState, NOTHING, viewOf, withEvent } from '../../src/page/live/live-state.ts';
import { latencyLimits } from '../../src/page/run/latency-limits.ts';
import { secondRow } from '../recorder/second-row.ts';
import { consumerRow } from '../result/reading.ts';

const RUN: LiveRun = {
  ...{ name: 'atm', target: 'embedded', load: '10/s', startedAt: '2026-11-21T20:44:54Z', limits: [] },
  phases: { warmup: 2, load: 8 },
};

const seconds = (...rows: { second: number; acked: number; failed?: number }[]): LiveEvent => ({
  kind: 'second',
  rows: rows.map(secondRow),
  latencies: rows.map(({ acked }) => [[7, acked]]),
  scenarioRows: { a: rows.map((row) => secondRow(row)), constructor: [] },
});

const after = (...events: LiveEvent[]): LiveState =>
  events.reduce((state, event) => withEvent(state, event as Exclude<LiveEvent, { kind: 'end' }>), NOTHING);

test('seconds follow each other, and one that was counted anew takes its place', () => {
  const state = after(
    { kind: 'start', run: RUN },
    seconds({ second: 0, acked: 5 }, { second: 1, acked: 6 }),
    seconds({ second: 2, acked: 7 }),
    seconds({ second: 1, acked: 8 }, { second: 3, acked: 1, failed: 2 }),
  );
  const view = viewOf(state);
  expect(view.rows.map(({ second, acked }) => [second, acked])).toEqual([
    [0, 5],
    [1, 8],
    [2, 7],
    [3, 1],
  ]);
  expect(view.latencies).toEqual([[[7, 5]], [[7, 8]], [[7, 7]], [[7, 1]]]);
  expect(view.scenarios.a!.map(({ acked }) => acked)).toEqual([5, 8, 7, 1]);
  expect(view.errors).toEqual([{ name: 'failed', code: 0, count: 2, seconds: [[3, 2]] }]);
  expect(view.phases).toEqual({ warmup: 2, load: 8, drain: 0 });
});

test('failures have their codes where they are known', () => {
  const failed = (second: number, code: number, count: number) => ({
    ...(seconds({ second, acked: 1, failed: count }) as LiveSeconds),
    errors: [{ second, code, name: `E${code}`, count }],
  });
  expect(viewOf(after(failed(0, 7, 2), failed(1, 8, 1), failed(2, 7, 3))).errors).toEqual([
    {
      ...{ name: 'E7', code: 7, count: 5 },
      seconds: [
        [0, 2],
        [2, 3],
      ],
    },
    { name: 'E8', code: 8, count: 1, seconds: [[1, 1]] },
  ]);
});

test('a run that begins leaves nothing of the one before but the experiment', () => {
  const experiment = { kind: 'sweep', name: 'codecs' } as never;
  const state = after({ kind: 'experiment', experiment }, seconds({ second: 0, acked: 5 }), {
    kind: 'start',
    run: RUN,
  });
  expect(state).toEqual({ ...NOTHING, experiment, run: RUN });
});

test('without a planned end every second belongs to the load', () => {
  const run = { ...RUN, phases: { warmup: 1, load: null } };
  const state = after(
    { kind: 'start', run },
    seconds({ second: 0, acked: 1 }, { second: 1, acked: 1 }, { second: 2, acked: 1 }),
  );
  expect(viewOf(state).phases).toEqual({ warmup: 1, load: 2, drain: 0 });
});

test('limits of the response latency of the whole run are lines', () => {
  const limits = latencyLimits([
    { metric: 'response_ms', expression: 'p(99)<250' },
    { metric: 'response_ms', expression: 'max<=1000' },
    { metric: 'response_ms', expression: 'count>10' },
    { metric: 'response_ms{scenario:a}', expression: 'p(99)<1' },
    { metric: 'response_ms', scenario: 'a', expression: 'p(99)<1' },
    { metric: 'service_ms', expression: 'p(99)<1' },
    { metric: 'failed', expression: 'count==0' },
  ]);
  expect(limits).toEqual([
    { label: 'p(99)<250', us: 250_000 },
    { label: 'max<=1000', us: 1_000_000 },
  ]);
});

test('consumer groups have their rows, curves and planned pauses', () => {
  const events = [{ at: 2, until: 4, kind: 'pause' as const, text: 'audit paused' }];
  const curve = { name: 'audit', points: [], count: 3, censored: 0 };
  const rows = (...numbers: number[]) => ({
    audit: numbers.map((second) => consumerRow({ second, consumed: second })),
  });
  const state = after(
    { kind: 'start', run: { ...RUN, events } },
    { ...(seconds({ second: 0, acked: 5 }, { second: 1, acked: 6 }) as LiveSeconds), consumerRows: rows(1) },
    { ...(seconds({ second: 2, acked: 5 }) as LiveSeconds), consumerRows: rows(2), consumerCurves: [curve] },
  );
  const { consumers, events: shown } = viewOf(state);
  expect(consumers!.audit!.rows.map(({ second, consumed }) => [second, consumed])).toEqual([
    [1, 1],
    [2, 2],
  ]);
  expect(consumers!.audit!.curve).toBe(curve);
  expect(shown).toEqual(events);
  expect(viewOf(after({ kind: 'start', run: { ...RUN, events } }, seconds({ second: 0, acked: 5 })))).toMatchObject({
    events: [],
  });
});
