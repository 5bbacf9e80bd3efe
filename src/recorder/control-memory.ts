/**
 * What any group of workers and its coordinator share, whatever the workers do: the start and stop words, the common
 * epoch, and a state for each worker. The coordinator writes the words and the epoch, a worker its own state.
 */

/** What any group of workers shares with the coordinator, whatever it does. */
export interface ControlMemory {
  readonly workers: number;
  readonly control: SharedArrayBuffer;
}

/** Int32 control words. Worker w's state stands at CONTROL.states + w. */
export const CONTROL = { start: 0, stop: 1, states: 2 } as const;
export const START = { wait: 0, go: 1, cancelled: 2 } as const;
/** `drain`: end the schedule and drain; `abandon`: purge what is in flight and return at once. */
export const STOP = { none: 0, drain: 1, abandon: 2 } as const;
export const STATE = { starting: 0, ready: 1, load: 2, draining: 3, done: 4 } as const;

/** Float64 cells before the control words: the common epoch on the monotonic clock, its wall-clock time, a stop's time, a late start's. */
const EPOCH_CELLS = 4;

export function allocateControl(workers: number): ControlMemory {
  return { workers, control: new SharedArrayBuffer(EPOCH_CELLS * 8 + (CONTROL.states + workers) * 4) };
}

export interface Control {
  /** [epoch in ms of process.hrtime, the same moment in ms since 1970, ns from there to the first stop or 0, and to a late start or 0]. */
  readonly epoch: Float64Array;
  readonly words: Int32Array;
}

export function controlOf({ control }: ControlMemory): Control {
  return { epoch: new Float64Array(control, 0, EPOCH_CELLS), words: new Int32Array(control, EPOCH_CELLS * 8) };
}

/** For a worker: at the barrier until it opens. False: go home. */
export function awaitStart(memory: ControlMemory, worker: number): boolean {
  const { words } = controlOf(memory);
  Atomics.store(words, CONTROL.states + worker, STATE.ready);
  Atomics.wait(words, CONTROL.start, START.wait);
  return Atomics.load(words, CONTROL.start) === START.go;
}

export function workerStates(memory: ControlMemory): number[] {
  const { words } = controlOf(memory);
  return Array.from({ length: memory.workers }, (_, worker) => Atomics.load(words, CONTROL.states + worker));
}
