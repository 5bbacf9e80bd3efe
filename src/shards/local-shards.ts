/**
 * The shards of a run as processes of this machine. Shard 0 has this process's terminal, and its exit code is the run's:
 *
 *     load run P --shards 3
 *       ├─ load run P --shard 0/3     live view, result, summary; signals go to it alone, and it stops the others
 *       ├─ load run P --shard 1/3     stderr: its log, warnings and errors also here
 *       └─ load run P --shard 2/3
 *
 * They end with this process, however that ends: cli.ts watches the channel between the two.
 */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { EXIT, type ExitCode, LoadError } from '../errors.ts';
import { hideArguments } from '../hidden-arguments.ts';
import { LIVE_VARIABLE } from '../live-channel.ts';
import { REPLACED_VARIABLE } from '../local-shard.ts';

/** A shard that was lost is started once more, not again and again. */
const STARTS_MAX = 2;
/** When shard 0 has ended, the others know it and have nothing left to do. */
const END_MS = 2_000;
const KILL_AFTER_MS = 5_000;

export interface LocalShardsOptions {
  readonly shards: number;
  /** The file that Node.js runs. */
  readonly entry: string;
  /** Arguments of one shard's process. */
  readonly argsOf: (shard: number) => readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where what a shard says on stderr goes; nothing is written of an undefined one. */
  readonly logOf: (shard: number) => string | undefined;
  /** A line that a shard other than 0 says on stderr. */
  readonly onLine?: (shard: number, line: string) => void;
  /** Progress and live events of shard 0. */
  readonly onMessage?: (message: object) => void;
  readonly onStartAgain?: (shard: number, killedBy: string) => void;
}

export interface LocalShardsEnd {
  /** Shard 0's; 1 where a signal ended it, and that of the signal where all were ended at once. */
  readonly exitCode: ExitCode;
  /** The signal that ended shard 0, where nobody here sent one. */
  readonly endedBy?: string;
}

export class LocalShards {
  /** When all processes have ended. @throws LoadError CHILD where one cannot be started. */
  readonly ended: Promise<LocalShardsEnd>;
  readonly #options: LocalShardsOptions;
  readonly #running = new Map<number, ChildProcess>();
  readonly #timers: NodeJS.Timeout[] = [];
  #isOver = false;
  #stoppedBy: 'SIGINT' | 'SIGTERM' | undefined;
  #isHurried = false;

  constructor(options: LocalShardsOptions) {
    this.#options = options;
    this.ended = this.#run();
  }

  /** Passed on to shard 0, which stops the run. */
  stop(signal: 'SIGINT' | 'SIGTERM'): void {
    this.#isOver = true;
    this.#stoppedBy = signal;
    this.#running.get(0)?.kill(signal);
  }

  /** All end at once, without draining: as they do when this process is gone. */
  end(): void {
    this.#isOver = true;
    this.#isHurried = true;
    for (const child of this.#running.values()) if (child.connected) child.disconnect();
    this.#timers.push(setTimeout(() => this.#killAll('SIGKILL'), KILL_AFTER_MS));
  }

  async #run(): Promise<LocalShardsEnd> {
    const kill = () => this.#killAll('SIGKILL');
    // A terminal tells only the processes of its own group that its size has changed.
    const resize = () => this.#running.get(0)?.kill('SIGWINCH');
    process.once('exit', kill);
    process.on('SIGWINCH', resize);
    try {
      const { shards } = this.#options;
      const ends = Array.from({ length: shards }, (_, shard) => this.#keepRunning(shard));
      const [end] = await Promise.all([ends[0]!.then((first) => this.#endOthers(first)), ...ends.slice(1)]);
      const { code, signal } = end;
      if (this.#isHurried) return { exitCode: this.#stoppedBy === 'SIGINT' ? EXIT.sigint : EXIT.sigterm };
      return signal === null
        ? { exitCode: (code ?? EXIT.failed) as ExitCode }
        : { exitCode: EXIT.failed, endedBy: signal };
    } catch (error) {
      this.#killAll('SIGKILL');
      throw error;
    } finally {
      for (const timer of this.#timers) clearTimeout(timer);
      process.off('exit', kill);
      process.off('SIGWINCH', resize);
    }
  }

  #endOthers(end: End): End {
    this.#isOver = true;
    this.#timers.push(
      setTimeout(() => this.#killAll('SIGTERM'), END_MS),
      setTimeout(() => this.#killAll('SIGKILL'), END_MS + KILL_AFTER_MS),
    );
    return end;
  }

  #killAll(signal: NodeJS.Signals): void {
    for (const child of this.#running.values()) child.kill(signal);
  }

  /** One shard, started again where a signal from elsewhere ended it. */
  async #keepRunning(shard: number): Promise<End> {
    const { logOf, onStartAgain } = this.#options;
    const file = shard === 0 ? undefined : logOf(shard);
    const log = file === undefined ? undefined : createWriteStream(file, { flags: 'a' });
    // A full disk must not end the run.
    log?.on('error', () => {});
    try {
      let killedBy: NodeJS.Signals | undefined;
      for (let start = 1; ; start++) {
        const end = await this.#runOnce(shard, log, killedBy);
        if (end.signal === null || this.#isOver || start === STARTS_MAX) return end;
        killedBy = end.signal;
        onStartAgain?.(shard, killedBy);
      }
    } finally {
      log?.end();
    }
  }

  async #runOnce(shard: number, log: WriteStream | undefined, killedBy: NodeJS.Signals | undefined): Promise<End> {
    const { entry, argsOf, env, onLine, onMessage } = this.#options;
    const hidden = hideArguments(argsOf(shard), env);
    const isFirst = shard === 0;
    const shown: Readonly<Record<string, string | undefined>> = {
      ...hidden.env,
      ...(killedBy && { [REPLACED_VARIABLE]: killedBy }),
    };
    const { [LIVE_VARIABLE]: live, ...rest } = shown;
    const child = startOf(shard, [entry, ...hidden.args], {
      // Ctrl-C at a terminal reaches this process alone, which passes it on once.
      detached: true,
      stdio: isFirst ? ['inherit', 'inherit', 'inherit', 'ipc'] : ['ignore', 'ignore', 'pipe', 'ipc'],
      env: isFirst && live !== undefined ? { ...rest, [LIVE_VARIABLE]: live } : rest,
    });
    this.#running.set(shard, child);
    if (isFirst && onMessage !== undefined) child.on('message', (message: object) => onMessage(message));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => log?.write(text));
    if (child.stderr !== null) eachLine(child.stderr, (line) => onLine?.(shard, line));
    return new Promise((resolve, reject) => {
      child.once('error', (cause) => {
        // Also what a signal that comes too late gives.
        if (child.pid !== undefined) return;
        reject(notStarted(shard, cause));
      });
      const ended = (code: number | null, signal: NodeJS.Signals | null) => {
        this.#running.delete(shard);
        resolve({ code, signal });
      };
      child.once('close', ended);
      // Node.js emits no `close` where the channel was closed here.
      child.once('exit', (code, signal) => {
        if (this.#isHurried) ended(code, signal);
      });
    });
  }
}

/** @throws LoadError CHILD where the kernel refuses at once. */
function startOf(shard: number, args: readonly string[], options: SpawnOptions): ChildProcess {
  try {
    return spawn(process.execPath, args, options);
  } catch (cause) {
    throw notStarted(shard, cause as Error);
  }
}

function notStarted(shard: number, cause: Error): LoadError {
  return new LoadError('CHILD', `shard ${shard} cannot be started: ${cause.message}`, { cause });
}

interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

function eachLine(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = '';
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    lines.forEach(onLine);
  });
  stream.on('end', () => {
    if (rest !== '') onLine(rest);
  });
}
