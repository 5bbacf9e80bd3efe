import { runProgram } from '../../src/commands/program.ts';
import type { Interruption, Output, Terminal } from '../../src/commands/terminal.ts';
import type { ExitCode } from '../../src/errors.ts';

export interface FakeTerminal extends Terminal {
  /** What was written so far. */
  readonly out: () => string;
  readonly err: () => string;
  /** Sends a signal, once the command listens for one. */
  readonly interrupt: (by: Interruption['by']) => Promise<void>;
  /** Sends one more. */
  readonly hurry: () => void;
}

export function fakeTerminal(): FakeTerminal {
  const [stdout, stderr] = [sink(), sink()];
  let listening: (stop: (interruption: Interruption) => void) => void;
  const listener = new Promise<(interruption: Interruption) => void>((resolve) => {
    listening = resolve;
  });
  let onSecond: (() => void) | undefined;
  return {
    stdout: stdout.output,
    stderr: stderr.output,
    out: stdout.text,
    err: stderr.text,
    onInterrupt: (stop, hurry) => {
      listening(stop);
      onSecond = hurry;
    },
    hurry: () => onSecond?.(),
    interrupt: async (by) => (await listener)({ by, reason: 'a test' }),
  };
}

function sink(): { output: Output; text: () => string } {
  const written: string[] = [];
  const write = (text: string, done?: () => void) => {
    written.push(text);
    done?.();
    return true;
  };
  const output = { isTTY: false, write } as unknown as Output;
  return { output, text: () => written.join('') };
}

export interface Ended {
  readonly exitCode: ExitCode;
  readonly out: string;
  readonly err: string;
}

/** A whole command line in this process. */
export async function load(...args: string[]): Promise<Ended> {
  const terminal = fakeTerminal();
  const exitCode = await runProgram(args, terminal, { name: 'load', version: '9.9.9' });
  return { exitCode, out: terminal.out(), err: terminal.err() };
}
