/** One run from its plan to what was measured: target, workers, start, sampling, stop. What it means is decided after. */
import { monotonicMs } from '../clock.ts';
import { timed } from '../debug.ts';
import type { Plan } from '../plan/plan.ts';
import { STOP } from '../recorder/control-memory.ts';
import type { RunMeasurement, ThreadCpu, WorkerMeasurement } from '../recorder/measurement.ts';
import type { Progress } from '../recorder/progress.ts';
import { RunReader } from '../recorder/reader.ts';
import { allocateRunMemory } from '../recorder/run-memory.ts';
import type { ClientLog } from '../transport/transport.ts';
import { NS_PER_MS, NS_PER_SEC, US_PER_SEC } from '../units.ts';
import type { Finding, Observer, ReadyRun, StopCause } from './observer.ts';
import { type ProduceOptions, produceTask } from './produce-task.ts';
import { Sampler } from './sampler.ts';
import { openTarget, type Target, type TopicCheck } from './target.ts';
import { MAIN_THREAD, ThreadCpuSampler } from './thread-cpu.ts';
import { type RunningGroup, WorkerGroup } from './worker-group.ts';

export interface ExecuteOptions extends Omit<ProduceOptions, 'reportsSettled'> {
  /** Aborting ends the schedule, drains, and still gives a result; its reason may be a StopCause. */
  readonly signal?: AbortSignal;
  /** Aborting as well gives up what is in flight. */
  readonly abandon?: AbortSignal;
  /** librdkafka's own log lines. */
  readonly onLog?: (line: ClientLog) => void;
  /** What a person should know and may want to change, a sentence each. */
  readonly onWarning?: (warning: string) => void;
  /** What is as it should be and still worth a word, a sentence each. */
  readonly onNote?: (note: string) => void;
  /** How long a broker that does not answer is asked again before the run; by default 0. */
  readonly waitForBrokerMs?: number;
  /** What watches the run. */
  readonly observers?: readonly Observer[];
}

export interface ExecutedRun {
  readonly plan: Plan;
  readonly isEmbedded: boolean;
  readonly measurement: RunMeasurement;
  /** Of the observers. */
  readonly findings: readonly Finding[];
}

/** From the barrier's opening to the first due message, so that no worker starts late. */
const START_LEAD_MS = 10;
const SAMPLE_MS = 200;
/** Rows of a closed loop that only a number of messages bounds. */
const UNBOUNDED_SECONDS = 24 * 3600;

export async function executePlan(planned: Plan, options: ExecuteOptions = {}): Promise<ExecutedRun> {
  const { observers = [], signal, abandon, onWarning } = options;
  const group = new WorkerGroup(planned.workers);
  let target: Target | undefined;
  try {
    const waitMs = options.waitForBrokerMs ?? 0;
    const wait = { waitMs, ...(signal && { signal }), ...(onWarning && { onRetry: onWarning }) };
    target = await timed(`target ${planned.target.kind}`, () => openTarget(planned, wait));
    const { plan, warnings, cluster } = target;
    for (const warning of warnings) onWarning?.(warning);
    const memory = allocateRunMemory(plan.workers, plan.lanes.length, seriesSeconds(plan), {
      transactions: plan.lanes.some(({ transactions }) => transactions !== undefined),
    });
    const reportsSettled = observers.some(({ readsSettled }) => readsSettled);
    const task = produceTask(plan, memory, { ...options, reportsSettled });
    const workers = group.run(task, (line) => options.onLog?.(line));
    const stopped = stopper(workers, options);
    try {
      try {
        await timed(`${plan.workers} worker(s) at the start`, () => workers.ready);
      } catch (error) {
        workers.cancel();
        await workers.done;
        throw error;
      }
      const run: ReadyRun = { plan, reader: new RunReader(memory), ...(cluster && { cluster }) };
      const notes = observers.map((observer) => observer.ready?.(run));
      for (const note of notes) if (note !== undefined) options.onNote?.(note);
      const { measurement, findings } = await measure(run, target, workers, stopped, observers);
      const topics = await checkUnlessAbandoned(target, abandon);
      for (const warning of topics.warnings) onWarning?.(warning);
      return { plan, isEmbedded: target.isEmbedded, measurement: { ...measurement, topics }, findings };
    } finally {
      workers.close();
      stopped.dispose();
    }
  } finally {
    await group.close();
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
  run: ReadyRun,
  target: Target,
  running: RunningGroup<WorkerMeasurement>,
  stopped: Stopper,
  observers: readonly Observer[],
): Promise<{ measurement: Omit<RunMeasurement, 'topics'>; findings: Finding[] }> {
  const { plan, reader } = run;
  const startedAtMs = Date.now() + START_LEAD_MS;
  const epochMs = monotonicMs() + START_LEAD_MS;
  const elapsedNs = () => (monotonicMs() - epochMs) * NS_PER_MS;
  const threads = new ThreadCpuSampler(threadNames(reader));
  const readThreads = () => threads.sample(Math.max(0, elapsedNs()), blockedNs(reader));
  const sampler = new Sampler(plan, reader, startedAtMs, readThreads);
  const cpuBefore = process.cpuUsage();
  let threadsOfLoad: readonly ThreadCpu[] | undefined;
  let observed: Finding['progress'] = {};
  const report = (progress: Progress) => {
    for (const observer of observers) observer.progress?.({ ...progress, ...observed });
  };

  const tick = () => {
    const now = elapsedNs();
    const seen = sampler.series.length;
    sampler.closeSeconds(now);
    const closed = sampler.series.length;
    if (closed > seen) {
      const second = { ...run, elapsedNs: closed * NS_PER_SEC, ...sampler.rowsFrom(seen) };
      for (const observer of observers) {
        const observation = observer.second?.(second);
        observed = { ...observed, ...observation?.progress };
        if (observation?.stop !== undefined) stopped.stop(observation.stop);
      }
    }
    const progress = sampler.progress(now);
    // Draining threads idle; their shares belong to the load.
    if (progress.phase === 'drain') threadsOfLoad ??= threads.result();
    report(progress);
  };

  const startedAt = new Date(startedAtMs).toISOString();
  const { isEmbedded, startOffsets, brokerVersion } = target;
  const broker = brokerVersion !== undefined && { brokerVersion };
  running.start(epochMs, startedAtMs);
  for (const observer of observers) observer.start?.({ ...run, isEmbedded, startedAt, startOffsets, ...broker });
  readThreads();
  const timer = alignedInterval(tick, SAMPLE_MS, epochMs);
  const workers = await running.done.finally(timer.clear);
  const drainEndNs = Math.max(...workers.map(({ phases }) => phases.drainEndNs));
  // What workers do after their drain is not part of the run; of one that was lost nobody knows when it ended.
  const durationNs = workers.every(({ complete }) => complete) ? drainEndNs : elapsedNs();
  threadsOfLoad ??= threads.result();
  sampler.closeAll(Math.max(durationNs, drainEndNs));
  const cpu = process.cpuUsage(cpuBefore);
  const stop = stopped.first();
  const measurement = {
    startedAt,
    loadEndNs: Math.max(0, ...workers.map(({ phases }) => phases.loadEndNs)),
    durationNs,
    workers,
    series: sampler.series,
    latencies: sampler.latencies,
    ...(sampler.scenarioSeries && { scenarioSeries: sampler.scenarioSeries }),
    startOffsets,
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
  report(sampler.progress(durationNs));
  return { measurement, findings };
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

/** Turns the two signals, and what observers find, into the shared stop word, and remembers the first cause. */
function stopper(workers: RunningGroup<unknown>, { signal, abandon }: ExecuteOptions) {
  let first: { readonly cause: StopCause; readonly atMs: number } | undefined;
  const stop = (cause: StopCause) => {
    first ??= { cause, atMs: monotonicMs() };
    workers.stop(STOP.drain);
  };
  const onSignal = () => stop(causeOf(signal?.reason));
  const onAbandon = () => workers.stop(STOP.abandon);
  signal?.addEventListener('abort', onSignal, { once: true });
  abandon?.addEventListener('abort', onAbandon, { once: true });
  if (signal?.aborted) onSignal();
  return {
    stop,
    first: () => first,
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
  return Math.ceil((endNs + 2 * graceNs) / NS_PER_SEC) + 60;
}

/** How long all loops have waited on a full window. */
function blockedNs(reader: RunReader): number {
  return reader.efforts().reduce((sum, effort) => sum + effort.blockedNs, 0);
}

function threadNames(reader: RunReader): Map<number, string> {
  const loops = reader.efforts().map(({ threadId }, worker) => [threadId, `loop-${worker}`] as const);
  return new Map([[process.pid, MAIN_THREAD], ...loops]);
}
