/** One run of an experiment in its own process: no heap, compiled code or connection is shared with the next. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { commandLineEntry } from '../command-line-entry.ts';
import { LoadError } from '../errors.ts';
import { hideArguments } from '../hidden-arguments.ts';
import { LIVE_VARIABLE } from '../live-channel.ts';
import type { LiveEvent } from '../page/live/live-event.ts';
import type { Progress } from '../recorder/progress.ts';
import { RESULT_VERSION, type Result } from '../result/result.ts';
import { scrub } from '../secrets.ts';

export interface ChildRunOptions {
  /** Of `load run`: profile and flags. */
  readonly args: readonly string[];
  /** Its result directory. */
  readonly out: string;
  /** Aborted: the child drains and writes what it has. A reason with `by: 'SIGTERM'` is passed on as that signal. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** What a live page shows of it; it is sent only where somebody takes it. */
  readonly onLive?: (event: LiveEvent) => void;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface ChildRun {
  /** 1 where a signal ended it. */
  readonly exitCode: number;
  /** The signal that ended it, where nobody here sent one. */
  readonly endedBy?: string;
  /** Null where the run wrote none, or not a whole one. */
  readonly result: Result | null;
  /** The last lines of its stderr, without its warnings. */
  readonly stderrTail: string;
  /** A sentence each. */
  readonly warnings: readonly string[];
  /** From its start to its end. */
  readonly wallMs: number;
}

const TAIL_LINES = 20;
const WARNING = /^warning: /;
const RESULT_KEYS = ['run', 'verdict', 'totals', 'rate', 'latency', 'histograms', 'client', 'environment'] as const;

/**
 * `load run ARGS --out OUT`. The child is in a process group of its own: Ctrl-C at a terminal reaches this process alone,
 * which passes it on once. It ends with this process, however that ends (cli.ts watches the channel between the two).
 * @throws LoadError where it cannot be started.
 */
export async function runChild(options: ChildRunOptions): Promise<ChildRun> {
  const { args, out, signal, onProgress, onLive, cwd, env } = options;
  // What is there is not this run's.
  rmSync(join(out, 'result.json'), { force: true });
  const startMs = performance.now();
  const hidden = hideArguments(['run', ...args, `--out=${out}`, '--quiet'], env ?? process.env);
  const child = spawn(process.execPath, [commandLineEntry(), ...hidden.args], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    ...(cwd !== undefined && { cwd }),
    env: { ...hidden.env, ...(onLive !== undefined && { [LIVE_VARIABLE]: '1' }) },
  });
  const said = linesOf(child);
  child.on('message', (message: Progress | LiveEvent) => {
    if ('kind' in message) onLive?.(message);
    else onProgress?.(message);
  });
  const stop = () => child.kill(isTermination(signal?.reason) ? 'SIGTERM' : 'SIGINT');
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  try {
    const { exitCode, endedBy } = await endOf(child);
    return {
      exitCode,
      ...(endedBy !== null && { endedBy }),
      result: readResult(out),
      stderrTail: scrub(said.tail.join('\n')),
      warnings: said.warnings.map(scrub),
      wallMs: performance.now() - startMs,
    };
  } finally {
    process.off('exit', kill);
    signal?.removeEventListener('abort', stop);
  }
}

function endOf(child: ChildProcess): Promise<{ exitCode: number; endedBy: string | null }> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => {
      // Also what a message or signal that comes too late gives.
      if (child.pid === undefined)
        reject(new LoadError('CHILD', `a run cannot be started: ${cause.message}`, { cause }));
    });
    child.once('close', (code, endedBy) => resolve({ exitCode: code ?? 1, endedBy }));
  });
}

function linesOf(child: ChildProcess): { readonly tail: string[]; readonly warnings: string[] } {
  const [tail, warnings]: [string[], string[]] = [[], []];
  let rest = '';
  const take = (line: string) => {
    if (WARNING.test(line)) warnings.push(line.replace(WARNING, ''));
    else if (line.trim() !== '') tail.push(line);
    if (tail.length > TAIL_LINES) tail.shift();
  };
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    lines.forEach(take);
  });
  child.stderr!.on('end', () => take(rest));
  return { tail, warnings };
}

function readResult(directory: string): Result | null {
  try {
    const result = JSON.parse(readFileSync(join(directory, 'result.json'), 'utf8')) as Result;
    const isWhole = result.version === RESULT_VERSION && RESULT_KEYS.every((key) => typeof result[key] === 'object');
    return isWhole ? result : null;
  } catch {
    return null;
  }
}

function isTermination(reason: unknown): boolean {
  return typeof reason === 'object' && reason !== null && 'by' in reason && reason.by === 'SIGTERM';
}
