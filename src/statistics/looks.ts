import { ALPHA } from './ratio.ts';

/** Numbers of rounds after which an experiment with `--repeat auto` looks whether every comparison is decided. */
export const LOOKS = [5, 8, 12, 20, 32, 50, 80] as const;

/** A look close before the last one costs level and saves few rounds. */
const SHARE_OF_LAST_MAX = 0.85;

/** The looks of an experiment of at most `maxRounds` rounds, the last at its end. */
export function looksUpTo(maxRounds: number): readonly number[] {
  return [...LOOKS.filter((rounds) => rounds <= maxRounds * SHARE_OF_LAST_MAX), maxRounds];
}

/**
 * The level at which an experiment of at most `maxRounds` rounds decides after `rounds` of them; null if it does not
 * look then. All looks have the same level and their levels sum to alpha (Bonferroni's inequality), so the chance of
 * any false alarm over the whole experiment is at most alpha, for several comparisons under Holm's procedure as well,
 * and their intervals all cover with 1 − alpha. docs/statistics.md compares it with other rules.
 */
export function alphaAtLook(rounds: number, maxRounds: number, alpha: number = ALPHA): number | null {
  const looks = looksUpTo(maxRounds);
  return looks.includes(rounds) ? alpha / looks.length : null;
}

/** The level of every look of an experiment that ends when it is decided; undefined of one with a fixed number of rounds. */
export function alphaOf({ repeat, maxRepeat }: RoundsAsked): number | undefined {
  return repeat === 'auto' ? ALPHA / looksUpTo(maxRepeat!).length : undefined;
}

interface RoundsAsked {
  readonly repeat?: number | 'auto' | undefined;
  /** With `auto`. */
  readonly maxRepeat?: number | undefined;
}
