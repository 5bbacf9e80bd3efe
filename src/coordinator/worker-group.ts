/**
 * A group of worker threads on one task: one Piscina task a thread, all alive at once (or the start barrier would wait
 * for ever), stopped by a shared word and never by aborting the task, which would kill the thread under librdkafka's
 * feet. The group knows nothing of what its task does.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { monotonicMs } from '../clock.ts';
import { type PlainLoadError, toLoadError } from '../errors.ts';
import { threadsMayHang } from '../hanging-threads.ts';
import {
  CONTROL,
  type ControlMemory,
  controlOf,
  START,
  STATE,
  STOP,
  workerStates,
} from '../recorder/control-memory.ts';
import type { ClientLog } from '../transport/transport.ts';
import { NS_PER_MS } from '../units.ts';
import { checkAddressSpace } from './address-space.ts';
import { HangWatch, type Patience } from './hang-watch.ts';

export interface GroupTask<Outcome> {
  /**
   * A worker's file. Its default export takes the input with the worker's number, `logPort` (ClientLog) and `dataPort`
   * (for `received`), goes through the barrier (`awaitStart`), heeds the stop word, and returns its outcome, a PlainLoadError, or undefined where the
   * start was cancelled.
   */
  readonly entry: URL;
  readonly memory: ControlMemory;
  readonly patience: Patience;
  /** What a worker is given besides, by structured clone. */
  input(worker: number): object;
  /** What is known of a worker that failed or hangs. */
  lost(worker: number, error: Error): Outcome;
  /** What a worker sends while it works; all of it is here before its outcome. */
  received?(data: unknown): void;
}

export interface RunningGroup<Outcome> {
  /** Resolves when every worker is at the barrier, rejects with the error of one that did not get there. */
  readonly ready: Promise<void>;
  /** One outcome a worker, whatever happened to it. */
  readonly done: Promise<Outcome[]>;
  /**
   * Opens the barrier. `epochMs` on the monotonic clock is the run's zero, `startedAtMs` its wall-clock time; workers that
   * join a run that goes on leave out what was due before `joinedNs`, ns from run start.
   */
  start(epochMs: number, startedAtMs: number, joinedNs?: number): void;
  /** Sends workers still at the barrier home. */
  cancel(): void;
  /** The stop word only ever goes up. */
  stop(word: number): void;
  /** Nobody is given up any more. */
  close(): void;
}

export class WorkerGroup {
  readonly #piscina: Piscina;
  readonly #workers: number;

  constructor(workers: number) {
    checkAddressSpace(workers);
    this.#workers = workers;
    this.#piscina = new Piscina({
      minThreads: workers,
      maxThreads: workers,
      concurrentTasksPerWorker: 1,
      idleTimeout: Number.POSITIVE_INFINITY,
    });
  }

  /** A worker that fails, or hangs, makes the others drain. */
  run<Outcome>(task: GroupTask<Outcome>, onLog: (line: ClientLog) => void): RunningGroup<Outcome> {
    const { words, epoch } = controlOf(task.memory);
    const watch = new HangWatch(task.memory, task.patience);
    const stop = (word: number) => {
      if (epoch[2] === 0) epoch[2] = (monotonicMs() - epoch[0]!) * NS_PER_MS;
      if (Atomics.load(words, CONTROL.stop) < word) Atomics.store(words, CONTROL.stop, word);
      watch.stopped();
    };
    const open = (word: number) => {
      Atomics.store(words, CONTROL.start, word);
      Atomics.notify(words, CONTROL.start);
    };
    const tasks = Array.from({ length: this.#workers }, (_, worker) =>
      Promise.race([this.#start(task, worker, onLog), watch.hung[worker]!]),
    );
    const barrier = awaitReady(task.memory);
    const failed = Promise.all(tasks.map((each) => each.then(() => undefined)));
    const ready = Promise.race([barrier.reached, failed]).finally(barrier.cancel);
    const done = Promise.all(
      tasks.map((each, worker) =>
        each.catch((error: unknown) => {
          stop(STOP.drain);
          return task.lost(worker, error as Error);
        }),
      ),
    );
    return {
      ready: ready as Promise<void>,
      done,
      start: (epochMs, startedAtMs, joinedNs = 0) => {
        epoch[0] = epochMs;
        epoch[1] = startedAtMs;
        epoch[3] = joinedNs;
        watch.started();
        open(START.go);
      },
      cancel: () => open(START.cancelled),
      stop,
      close: () => watch.close(),
    };
  }

  async #start<Outcome>(task: GroupTask<Outcome>, worker: number, onLog: (line: ClientLog) => void): Promise<Outcome> {
    const log = openPort(onLog);
    const data = openPort((sent: unknown) => task.received?.(sent));
    // The file with the task, not with the pool: a thread ended while it loads its module takes the whole process with it.
    const options = { filename: task.entry.href, transferList: [log.port, data.port] };
    try {
      const outcome: Outcome | PlainLoadError | undefined = await this.#piscina.run(
        { ...task.input(worker), worker, logPort: log.port, dataPort: data.port },
        options,
      );
      if (isPlainLoadError(outcome)) throw toLoadError(outcome);
      return outcome ?? task.lost(worker, new Error('cancelled before the start'));
    } finally {
      log.close();
      data.close();
    }
  }

  /** A thread that hangs in a C call cannot be ended: it is left to the end of the process. */
  async close(): Promise<void> {
    const late = sleep(CLOSE_MS, true, { ref: false });
    if (await Promise.race([this.#piscina.destroy(), late])) threadsMayHang();
  }
}

/** A worker's end, and what is called with each message that it sends. */
function openPort<T>(receive: (message: T) => void): { readonly port: MessagePort; readonly close: () => void } {
  const { port1, port2 } = new MessageChannel();
  port1.on('message', receive);
  const close = () => {
    // The task's end may be heard of before the last messages, which closing the port would drop.
    for (let last = receiveMessageOnPort(port1); last !== undefined; last = receiveMessageOnPort(port1)) {
      receive(last.message);
    }
    port1.close();
  };
  return { port: port2, close };
}

const READY_POLL_MS = 2;
const CLOSE_MS = 2_000;

function awaitReady(memory: ControlMemory): { reached: Promise<void>; cancel: () => void } {
  let timer: NodeJS.Timeout;
  const reached = new Promise<void>((resolve) => {
    timer = setInterval(() => {
      if (workerStates(memory).every((state) => state >= STATE.ready)) resolve();
    }, READY_POLL_MS);
  });
  return { reached, cancel: () => clearInterval(timer) };
}

function isPlainLoadError(outcome: unknown): outcome is PlainLoadError {
  return typeof outcome === 'object' && outcome !== null && 'exitCode' in outcome;
}
