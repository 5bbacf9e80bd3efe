/** `--config FILE`: flags from a YAML file, by their names. A flag on the command line wins over the file's. */
import { readFileSync } from 'node:fs';
import { InputError, type Problem } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { interpolate, parseSettings, placeOf } from '../profile/document.ts';
import { environmentOf } from '../profile/load.ts';
import type { Flags } from './flags.ts';

interface Setting {
  /** As it is written, `burst_mode`. */
  readonly key: string;
  /** The flag's name or alias, `burst-mode`. */
  readonly flag: string;
  readonly value: unknown;
  /** `file:line` */
  readonly place: string;
}

export interface SettingArguments {
  /** As they would stand on the command line. */
  readonly args: readonly string[];
  readonly problems: readonly Problem[];
  /** Flag as problems name it (`--rate`) → where the file says it. */
  readonly places: ReadonlyMap<string, string>;
}

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

/** @param typed names of the flags on the command line: theirs are not taken from the file, lists are added to. */
export function settingArguments(
  settings: readonly Setting[],
  flags: Flags,
  typed: ReadonlySet<string>,
): SettingArguments {
  const problems: Problem[] = [];
  const args: string[] = [];
  const places = new Map<string, string>();
  for (const { key, flag, value, place } of settings) {
    const name = Object.keys(flags).find((each) => each === flag || aliasesOf(flags, each).includes(flag));
    if (name === undefined || name === 'config') {
      problems.push({ place, message: `there is no setting \`${key}\``, ...hintFor(flag, flags) });
      continue;
    }
    const { type, array } = flags[name]!;
    const given = textsOf(value, array === true);
    if (given === undefined) problems.push({ place, path: key, message: 'a value is missing' });
    else if (type === 'boolean' && typeof value !== 'boolean' && value !== 'true' && value !== 'false') {
      problems.push({ place, path: key, message: `expected true or false, not \`${given.join()}\`` });
    } else if (array || !typed.has(name)) {
      args.push(...given.map((text) => `--${name}=${text}`));
      places.set(`--${name}`, place);
    }
  }
  return { args, problems, places };
}

/** One text for each time the flag would stand there; undefined where nothing is given. */
function textsOf(value: unknown, isList: boolean): readonly string[] | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  if (Array.isArray(value)) return isList ? value.map(String) : [value.join(',')];
  if (typeof value !== 'object') return [String(value)];
  return isList ? Object.entries(value).map(([name, each]) => `${name}=${each}`) : [JSON.stringify(value)];
}

function hintFor(flag: string, flags: Flags): { readonly hint?: string } {
  const names = Object.keys(flags).filter((name) => name !== 'config');
  const long = names.flatMap((name) => [name, ...aliasesOf(flags, name)]).filter((name) => name.length > 1);
  const near = nearest(flag, long)?.replaceAll('-', '_');
  return { hint: near === undefined ? 'the names of flags, as --help lists them' : `did you mean \`${near}\`?` };
}

/** Long names: a single letter is for typing. */
function aliasesOf(flags: Flags, name: string): readonly string[] {
  return [flags[name]?.alias ?? []].flat().filter((alias) => alias.length > 1);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new InputError([{ place: `--config ${file}`, message: `cannot be read: ${(error as Error).message}` }]);
  }
}
