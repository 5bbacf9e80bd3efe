import { ALPHA } from './ratio.ts';

/** Numbers of rounds after which an experiment with `--repeat auto` looks whether every comparison is decided. */
export const LOOKS = [5, 7, 10, 14, 20, 28, 40, 56, 80] as const;

/** Those of an experiment of at most `maxRounds` rounds, the last at its end. */
export function looksUpTo(maxRounds: number): readonly number[] {
  return [...LOOKS.filter((rounds) => rounds < maxRounds), maxRounds];
}

/**
 * The level at which an experiment of at most `maxRounds` rounds decides after `rounds`, null if it does not look
 * then. The levels of all looks sum to alpha, so that looking again does not add false alarms.
 */
export function alphaAtLook(rounds: number, maxRounds: number, alpha: number = ALPHA): number | null {
  const looks = looksUpTo(maxRounds);
  return looks.includes(rounds) ? alpha / looks.length : null;
}
