/** Runs an experiment to its end, from wherever it stands: burn-in, rounds, what has to be repeated. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CellRuns } from '../compare/cell-figures.ts';
import type { RunRecord } from '../compare/run-record.ts';
import { LoadError } from '../errors.ts';
import type { Measure } from '../objective-grammar.ts';
import type { LiveEvent } from '../page/live/live-event.ts';
import type { Progress } from '../recorder/progress.ts';
import { engineVersion } from '../result/machine.ts';
import { alphaOf } from '../statistics/looks.ts';
import { systemFailure } from '../system-error.ts';
import type { ChildRun, runChild } from './child-run.ts';
import { timeLeftMs } from './estimate.ts';
import { appendRun, type ExperimentState, type RunEntry, readRuns, runPath } from './experiment-directory.ts';
import { type ClusterCare, checkWorld, type FreshRun, runFresh } from './fresh-run.ts';
import type { PlannedCell, PlannedExperiment } from './plan-experiment.ts';
import { type PlannedRun, runsOfRound } from './run-order.ts';
import { failureReason, recordFrom, recordOnDisk } from './run-outcome.ts';
import type { Settled } from './settle.ts';

/** A run that begins or has ended. */
export interface RunNews extends PlannedRun {
  readonly attempt: number;
  readonly cellName: string;
  /** Runs of all rounds; with `repeat: auto` at most, and so is the time left. */
  readonly of: number;
  readonly leftMs: number;
  readonly isAtMost: boolean;
  /** The pause before it; null without a real cluster. */
  readonly settle: Settled | null;
  /** Every cell with its runs that are finished by now, those of an earlier process among them. */
  readonly cells: readonly CellRuns[];
}

export interface ExperimentEvents {
  readonly onRun?: (run: RunNews) => void;
  readonly onRunEnd?: (run: RunNews, record: RunRecord) => void;
  readonly onProgress?: (progress: Progress) => void;
  /** A sentence, without repeats. */
  readonly onWarning?: (warning: string) => void;
  readonly onNote?: (note: string) => void;
}

export interface RunExperimentOptions extends ExperimentEvents {
  readonly directory: string;
  readonly signal?: AbortSignal;
  readonly cluster?: ClusterCare;
  /** Figures beside the standard ones. */
  readonly measures?: readonly Measure[];
  /** With `repeat: auto`, after each round: whether more are needed. */
  readonly isDecided?: (cells: readonly CellRuns[], rounds: number) => boolean;
  /** What a live page shows of the run under way. */
  readonly onLive?: (event: LiveEvent) => void;
  /** Tests give another. */
  readonly child?: typeof runChild;
}

export interface FinishedRun {
  readonly entry: RunEntry;
  readonly record: RunRecord;
}

export interface ExperimentEnd {
  readonly runs: readonly FinishedRun[];
  readonly rounds: number;
  /** What ended it early; the rest can be gone on with. */
  readonly failure?: LoadError;
  readonly interrupted?: boolean;
}

const BURN_IN = 'runs/burn-in';

export async function runExperiment(
  planned: PlannedExperiment,
  state: ExperimentState,
  options: RunExperimentOptions,
): Promise<ExperimentEnd> {
  const experiment = new Experiment(planned, state, options);
  try {
    await experiment.run();
  } catch (error) {
    const failure = systemFailure(error) ?? error;
    if (!(failure instanceof LoadError)) throw error;
    return experiment.end(failure);
  }
  return experiment.end();
}

class Experiment {
  readonly #planned: PlannedExperiment;
  readonly #state: ExperimentState;
  readonly #options: RunExperimentOptions;
  readonly #runs: FinishedRun[];
  readonly #warned = new Set<string>();
  #rounds = 0;
  #isWarm = false;

  constructor(planned: PlannedExperiment, state: ExperimentState, options: RunExperimentOptions) {
    this.#planned = planned;
    this.#state = state;
    this.#options = options;
    const { directory, measures } = options;
    this.#runs = readRuns(directory).map((entry) => ({ entry, record: recordOnDisk(directory, entry, measures) }));
    const own = engineVersion();
    for (const { record } of this.#runs) {
      const version = record.identity?.engineVersion ?? own;
      if (version !== own) this.#warn(`runs of load engine ${version} are gone on with by ${own}: compare with care`);
    }
  }

  end(failure?: LoadError): ExperimentEnd {
    const interrupted = this.#isStopped();
    const ended = { runs: this.#runs, rounds: this.#rounds };
    // What a stopped child or probe makes of it is not news.
    if (interrupted) return { ...ended, interrupted };
    return failure === undefined ? ended : { ...ended, failure };
  }

  async run(): Promise<void> {
    const { repeat, cells, seed } = this.#planned;
    const max = this.#roundsMax();
    for (let round = 1; round <= max && !this.#isStopped(); round++) {
      for (const planned of runsOfRound(seed, round, cells.length)) await this.#runOnce(planned, 1);
      if (this.#isStopped()) return;
      this.#rounds = round;
      if (repeat === 'auto' && this.#options.isDecided?.(this.cellRuns(), round)) break;
    }
    for (const { entry, record } of [...this.#runs]) {
      const { run, round } = entry;
      const cell = cells.findIndex(({ name }) => name === entry.cell);
      if (entry.attempt === 1 && record.status !== 'ok') await this.#runOnce({ run, round, cell }, 2);
    }
  }

  /** Of every cell what was run so far, in the order of the rounds. */
  cellRuns(): CellRuns[] {
    return cellRuns(this.#state, this.#runs);
  }

  #isStopped(): boolean {
    return this.#options.signal?.aborted ?? false;
  }

  async #runOnce(planned: PlannedRun, attempt: number): Promise<void> {
    const { cells } = this.#planned;
    const isDone = this.#runs.some(({ entry }) => entry.run === planned.run && entry.attempt === attempt);
    if (isDone || this.#isStopped()) return;
    if (!this.#isWarm) await this.#burnIn();
    const cell = cells[planned.cell]!;
    const settle = (await this.#options.cluster?.settle(this.#options.signal)) ?? null;
    if (this.#isStopped()) return;
    const isAtMost = this.#planned.repeat === 'auto';
    const of = this.#roundsMax() * cells.length;
    const facts = { ...planned, attempt, cellName: cell.name, of, isAtMost, settle };
    const news = () => ({ ...facts, leftMs: this.#leftMs(), cells: this.cellRuns() });
    this.#options.onRun?.(news());
    const startedAt = new Date().toISOString();
    const path = runPath(planned.run, attempt);
    const { child, topicSuffix } = await this.#child(cell, path);
    if (this.#isStopped()) {
      rmSync(join(this.#options.directory, path), { recursive: true, force: true });
      return;
    }
    const record = recordFrom(child, { path, round: planned.round, attempt, measures: this.#options.measures });
    if (record.status !== 'ok') await this.#checkWorld(child);
    const entry: RunEntry = {
      ...{ run: planned.run, attempt, round: planned.round, cell: cell.name, path, startedAt },
      ...{ wallMs: Math.round(child.wallMs), exitCode: child.exitCode, id: child.result?.run.id ?? null },
      ...(child.result === null && { reason: failureReason(child) }),
      settle,
      ...(topicSuffix !== undefined && { topicSuffix }),
    };
    appendRun(this.#options.directory, entry);
    this.#runs.push({ entry, record });
    this.#options.onRunEnd?.(news(), record);
  }

  #checkWorld(child: ChildRun): Promise<void> {
    return checkWorld(child, this.#options.cluster, this.#options.signal);
  }

  /** The first run of a machine that was idle is unlike all others: it is not kept. */
  async #burnIn(): Promise<void> {
    this.#isWarm = true;
    const cell = this.#planned.cells.find(({ name }) => name === this.#planned.baseline)!;
    this.#options.onNote?.(`burn-in, not counted${this.#planned.cells.length > 1 ? `: cell ${cell.name}` : ''}`);
    const { child } = await this.#child(cell, BURN_IN);
    rmSync(join(this.#options.directory, BURN_IN), { recursive: true, force: true });
    if (this.#isStopped()) return;
    const { status, reason } = recordFrom(child, { path: BURN_IN });
    if (status === 'failed') {
      this.#warn(`the burn-in failed: ${reason}`);
      await this.#checkWorld(child);
    }
  }

  #child({ overrides, topics }: PlannedCell, path: string): Promise<FreshRun> {
    const { directory, signal, onProgress, onLive, cluster, child } = this.#options;
    const { profile, shards, cwd, env } = this.#planned;
    return runFresh({
      ...{ directory, path, id: this.#state.id, profile, overrides, topics, cwd },
      onWarning: (warning) => this.#warn(warning),
      ...(shards !== undefined && { shards }),
      ...(cluster !== undefined && { cluster }),
      ...(env !== undefined && { env }),
      ...(signal !== undefined && { signal }),
      ...(onProgress !== undefined && { onProgress }),
      ...(onLive !== undefined && { onLive }),
      ...(child !== undefined && { child }),
    });
  }

  #warn(warning: string): void {
    if (this.#warned.has(warning)) return;
    this.#warned.add(warning);
    this.#options.onWarning?.(warning);
  }

  #roundsMax(): number {
    const { repeat, maxRepeat } = this.#planned;
    return repeat === 'auto' ? maxRepeat : repeat;
  }

  #leftMs(): number {
    const { seed, cells } = this.#planned;
    const done = new Set(this.#runs.filter(({ entry }) => entry.attempt === 1).map(({ entry }) => entry.run));
    const rounds = Array.from({ length: this.#roundsMax() }, (_, i) => runsOfRound(seed, i + 1, cells.length));
    const finished = this.#runs.map(({ entry }) => ({
      cell: cells.findIndex(({ name }) => name === entry.cell),
      wallMs: entry.wallMs,
      waitedMs: entry.settle?.waitedMs ?? 0,
    }));
    const left = rounds.flat().filter(({ run }) => !done.has(run));
    const again = this.#runs.filter(({ entry, record }) => {
      const isRepeated = this.#runs.some((other) => other.entry.run === entry.run && other.entry.attempt === 2);
      return entry.attempt === 1 && record.status !== 'ok' && !isRepeated;
    });
    const repeated = again.map(({ entry }) => ({ cell: cells.findIndex(({ name }) => name === entry.cell) }));
    return timeLeftMs(
      [...left, ...repeated],
      cells.map(({ durationNs }) => durationNs),
      finished,
    );
  }
}

export function cellRuns(state: ExperimentState, runs: readonly FinishedRun[]): CellRuns[] {
  const kind = state.kind === 'repeat' ? 'repeats' : 'cell';
  const alpha = alphaOf(state);
  return state.cells.map(({ name, factors }) => {
    const own = runs.filter(({ entry }) => entry.cell === name);
    // Of a run that was repeated the second one counts.
    const last = new Map(own.map(({ entry, record }) => [entry.round, record]));
    const label = state.kind === 'repeat' ? state.name : name;
    const inOrder = [...last].toSorted(([a], [b]) => a - b).map(([, record]) => record);
    return {
      name,
      factors,
      set: { label, kind, experiment: state.id, factors, ...(alpha !== undefined && { alpha }), runs: inOrder },
    };
  });
}
