/** What the live page knows: every event is added to what was there. */
import { group } from 'd3-array';
import type { ExperimentProgress } from '../../compare/experiment-progress.ts';
import { ownValue } from '../../own-value.ts';
import type { ConsumerRow } from '../../recorder/consumer-row.ts';
import type { SparseCounts } from '../../recorder/latency-series.ts';
import type { Progress } from '../../recorder/progress.ts';
import type { ScenarioRow, SecondRow } from '../../recorder/second-row.ts';
import type { PercentileCurve } from '../../result/percentile-curve.ts';
import type { ErrorSeconds, RunView } from '../run/run-view.ts';
import type { LiveError, LiveEvent, LiveRun, LiveSeconds } from './live-event.ts';

export interface LiveState {
  readonly experiment?: ExperimentProgress;
  /** Absent before the first one begins. */
  readonly run?: LiveRun;
  readonly progress?: Progress;
  /** By second, as all lists. */
  readonly rows: readonly SecondRow[];
  readonly latencies: readonly SparseCounts[];
  readonly scenarios: Readonly<Record<string, readonly ScenarioRow[]>>;
  readonly curves: readonly PercentileCurve[];
  readonly errors: readonly LiveError[];
  readonly consumers: Readonly<Record<string, readonly ConsumerRow[]>>;
  readonly consumerCurves: readonly PercentileCurve[];
}

export const NOTHING: LiveState = {
  ...{ rows: [], latencies: [], scenarios: {}, curves: [], errors: [] },
  ...{ consumers: {}, consumerCurves: [] },
};

export function withEvent(state: LiveState, event: Exclude<LiveEvent, { kind: 'end' }>): LiveState {
  switch (event.kind) {
    case 'experiment':
      return { ...state, experiment: event.experiment };
    case 'start':
      return { ...NOTHING, ...(state.experiment && { experiment: state.experiment }), run: event.run };
    case 'progress':
      return { ...state, progress: event.progress };
    case 'second':
      return { ...state, ...withSeconds(state, event) };
  }
}

/** A second that is there already is replaced: its events were counted anew. */
function withSeconds(
  state: LiveState,
  { rows, latencies, scenarioRows = {}, errors = [], consumerRows = {}, ...changed }: LiveSeconds,
): Omit<LiveState, 'experiment' | 'run' | 'progress'> {
  const { curves = state.curves, consumerCurves = state.consumerCurves } = changed;
  const at = rows.map(({ second }) => second);
  const scenarios = Object.entries(scenarioRows).map(([name, own]) => [
    name,
    replaced(ownValue(state.scenarios, name) ?? [], at, own),
  ]);
  const consumers = Object.entries(consumerRows).map(([name, own]) => {
    const before = ownValue(state.consumers, name) ?? [];
    return [
      name,
      replaced(
        before,
        own.map(({ second }) => second),
        own,
      ),
    ];
  });
  return {
    rows: replaced(state.rows, at, rows),
    latencies: replaced(state.latencies, at, latencies),
    scenarios: { ...state.scenarios, ...Object.fromEntries(scenarios) },
    curves,
    errors: [...state.errors, ...errors],
    consumers: { ...state.consumers, ...Object.fromEntries(consumers) },
    consumerCurves,
  };
}

function replaced<T>(list: readonly T[], at: readonly number[], entries: readonly T[]): T[] {
  const next = [...list];
  for (const [i, entry] of entries.entries()) next[at[i]!] = entry;
  return next;
}

/** As the charts of a report take it; what only a finished run has is empty. */
export function viewOf({ run, progress, rows, latencies, scenarios, curves, errors, ...read }: LiveState): RunView {
  const warmup = run?.phases.warmup ?? 0;
  // Without a planned end nothing of it is a drain.
  const load = run?.phases.load ?? Math.max(0, rows.length - warmup);
  return {
    ...{ rows, latencies, scenarios, curves, phases: { warmup, load, drain: 0 } },
    ...{ events: begunEvents(run?.events ?? [], rows.length), outages: [] },
    ...{ errors: errors.length > 0 ? errorsByCode(errors) : failuresOf(rows), limits: run?.limits ?? [] },
    ...consumersOf(read),
    inFlightMax: progress?.inFlightMax ?? null,
    resolutionP99Us: null,
  };
}

/** What is planned is shown from when it begins. */
function begunEvents(events: NonNullable<LiveRun['events']>, seconds: number): RunView['events'] {
  return events.filter(({ at }) => at < seconds);
}

function consumersOf({ consumers, consumerCurves }: Pick<LiveState, 'consumers' | 'consumerCurves'>) {
  const groups = Object.entries(consumers);
  if (groups.length === 0) return {};
  const views = groups.map(([name, rows]) => {
    const curve = consumerCurves.find((each) => each.name === name);
    // A group that starts later has no first seconds.
    return [name, { rows: rows.filter((row) => row !== undefined), ...(curve && { curve }) }] as const;
  });
  return { consumers: Object.fromEntries(views) };
}

function errorsByCode(errors: readonly LiveError[]): ErrorSeconds[] {
  return [...group(errors, ({ code }) => code)].map(([code, all]) => ({
    ...{ name: all[0]!.name, code, count: all.reduce((sum, { count }) => sum + count, 0) },
    seconds: all.map(({ second, count }) => [second, count] as const),
  }));
}

/** Of a sharded run: which errors they were is known at the end. */
function failuresOf(rows: readonly SecondRow[]): ErrorSeconds[] {
  const seconds = rows.flatMap(({ second, failed }) => (failed > 0 ? [[second, failed] as const] : []));
  const count = seconds.reduce((sum, [, failed]) => sum + failed, 0);
  return count === 0 ? [] : [{ name: 'failed', code: 0, count, seconds }];
}
