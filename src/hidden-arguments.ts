/** Arguments of a child process with secrets in them: whoever lists the processes of the machine sees `***`. */
import { scrub } from './secrets.ts';

const VARIABLE = 'LOAD_HIDDEN_ARGUMENTS';

type Environment = Record<string, string | undefined>;

/** What to start it with; the environment carries what the arguments do not show. */
export function hideArguments(args: readonly string[], env: Readonly<Environment>) {
  const shown = args.map(scrub);
  const hidden = Object.fromEntries(args.flatMap((arg, i) => (arg === shown[i] ? [] : [[i, arg] as const])));
  if (Object.keys(hidden).length === 0) return { args: shown, env: { ...env } };
  return { args: shown, env: { ...env, [VARIABLE]: JSON.stringify(hidden) } };
}

/** In the child. They are taken out of the environment, which a profile may read and a grandchild gets. */
export function revealArguments(args: readonly string[], env: Environment): string[] {
  const hidden = JSON.parse(env[VARIABLE] ?? '{}') as Readonly<Record<string, string>>;
  delete env[VARIABLE];
  return args.map((arg, i) => hidden[i] ?? arg);
}
