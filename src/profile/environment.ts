/** Where a profile's variables come from: the process's environment and a `.env` file. */
import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { debug } from '../debug.ts';
import { InputError } from '../errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * `env`, and what a `.env` file in `cwd` says beyond it.
 * @throws InputError where there is one that cannot be read.
 */
export function environmentOf(env: Environment, cwd: string): Environment {
  try {
    const file = parseEnvironment(readAtOnce(join(cwd, '.env')));
    debug(() => `.env: ${Object.keys(file).map((name) => `${name}${name in env ? ' (the environment has it)' : ''}`)}`);
    return { ...file, ...env };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return env;
    const why = code === 'EISDIR' ? 'it is a directory' : message;
    throw new InputError([{ place: '.env', message: `cannot be read: ${why}`, hint: 'run from another directory' }]);
  }
}

/** A named pipe that nobody writes to is empty; else opening it would wait, and no signal end that. */
function readAtOnce(path: string): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

const VARIABLE =
  /^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*=(?:[ \t]*(?:'([^']*)'|"((?:\\[\s\S]|[^"\\])*)")[ \t]*(?:#.*)?|(.*))$/gm;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', $: '$', '\\': '\\' };

/**
 * `NAME=value` a line, as Docker Compose reads it: a `#` begins a comment only after white space, single quotes keep
 * everything, double quotes know `\n` and `\"`, and both may go over lines.
 */
export function parseEnvironment(text: string): Record<string, string> {
  const lines = text.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n');
  return Object.fromEntries(
    [...lines.matchAll(VARIABLE)].map(([, name, single, double, plain]) => [
      name!,
      single ?? double?.replaceAll(/\\([\s\S])/g, (all, letter) => ESCAPES[letter] ?? all) ?? withoutComment(plain!),
    ]),
  );
}

function withoutComment(value: string): string {
  return value.replace(/[ \t]+#.*$/, '').trim();
}
