/**
 * The worker threads: one Piscina task each, all alive at once (or the start barrier would wait for ever), stopped by a
 * shared word and never by aborting the task, which would kill the thread under librdkafka's feet.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { monotonicMs } from '../clock.ts';
import type { WorkerPlan } from '../engine/worker-plan.ts';
import { type PlainLoadError, toLoadError } from '../errors.ts';
import { threadsMayHang } from '../hanging-threads.ts';
import type { Plan } from '../plan/plan.ts';
import type { WorkerMeasurement } from '../recorder/measurement.ts';
import { RunReader } from '../recorder/reader.ts';
import { CONTROL, controlOf, type RunMemory, START, STATE, STOP } from '../recorder/run-memory.ts';
import { measureLostWorker } from '../recorder/worker-measurement.ts';
import type { ClientLog } from '../transport/transport.ts';
import { checkAddressSpace } from './address-space.ts';

/** Undefined when the run was cancelled before it began. */
type WorkerOutcome = WorkerMeasurement | PlainLoadError | undefined;

const WORKER = new URL('../../workers/engine.js', import.meta.url);

export interface PoolOptions {
  readonly workers: number;
  /** Somebody reads how far each lane is settled; by default nobody. */
  readonly tellsSettled?: boolean;
  /** Another entry than the engine's, for tests of what happens when a worker fails. */
  readonly entry?: URL;
}

export interface RunningWorkers {
  /** Resolves when every worker is at the barrier, rejects with the error of one that did not get there. */
  readonly ready: Promise<void>;
  /** One measurement a worker, whatever happened to it. */
  readonly done: Promise<WorkerMeasurement[]>;
}

export class WorkerPool {
  readonly #piscina: Piscina;
  readonly #workers: number;
  readonly #entry: string;
  readonly #tellsSettled: boolean;

  constructor({ workers, entry = WORKER, tellsSettled = false }: PoolOptions) {
    this.#tellsSettled = tellsSettled;
    checkAddressSpace(workers);
    this.#workers = workers;
    // Given with the task, not here: a thread ended while it loads its module takes the whole process with it.
    this.#entry = entry.href;
    this.#piscina = new Piscina({
      minThreads: workers,
      maxThreads: workers,
      concurrentTasksPerWorker: 1,
      idleTimeout: Number.POSITIVE_INFINITY,
    });
  }

  /**
   * Hands every worker its plan. A worker that fails makes the others drain; its counts come from shared memory. So does
   * that of a worker that is not back when its promise of `hung` rejects.
   */
  run(
    plan: Plan,
    memory: RunMemory,
    hung: readonly Promise<never>[],
    onLog: (line: ClientLog, worker: number) => void,
  ): RunningWorkers {
    const tasks = Array.from({ length: this.#workers }, (_, worker) =>
      Promise.race([this.#start(plan, memory, worker, onLog), ...hung.slice(worker, worker + 1)]),
    );
    const barrier = awaitReady(memory, this.#workers);
    const failed = Promise.all(tasks.map((task) => task.then(() => undefined)));
    const ready = Promise.race([barrier.reached, failed]).finally(barrier.cancel);
    const done = Promise.all(
      tasks.map((task, worker) =>
        task.catch((error: unknown) => {
          stopWorkers(memory, STOP.drain);
          return measureLostWorker(plan, memory, worker, error as Error);
        }),
      ),
    );
    return { ready: ready as Promise<void>, done };
  }

  async #start(
    plan: Plan,
    memory: RunMemory,
    worker: number,
    onLog: (line: ClientLog, worker: number) => void,
  ): Promise<WorkerMeasurement> {
    const { port1, port2 } = new MessageChannel();
    port1.on('message', (line: ClientLog) => onLog(line, worker));
    const workerPlan: WorkerPlan = { plan, worker, memory, tellsSettled: this.#tellsSettled, logPort: port2 };
    try {
      const outcome: WorkerOutcome = await this.#piscina.run(workerPlan, {
        filename: this.#entry,
        transferList: [port2],
      });
      if (outcome !== undefined && 'exitCode' in outcome) throw toLoadError(outcome);
      return outcome ?? measureLostWorker(plan, memory, worker, new Error('cancelled before the start'));
    } finally {
      // The task's end may be heard of before the last lines, which closing the port would drop.
      for (let last = receiveMessageOnPort(port1); last !== undefined; last = receiveMessageOnPort(port1)) {
        onLog(last.message, worker);
      }
      port1.close();
    }
  }

  /** A thread that hangs in a C call cannot be ended: it is left to the end of the process. */
  async close(): Promise<void> {
    const late = sleep(CLOSE_MS, true, { ref: false });
    if (await Promise.race([this.#piscina.destroy(), late])) threadsMayHang();
  }
}

/** Opens the barrier. `epochMs` on the monotonic clock is the run's zero, `startedAtMs` its wall-clock time. */
export function startWorkers(memory: RunMemory, epochMs: number, startedAtMs: number): void {
  const { epoch, words } = controlOf(memory);
  epoch[0] = epochMs;
  epoch[1] = startedAtMs;
  Atomics.store(words, CONTROL.start, START.go);
  Atomics.notify(words, CONTROL.start);
}

/** Sends workers still at the barrier home. */
export function cancelWorkers(memory: RunMemory): void {
  const { words } = controlOf(memory);
  Atomics.store(words, CONTROL.start, START.cancelled);
  Atomics.notify(words, CONTROL.start);
}

export function stopWorkers(memory: RunMemory, stop: number): void {
  const { words, epoch } = controlOf(memory);
  if (epoch[2] === 0) epoch[2] = (monotonicMs() - epoch[0]!) * 1e6;
  if (Atomics.load(words, CONTROL.stop) < stop) Atomics.store(words, CONTROL.stop, stop);
}

const READY_POLL_MS = 2;
const CLOSE_MS = 2_000;

function awaitReady(memory: RunMemory, workers: number): { reached: Promise<void>; cancel: () => void } {
  const reader = new RunReader(memory);
  let timer: NodeJS.Timeout;
  const reached = new Promise<void>((resolve) => {
    timer = setInterval(() => {
      const states = reader.states().slice(0, workers);
      if (states.every((state) => state >= STATE.ready)) resolve();
    }, READY_POLL_MS);
  });
  return { reached, cancel: () => clearInterval(timer) };
}
