import { expect, test } from 'vitest';
import type { ExperimentProgress } from '../../src/compare/experiment-progress.ts';
import type { FinishedRun, Second, StartedRun } from '../../src/coordinator/observer.ts';
import type { LiveEvent } from '../../src/page/live/live-event.ts';
import { packCounts } from '../../src/recorder/packed-counts.ts';
import type { Progress } from '../../src/recorder/progress.ts';
import { experimentFeed } from '../../src/web/experiment-feed.ts';
import { LiveFeed } from '../../src/web/live-feed.ts';
import { secondRow } from '../recorder/second-row.ts';

function sent() {
  const events: LiveEvent[] = [];
  return { events, feed: new LiveFeed([], (event) => void events.push(event)) };
}

const row = (second: number, acked: number) => secondRow({ second, sent: 10, acked });
const at = (second: number) => 100 + second;
const second = (number: number, acked: number) =>
  ({ rows: [row(at(number), acked)], latencies: [[[3, acked]]] }) as unknown as Second;
const progress = (phase: Progress['phase'], elapsedNs: number) => ({ phase, elapsedNs }) as Progress;

test('progress is sent once a second and at each turn', () => {
  const { events, feed } = sent();
  for (const elapsedNs of [1, 2]) feed.progress(progress('load', elapsedNs));
  feed.second(second(0, 5));
  for (const elapsedNs of [3, 4]) feed.progress(progress('load', elapsedNs));
  feed.progress(progress('drain', 5));
  feed.progress(progress('drain', 6));
  const shown = events.map((event) => (event.kind === 'progress' ? event.progress.elapsedNs : event.kind));
  expect(shown).toEqual([1, 'second', 3, 5]);
});

test('what failed since the last second is sent by code, and at the end what is left', () => {
  const { events, feed } = sent();
  let failed: [number, number][] = [];
  const reader = { errors: () => new Map(failed) };
  const plan = { target: { kind: 'null' }, lanes: [], clients: [], name: 'a' };
  feed.start({ plan, reader, isEmbedded: false, startedAt: '' } as unknown as StartedRun);
  const after = (...counts: [number, number][]) => {
    failed = counts;
    feed.second(second(events.length - 1, 1));
  };
  after([-3, 2]);
  after([-3, 2]);
  after([-3, 4], [7, 1]);
  failed = [
    [-3, 5],
    [7, 1],
  ];
  feed.finish({ series: [0, 1, 2].map((i) => row(i, 1)), latencies: ['', '', ''] } as unknown as FinishedRun);
  const error = (number: number, code: number, count: number) => {
    return { second: number, code, name: `NULL_${code}`, count };
  };
  const errors = events.slice(1).map((event) => event.kind === 'second' && event.errors);
  expect(errors).toEqual([
    [error(at(0), -3, 2)],
    undefined,
    [error(at(2), -3, 2), error(at(2), 7, 1)],
    [error(2, -3, 1)],
  ]);
});

test('at the end the rows that are new or were counted anew, and the last one', () => {
  const { events, feed } = sent();
  for (const [number, acked] of [5, 6, 7].entries()) feed.second(second(number, acked));
  events.length = 0;
  const series = [row(at(0), 5), row(at(1), 9), row(at(2), 7), row(at(3), 1)];
  const latencies = series.map(({ acked }) => packCounts([[3, acked]]));
  const scenarioSeries = { a: series, b: series };
  feed.finish({ loadEndNs: 0, series, latencies, scenarioSeries } as unknown as FinishedRun);
  const own = [series[1]!, series[3]!];
  expect(events).toEqual([
    { kind: 'second', rows: own, latencies: [[[3, 9]], [[3, 1]]], scenarioRows: { a: own, b: own } },
  ]);
});

test('of an experiment every turn is sent at once, and else once a second; its run sends its own', () => {
  const events: LiveEvent[] = [];
  let nowMs = 0;
  const feed = experimentFeed(
    (event) => void events.push(event),
    () => nowMs,
  );
  const stand = (activity: string, leftMs: number) =>
    ({ activity, current: null, runsDone: 0, leftMs, run: progress('load', 1) }) as unknown as ExperimentProgress;
  feed(stand('pause', 9));
  feed(stand('pause', 8));
  feed(stand('run', 7));
  nowMs = 999;
  feed(stand('run', 6));
  nowMs = 1_000;
  feed(stand('run', 5));
  const shown = events.map((event) => event.kind === 'experiment' && event.experiment);
  expect(shown).toMatchObject([{ leftMs: 9 }, { leftMs: 7 }, { leftMs: 5 }]);
  expect(shown.every((each) => each && !('run' in each))).toBe(true);
});
