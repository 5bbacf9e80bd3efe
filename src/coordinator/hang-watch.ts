/**
 * Gives up workers that do not come back: hung in a workload's code or in a C call, they would be waited for for ever.
 *
 *     start    READY_MS, or readyMs
 *     load     until its planned end, or a stop     + patienceMs
 *     drain    from its own beginning               + patienceMs
 *
 * A load without a planned end (endless, or bounded by a number of messages) lasts as long as its loop turns: given up is
 * one that has not turned for patienceMs. All of it counts only the time in which this process was running:
 * where it stood still (a paused container, a virtual machine that was moved) its workers stood still as well, and what
 * they have finished is still to be read.
 */
import { monotonicMs } from '../clock.ts';
import { LoadError } from '../errors.ts';
import { type ControlMemory, STATE, workerStates } from '../recorder/control-memory.ts';
import { MS_PER_SEC } from '../units.ts';

/** Metadata of a topic takes up to 10 s, a pool of a million large records as long again. */
export const READY_MS = 120_000;
const STEP_MS = 100;

export interface Patience {
  /** When the work should be over, ms after its start; Infinity where that is not known. */
  readonly plannedMs: number;
  /** How long after that, after a stop, or after a worker's last turn it is given up. */
  readonly patienceMs: number;
  /** How long a worker may take until it is ready; by default READY_MS. */
  readonly readyMs?: number;
  /** Another number for each turn of a worker's loop. */
  turnOf(worker: number): number;
  /** A drain lasts as long as its loop turns; by default its turns do not extend the wait for its end. */
  readonly isDrainUnbounded?: boolean;
}

interface Watched {
  readonly giveUp: (error: LoadError) => void;
  /** Rejects when the worker is given up. */
  readonly hung: Promise<never>;
  state: number;
  turn: number;
  /** When state or turn last changed, ms of running. */
  sinceMs: number;
}

export class HangWatch {
  readonly #memory: ControlMemory;
  readonly #patience: Patience;
  readonly #workers: readonly Watched[];
  readonly #nowMs: () => number;
  readonly #timer: NodeJS.Timeout;
  #lastMs: number;
  /** How long the process has run since this watch began; the moments below are on its scale. */
  #ranMs = 0;
  #startedMs: number | undefined;
  #stoppedMs = Number.POSITIVE_INFINITY;

  constructor(memory: ControlMemory, patience: Patience, nowMs: () => number = monotonicMs) {
    this.#memory = memory;
    this.#patience = patience;
    this.#workers = Array.from({ length: memory.workers }, watched);
    this.#nowMs = nowMs;
    this.#lastMs = nowMs();
    this.#timer = setInterval(() => this.look(), STEP_MS);
  }

  get #readyMs(): number {
    return this.#patience.readyMs ?? READY_MS;
  }

  get hung(): readonly Promise<never>[] {
    return this.#workers.map(({ hung }) => hung);
  }

  /** All are ready: the schedule begins. */
  started(): void {
    this.#startedMs = this.#ranMs;
  }

  /** The schedule was ended. */
  stopped(): void {
    this.#stoppedMs = Math.min(this.#stoppedMs, this.#ranMs);
  }

  look(): void {
    const nowMs = this.#nowMs();
    this.#ranMs += Math.min(nowMs - this.#lastMs, 2 * STEP_MS);
    this.#lastMs = nowMs;
    const states = workerStates(this.#memory);
    for (const [worker, watched] of this.#workers.entries()) {
      const state = states[worker]!;
      const turn = this.#patience.turnOf(worker);
      if (state !== watched.state || turn !== watched.turn) {
        const isExtended = state < STATE.draining || this.#patience.isDrainUnbounded === true;
        if (state !== watched.state || isExtended) watched.sinceMs = this.#ranMs;
        Object.assign(watched, { state, turn });
      }
      if (this.#ranMs > this.#deadlineMs(watched)) watched.giveUp(this.#given(worker, state));
    }
  }

  #deadlineMs({ state, sinceMs }: Watched): number {
    if (this.#startedMs === undefined) return state === STATE.starting ? this.#readyMs : Number.POSITIVE_INFINITY;
    const { plannedMs, patienceMs } = this.#patience;
    const endMs = Math.min(this.#startedMs + plannedMs, this.#stoppedMs);
    const isBounded = state < STATE.draining && endMs < Number.POSITIVE_INFINITY;
    return (isBounded ? endMs : sinceMs) + patienceMs;
  }

  #given(worker: number, state: number): LoadError {
    const why = 'a call does not return';
    if (this.#startedMs === undefined) {
      const message = `worker ${worker} is not ready after ${this.#readyMs / MS_PER_SEC} s: ${why}`;
      return new LoadError('WORKER_HUNG', message, { hint: 'check the module for an endless loop' });
    }
    const phase = state < STATE.draining ? 'load' : 'drain';
    return new LoadError('WORKER_HUNG', `it did not come back from its ${phase}: ${why}`);
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

function watched(): Watched {
  let giveUp!: (error: LoadError) => void;
  const hung = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  hung.catch(() => {});
  return { giveUp, hung, state: STATE.starting, turn: 0, sinceMs: 0 };
}
