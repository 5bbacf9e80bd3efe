/** Where a profile's variables come from: the process's environment and a `.env` file. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'dotenv';

export type Environment = Readonly<Record<string, string | undefined>>;

/** `env`, and what a `.env` file in `cwd` says beyond it. */
export function environmentOf(env: Environment, cwd: string): Environment {
  const path = join(cwd, '.env');
  return existsSync(path) ? { ...parse(readFileSync(path)), ...env } : env;
}
