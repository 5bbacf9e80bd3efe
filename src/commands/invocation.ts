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

/** Of a shard that `--shards` started: the command line as it was typed there. */
export const COMMAND_VARIABLE = 'LOAD_COMMAND';

/** Taken out of the environment, which a grandchild gets. */
export function givenCommand(): string | undefined {
  const { [COMMAND_VARIABLE]: command } = process.env;
  delete process.env[COMMAND_VARIABLE];
  return process.connected ? command : undefined;
}

export interface CommandModule {
  execute(invocation: Invocation): Promise<ExitCode>;
}
