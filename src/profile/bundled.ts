/** Where a profile is found: a file, or one of those that come along. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../errors.ts';
import { nearest } from '../nearest.ts';

export interface ProfileFile {
  readonly path: string;
  /** As it is shown: relative to the working directory, or the bundled file's own name. */
  readonly shown: string;
  /** The file's name without its ending. */
  readonly name: string;
  /** Which of two was taken, where the name is that of a file as well as of a bundled profile, or looks like it. */
  readonly note?: string;
}

const ENDING = /\.(ya?ml|json)$/i;

/** Names of the bundled profiles, in order. */
export function bundledProfiles(): string[] {
  return namesIn(bundledDirectory());
}

function namesIn(directory: string): string[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.replace(ENDING, ''))
    .sort();
}

/** Names of the bundled experiments, in order. */
export function bundledExperiments(): string[] {
  return namesIn(join(bundledDirectory(), 'experiments'));
}

/**
 * The file of an experiment, or of a bundled one; undefined where the name is of neither: it may be a profile's.
 * @throws InputError with the nearest experiment or profile where it can be none.
 */
export function experimentFile(nameOrPath: string, cwd: string): Pick<ProfileFile, 'path' | 'shown'> | undefined {
  const path = resolve(cwd, nameOrPath);
  if (isFile(path)) return { path, shown: nameOrPath };
  const name = nameOrPath.replace(ENDING, '');
  const [experiments, profiles] = [bundledExperiments(), bundledProfiles()];
  if (!experiments.includes(name)) {
    if (profiles.includes(name) || looksLikeFile(nameOrPath)) return undefined;
    const near = nearest(name, [...experiments, ...profiles]);
    const hint = near === undefined ? `experiments: ${experiments.join(', ')}; or a file` : `did you mean \`${near}\`?`;
    throw new InputError([{ message: `there is no experiment or profile \`${nameOrPath}\``, hint }]);
  }
  return { path: join(bundledDirectory(), 'experiments', `${name}.yaml`), shown: `profiles/experiments/${name}.yaml` };
}

/**
 * A file wins over the bundled profile of the same name; a bundled profile may be named with an ending.
 * @throws InputError with the nearest name there is.
 */
export function findProfile(nameOrPath: string, cwd: string): ProfileFile {
  const bundled = bundledProfiles();
  const name = basename(nameOrPath).replace(ENDING, '');
  const isBundled = bundled.includes(nameOrPath.replace(ENDING, ''));
  const path = resolve(cwd, nameOrPath);
  if (isFile(path)) {
    const fromHere = relative(cwd, path);
    const shown = fromHere.startsWith('..') || isAbsolute(fromHere) ? path : fromHere;
    const note = `profile ${nameOrPath}: the file in this directory, not the bundled profile \`${name}\``;
    return { path, shown, name, ...(isBundled && { note }) };
  }
  if (isBundled) {
    const note = bundledNote(nameOrPath, name, cwd);
    return {
      path: bundledFile(name),
      shown: `profiles/${name}.yaml`,
      name,
      ...(note !== undefined && { note }),
    };
  }
  if (bundledExperiments().includes(name)) {
    const hint = `\`load sweep ${name}\` runs it`;
    throw new InputError([{ message: `\`${name}\` is an experiment, not a profile`, hint }]);
  }
  const message = looksLikeFile(nameOrPath)
    ? `there is no file \`${nameOrPath}\``
    : `there is no profile \`${nameOrPath}\``;
  const near = nearest(name, [...bundled, ...filesBeside(path)]);
  const hint = near === undefined ? `a file, or one of ${bundled.join(', ')}` : `did you mean \`${near}\`?`;
  throw new InputError([{ message, hint }]);
}

function looksLikeFile(nameOrPath: string): boolean {
  return ENDING.test(nameOrPath) || /[/\\]/.test(nameOrPath);
}

function bundledNote(typed: string, name: string, cwd: string): string | undefined {
  if (typed !== name)
    return `profile ${typed}: the bundled profile \`${name}\`; there is no such file in this directory`;
  const file = ['yaml', 'yml', 'json'].map((ending) => `${name}.${ending}`).find((each) => isFile(join(cwd, each)));
  return file && `profile ${name}: the bundled one; \`load ${file}\` runs the file in this directory`;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** @param name of a bundled profile, without an ending. */
export function bundledFile(name: string): string {
  return join(bundledDirectory(), `${name}.yaml`);
}

/** `profiles/` stands beside `src/`, and two levels higher when this runs from `dist/src/`. */
function bundledDirectory(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'profiles', 'quickstart.yaml'))) {
    const parent = dirname(directory);
    if (parent === directory) throw new Error('the bundled profiles are missing from this installation');
    directory = parent;
  }
  return join(directory, 'profiles');
}

function filesBeside(path: string): string[] {
  const directory = dirname(path);
  return existsSync(directory) ? readdirSync(directory).filter((file) => ENDING.test(file)) : [];
}
