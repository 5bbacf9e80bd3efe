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
}

const ENDING = /\.(ya?ml|json)$/;

/** Names of the bundled profiles, in order. */
export function bundledProfiles(): string[] {
  return readdirSync(bundledDirectory())
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.replace(ENDING, ''))
    .sort();
}

/** @throws InputError with the nearest name there is. */
export function findProfile(nameOrPath: string, cwd: string): ProfileFile {
  const bundled = bundledProfiles();
  if (bundled.includes(nameOrPath)) {
    return {
      path: join(bundledDirectory(), `${nameOrPath}.yaml`),
      shown: `profiles/${nameOrPath}.yaml`,
      name: nameOrPath,
    };
  }
  const path = resolve(cwd, nameOrPath);
  if (existsSync(path) && statSync(path).isFile()) {
    const fromHere = relative(cwd, path);
    const shown = fromHere.startsWith('..') || isAbsolute(fromHere) ? path : fromHere;
    return { path, shown, name: basename(path).replace(ENDING, '') };
  }
  const looksLikeFile = ENDING.test(nameOrPath) || /[/\\]/.test(nameOrPath);
  const message = looksLikeFile ? `there is no file \`${nameOrPath}\`` : `there is no profile \`${nameOrPath}\``;
  const near = nearest(basename(nameOrPath).replace(ENDING, ''), [...bundled, ...filesBeside(path)]);
  const hint = near === undefined ? `a file, or one of ${bundled.join(', ')}` : `did you mean \`${near}\`?`;
  throw new InputError([{ message, hint }]);
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
