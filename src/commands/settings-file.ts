/** `--config FILE`: flags from a YAML file, by their names. Loaded only where there is one. */
import { readFileSync } from 'node:fs';
import { InputError } from '../errors.ts';
import { type Path, parseSettings, placeOf, valuesOf } from '../profile/document.ts';
import { environmentOf } from '../profile/environment.ts';
import { interpolate } from '../profile/interpolation.ts';
import type { Setting } from './setting-arguments.ts';

/**
 * Underscores in a name stand for hyphens; `${NAME}` and `${NAME:-default}` are the environment, as in a profile.
 * @throws InputError where the file cannot be read, is not a map, or names a variable that is not set.
 */
export function readSettings(file: string, cwd = process.cwd()): readonly Setting[] {
  const source = parseSettings(readText(file), file);
  const problems = interpolate(source, environmentOf(process.env, cwd));
  if (problems.length > 0) throw new InputError(problems);
  return Object.entries(valuesOf(source, isFlagText)).map(([key, value]) => {
    return { key, flag: key.replaceAll('_', '-'), value, place: placeOf(source, [], key) };
  });
}

/** As on the command line: `0042` and `1e3` are what is written, in a list of properties too. */
function isFlagText(path: Path): boolean {
  return path.length === 1 || (path.length === 2 && /^(set|(producer|consumer)[-_]config)$/.test(String(path[0])));
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new InputError([{ place: `--config ${file}`, message: `cannot be read: ${(error as Error).message}` }]);
  }
}
