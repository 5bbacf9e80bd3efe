/** What the live page is sent of one run: read from shared memory on the main thread, as every observer does. */
import type { FinishedRun, Observer, Second, StartedRun } from '../coordinator/observer.ts';
import type { LiveEvent, LiveRun, LiveSeconds } from '../page/live/live-event.ts';
import type { LatencyLimit } from '../page/run/run-view.ts';
import { describeLoad } from '../plan/pace.ts';
import type { Plan } from '../plan/plan.ts';
import { unpackCounts } from '../recorder/packed-counts.ts';
import type { Progress } from '../recorder/progress.ts';
import { LOAD } from '../recorder/run-memory.ts';
import type { SecondRow } from '../recorder/second-row.ts';
import { type PercentileCurve, percentileCurve } from '../result/percentile-curve.ts';
import type { RunEvent } from '../result/result.ts';
import { targetOf } from '../result/run-identity.ts';
import { librdkafka } from '../transport/librdkafka/library.ts';
import { nullErrorName } from '../transport/null.ts';
import { NS_PER_SEC } from '../units.ts';

/** Curves go over all histograms, which takes milliseconds: each second at the beginning, then this often. */
const CURVES_EVERY_SEC = 5;
const COUNTS = ['scheduled', 'sent', 'acked', 'failed'] as const;

export class LiveFeed implements Observer {
  readonly #limits: readonly LatencyLimit[];
  readonly #send: (event: LiveEvent) => void;
  /** As they were sent. */
  #rows: SecondRow[] = [];
  #phase: Progress['phase'] | undefined;
  #isNews = true;
  #run: Pick<StartedRun, 'plan' | 'reader'> | undefined;
  /** By code, as they were sent. */
  #failed: ReadonlyMap<number, number> = new Map();

  constructor(limits: readonly LatencyLimit[], send: (event: LiveEvent) => void) {
    this.#limits = limits;
    this.#send = send;
  }

  start({ plan, reader, isEmbedded, startedAt }: StartedRun): void {
    this.#run = { plan, reader };
    const warmupNs = Math.min(...plan.lanes.map(({ load }) => load.warmupEndNs));
    const run: LiveRun = {
      ...{ name: plan.name, target: targetOf(plan, isEmbedded), load: describeLoad(plan), startedAt },
      phases: {
        warmup: warmupNs / NS_PER_SEC,
        load: plan.durationNs > 0 ? (plan.durationNs - warmupNs) / NS_PER_SEC : null,
      },
      limits: this.#limits,
      events: plannedEvents(plan),
    };
    this.#send({ kind: 'start', run });
  }

  second(now: Second): undefined {
    const { rows, latencies, scenarioRows, consumerRows } = now;
    this.#rows.push(...rows);
    const hasCurves = rows.some(({ second }) => second < CURVES_EVERY_SEC || (second + 1) % CURVES_EVERY_SEC === 0);
    this.#send({
      kind: 'second',
      ...{ rows, latencies, ...this.#newErrors(rows.at(-1)?.second) },
      ...(scenarioRows !== undefined && { scenarioRows }),
      ...(consumerRows !== undefined && { consumerRows }),
      ...(hasCurves && { curves: curvesOf(now), ...consumerCurvesOf(now) }),
    });
    this.#isNews = true;
  }

  /** Once a second, and at each turn of the run. */
  progress(progress: Progress): void {
    if (!this.#isNews && progress.phase === this.#phase) return;
    this.#isNews = false;
    this.#phase = progress.phase;
    this.#send({ kind: 'progress', progress });
  }

  /** Rows that are new or were counted anew: with them the page adds up to the result. */
  finish({ series, latencies, scenarioSeries = {} }: FinishedRun): undefined {
    const last = series.length - 1;
    const changed = series.flatMap((row, i) => (i === last || !hasCountsOf(row, this.#rows[i]) ? [i] : []));
    const scenarios = Object.entries(scenarioSeries).map(([name, rows]) => [name, changed.map((i) => rows[i]!)]);
    this.#send({
      kind: 'second',
      rows: changed.map((i) => series[i]!),
      latencies: changed.map((i) => unpackCounts(latencies[i]!)[0]!),
      ...this.#newErrors(last),
      ...(scenarios.length > 0 && { scenarioRows: Object.fromEntries(scenarios) }),
    });
    this.#isNews = true;
  }

  /** A reading is some milliseconds past the second that it is sent with. */
  #newErrors(second: number | undefined): Pick<LiveSeconds, 'errors'> {
    if (this.#run === undefined || second === undefined) return {};
    const { plan, reader } = this.#run;
    const before = this.#failed;
    this.#failed = reader.errors();
    const errors = [...this.#failed].flatMap(([code, sum]) => {
      const count = sum - (before.get(code) ?? 0);
      return count > 0 ? [{ second, code, name: errorName(plan.target, code), count }] : [];
    });
    return errors.length > 0 ? { errors } : {};
  }
}

function errorName({ kind }: Plan['target'], code: number): string {
  return kind === 'null' ? nullErrorName(code) : librdkafka().errorName(code);
}

function hasCountsOf(row: SecondRow, sent: SecondRow | undefined): boolean {
  return sent !== undefined && COUNTS.every((count) => row[count] === sent[count]);
}

function curvesOf({ plan: { lanes }, reader }: Second): PercentileCurve[] {
  const load = { lanes, phases: [LOAD] };
  const { response, service, scheduleLag } = reader.latencies(load);
  const { failed, unresolved } = reader.counts(load);
  return [
    percentileCurve('response', response, failed + unresolved),
    percentileCurve('service', service, failed + unresolved),
    percentileCurve('schedule lag', scheduleLag, 0),
  ];
}

/** One of each group that has dated a record. */
function consumerCurvesOf({ plan: { reading }, readingReader }: Second): Pick<LiveSeconds, 'consumerCurves'> {
  if (reading === undefined || readingReader === undefined) return {};
  const curves = reading.groups.map((group) =>
    percentileCurve(group.name, readingReader.endToEnd(group, { phases: [LOAD] }), 0),
  );
  return { consumerCurves: curves.filter(({ count }) => count > 0) };
}

function plannedEvents({ reading, faults = [] }: Plan): RunEvent[] {
  const pauses = (reading?.groups ?? []).flatMap(({ name, pause }): RunEvent[] => {
    if (pause === undefined) return [];
    const { atNs, forNs } = pause;
    return [{ at: atNs / NS_PER_SEC, until: (atNs + forNs) / NS_PER_SEC, kind: 'pause', text: `${name} paused` }];
  });
  const broken = faults.map(
    ({ atNs, forNs, action }): RunEvent => ({
      at: atNs / NS_PER_SEC,
      ...(forNs !== undefined && { until: (atNs + forNs) / NS_PER_SEC }),
      ...{ kind: 'fault', text: `fault: ${action.kind}` },
    }),
  );
  return [...pauses, ...broken].sort((a, b) => a.at - b.at);
}
