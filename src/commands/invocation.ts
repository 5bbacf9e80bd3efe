/** One command as it was called: what each command's `execute` gets. */
import type { ExitCode } from '../errors.ts';
import type { Overrides } from '../profile/overrides.ts';
import type { Terminal } from './terminal.ts';
import type { Values } from './values.ts';

export interface Invocation {
  readonly values: Values;
  /** The workload parameters among the flags. */
  readonly params: NonNullable<Overrides['params']>;
  readonly terminal: Terminal;
  /** As typed. */
  readonly args: readonly string[];
  /** The same in one line, for the result. */
  readonly commandLine: string;
}

export interface CommandModule {
  execute(invocation: Invocation): Promise<ExitCode>;
}
