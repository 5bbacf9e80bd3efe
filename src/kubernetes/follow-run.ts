/**
 * A run in the cluster from its pods to its result: what holds them up, what shard 0 prints, and why there is no result
 * where there is none.
 */
import { LoadError } from '../errors.ts';
import { countOf, formatDuration, NS_PER_MS } from '../units.ts';
import { ifThere, type KubeApi, type KubeList, pathOf } from './api.ts';
import { type ResultFile, type RunEvent, readEvent } from './event-lines.ts';
import { jobName, type KubeRun } from './kube-run.ts';
import { followLog, lastLines } from './pod-log.ts';
import {
  endOf,
  failureOf,
  hasStarted,
  holdUpOf,
  isOver,
  type Job,
  type KubeEvent,
  noPodsReason,
  type Pod,
  podOf,
  shardOf,
} from './pod-state.ts';
import { explainFailure, podsOf, type RunFailure } from './run-failure.ts';
import { type WatchedList, watchList } from './watched-list.ts';

export interface FollowOptions {
  readonly api: KubeApi;
  readonly namespace: string;
  readonly run: KubeRun;
  /** Shard 0 must run by then, or the run is given up; ms from when the Job may start pods. */
  readonly startWithinMs: number;
  /** From SIGTERM to SIGKILL. */
  readonly graceMs: number;
  /** What holds pods up for less than this is not worth a word. */
  readonly holdUpMs: number;
  readonly onEvent: (event: Exclude<RunEvent, { event: 'file' | 'end' }>) => void;
  readonly onNote: (note: string) => void;
  /** What is on stderr of shard 0. */
  readonly onLine: (line: string) => void;
  /** The run is to end early, with what it has measured. */
  readonly stop: AbortSignal;
  /** Nothing is waited for any more. */
  readonly abandon: AbortSignal;
}

export interface FollowedRun {
  /** Of shard 0; absent where it did not end by itself. */
  readonly exitCode?: number;
  readonly files: readonly ResultFile[];
  readonly failure?: RunFailure;
}

/** Deadlines are looked at this often; all else is an event. */
const LOOK_MS = 1_000;
/** Between the end of the grace period and what is left of the log. */
const LAST_WORDS_MS = 15_000;

export async function followRun(options: FollowOptions): Promise<FollowedRun> {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, options.abandon]);
  const { api, namespace, run } = options;
  let change = () => {};
  const onChange = () => change();
  const name = jobName(run);
  const ofJob = { fieldSelector: `metadata.name=${name}` };
  const jobs = watchList<Job>(api, pathOf(namespace, 'jobs'), ofJob, onChange, signal);
  const pods = watchList<Pod>(api, pathOf(namespace, 'pods'), podsOf(run), onChange, signal);
  const lost = Promise.all([jobs.done, pods.done]).then(() => {});
  lost.catch(() => {});
  const follower = new Follower(options, jobs, pods, signal);
  const timer = setInterval(onChange, LOOK_MS);
  for (const asked of [options.stop, options.abandon]) asked.addEventListener('abort', onChange);
  try {
    for (;;) {
      const changed = new Promise<void>((resolve) => {
        change = resolve;
      });
      if ((await follower.look()) || signal.aborted) break;
      await Promise.race([changed, follower.heard(), lost]);
    }
    return await follower.result();
  } finally {
    clearInterval(timer);
    over.abort();
  }
}

class Follower {
  readonly #options: FollowOptions;
  readonly #jobs: WatchedList<Job>;
  readonly #pods: WatchedList<Pod>;
  readonly #signal: AbortSignal;
  readonly #files = new Map<string, ResultFile>();
  readonly #followed = new Set<string>();
  readonly #failed = new Set<string>();
  #reading: Promise<void> = Promise.resolve();
  #isReading = false;
  #exitCode: number | undefined;
  #stoppedMs: number | undefined;
  #startableMs: number | undefined;
  #waitingMs: number | undefined;
  #wasThere = false;
  #told = '';

  constructor(options: FollowOptions, jobs: WatchedList<Job>, pods: WatchedList<Pod>, signal: AbortSignal) {
    this.#options = options;
    this.#jobs = jobs;
    this.#pods = pods;
    this.#signal = signal;
  }

  get #job(): Job | undefined {
    return [...this.#jobs.now.values()][0];
  }

  /** Resolves when the log that is read has ended, or never. */
  heard(): Promise<void> {
    return this.#isReading ? this.#reading : new Promise(() => {});
  }

  /** Whether it is over. @throws LoadError where shard 0 does not start in time. */
  async look(): Promise<boolean> {
    if (this.#exitCode !== undefined) return true;
    const first = podOf(this.#pods.now.values(), 0);
    if (this.#options.stop.aborted && this.#stoppedMs === undefined) await this.#stop(first);
    if (this.#stoppedMs === undefined && first !== undefined && hasStarted(first)) this.#follow(first);
    if (this.#isReading) {
      const giveUpMs = (this.#stoppedMs ?? Number.POSITIVE_INFINITY) + this.#options.graceMs + LAST_WORDS_MS;
      if (performance.now() > giveUpMs) return true;
      await this.#reportPods();
      return false;
    }
    if (this.#stoppedMs !== undefined) return true;
    const job = this.#job;
    if (job === undefined ? this.#wasThere : endOf(job) !== undefined) return true;
    this.#wasThere ||= job !== undefined;
    await this.#reportPods();
    this.#checkStart(job, first);
    return false;
  }

  /** Shard 0 ends the run for all when it is asked to end; where it does not run yet, there is nothing to wait for. */
  async #stop(first: Pod | undefined): Promise<void> {
    this.#stoppedMs = performance.now();
    if (first === undefined || !hasStarted(first) || isOver(first)) return;
    const { api, namespace } = this.#options;
    await ifThere(api.call(pathOf(namespace, 'pods', first.metadata.name), { method: 'DELETE' }));
  }

  /** Those of one shard after one another: one that takes the place of another starts when that one has ended. */
  #follow(pod: Pod): void {
    const { uid, name } = pod.metadata;
    if (this.#followed.has(uid)) return;
    this.#followed.add(uid);
    const { api, namespace } = this.#options;
    const latest = () => this.#pods.now.get(uid);
    const isEnded = () => {
      const now = latest();
      return now === undefined || isOver(now);
    };
    this.#isReading = true;
    const before = this.#reading;
    const reading = (async () => {
      await before;
      for await (const line of followLog(api, { namespace, name }, isEnded, this.#signal)) {
        this.#take(line);
        if (this.#exitCode !== undefined) break;
      }
    })();
    this.#reading = reading.finally(() => {
      if (this.#reading === settled) this.#isReading = false;
    });
    const settled = this.#reading;
    // Whoever waits hears of it: `heard`.
    settled.catch(() => {});
  }

  #take(line: string): void {
    const event = readEvent(line);
    if (event === undefined) this.#options.onLine(line);
    else if (event.event === 'file') this.#files.set(event.file.name, event.file);
    else if (event.event === 'end') this.#exitCode = event.exitCode;
    else this.#options.onEvent(event);
  }

  /** How many pods run, and what holds up the others, where that has changed; which have failed, once each. */
  async #reportPods(): Promise<void> {
    const { run, onNote } = this.#options;
    for (const pod of this.#pods.now.values()) {
      const failure = failureOf(pod);
      const { uid, name } = pod.metadata;
      if (failure === undefined || this.#failed.has(uid) || this.#stoppedMs !== undefined) continue;
      this.#failed.add(uid);
      const lines = await lastLines(this.#options.api, { namespace: this.#options.namespace, name }, ERROR_LINES);
      const error = lines.findLast((line) => line.startsWith('error: '));
      onNote(
        `pod ${name} of shard ${shardOf(pod)} ended with ${failure}${error === undefined ? '' : `: ${error.slice(7)}`}`,
      );
    }
    const newest = Array.from({ length: run.shards }, (_, shard) => podOf(this.#pods.now.values(), shard));
    const started = newest.filter((pod) => pod !== undefined && hasStarted(pod)).length;
    if (started === run.shards) {
      this.#waitingMs = undefined;
      if (this.#told !== '' && this.#told !== ALL_RUN) onNote(`${countOf(run.shards, 'pod')} run`);
      this.#told = ALL_RUN;
      return;
    }
    this.#waitingMs ??= performance.now();
    if (performance.now() - this.#waitingMs < this.#options.holdUpMs) return;
    const text = await this.#holdUps(newest);
    if (text !== this.#told && text !== '') onNote(`${started} of ${countOf(run.shards, 'pod')} run; ${text}`);
    this.#told = text;
  }

  async #holdUps(newest: readonly (Pod | undefined)[]): Promise<string> {
    const events = await this.#warnings();
    const reasons = newest.flatMap((pod) => (pod === undefined ? [] : (holdUpOf(pod, events) ?? [])));
    const [none] = newest.includes(undefined) ? [noPodsReason(this.#job, events)] : [];
    return [...new Set([...(none === undefined ? [] : [none]), ...reasons])].join('; ');
  }

  async #warnings(): Promise<readonly KubeEvent[]> {
    const { api, namespace } = this.#options;
    const query = new URLSearchParams({ fieldSelector: 'type=Warning' });
    const { items } = await api.call<KubeList<KubeEvent>>(`${pathOf(namespace, 'events')}?${query}`);
    return items;
  }

  #checkStart(job: Job | undefined, first: Pod | undefined): void {
    if (job === undefined || job.spec?.suspend === true || this.#followed.size > 0) this.#startableMs = undefined;
    else this.#startableMs ??= performance.now();
    const { startWithinMs } = this.#options;
    if (this.#startableMs === undefined || performance.now() - this.#startableMs < startWithinMs) return;
    const pod = first === undefined ? 'there is no pod of shard 0' : `pod ${first.metadata.name} does not run`;
    const why = this.#told === '' || this.#told === ALL_RUN ? '' : `: ${this.#told}`;
    throw new LoadError('KUBERNETES', `${pod} after ${formatDuration(startWithinMs * NS_PER_MS)}${why}`, {
      hint: '--shard-wait lets it have more time',
    });
  }

  async result(): Promise<FollowedRun> {
    const files = [...this.#files.values()];
    if (this.#exitCode !== undefined) return { exitCode: this.#exitCode, files };
    if (this.#options.abandon.aborted) return { files };
    return { files, failure: await explainFailure(this.#options, this.#job, [...this.#pods.now.values()]) };
  }
}

const ALL_RUN = 'all run';
/** An error, its hint, and what librdkafka says after it. */
const ERROR_LINES = 10;
