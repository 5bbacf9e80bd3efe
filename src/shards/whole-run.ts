/**
 * The whole run as shard 0 sees it, beside its own part: collects what all shards tell, shows it to the observers as if one
 * process had measured it, and ends with one measurement.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from '../clock.ts';
import { type ExecutedRun, type ExecuteOptions, executePlan } from '../coordinator/execute.ts';
import type { StartTime, TargetFacts } from '../coordinator/measure.ts';
import type { Finding, Observer, ReadyRun, SecondRows, StopCause } from '../coordinator/observer.ts';
import type { Plan } from '../plan/plan.ts';
import { threadsOf } from '../plan/shard.ts';
import type { ConsumerRow } from '../recorder/consumer-row.ts';
import type { Progress } from '../recorder/progress.ts';
import { MS_PER_SEC, NS_PER_MS, NS_PER_SEC } from '../units.ts';
import type { Listening } from './bus.ts';
import { Collector } from './collector.ts';
import type { CollectedContext } from './messages.ts';
import { ownFeed, stopSignal } from './part.ts';
import type { ShardSession } from './session.ts';
import { packPlan, planHash, wholePlan } from './shared-plan.ts';

const LOOK_MS = 200;
/** Shards tell something every second. One that has said nothing for so long is shown as silent. */
const SILENT_MS = 3_000;
/** At the end nobody waits longer for it. */
const LOST_MS = 30_000;

export interface WholeOptions {
  /** What the simulated clock was laid out from. */
  readonly nowMs: number;
  /** For a collector that knows nothing else. */
  readonly context: Pick<CollectedContext, 'thresholds' | 'profileHash' | 'profileYaml' | 'command'>;
}

/** As `executePlan`: the plan that comes back, and what was measured, are of all shards. */
export async function executeWhole(
  planned: Plan,
  session: ShardSession,
  { observers = [], ...options }: ExecuteOptions,
  { nowMs, context }: WholeOptions,
): Promise<ExecutedRun> {
  const hash = planHash(planned);
  const reading = new ReadingView();
  let whole: WholeRun | undefined;
  options.signal?.addEventListener('abort', () => session.stop(options.signal!.reason as StopCause), { once: true });
  try {
    const executed = await executePlan(planned, {
      ...options,
      signal: stopSignal(session, undefined),
      observers: [reading.observer, ownFeed(session)],
      rendezvous: {
        start: async (run, target) => {
          const { isEmbedded, startOffsets, librdkafkaVersion: librdkafka, brokerVersion } = target;
          await session.prepare({
            ...{ threads: threadsOf(planned), seed: planned.seed, nowMs, planHash: hash },
            context: {
              ...{ plan: packPlan(run.plan), isEmbedded, startOffsets, librdkafka, notes: run.plan.notes },
              ...(brokerVersion !== undefined && { brokerVersion }),
              ...context,
            },
          });
          const start = await session.start(hash);
          whole = new WholeRun({ run, target, start, session, observers, reading, options });
          return start;
        },
        othersSent: async () => whole?.othersSent(),
      },
    });
    return await whole!.finish(executed);
  } finally {
    whole?.close();
  }
}

interface WholeRunOptions {
  readonly run: ReadyRun;
  readonly target: TargetFacts;
  readonly start: StartTime;
  readonly session: ShardSession;
  readonly observers: readonly Observer[];
  readonly reading: ReadingView;
  readonly options: Pick<ExecuteOptions, 'onNote'>;
}

class WholeRun {
  readonly #options: WholeRunOptions;
  readonly #run: ReadyRun;
  readonly #collector: Collector;
  readonly #listening: Listening;
  /** Why nothing more is heard. */
  #deaf: string | undefined;
  readonly #timer: NodeJS.Timeout;
  #seen = 0;
  #observed: Finding['progress'] = {};

  constructor(options: WholeRunOptions) {
    const { run, start, session, observers, target } = options;
    const { count } = run.plan.shard!;
    this.#options = options;
    const plan = wholePlan(run.plan);
    const { startedAtMs, epochMs } = start;
    this.#collector = new Collector({ plan, shards: count, startedAtMs, bus: session.bus.kind });
    this.#collector.epochMs = epochMs;
    this.#run = { ...run, plan, reader: this.#collector.reader };
    session.onPresent((present) => {
      this.#collector.hello(present);
      if (present.isReady) this.#collector.ready(present);
    });
    this.#listening = session.bus.listen(
      'data',
      (bytes) => this.#collector.add(bytes),
      ({ shard, instance }, reason) => this.#collector.lost(shard, instance, reason),
    );
    this.#listening.closed.catch(({ message }: Error) => {
      this.#deaf = `nothing more is heard of it: ${message}`;
      session.stop({ by: 'error', reason: `the shards are not heard any more: ${message}` });
    });
    for (const observer of observers) {
      const note = observer.ready?.(this.#run);
      if (note !== undefined) options.options.onNote?.(note);
    }
    const { isEmbedded, startOffsets, brokerVersion } = target;
    const startedAt = new Date(startedAtMs).toISOString();
    const broker = brokerVersion !== undefined && { brokerVersion };
    for (const observer of observers)
      observer.start?.({ ...this.#run, isEmbedded, startOffsets, startedAt, ...broker });
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  get #elapsedNs(): number {
    return (monotonicMs() - this.#options.start.epochMs) * NS_PER_MS;
  }

  #look(): void {
    const { observers, session, reading } = this.#options;
    const elapsedNs = this.#elapsedNs;
    const { progress, ...rows } = this.#collector.look(elapsedNs);
    if (rows.rows.length > 0) {
      const seen = this.#seen;
      this.#seen += rows.rows.length;
      const second = { ...this.#run, elapsedNs: this.#seen * NS_PER_SEC, ...rows, ...reading.rows(seen, this.#seen) };
      for (const observer of observers) {
        const observation = observer.second?.(second);
        this.#observed = { ...this.#observed, ...observation?.progress };
        if (observation?.stop !== undefined) session.stop(observation.stop);
      }
    }
    this.#report(progress);
  }

  #report(progress: Progress): void {
    const waiting = this.#collector.waitingFor();
    const { count } = this.#options.run.plan.shard!;
    // Before the start, and in the first second, there is nothing to tell.
    const runningMs = this.#elapsedNs / NS_PER_MS;
    const isSilent = (silentMs: number) => Math.min(silentMs, runningMs) > SILENT_MS;
    const silent = waiting.filter(({ silentMs }) => isSilent(silentMs)).map(({ shard }) => shard);
    const shards = { present: count - silent.length, count, silent };
    const consumers = this.#options.reading.consumers;
    const all = { ...progress, shards, ...(consumers && { consumers }), ...this.#observed };
    for (const observer of this.#options.observers) observer.progress?.(all);
  }

  /** Resolves when all other shards are done, or given up. */
  async othersSent(): Promise<void> {
    await this.#until((shard) => shard !== 0);
  }

  async #until(isMeant: (shard: number) => boolean): Promise<void> {
    for (;;) {
      const waiting = this.#collector.waitingFor().filter(({ shard }) => isMeant(shard));
      if (waiting.length === 0) return;
      for (const { shard, silentMs } of waiting) {
        const silent = silentMs > LOST_MS ? `nothing was heard of it for ${LOST_MS / MS_PER_SEC} s` : this.#deaf;
        if (silent !== undefined) this.#collector.lost(shard, undefined, silent);
      }
      await sleep(LOOK_MS / 2);
    }
  }

  async finish({ measurement: own, isEmbedded }: ExecutedRun): Promise<ExecutedRun> {
    await this.#until(() => true);
    clearInterval(this.#timer);
    this.#look();
    const { topics, startOffsets, reading, stopped, stoppedNs, librdkafka, brokerVersion } = own;
    const { measurement, shards } = this.#collector.measurement({
      ...{ topics, startOffsets, librdkafka },
      ...(reading && { reading }),
      ...(stopped && { stopped }),
      ...(stoppedNs !== undefined && { stoppedNs }),
      ...(brokerVersion !== undefined && { brokerVersion }),
    });
    const findings: Finding[] = [];
    for (const observer of this.#options.observers) {
      const finding = await observer.finish?.(measurement);
      if (finding !== undefined) findings.push(finding);
      this.#observed = { ...this.#observed, ...finding?.progress };
    }
    this.#report(this.#collector.look(measurement.durationNs).progress);
    return { plan: this.#run.plan, isEmbedded, measurement, findings, shards };
  }

  close(): void {
    clearInterval(this.#timer);
    this.#listening.close();
  }
}

/** What shard 0 reads, for those who watch the whole run. */
class ReadingView {
  consumers: Progress['consumers'];
  #rows: Record<string, ConsumerRow[]> = {};

  readonly observer: Observer = {
    second: ({ consumerRows = {} }) => {
      for (const [group, rows] of Object.entries(consumerRows)) {
        this.#rows[group] = [...(this.#rows[group] ?? []), ...rows];
      }
      return undefined;
    },
    progress: ({ consumers }) => {
      this.consumers = consumers;
    },
  };

  rows(from: number, to: number): Pick<SecondRows, 'consumerRows'> {
    const groups = Object.entries(this.#rows);
    if (groups.length === 0) return {};
    return { consumerRows: Object.fromEntries(groups.map(([group, rows]) => [group, rows.slice(from, to)])) };
  }
}
