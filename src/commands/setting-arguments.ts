/** Settings of a file as the flags they stand for. A flag on the command line wins over the file's. */
import type { Problem } from '../errors.ts';
import { nearest } from '../nearest.ts';
import type { Flags } from './flag-kinds.ts';

export interface Setting {
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
    else if (type === 'boolean' && !/^(true|false)$/i.test(given.join())) {
      problems.push({ place, path: key, message: `expected true or false, not \`${given.join()}\`` });
    } else if (array || !typed.has(name)) {
      args.push(...given.map((text) => `--${name}=${type === 'boolean' ? text.toLowerCase() : text}`));
      places.set(`--${name}`, place);
    }
  }
  return { args, problems, places };
}

/** One text for each time the flag would stand there; undefined where nothing is given. */
function textsOf(value: unknown, isList: boolean): readonly string[] | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  if (Array.isArray(value)) return isList ? value.map(textOf) : [value.join(',')];
  if (typeof value !== 'object' || !isList) return [textOf(value)];
  return Object.entries(value).map(([name, each]) => `${name}=${textOf(each)}`);
}

function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
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
