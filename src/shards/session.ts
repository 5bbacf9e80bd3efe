/**
 * A process's part in a sharded run: it says that it is there, agrees on the plan with the others, waits with them for the
 * start, and hears when all are to stop. The order of messages is that of messages.ts.
 */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { monotonicMs } from '../clock.ts';
import type { StartTime } from '../coordinator/measure.ts';
import type { StopCause } from '../coordinator/observer.ts';
import { EXIT, type ExitCode, LoadError } from '../errors.ts';
import { formatDuration, NS_PER_MS, US_PER_MS } from '../units.ts';
import { Attendance, MISSING_HINT, nameOf, type Present } from './attendance.ts';
import type { Bus, Listening } from './bus.ts';
import type { ControlMessage, Hello, Prepared, Start } from './messages.ts';

/** From the word to start to the start itself: longer than it takes until all have heard it. */
const AHEAD_MS = { directory: 1_000, kafka: 2_000 } as const;
/** A shorter wait is not reported. */
const WAIT_REPORTED_MS = 5_000;
/** Shard 0 tells when it gives up; the others wait a little longer. */
const OTHERS_WAIT_MS = 30_000;

export interface SessionOptions {
  readonly bus: Bus;
  readonly shard: number;
  readonly shards: number;
  readonly instance?: string;
  readonly engineVersion: string;
  /** How long the others are waited for before the start, ms. */
  readonly waitMs: number;
  /** What ended the process whose place this one takes, where that is known. */
  readonly replaces?: string;
  /** What a wait of more than some seconds is for, once. */
  readonly onWait?: (text: string) => void;
}

export class ShardSession {
  readonly instance: string;
  readonly #options: SessionOptions;
  readonly #listening: Listening;
  readonly #attendance: Attendance;
  readonly #waiters = new Set<() => void>();
  #prepared: Prepared | undefined;
  #start: Start | undefined;
  #failure: LoadError | undefined;
  #isOver = false;
  #stopped: StopCause | undefined;
  #onStop: (cause: StopCause) => void = () => {};

  /** Hears what was said before, and says hello. @throws LoadError where this run is over, or another is meant. */
  static async join(options: SessionOptions): Promise<ShardSession> {
    const session = new ShardSession(options);
    try {
      await session.#listening.caughtUp;
      session.#checkOver();
      const { shards, engineVersion, replaces } = options;
      const hello = { shards, host: hostname(), pid: process.pid, engineVersion, sentAtMs: Date.now() };
      await session.#send({ kind: 'hello', ...session.#sender, ...hello, ...(replaces && { replaces }) });
      return session;
    } catch (error) {
      session.close();
      throw error;
    }
  }

  private constructor(options: SessionOptions) {
    this.#options = options;
    this.#attendance = new Attendance(options);
    this.instance = options.instance ?? randomBytes(8).toString('hex');
    this.#listening = options.bus.listen('control', (bytes) =>
      this.#hear(JSON.parse(Buffer.from(bytes).toString()) as ControlMessage),
    );
    this.#listening.closed.catch((error: LoadError) => {
      this.abort(error);
      this.#stopHere({ by: 'error', reason: `the others are not heard any more: ${error.message}` });
    });
  }

  get shard(): number {
    return this.#options.shard;
  }

  get bus(): Bus {
    return this.#options.bus;
  }

  /** What all must plan alike, where somebody said it already. */
  get plannedAlready(): Prepared | undefined {
    return this.#prepared;
  }

  /** All that said hello, and what they say from now on. */
  onPresent(listener: (present: Present) => void): void {
    this.#attendance.listen(listener);
  }

  /** Called once, when the run is stopped; at once where it was. */
  onStop(listener: (cause: StopCause) => void): void {
    this.#onStop = listener;
    if (this.#stopped !== undefined) listener(this.#stopped);
  }

  /** Of the others: what shard 0 has prepared. */
  async prepared(): Promise<Prepared> {
    const { shards, waitMs } = this.#options;
    return this.#until(
      () => this.#prepared,
      waitMs + OTHERS_WAIT_MS,
      () =>
        new LoadError('SHARD_MISSING', `shard 0 of ${shards} did not appear within ${duration(waitMs)}`, {
          hint: MISSING_HINT,
        }),
      () => 'shard 0',
    );
  }

  /** Of shard 0, where nobody has said it. */
  async prepare(what: Omit<Prepared, 'kind' | 'shard' | 'instance'>): Promise<void> {
    if (this.#prepared === undefined) await this.#send({ kind: 'prepared', ...this.#sender, ...what });
  }

  /** Its workers are ready: waits for all others, and for the word to start. */
  async start(planHash: string): Promise<StartTime> {
    const { bus, shard, shards, waitMs } = this.#options;
    const isLate = this.#start !== undefined;
    const clockOffset = (await bus.clockOffset()) ?? null;
    await this.#send({ kind: 'ready', ...this.#sender, planHash, clockOffset });
    const aheadMs = clockOffset === null ? 0 : (clockOffset.minUs + clockOffset.maxUs) / 2 / US_PER_MS;
    if (shard === 0 && !isLate) {
      await this.#until(
        () => this.#attendance.isWhole || undefined,
        waitMs,
        () => this.#attendance.missingError(waitMs),
        () => this.#attendance.missingText(),
      );
      // Whole milliseconds, as the result has it: records are made again from it.
      const atMs = Math.round(Date.now() - aheadMs) + AHEAD_MS[bus.kind];
      await this.#send({ kind: 'start', ...this.#sender, atMs });
    }
    const { atMs } = await this.#until(
      () => this.#start,
      waitMs + OTHERS_WAIT_MS,
      () => new LoadError('SHARD_MISSING', `shard 0 of ${shards} did not say when to start`, { hint: MISSING_HINT }),
    );
    const untilStartMs = atMs + aheadMs - Date.now();
    return {
      epochMs: monotonicMs() + untilStartMs,
      // The same for all: records carry it.
      startedAtMs: atMs,
      ...(isLate && { joinedNs: Math.max(0, -untilStartMs * NS_PER_MS) }),
    };
  }

  /** Ends the schedule of all. */
  stop(cause: StopCause): void {
    if (this.#stopped !== undefined) return;
    this.#stopHere(cause);
    this.#send({ kind: 'stop', ...this.#sender, cause }).catch(() => {});
  }

  /** Tells the others why this process cannot go on; an error of the bus adds nothing to it. */
  async fail({ message, hint, exitCode }: Pick<LoadError, 'message' | 'hint' | 'exitCode'>): Promise<void> {
    this.#failure ??= new LoadError('SHARD_FAILED', message, { ...(hint && { hint }), exitCode });
    await this.#send({ kind: 'failed', ...this.#sender, message, ...(hint && { hint }), exitCode }).catch(() => {});
  }

  /** Ends what waits here. */
  abort(error: LoadError): void {
    this.#failure ??= error;
    this.#wake();
  }

  async ended(exitCode: ExitCode): Promise<void> {
    await this.#send({ kind: 'ended', ...this.#sender, exitCode });
  }

  close(): void {
    this.#listening.close();
  }

  get #sender() {
    return { shard: this.#options.shard, instance: this.instance };
  }

  async #send(message: ControlMessage): Promise<void> {
    await this.#options.bus.send('control', Buffer.from(JSON.stringify(message)));
  }

  #hear(message: ControlMessage): void {
    switch (message.kind) {
      case 'hello':
        this.#hello(message);
        break;
      case 'prepared':
        this.#prepared ??= message;
        break;
      case 'ready':
        this.#failure ??= this.#attendance.ready(message, this.#prepared?.planHash);
        break;
      case 'start':
        this.#start ??= message;
        break;
      case 'stop':
        this.#stopHere(message.cause);
        break;
      case 'failed':
        this.#failed(message);
        break;
      case 'ended':
        this.#isOver = true;
        // Of one that was given up, and goes on.
        if (message.instance !== this.instance) this.#stopHere({ by: 'error', reason: 'the run has ended' });
        break;
    }
    this.#wake();
  }

  #hello(message: Hello): void {
    const { shard } = this.#options;
    this.#failure ??= this.#attendance.hello(message);
    if (!this.#attendance.isReplaced(shard, this.instance)) return;
    this.#stopHere({ by: 'error', reason: `another process took the place of shard ${shard}` });
  }

  /** Before the start it ends the run for all; after it that shard is lost, and another may take its place. */
  #failed({ shard, instance, message, hint, exitCode }: Extract<ControlMessage, { kind: 'failed' }>): void {
    if (this.#start !== undefined || instance === this.instance) return;
    const last = this.#attendance.latest(shard);
    if (last?.instance !== instance) return;
    // A signal was for that process alone: for others it is a run that could not be done.
    const isSignal = exitCode === EXIT.sigint || exitCode === EXIT.sigterm;
    this.#failure ??= new LoadError('SHARD_FAILED', `${nameOf(last)}: ${message}`, {
      ...(hint && { hint }),
      exitCode: isSignal ? EXIT.failed : (exitCode as ExitCode),
    });
  }

  #stopHere(cause: StopCause): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = cause;
    this.#onStop(cause);
  }

  #checkOver(): void {
    const failed = this.#failure?.code === 'SHARD_FAILED' ? this.#failure.message : undefined;
    if (!this.#isOver && failed === undefined) return;
    const message = failed === undefined ? ': nothing more can be sent in it' : ` before its start: ${failed}`;
    throw new LoadError('RUN_OVER', `this run has ended${message}`, {
      // A process that is started again has the exit code of the first.
      exitCode: failed === undefined ? EXIT.badInput : this.#failure!.exitCode,
      hint: 'start another one with another --run',
    });
  }

  #until<T>(find: () => T | undefined, timeoutMs: number, late: () => LoadError, whom?: () => string): Promise<T> {
    const { onWait, waitMs } = this.#options;
    return new Promise<T>((resolve, reject) => {
      const end = (settle: () => void) => {
        clearTimeout(timer);
        clearTimeout(report);
        this.#waiters.delete(look);
        settle();
      };
      const look = () => {
        const failure = this.#failure;
        if (failure !== undefined) return end(() => reject(failure));
        const found = find();
        if (found !== undefined) end(() => resolve(found));
      };
      const timer = setTimeout(() => end(() => reject(late())), timeoutMs);
      const report = setTimeout(() => {
        if (whom !== undefined) onWait?.(`waiting for ${whom()}, up to ${duration(waitMs)} (--shard-wait)`);
      }, WAIT_REPORTED_MS);
      this.#waiters.add(look);
      look();
    });
  }

  #wake(): void {
    for (const look of [...this.#waiters]) look();
  }
}

function duration(ms: number): string {
  return formatDuration(ms * NS_PER_MS);
}
