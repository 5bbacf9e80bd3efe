/** A search that runs: its probe, its steps, and the answer they come to; from wherever the directory stands. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CapacityResult, CapacitySettings, CapacityStep, StepPhase } from '../../compare/capacity-result.ts';
import { recordOfResult } from '../../compare/run-record.ts';
import { EXIT, InputError, LoadError } from '../../errors.ts';
import type { LiveEvent } from '../../page/live/live-event.ts';
import type { Overrides } from '../../profile/overrides.ts';
import type { Progress } from '../../recorder/progress.ts';
import type { Result } from '../../result/result.ts';
import { systemFailure } from '../../system-error.ts';
import { formatDuration, MS_PER_SEC, NS_PER_SEC } from '../../units.ts';
import type { ChildRun, runChild } from '../child-run.ts';
import { AROUND_RUN_MS } from '../estimate.ts';
import { appendRun, type ExperimentState, type RunEntry, readRuns, runPath } from '../experiment-directory.ts';
import { type ClusterCare, checkWorld, runFresh } from '../fresh-run.ts';
import { failureReason } from '../run-outcome.ts';
import { type CapacityFacts, capacityResult, searchSettings } from './answer.ts';
import { lengthOf, type PlannedCapacity, probeOverrides, stepOverrides } from './plan-capacity.ts';
import { bracketOf, ratesLeft, searchState } from './rate-search.ts';
import type { StepLength } from './step-length.ts';
import { judgeStep } from './step-outcome.ts';

export interface StepNews {
  /** From 1. */
  readonly step: number;
  readonly rate: number;
  readonly phase: StepPhase;
  readonly length: StepLength;
  /** Before it. */
  readonly stand: SearchStand;
}

/** How far a search is. */
export interface SearchStand {
  readonly steps: readonly CapacityStep[];
  /** Where it looks now; an end that failed once is taken as one until it holds. */
  readonly bracket: CapacityResult['bracket'];
  /** If no rate changes its mind; null while no upper end is known. */
  readonly left: { readonly steps: number; readonly ms: number } | null;
}

export interface CapacityEvents {
  readonly onStep?: (step: StepNews) => void;
  readonly onStepEnd?: (step: CapacityStep, stand: SearchStand) => void;
  readonly onProgress?: (progress: Progress) => void;
  /** A sentence, without repeats. */
  readonly onWarning?: (warning: string) => void;
  readonly onNote?: (note: string) => void;
}

export interface SearchOptions extends CapacityEvents {
  readonly directory: string;
  readonly signal?: AbortSignal;
  readonly cluster?: ClusterCare;
  readonly onWarning: (warning: string) => void;
  /** What a live page shows of the run under way. */
  readonly onLive?: (event: LiveEvent) => void;
  readonly child?: typeof runChild;
}

export interface CapacityEnd {
  readonly result: CapacityResult;
  /** Why it ended without an answer. */
  readonly failure?: LoadError;
}

/** A step that takes longer is hardly what somebody had in mind. */
const LONG_SEC = 600;
/** Where a search begins, of what a closed loop reaches: latency objectives break well below that. */
const PROBE_SHARE = 0.25;

export class CapacitySearch {
  readonly #planned: PlannedCapacity;
  readonly #state: ExperimentState;
  readonly #options: SearchOptions;
  readonly #steps: CapacityStep[] = [];
  /** The next run. */
  #run = 1;
  #hasWarned = false;
  #target = '';
  #from: number;

  constructor(planned: PlannedCapacity, state: ExperimentState, options: SearchOptions) {
    this.#planned = planned;
    this.#state = state;
    this.#options = options;
    this.#from = planned.settings.from ?? 0;
    for (const entry of readRuns(options.directory)) this.#take(entry);
  }

  async run(): Promise<CapacityEnd> {
    let failure: LoadError | undefined;
    try {
      if (this.#from === 0) await this.#probe();
      for (let next = this.#search().next; next !== null && !this.#isStopped(); next = this.#search().next) {
        await this.#step(next.rate, next.phase);
      }
      failure = this.#stuck();
    } catch (error) {
      const found = systemFailure(error) ?? error;
      if (!(found instanceof LoadError) || found instanceof InputError) throw error;
      // What a stopped child or probe makes of it is not news.
      if (!this.#isStopped()) failure = found;
    }
    const result = capacityResult(this.#facts(), this.#steps, this.#search());
    return { result, ...(failure !== undefined && { failure }) };
  }

  #search() {
    return searchState(searchSettings(this.#facts()), this.#steps);
  }

  #stand(): SearchStand {
    const rates = ratesLeft(searchSettings(this.#facts()), this.#steps);
    const { warmupMs } = this.#planned.settings;
    const stepMs = (rate: number) => lengthOf(this.#planned, rate).sec * MS_PER_SEC + warmupMs + AROUND_RUN_MS;
    const ms = rates?.reduce((sum, rate) => sum + stepMs(rate), 0) ?? 0;
    return { steps: [...this.#steps], bracket: bracketOf(this.#steps), left: rates && { steps: rates.length, ms } };
  }

  #facts(): CapacityFacts {
    const { id, profile, command, startedAt } = this.#state;
    const settings: CapacitySettings = { ...this.#planned.settings, from: this.#from };
    const experiment = { id, profile, command, startedAt, target: this.#target || this.#planned.target };
    return { experiment, settings, slo: this.#planned.slo.map(({ text }) => text) };
  }

  #isStopped(): boolean {
    return this.#options.signal?.aborted ?? false;
  }

  /** A run that is finished, of this process or of an earlier one. */
  #take(entry: RunEntry, found?: Result): CapacityStep | undefined {
    const { step, path, reason = 'it left no result' } = entry;
    if (step === undefined) return undefined;
    this.#run = Math.max(this.#run, entry.run + 1);
    const result = found ?? readResult(this.#options.directory, entry);
    if (result !== null) this.#target = result.run.target;
    if (step.phase === 'probe') {
      if (this.#planned.settings.from === null) this.#from = this.#firstRate(step.rate);
      return undefined;
    }
    const facts = { rate: step.rate, phase: step.phase, holdMs: step.holdSec * MS_PER_SEC, path };
    if (result === null) {
      const failed = { outcome: 'invalid' as const, reasons: [reason], samples: 0, figures: {} };
      return this.#keep({ ...facts, ...failed });
    }
    const { slo, settings } = this.#planned;
    const judged = judgeStep(result, {
      slo,
      warmupSec: step.warmupSec,
      holdSec: step.holdSec,
      // A fifth of the bracket at most, so that what was offered lies well inside of it.
      achievedMinWhenLate: 1 - Math.min(0.01, settings.tolerance / 5),
    });
    const measures = slo.map(({ measure }) => measure).filter(({ scenario }) => scenario === undefined);
    const { figures } = recordOfResult(result, { path, measures });
    return this.#keep({ ...facts, ...judged, samples: result.totals.acked, figures });
  }

  #keep(step: CapacityStep): CapacityStep {
    this.#steps.push(step);
    return step;
  }

  #firstRate(reached: number): number {
    const { to } = this.#planned.settings;
    const first = Number((PROBE_SHARE * reached).toPrecision(2));
    return to === null ? first : Math.min(first, to);
  }

  async #probe(): Promise<void> {
    this.#options.onNote?.('probe: how much is acknowledged at full speed, for a place to begin at');
    const path = join('runs', '000-probe');
    const settle = await this.#settle();
    if (this.#isStopped()) return;
    const ended = await this.#child(path, probeOverrides(this.#planned));
    if (ended === undefined) return;
    const { result } = ended.child;
    const rate = result === null ? 0 : acknowledgedPerSec(result, this.#planned.settings.warmupMs / MS_PER_SEC);
    if (rate === 0) {
      const reason = result === null ? failureReason(ended.child) : 'nothing was acknowledged';
      throw new LoadError('CAPACITY_PROBE', `the probe failed: ${reason}`, {
        hint: 'or begin at a rate: --from 100/s',
      });
    }
    this.#append({ run: 0, path, ...ended, settle }, { rate, phase: 'probe', holdSec: 0 });
  }

  async #step(rate: number, phase: StepPhase): Promise<void> {
    const { planned, options } = { planned: this.#planned, options: this.#options };
    const settle = await this.#settle();
    if (this.#isStopped()) return;
    const run = this.#run;
    const length = lengthOf(planned, rate);
    options.onStep?.({
      step: this.#steps.length + 1,
      ...{ rate, phase, length },
      stand: this.#stand(),
    });
    this.#warnOfLength(length);
    const path = runPath(run, 1);
    const ended = await this.#child(path, stepOverrides(planned, rate, length.sec));
    if (ended === undefined) return;
    const { exitCode, result } = ended.child;
    if (exitCode === EXIT.badInput) {
      throw new LoadError('CAPACITY_STEP', `the step at ${rate}/s cannot be run: ${failureReason(ended.child)}`, {
        hint: 'a longer --hold, or a higher --from',
      });
    }
    // On a full disk, or without a broker, it says nothing about its rate.
    if (exitCode !== EXIT.ok && exitCode !== EXIT.thresholdFailed)
      await checkWorld(ended.child, options.cluster, options.signal);
    if (this.#isStopped()) return;
    const step = this.#append({ run, path, ...ended, settle }, { rate, phase, holdSec: length.sec }, result);
    if (step !== undefined) options.onStepEnd?.(step, this.#stand());
  }

  #warnOfLength({ sec }: StepLength): void {
    if (this.#planned.settings.holdMs !== null || sec < LONG_SEC || this.#hasWarned) return;
    this.#hasWarned = true;
    const time = formatDuration(sec * NS_PER_SEC);
    this.#options.onWarning(`at this rate it takes ${time} to fill the percentiles: --hold D makes the steps shorter`);
  }

  async #settle() {
    return (await this.#options.cluster?.settle(this.#options.signal)) ?? null;
  }

  /** Undefined: it was stopped, and does not count. */
  async #child(path: string, overrides: Overrides) {
    const { directory, cluster, signal, onProgress, onLive, onWarning, child } = this.#options;
    const { profile, topics, shards, cwd, env } = this.#planned;
    const ended = await runFresh({
      ...{ directory, path, id: this.#state.id, profile, overrides, topics, cwd, onWarning },
      ...(shards !== undefined && { shards }),
      ...(cluster !== undefined && { cluster }),
      ...(env !== undefined && { env }),
      ...(signal !== undefined && { signal }),
      ...(onProgress !== undefined && { onProgress }),
      ...(onLive !== undefined && { onLive }),
      ...(child !== undefined && { child }),
    });
    if (!this.#isStopped()) return ended;
    rmSync(join(directory, path), { recursive: true, force: true });
    return undefined;
  }

  #append(
    { run, path, child, topicSuffix, settle }: RunFacts,
    step: Omit<NonNullable<RunEntry['step']>, 'warmupSec'>,
    result = child.result,
  ): CapacityStep | undefined {
    const entry: RunEntry = {
      ...{ run, attempt: 1, round: 1, cell: 'all', path },
      startedAt: result?.run.startedAt ?? new Date().toISOString(),
      ...{ wallMs: Math.round(child.wallMs), exitCode: child.exitCode, id: result?.run.id ?? null },
      ...(result === null && { reason: failureReason(child) }),
      settle,
      ...(topicSuffix !== undefined && { topicSuffix }),
      step: { ...step, warmupSec: this.#planned.settings.warmupMs / MS_PER_SEC },
    };
    appendRun(this.#options.directory, entry);
    return this.#take(entry, result ?? undefined);
  }

  #stuck(): LoadError | undefined {
    const { stuck } = this.#search();
    if (stuck?.why !== 'invalid') return undefined;
    const reason = this.#steps.findLast(({ rate }) => rate === stuck.rate)?.reasons[0] ?? 'no reason known';
    return new LoadError('CAPACITY_STEP', `the step at ${stuck.rate}/s went wrong twice: ${reason}`);
  }
}

interface RunFacts {
  readonly run: number;
  readonly path: string;
  readonly child: ChildRun;
  readonly topicSuffix?: string;
  readonly settle: RunEntry['settle'];
}

/** While it was sent: what a slow broker has of a full window by the end says how large the window is. */
function acknowledgedPerSec({ series, phases }: Result, warmupSec: number): number {
  const toSec = warmupSec + Math.floor(phases.load);
  const rows = series.filter(({ second }) => second >= warmupSec && second < toSec);
  return rows.reduce((sum, { acked }) => sum + acked, 0) / Math.max(1, rows.length);
}

/** As this engine wrote it: its id is that of the entry. */
function readResult(directory: string, { path, id }: RunEntry): Result | null {
  if (id === null) return null;
  return JSON.parse(readFileSync(join(directory, path, 'result.json'), 'utf8')) as Result;
}
