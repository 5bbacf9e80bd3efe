/** One run from its plan to what was measured: target, workers, start, sampling, stop. What it means is decided after. */
import { timed } from '../debug.ts';
import type { Plan } from '../plan/plan.ts';
import { threadsOf } from '../plan/shard.ts';
import { STOP } from '../recorder/control-memory.ts';
import type { RunMeasurement } from '../recorder/measurement.ts';
import { RunReader } from '../recorder/reader.ts';
import { allocateRunMemory } from '../recorder/run-memory.ts';
import { seriesSeconds } from '../recorder/series-seconds.ts';
import type { ShardsResult } from '../result/shard-result.ts';
import type { ClientLog } from '../transport/transport.ts';
import { ClockProbes } from './clock-probes.ts';
import { type Meeting, measure, type Rendezvous, type Sides } from './measure.ts';
import type { Finding, Observer, ReadyRun } from './observer.ts';
import { type ProduceOptions, produceTask } from './produce-task.ts';
import type { ReadingRunPlan } from './read-task.ts';
import { type ReadingOptions, ReadingSide } from './reading-side.ts';
import type { TopicCheck } from './run-topics.ts';
import { stopper } from './stopper.ts';
import { openTarget, type Target } from './target.ts';
import { WorkerGroup } from './worker-group.ts';

export interface ExecuteOptions
  extends Omit<ProduceOptions, 'reportsSettled'>,
    Pick<ReadingOptions, 'openPages' | 'assignmentMs' | 'readerEntry'> {
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
  /** Before topics are created, where some are: a process that is ended from here on leaves them. */
  readonly onCreating?: () => void;
  /** How long a broker that does not answer is asked again before the run; by default 0. */
  readonly waitForBrokerMs?: number;
  /** What watches the run. */
  readonly observers?: readonly Observer[];
  /** Of a run that is split over several processes. */
  readonly rendezvous?: Rendezvous;
}

export interface ExecutedRun {
  readonly plan: Plan;
  readonly isEmbedded: boolean;
  readonly measurement: RunMeasurement;
  /** Of the observers. */
  readonly findings: readonly Finding[];
  /** Of a run that was split over several processes. */
  readonly shards?: ShardsResult;
}

export async function executePlan(planned: Plan, options: ExecuteOptions = {}): Promise<ExecutedRun> {
  const { observers = [], signal, abandon, onWarning } = options;
  const group = planned.workers > 0 ? new WorkerGroup(threadsOf(planned)) : undefined;
  let target: Target | undefined;
  let reading: ReadingSide | undefined;
  let clocks: ClockProbes | undefined;
  try {
    const waitMs = options.waitForBrokerMs ?? 0;
    const wait = { waitMs, ...(signal && { signal }), ...(onWarning && { onRetry: onWarning }) };
    const { onNote, onCreating } = options;
    target = await timed(`target ${planned.target.kind}`, () => openTarget(planned, { ...wait, onNote, onCreating }));
    const { plan, warnings, cluster } = target;
    for (const warning of warnings) onWarning?.(warning);
    reading = await openReading(plan, target, options);
    const memory = allocateRunMemory(threadsOf(plan), plan.lanes.length, seriesSeconds(plan), {
      transactions: plan.lanes.some(({ transactions }) => transactions !== undefined),
      sums: true,
      producers: plan.lanes.map(({ producers }) => producers),
    });
    const reportsSettled = observers.some(({ readsSettled }) => readsSettled);
    const task = produceTask(plan, memory, { ...options, reportsSettled });
    const producing = group?.run(task, (line) => options.onLog?.(line));
    const sides: Sides = { ...(producing && { producing }), ...(reading && { reading }) };
    const stopped = stopper(stoppable(sides), options);
    try {
      await allReady(sides);
      clocks = await openClocks(plan, target, sides);
      const run: ReadyRun = {
        plan,
        reader: new RunReader(memory),
        ...(reading && { readingReader: reading.reader }),
        ...(cluster && { cluster }),
      };
      const notes = observers.map((observer) => observer.ready?.(run));
      for (const note of notes) if (note !== undefined) options.onNote?.(note);
      const meeting = await meet(run, target, sides, options.rendezvous);
      const { measurement: measured, findings } = await measure(run, target, sides, stopped, observers, meeting);
      const measurement = await withClocks(measured, run, abandon?.aborted === true ? undefined : clocks);
      const topics = await checkUnlessAbandoned(target, abandon);
      for (const warning of topics.warnings) onWarning?.(warning);
      if (target.leavesTraces && abandon?.aborted !== true) await options.rendezvous?.othersSent?.();
      return { plan, isEmbedded: target.isEmbedded, measurement: { ...measurement, topics }, findings };
    } finally {
      producing?.close();
      stopped.dispose();
    }
  } finally {
    await group?.close();
    await reading?.close();
    await clocks?.close(onWarning);
    await target?.cleanUp({ onNote: options.onNote, onWarning });
    target?.close();
  }
}

async function openReading(plan: Plan, target: Target, options: ExecuteOptions): Promise<ReadingSide | undefined> {
  const { reading } = plan;
  if (reading === undefined) return undefined;
  const { startOffsets, topicConfigs, isEmbedded } = target;
  const { onLog, onNote, openPages, assignmentMs, readerEntry } = options;
  const given = { onNote, openPages, assignmentMs, readerEntry, onLog: (line: ClientLog) => onLog?.(line) };
  const runPlan: ReadingRunPlan = { ...plan, reading };
  return timed('where topics begin', () =>
    ReadingSide.open(runPlan, { startOffsets, topicConfigs, isEmbedded, ...given }),
  );
}

/** Where one is not ready, all who wait for the start go home. */
async function allReady({ producing, reading }: Sides): Promise<void> {
  try {
    await timed('workers at the start', () => Promise.all([producing?.ready, reading?.ready()]));
  } catch (error) {
    await sendHome({ ...(producing && { producing }), ...(reading && { reading }) });
    throw error;
  }
}

async function sendHome({ producing, reading }: Sides): Promise<void> {
  producing?.cancel();
  await Promise.all([producing?.done, reading?.cancel()]);
}

/** Just before the start: where a clock cannot be read as asked, all who wait for it go home. */
async function openClocks(plan: Plan, { topicConfigs }: Target, sides: Sides): Promise<ClockProbes | undefined> {
  try {
    return await timed('clocks of the brokers', () => ClockProbes.open(plan, topicConfigs));
  } catch (error) {
    await sendHome(sides);
    throw error;
  }
}

/** Where nothing comes of it, all who wait for the start go home. */
async function meet(run: ReadyRun, target: Target, sides: Sides, rendezvous?: Rendezvous): Promise<Meeting> {
  if (rendezvous === undefined) return {};
  try {
    return {
      start: await rendezvous.start(run, target),
      othersSent: () => rendezvous.othersSent?.() ?? Promise.resolve(),
    };
  } catch (error) {
    await sendHome(sides);
    throw error;
  }
}

async function withClocks<T extends Pick<RunMeasurement, 'reading'>>(
  measurement: T,
  { readingReader }: ReadyRun,
  clocks: ClockProbes | undefined,
): Promise<T> {
  if (clocks === undefined || measurement.reading === undefined || readingReader === undefined) return measurement;
  return { ...measurement, reading: { ...measurement.reading, clockProbes: await clocks.finish(readingReader) } };
}

/** With producers, groups read on to what these have sent. */
function stoppable({ producing, reading }: Sides) {
  return {
    stop: () => {
      producing?.stop(STOP.drain);
      reading?.stop();
    },
    abandon: () => {
      producing?.stop(STOP.abandon);
      reading?.abandon();
    },
  };
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
