/** `--config FILE`: flags from a YAML file, by their names. Loaded only where there is one. */
import { readFileSync } from 'node:fs';
import { InputError } from '../errors.ts';
import { interpolate, parseSettings, placeOf } from '../profile/document.ts';
import { environmentOf } from '../profile/environment.ts';
import type { Setting } from './setting-arguments.ts';

/**
 * Underscores in a name stand for hyphens; `${NAME}` and `${NAME:-default}` are the environment, as in a profile.
 * @throws InputError where the file cannot be read, is no map, or names a variable that is not set.
 */
export function readSettings(file: string, cwd = process.cwd()): readonly Setting[] {
  const source = parseSettings(readText(file), file);
  const problems = interpolate(source, environmentOf(process.env, cwd));
  if (problems.length > 0) throw new InputError(problems);
  const values = (source.document.toJS() ?? {}) as Readonly<Record<string, unknown>>;
  return Object.entries(values).map(([key, value]) => {
    return { key, flag: key.replaceAll('_', '-'), value, place: placeOf(source, [], key) };
  });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new InputError([{ place: `--config ${file}`, message: `cannot be read: ${(error as Error).message}` }]);
  }
}
