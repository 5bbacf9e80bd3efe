/** A run that was, as far as its records depend on it: `--of-run`. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from '../errors.ts';

export interface PastRun {
  /** 16 hex digits. */
  readonly runTag: string;
  /** ms since 1970; absent where only the tag is given. */
  readonly startedAtMs?: number;
  /** Of the profile as the run had it; absent likewise. */
  readonly profileHash?: string;
  /** The file beside the result that says all that the run was told; absent likewise. */
  readonly profile?: string;
}

const RUN_TAG = /^[0-9a-f]{16}$/;

/**
 * @param given a run tag, or a result directory, or the result.json in it.
 * @throws InputError where it is none of them.
 */
export function readPastRun(given: string): PastRun {
  if (RUN_TAG.test(given)) return { runTag: given };
  const problem = (message: string) =>
    new InputError([
      {
        place: '--of-run',
        message,
        hint: 'a result directory, e.g. load-results/NAME, or 16 hex digits, `run.id` of a result',
      },
    ]);
  let file: string;
  let text: string;
  try {
    file = statSync(given).isDirectory() ? join(given, 'result.json') : given;
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw problem(`no result can be read: ${(error as Error).message}`);
  }
  try {
    const { run } = JSON.parse(text) as { run: { id: string; startedAt: string; profileHash: string } };
    const startedAtMs = Date.parse(run.startedAt);
    if (RUN_TAG.test(run.id) && Number.isFinite(startedAtMs)) {
      const profile = join(dirname(file), 'profile.yaml');
      const { id: runTag, profileHash } = run;
      return { runTag, startedAtMs, profileHash, ...(existsSync(profile) && { profile }) };
    }
  } catch {
    // Not JSON, or not a result: one answer for both.
  }
  throw problem(`${given} is not the result of a run`);
}
