/** What is known of a command before it is loaded. */
import type { Flags } from './flag-kinds.ts';
import type { CommandModule } from './invocation.ts';
import { DEFAULT_PROFILE } from './values.ts';

export interface Positional {
  readonly usage: string;
  readonly describe: string;
}

export interface Command {
  readonly describe: string;
  readonly flags: Flags;
  readonly takesProfile: boolean;
  /** In place of the profile also an experiment, which names one. */
  readonly takesExperiment?: true;
  /** What it can do: its first word says which, before the profile. */
  readonly actions?: readonly string[];
  /** Words that are neither flags nor the profile, in order, as yargs writes them: `<NAME>`, `[NAME]`, `[NAME..]`. */
  readonly positionals?: readonly Positional[];
  /** Arguments and what they do; each works as it stands. */
  readonly examples: readonly (readonly [args: string, meaning: string])[];
  readonly module: () => Promise<CommandModule>;
}

const PROFILE: Positional = {
  usage: '[PROFILE]',
  describe: `a bundled profile or a file; ${DEFAULT_PROFILE} by default`,
};

const EXPERIMENT: Positional = {
  usage: '[EXPERIMENT]',
  describe: `a bundled experiment or profile, or a file of one; ${DEFAULT_PROFILE} by default`,
};

export function positionalsOf({
  actions,
  takesProfile,
  takesExperiment,
  positionals = [],
}: Command): readonly Positional[] {
  const action = actions && { usage: '[ACTION]', describe: actions.join(', ') };
  const profile = takesExperiment ? EXPERIMENT : PROFILE;
  return [...(action ? [action] : []), ...(takesProfile ? [profile] : []), ...positionals];
}

/** `TOPICS` of `[TOPICS..]`. */
export function nameOf({ usage }: Positional): string {
  return usage.replaceAll(/[^A-Z]/g, '');
}
