/** Process exit codes. Where several apply the first of 2, 1, 130/143, 4, 3, 99, 0 wins. */
export const EXIT = {
  ok: 0,
  failed: 1,
  badInput: 2,
  invalidMeasurement: 3,
  verificationFailed: 4,
  thresholdFailed: 99,
  sigint: 130,
  sigterm: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** One thing wrong with an input: where it stands, what was expected, and what would put it right. */
export interface Problem {
  /** `file:line` or the flag it came from; absent where there is no place. */
  readonly place?: string;
  /** Path inside the document, as `scenarios.atm.stages[0].target`. */
  readonly path?: string;
  readonly message: string;
  readonly hint?: string;
}

/**
 * The base of every error a person is meant to read. `code` is stable and machine-readable, `hint` says what to
 * do next, `exitCode` is what the process ends with when nothing handles it.
 */
export class LoadError extends Error {
  override readonly name: string = 'LoadError';
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;

  constructor(code: string, message: string, options: { exitCode?: ExitCode; hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.exitCode = options.exitCode ?? EXIT.failed;
    this.hint = options.hint;
  }
}

/** What a LoadError says, as plain data: structured clone, between threads, would leave its message alone. */
export interface PlainLoadError {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;
}

export function plainLoadError({ code, message, hint, exitCode }: LoadError): PlainLoadError {
  return { code, message, hint, exitCode };
}

export function toLoadError({ code, message, hint, exitCode }: PlainLoadError): LoadError {
  return new LoadError(code, message, { exitCode, ...(hint !== undefined && { hint }) });
}

/** Bad profile, flag or input: carries every problem found, so that one look mends all of them. Exit code 2. */
export class InputError extends LoadError {
  override readonly name = 'InputError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super('BAD_INPUT', problems.map(formatProblem).join('\n'), { exitCode: EXIT.badInput });
    this.problems = problems;
  }
}

/** What `read` gives; undefined where it throws an InputError, whose problems are added to `problems`. */
export function collect<T>(problems: Problem[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

/** `file:line: path: message (hint)` with the absent parts left out. */
export function formatProblem(problem: Problem): string {
  const where = [problem.place, problem.path].filter((part) => part !== undefined).join(': ');
  const text = where === '' ? problem.message : `${where}: ${problem.message}`;
  return problem.hint === undefined ? text : `${text} (${problem.hint})`;
}
