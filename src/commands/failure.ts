/** An error as the person at the terminal reads it, and what the process ends with. */
import { EXIT, type ExitCode, formatProblem, InputError, LoadError } from '../errors.ts';
import { escapeControls } from '../report/text-escapes.ts';
import { scrub } from '../secrets.ts';
import { systemFailure } from '../system-error.ts';

export interface Failure {
  readonly exitCode: ExitCode;
  /** Lines; the first says what is wrong. */
  readonly lines: readonly string[];
}

/** @param debug adds where it came from. */
export function describeFailure(error: unknown, debug: boolean): Failure {
  const { exitCode, lines } = explain(systemFailure(error) ?? error);
  // What is wrong with an input is not found in the code.
  const trace = debug && !(error instanceof InputError) ? stackOf(error) : [];
  return { exitCode, lines: [...lines, ...trace].map((line) => escapeControls(scrub(line))) };
}

function explain(error: unknown): Failure {
  if (error instanceof InputError) {
    const { problems, exitCode } = error;
    if (problems.length === 1) return { exitCode, lines: formatProblem(problems[0]!).split('\n') };
    return { exitCode, lines: [`${problems.length} problems`, ...problems.map((each) => `  ${formatProblem(each)}`)] };
  }
  if (error instanceof LoadError) {
    const { exitCode, message, hint } = error;
    return { exitCode, lines: [message, ...(hint === undefined ? [] : [`  ${hint}`])] };
  }
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    exitCode: EXIT.failed,
    lines: [`this is a bug in the load engine: ${what}`, '  please report it with the output of --log-level debug'],
  };
}

function stackOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const cause = error.cause === undefined ? [] : ['caused by:', ...stackOf(error.cause)];
  return [...(error.stack ?? '').split('\n'), ...cause];
}
