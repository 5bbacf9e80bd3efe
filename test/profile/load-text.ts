/** Loads a profile from text, in a directory of its own and without this process's environment. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError, type Problem } from '../../src/errors.ts';
import { type LoadedProfile, type LoadOptions, loadProfile } from '../../src/profile/load.ts';

export interface LoadTextOptions extends Omit<LoadOptions, 'cwd'> {
  readonly file?: string;
  /** More files in the same directory. */
  readonly beside?: Readonly<Record<string, string>>;
}

export async function loadText(text: string, options: LoadTextOptions = {}): Promise<LoadedProfile> {
  const { file = 'profile.yaml', beside = {}, env = {}, ...rest } = options;
  const cwd = mkdtempSync(join(tmpdir(), 'profile-'));
  try {
    for (const [name, content] of Object.entries({ ...beside, [file]: text })) writeFileSync(join(cwd, name), content);
    return await loadProfile(file, { ...rest, env, cwd });
  } finally {
    rmSync(cwd, { recursive: true });
  }
}

/** The problems that loading ends with; fails where it succeeds. */
export async function problemsOf(loading: Promise<unknown>): Promise<readonly Problem[]> {
  try {
    await loading;
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
  throw new Error('there was no problem');
}

/** A profile of one scenario, `lines` indented into it. */
export function scenario(...lines: readonly string[]): string {
  return ['scenarios:', '  atm:', ...lines.map((line) => `    ${line}`), ''].join('\n');
}

export const CONSTANT = ['workload: atm', 'executor: constant-arrival-rate', 'rate: 10', 'duration: 30s'];
