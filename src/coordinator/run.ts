/** One run from its plan to what was measured: target, pool, start, sampling, stop. What it means is decided after. */
import { monotonicMs } from '../clock.ts';
import { timed } from '../debug.ts';
import type { Plan } from '../plan/plan.ts';
import type { RunMeasurement, WorkerMeasurement } from '../recorder/measurement.ts';
import type { Progress } from '../recorder/progress.ts';
import { RunReader } from '../recorder/reader.ts';
import { allocateRunMemory, type RunMemory, STOP } from '../recorder/run-memory.ts';
import type { SecondRow } from '../recorder/second-row.ts';
import type { EmbeddedCluster } from '../transport/librdkafka/embedded-cluster.ts';
import type { ClientLog } from '../transport/transport.ts';
import { HangWatch } from './hang-watch.ts';
import { cancelWorkers, startWorkers, stopWorkers, WorkerPool } from './pool.ts';
import { Sampler } from './sampler.ts';
import { openTarget, type Target, type TopicCheck } from './target.ts';
import { ThreadCpuSampler } from './thread-cpu.ts';

export type StopCause = NonNullable<RunMeasurement['stopped']>;

export interface RunOptions {
  /** Aborting ends the schedule and drains; its reason may be a StopCause. */
  readonly signal?: AbortSignal;
  /** Aborting gives up what is in flight and returns at once. */
  readonly abandon?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** @param rows of all seconds that are over since the last time; `row` is the last of them. */
  readonly onSecond?: (row: SecondRow, reader: RunReader, rows: readonly SecondRow[]) => StopCause | undefined;
  /** The schedule begins now. */
  readonly onStart?: (start: RunStart) => void;
  readonly onLog?: (line: ClientLog) => void;
  readonly onWarning?: (warning: string) => void;
  /** How long a broker that does not answer is asked again before the run; by default 0. */
  readonly waitForBrokerMs?: number;
  /**
   * The target is ready, nothing is sent yet: `plan` with what is known now; `cluster` where it is embedded; `reader`
   * for those who count for themselves.
   */
  readonly onReady?: (plan: Plan, cluster: EmbeddedCluster | undefined, reader: RunReader) => void;
  /** How long after gracefulStop a worker is given up; by default 15 s. */
  readonly hangMs?: number;
  /** Replaces the engine's worker entry, for tests. */
  readonly workerEntry?: URL;
}

export interface RunStart {
  readonly plan: Plan;
  readonly isEmbedded: boolean;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly startOffsets: RunMeasurement['startOffsets'];
}

export interface RunOutcome {
  readonly plan: Plan;
  readonly isEmbedded: boolean;
  readonly measurement: RunMeasurement;
}

/** From the barrier's opening to the first due message, so that no worker starts late. */
const START_LEAD_MS = 10;
const SAMPLE_MS = 200;
/** Rows of a closed loop that only a number of messages bounds. */
const UNBOUNDED_SECONDS = 24 * 3600;

export async function executePlan(planned: Plan, options: RunOptions = {}): Promise<RunOutcome> {
  const pool = new WorkerPool({
    workers: planned.workers,
    tellsSettled: planned.database !== undefined || options.onStart !== undefined,
    ...(options.workerEntry && { entry: options.workerEntry }),
  });
  let target: Target | undefined;
  try {
    const opening = () =>
      openTarget(planned, {
        waitMs: options.waitForBrokerMs ?? 0,
        ...(options.signal && { signal: options.signal }),
        ...(options.onWarning && { onRetry: options.onWarning }),
      });
    target = await timed(`target ${planned.target.kind}`, opening);
    const { plan, warnings, cluster } = target;
    for (const warning of warnings) options.onWarning?.(warning);
    const memory = allocateRunMemory(plan.workers, plan.lanes.length, seriesSeconds(plan));
    const reader = new RunReader(memory);
    const watch = new HangWatch(plan, reader, options.hangMs);
    const stopped = stopper(memory, watch, options);
    try {
      const workers = pool.run(plan, memory, watch.hung, (line) => options.onLog?.(line));
      try {
        await timed(`${plan.workers} worker(s) at the start`, () => workers.ready);
      } catch (error) {
        cancelWorkers(memory);
        await workers.done;
        throw error;
      }
      options.onReady?.(plan, cluster, reader);
      watch.started();
      const measurement = await measure(plan, target, memory, reader, stopped, workers.done, options);
      const topics = await checkUnlessAbandoned(target, options.abandon);
      for (const warning of topics.warnings) options.onWarning?.(warning);
      return { plan, isEmbedded: target.isEmbedded, measurement: { ...measurement, topics } };
    } finally {
      watch.close();
      stopped.dispose();
    }
  } finally {
    await pool.close();
    target?.close();
  }
}

/** Whoever gave the run up does not wait for an answer either. */
async function checkUnlessAbandoned(target: Target, abandon: AbortSignal | undefined): Promise<TopicCheck> {
  const givenUp: TopicCheck = { lost: [], unknown: ['not known whether its topics still exist'], warnings: [] };
  if (abandon === undefined) return target.check();
  if (abandon.aborted) return givenUp;
  const aborted = new Promise<TopicCheck>((resolve) => {
    abandon.addEventListener('abort', () => resolve(givenUp), { once: true });
  });
  return Promise.race([target.check(), aborted]);
}

async function measure(
  plan: Plan,
  target: Target,
  memory: RunMemory,
  reader: RunReader,
  stopped: Stopper,
  done: Promise<WorkerMeasurement[]>,
  options: RunOptions,
): Promise<Omit<RunMeasurement, 'topics'>> {
  const startedAtMs = Date.now() + START_LEAD_MS;
  const epochMs = monotonicMs() + START_LEAD_MS;
  const elapsedNs = () => (monotonicMs() - epochMs) * 1e6;
  const sampler = new Sampler(plan, reader, startedAtMs);
  const threads = new ThreadCpuSampler(threadNames(reader));
  const cpuBefore = process.cpuUsage();
  let threadsEndNs = Number.POSITIVE_INFINITY;

  const tick = () => {
    const now = elapsedNs();
    const rows = sampler.series.length;
    const row = sampler.closeSeconds(now);
    if (row !== undefined && sampler.series.length > rows) {
      const cause = options.onSecond?.(row, reader, sampler.series.slice(rows));
      if (cause !== undefined) stopped.stop(cause);
      if (now < threadsEndNs) threads.sample(now, blockedNs(reader));
    }
    const progress = sampler.progress(now);
    // Draining threads idle; their shares belong to the load.
    if (progress.phase === 'drain') threadsEndNs = Math.min(threadsEndNs, now);
    options.onProgress?.(progress);
  };

  const startedAt = new Date(startedAtMs).toISOString();
  startWorkers(memory, epochMs, startedAtMs);
  options.onStart?.({ plan, isEmbedded: target.isEmbedded, startedAt, startOffsets: target.startOffsets });
  threads.sample(Math.max(0, elapsedNs()), 0);
  const timer = alignedInterval(tick, SAMPLE_MS, epochMs);
  try {
    const workers = await done;
    const drainEndNs = Math.max(...workers.map(({ phases }) => phases.drainEndNs));
    // What workers do after their drain is no part of the run; of one that was lost nobody knows when it ended.
    const durationNs = workers.every(({ complete }) => complete) ? drainEndNs : elapsedNs();
    sampler.closeAll(Math.max(durationNs, drainEndNs));
    options.onProgress?.(sampler.progress(durationNs));
    const cpu = process.cpuUsage(cpuBefore);
    const cause = stopped.cause();
    return {
      startedAt,
      loadEndNs: Math.max(0, ...workers.map(({ phases }) => phases.loadEndNs)),
      durationNs,
      workers,
      series: sampler.series,
      startOffsets: target.startOffsets,
      cpuSeconds: (cpu.user + cpu.system) / 1e6,
      maxRssBytes: process.resourceUsage().maxRSS * 1024,
      threads: threads.result(),
      librdkafka: target.librdkafkaVersion,
      ...(cause && { stopped: cause }),
    };
  } finally {
    timer.clear();
  }
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

type Stopper = ReturnType<typeof stopper>;

/** Turns the two signals, thresholds and errors into the shared stop word, and remembers the first cause. */
function stopper(memory: RunMemory, watch: HangWatch, { signal, abandon }: RunOptions) {
  let cause: StopCause | undefined;
  const stop = (why: StopCause) => {
    cause ??= why;
    stopWorkers(memory, STOP.drain);
    watch.stopped();
  };
  const onSignal = () => stop(causeOf(signal?.reason));
  const onAbandon = () => stopWorkers(memory, STOP.abandon);
  signal?.addEventListener('abort', onSignal, { once: true });
  abandon?.addEventListener('abort', onAbandon, { once: true });
  if (signal?.aborted) onSignal();
  return {
    stop,
    cause: () => cause,
    dispose: () => {
      signal?.removeEventListener('abort', onSignal);
      abandon?.removeEventListener('abort', onAbandon);
    },
  };
}

function causeOf(reason: unknown): StopCause {
  if (typeof reason === 'object' && reason !== null && 'by' in reason && 'reason' in reason) return reason as StopCause;
  return { by: 'abort', reason: 'the caller stopped the run' };
}

/** The schedule, gracefulStop once for a backlog and once for the drain, and the seconds a purge may take. */
function seriesSeconds(plan: Plan): number {
  if (plan.lanes.some(({ load }) => load.endNs === Number.POSITIVE_INFINITY)) return UNBOUNDED_SECONDS;
  const endNs = Math.max(...plan.lanes.map(({ load }) => load.endNs));
  const graceNs = Math.max(...plan.lanes.map(({ gracefulStopNs }) => gracefulStopNs));
  return Math.ceil((endNs + 2 * graceNs) / 1e9) + 60;
}

/** How long all loops have waited on a full window. */
function blockedNs(reader: RunReader): number {
  return reader.efforts().reduce((sum, effort) => sum + effort.blockedNs, 0);
}

function threadNames(reader: RunReader): Map<number, string> {
  const loops = reader.efforts().map(({ threadId }, worker) => [threadId, `loop-${worker}`] as const);
  return new Map([[process.pid, 'main'], ...loops]);
}
