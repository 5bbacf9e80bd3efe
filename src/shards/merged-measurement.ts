import { createHistogram, EXTREMES, type FlatHistogram } from '../recorder/histogram.ts';
import type { RunMeasurement, ThreadCpu } from '../recorder/measurement.ts';
import { isLoopThread } from '../recorder/measurement.ts';
import { packCounts } from '../recorder/packed-counts.ts';
import type { ScenarioRow } from '../recorder/second-row.ts';
import type { ShardsResult } from '../result/shard-result.ts';
import { NS_PER_SEC } from '../units.ts';
import { placeOf } from './data-message.ts';
import { mergedOutages } from './merged-outages.ts';
import { mergedWorker, withLatencies } from './merged-worker.ts';
import type { Collected, ShardState } from './shard-state.ts';
import { shardsResult } from './shards-result.ts';
import { addPacked } from './sparse-histogram.ts';

/** The busiest threads of all shards; each shard's own verdict knows all of its own. */
const THREADS_NAMED = 40;

/** What one process knows of the run, and no shard sends. */
export type GivenFacts = Pick<RunMeasurement, 'topics' | 'startOffsets'> &
  Partial<Pick<RunMeasurement, 'reading' | 'stopped' | 'stoppedNs' | 'librdkafka' | 'brokerVersion'>>;

export interface CollectedRun {
  readonly measurement: RunMeasurement;
  readonly shards: ShardsResult;
}

export function mergedMeasurement(collected: Collected, given: GivenFacts): CollectedRun {
  const { plan, shards, rows } = collected;
  const instances = shards.flatMap((state) => state.instances);
  const finals = instances.flatMap(({ isDone, final }) => (isDone && final !== undefined ? [final] : []));
  // One that joined when all had been due had no load.
  const loaded = finals.filter(({ joinedNs }) => joinedNs < plan.durationNs);
  const loadEndNs = Math.max(0, ...(loaded.length > 0 ? loaded : finals).map((final) => final.loadEndNs));
  const endNs = loadEndNs || rows.length * NS_PER_SEC;
  const workers = Array.from({ length: plan.workers }, (_, worker) => {
    const { instances } = shards[worker % shards.length]!;
    const thread = Math.floor(worker / shards.length);
    return mergedWorker({ plan, worker, thread, instances, loadEndNs: endNs });
  });
  const outages = mergedOutages(shards);
  const first = workers[0] && { ...withLatencies(workers[0], ...latenciesOf(collected)), outages };
  const series = seriesOf(collected);
  const firstFinal = shards[0]?.instances.findLast(({ isDone }) => isDone)?.final;
  const stop = given.stopped === undefined ? firstFinal : given;
  const measurement: RunMeasurement = {
    startedAt: new Date(collected.startedAtMs).toISOString(),
    loadEndNs: endNs,
    durationNs: Math.max(endNs, given.reading?.endNs ?? 0, ...finals.map(({ durationNs }) => durationNs)),
    workers: first === undefined ? [] : [first, ...workers.slice(1)],
    ...series,
    topics: given.topics,
    startOffsets: given.startOffsets,
    ...(given.reading && { reading: given.reading }),
    cpuSeconds: instances.reduce((sum, instance) => sum + instance.cpuSeconds, 0),
    maxRssBytes: Math.max(0, ...instances.map(({ final, rssBytes }) => final?.maxRssBytes ?? rssBytes)),
    threads: threadsOf(shards),
    librdkafka: given.librdkafka ?? finals[0]?.librdkafka ?? 'unknown',
    ...brokerVersion(given.brokerVersion ?? firstFinal?.brokerVersion),
    ...(stop?.stopped && { stopped: stop.stopped }),
    ...(stop?.stoppedNs !== undefined && { stoppedNs: stop.stoppedNs }),
  };
  return { measurement, shards: shardsResult(collected, measurement) };
}

function brokerVersion(version: string | undefined): Pick<RunMeasurement, 'brokerVersion'> {
  return version === undefined ? {} : { brokerVersion: version };
}

function seriesOf({ plan, rows, endsNs }: Collected): Pick<RunMeasurement, 'series' | 'latencies' | 'scenarioSeries'> {
  const cursor = rows.cursor(endsNs);
  const [series, latencies, lanes]: [RunMeasurement['series'][number][], string[], (readonly ScenarioRow[])[]] = [
    [],
    [],
    [],
  ];
  while (cursor.second < rows.length) {
    const merged = cursor.next();
    series.push(merged.row);
    latencies.push(packCounts(merged.latencies));
    lanes.push(merged.lanes);
  }
  if (!lanes.some((row) => row.length > 0)) return { series, latencies };
  const scenarioSeries = Object.fromEntries(plan.lanes.map(({ name }, i) => [name, lanes.map((row) => row[i]!)]));
  return { series, latencies, scenarioSeries };
}

/** Histograms of all shards; what depends on the order of adding is added in the order of shards. */
function latenciesOf({
  shards,
  memory,
}: Collected): Parameters<typeof withLatencies> extends [unknown, ...infer Rest] ? Rest : never {
  const instances = shards.flatMap((state) => state.instances);
  const histogramOf = (lane: number, phase: 0 | 1, latency: number): FlatHistogram => {
    const place = placeOf(lane, phase, latency);
    const cells = memory.histograms[place]!;
    cells[EXTREMES.sum] = instances.reduce((sum, instance) => sum + (instance.sumsOf(place)?.sum ?? 0), 0);
    return cells;
  };
  const finals = instances.flatMap(({ final }) => final ?? []);
  const commitsOf = (lane: number) => {
    const sum = createHistogram();
    for (const { commits } of finals) addPacked(sum, commits[lane]!);
    return sum;
  };
  const resolution = createHistogram();
  for (const final of finals) addPacked(resolution, final.resolution);
  return [histogramOf, commitsOf, resolution];
}

/** A loop has its worker's number in the run; any other thread is named with its shard. */
function threadsOf(shards: readonly ShardState[]): ThreadCpu[] {
  const threads = shards.flatMap(({ shard, instances }) =>
    (instances.at(-1)?.final?.threads ?? []).map((thread) => {
      return isLoopThread(thread.name) ? thread : { ...thread, name: `${thread.name} of shard ${shard}` };
    }),
  );
  const load = ({ cpuPct, wantedPct, wantedPctWhenBlocked }: ThreadCpu) =>
    Math.max(cpuPct, wantedPctWhenBlocked ?? wantedPct);
  const busiest = threads.toSorted((a, b) => load(b) - load(a)).slice(0, THREADS_NAMED);
  return busiest.toSorted((a, b) => b.cpuPct - a.cpuPct);
}
