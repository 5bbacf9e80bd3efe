/** A run from its first due message to what was measured: samples while it goes on, reads to the end, asks observers. */
import { monotonicMs } from '../clock.ts';
import { workerOf } from '../plan/shard.ts';
import type { RunMeasurement, ThreadCpu, WorkerMeasurement } from '../recorder/measurement.ts';
import type { Progress } from '../recorder/progress.ts';
import type { RunReader } from '../recorder/reader.ts';
import type { ReadingReader } from '../recorder/reading-reader.ts';
import { NS_PER_MS, NS_PER_SEC, US_PER_SEC } from '../units.ts';
import type { Finding, Observer, ReadyRun } from './observer.ts';
import type { ReadingSide } from './reading-side.ts';
import { Sampler } from './sampler.ts';
import type { Stopper } from './stopper.ts';
import type { Target } from './target.ts';
import { MAIN_THREAD, ThreadCpuSampler } from './thread-cpu.ts';
import type { RunningGroup } from './worker-group.ts';

/** From the barrier's opening to the first due message, so that no worker starts late. */
const START_LEAD_MS = 10;
const SAMPLE_MS = 200;

/** The run's zero: on the monotonic clock of this process, and as wall-clock time. */
export interface StartTime {
  readonly epochMs: number;
  readonly startedAtMs: number;
  /** Of a process that joins a run that goes on, ns from run start: what was due before is not its own. */
  readonly joinedNs?: number;
}

/** Of a run that is split over several processes: what they wait for from each other. */
export interface Rendezvous {
  /** When this one's workers are ready; resolves when all know when they start. Rejects where that comes to nothing. */
  start(run: ReadyRun, target: TargetFacts): Promise<StartTime>;
  /** Resolves when all others have sent what they had to send. */
  othersSent?(): Promise<void>;
}

/** What came of it; alone a process starts by itself. */
export interface Meeting {
  readonly start?: StartTime;
  readonly othersSent?: (() => Promise<void>) | undefined;
}

export type TargetFacts = Pick<Target, 'isEmbedded' | 'startOffsets' | 'brokerVersion' | 'librdkafkaVersion'>;

/** What works in a run: one of them, or both. */
export interface Sides {
  readonly producing?: RunningGroup<WorkerMeasurement>;
  readonly reading?: ReadingSide;
}

export async function measure(
  run: ReadyRun,
  target: Target,
  { producing, reading }: Sides,
  stopped: Stopper,
  observers: readonly Observer[],
  { start = soon(), othersSent }: Meeting = {},
): Promise<{ measurement: Omit<RunMeasurement, 'topics'>; findings: Finding[] }> {
  const { plan, reader } = run;
  const { epochMs, startedAtMs, joinedNs } = start;
  const elapsedNs = () => (monotonicMs() - epochMs) * NS_PER_MS;
  const threads = new ThreadCpuSampler(threadNames(plan, reader, reading?.reader));
  const readThreads = () => threads.sample(Math.max(0, elapsedNs()), blockedNs(reader));
  const sampler = new Sampler(plan, reader, startedAtMs, readThreads);
  const cpuBefore = process.cpuUsage();
  let threadsOfLoad: readonly ThreadCpu[] | undefined;
  let observed: Finding['progress'] = {};
  let isDone = false;
  const report = (progress: Progress) => {
    for (const observer of observers) observer.progress?.({ ...progress, ...observed });
  };

  const progressAt = (now: number): Progress => {
    const progress = sampler.progress(now);
    if (reading === undefined) return progress;
    const isReading = !isDone && progress.phase === 'done';
    const phase = isReading ? (producing === undefined ? 'load' : 'drain') : progress.phase;
    return { ...progress, phase, consumers: reading.progress(now) };
  };
  const tick = () => {
    const now = elapsedNs();
    const seen = sampler.series.length;
    reading?.look(now);
    sampler.closeSeconds(now);
    reading?.closeSeconds(now);
    const closed = sampler.series.length;
    if (closed > seen) {
      const rows = { ...sampler.rowsFrom(seen), ...(reading && { consumerRows: reading.rowsFrom(seen) }) };
      const second = { ...run, elapsedNs: closed * NS_PER_SEC, ...rows };
      for (const observer of observers) {
        const observation = observer.second?.(second);
        observed = { ...observed, ...observation?.progress };
        if (observation?.stop !== undefined) stopped.stop(observation.stop);
      }
    }
    const progress = progressAt(now);
    // Draining threads idle; their shares belong to the load.
    if (progress.phase === 'drain') threadsOfLoad ??= threads.result();
    report(progress);
  };

  const startedAt = new Date(startedAtMs).toISOString();
  const { isEmbedded, startOffsets, brokerVersion } = target;
  const broker = brokerVersion !== undefined && { brokerVersion };
  reading?.start(epochMs, startedAtMs);
  producing?.start(epochMs, startedAtMs, joinedNs);
  for (const observer of observers) observer.start?.({ ...run, isEmbedded, startedAt, startOffsets, ...broker });
  readThreads();
  const timer = alignedInterval(tick, SAMPLE_MS, epochMs);
  let workers: WorkerMeasurement[] = [];
  let read: RunMeasurement['reading'];
  try {
    workers = (await producing?.done) ?? [];
    if (reading !== undefined) await othersSent?.();
    read = await reading?.finish(elapsedNs);
  } finally {
    timer.clear();
  }
  isDone = true;
  const drainEndNs = Math.max(0, ...workers.map(({ phases }) => phases.drainEndNs));
  // What workers do after their drain is not part of the run; of one that was lost nobody knows when it ended.
  const sentNs = workers.every(({ complete }) => complete) ? drainEndNs : elapsedNs();
  const durationNs = Math.max(sentNs, read?.endNs ?? 0);
  threadsOfLoad ??= threads.result();
  sampler.closeAll(Math.max(durationNs, drainEndNs));
  const cpu = process.cpuUsage(cpuBefore);
  const stop = stopped.first();
  const measurement = {
    startedAt,
    loadEndNs: Math.max(producing === undefined ? durationNs : 0, ...workers.map(({ phases }) => phases.loadEndNs)),
    durationNs,
    workers,
    series: sampler.series,
    latencies: sampler.latencies,
    ...(sampler.scenarioSeries && { scenarioSeries: sampler.scenarioSeries }),
    startOffsets,
    ...(read && { reading: read }),
    cpuSeconds: (cpu.user + cpu.system) / US_PER_SEC,
    maxRssBytes: process.resourceUsage().maxRSS * 1024,
    threads: threadsOfLoad,
    librdkafka: target.librdkafkaVersion,
    ...broker,
    ...(stop && { stopped: stop.cause, stoppedNs: Math.max(0, (stop.atMs - epochMs) * NS_PER_MS) }),
  };
  const findings: Finding[] = [];
  for (const observer of observers) {
    const finding = await observer.finish?.(measurement);
    if (finding !== undefined) findings.push(finding);
    observed = { ...observed, ...finding?.progress };
  }
  report(progressAt(durationNs));
  return { measurement, findings };
}

function soon(): StartTime {
  return { epochMs: monotonicMs() + START_LEAD_MS, startedAtMs: Date.now() + START_LEAD_MS };
}

/** Every `periodMs` since the epoch, a moment after: a row's reading is then of its own second. */
function alignedInterval(tick: () => void, periodMs: number, epochMs: number): { clear: () => void } {
  let timer: NodeJS.Timeout;
  const next = () => {
    const sinceMs = monotonicMs() - epochMs;
    timer = setTimeout(run, Math.ceil((Math.floor(sinceMs / periodMs) + 1) * periodMs - sinceMs));
  };
  const run = () => {
    tick();
    next();
  };
  next();
  return { clear: () => clearTimeout(timer) };
}

/** How long all loops have waited on a full window. */
function blockedNs(reader: RunReader): number {
  return reader.efforts().reduce((sum, effort) => sum + effort.blockedNs, 0);
}

/** A loop has its worker's number in the run. */
function threadNames(
  plan: ReadyRun['plan'],
  reader: RunReader,
  readingReader: ReadingReader | undefined,
): Map<number, string> {
  const loops = reader.efforts().map(({ threadId }, thread) => [threadId, `loop-${workerOf(plan, thread)}`] as const);
  const members = (readingReader?.states() ?? []).map(
    (_, member) => [readingReader!.member(member).threadId, `read-${member}`] as const,
  );
  return new Map([[process.pid, MAIN_THREAD], ...loops, ...members]);
}
