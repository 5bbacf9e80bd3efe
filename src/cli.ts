#!/usr/bin/env node
/** The process around the command line: arguments, signals, exit codes. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, relative } from 'node:path';
import type { Interruption } from './commands/terminal.ts';
import { enableCompileCache } from './compile-cache.ts';
import { EXIT, type ExitCode } from './errors.ts';
import { mayThreadsHang } from './hanging-threads.ts';
import { revealArguments } from './hidden-arguments.ts';
import { LIVE_VARIABLE } from './live-channel.ts';
import { systemFailure } from './system-error.ts';

/** npm passes a Ctrl-C on that the terminal has sent already: the same signal this soon is the same keystroke. */
const SAME_KEYSTROKE_MS = 300;

/** For whoever reads the output, once it was asked to end. */
const LAST_WRITE_MS = 1_000;

/** A terminal that is closed asks to end as well. */
const ASKED_BY = { SIGINT: 'SIGINT', SIGTERM: 'SIGTERM', SIGHUP: 'SIGTERM' } as const;
const EXIT_OF = { SIGINT: EXIT.sigint, SIGTERM: EXIT.sigterm } as const;

let onInterrupt: ((interruption: Interruption) => void) | undefined;
let onSecond: (() => void) | undefined;
let interrupted: { readonly by: Interruption['by']; readonly atMs: number } | undefined;

for (const [signal, by] of Object.entries(ASKED_BY)) {
  process.on(signal, () => {
    const atMs = performance.now();
    if (interrupted?.by === by && atMs - interrupted.atMs < SAME_KEYSTROKE_MS) return;
    if (interrupted !== undefined && onSecond !== undefined) {
      const hurry = onSecond;
      onSecond = undefined;
      interrupted = { by, atMs };
      hurry();
      return;
    }
    if (onInterrupt === undefined || interrupted !== undefined) endProcess(EXIT_OF[by]);
    interrupted = { by, atMs };
    onInterrupt({ by, reason: by === 'SIGINT' ? 'interrupted' : 'asked to end' });
  });
}

// A run of an experiment ends with it, however that ends: nobody would count it.
process.once('disconnect', () => endProcess(EXIT.sigterm));
process.channel?.unref();

// A run outlives its log: what cannot be said any more is not said.
process.stderr.on('error', () => {});

// `load … | head -1`: whoever reads has read enough; or a terminal that is closed. Anything else, e.g. a full disk, is reported
// at the end.
let lost: Error | undefined;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== (process.stdout.isTTY ? 'EIO' : 'EPIPE')) lost ??= error;
});

const exitCode = await runProgram().catch(couldNotStart);
// All that is left is to write: a signal ends that.
onInterrupt = undefined;
onSecond = undefined;
await written(process.stdout);
if (lost !== undefined) process.stderr.write(`error: the output could not be written: ${lost.message}\n`);
await written(process.stderr);
endProcess(lost === undefined || exitCode === EXIT.badInput ? exitCode : EXIT.failed);

/** Loaded here: a process that is out of files finds out while it can still report it. */
async function runProgram(): Promise<ExitCode> {
  enableCompileCache();
  const program = await import('./commands/program.ts');
  return program.runProgram(
    process.connected ? revealArguments(process.argv.slice(2), process.env) : process.argv.slice(2),
    {
      stdout: process.stdout,
      stderr: process.stderr,
      onInterrupt: (stop, hurry) => {
        onInterrupt = stop;
        onSecond = hurry;
      },
      ...(process.connected && { onProgress: sendToParent }),
      ...(process.connected && process.env[LIVE_VARIABLE] !== undefined && { onLive: sendToParent }),
    },
    { name: calledAs(), version: packageVersion() },
  );
}

function sendToParent(message: object): void {
  if (process.connected) process.send?.(message);
}

function couldNotStart(error: unknown): ExitCode {
  const failure = systemFailure(error);
  if (failure === undefined) throw error;
  process.stderr.write(`error: ${failure.message}\n${failure.hint === undefined ? '' : `  ${failure.hint}\n`}`);
  return failure.exitCode;
}

/**
 * `process.exit` joins every thread first: one in a C call (a broker that does not answer, a worker that hangs) keeps the
 * process for as long as the call takes, whatever signal comes.
 */
function endProcess(exitCode: number): never {
  // Coverage of what ran is written by process.exit.
  if (!mayThreadsHang() || process.env.NODE_V8_COVERAGE !== undefined) process.exit(exitCode);
  process.emit('exit', exitCode);
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  return koffi.load(null).func('void _exit(int code)')(exitCode) as never;
}

/** What the person can type again, so that the examples of `--help` work as printed. */
function calledAs(): string {
  const { npm_lifecycle_event, npm_command } = process.env;
  if (npm_lifecycle_event === 'start') return 'npm start --';
  if (npm_command === 'exec') return 'npx load';
  const script = process.argv[1] ?? '';
  return basename(script) === 'load' ? 'load' : `node ${relative(process.cwd(), script)}`;
}

function packageVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** Pipes take what is written to them later: everything before this has to be out. After a signal nobody waits for long. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
    if (interrupted !== undefined) setTimeout(resolve, LAST_WRITE_MS);
  });
}
