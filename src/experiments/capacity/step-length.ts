/** How long a step is: until enough of its messages lie beyond the percentile that decides. */
import { InputError } from '../../errors.ts';
import type { Objective } from '../../objective-grammar.ts';
import { formatCount, formatDuration, MS_PER_SEC, NS_PER_SEC } from '../../units.ts';

/** A growing backlog shows over the seconds of a step: with fewer, chance alone makes a row of rising ones. */
export const HOLD_MIN_SEC = 5;
/** Shorter steps begin to measure the seconds they happen to be in. */
const HOLD_DEFAULT_SEC = 10;
/** With so many messages beyond a percentile its rank is known to a tenth (Poisson). */
const BEYOND_MIN = 100;

export interface StepLength {
  readonly sec: number;
  /** Expected, of the objective that needs the longest step. */
  readonly samples: number;
  /** Null where no objective is a percentile. */
  readonly reason: string | null;
  /** Fewer samples than the percentile needs. */
  readonly tooFew: boolean;
}

/**
 * @param holdSec as asked for; absent: as long as the objectives need.
 * @param shares of each scenario in the rate.
 */
export function stepLength(
  rate: number,
  slo: readonly Objective[],
  shares: Readonly<Record<string, number>>,
  holdSec?: number,
): StepLength {
  const needs = slo.flatMap(({ measure }) => {
    const { p, scenario } = measure;
    if (p === undefined || p === 100) return [];
    const perSec = rate * (scenario === undefined ? 1 : (shares[scenario] ?? 1));
    const samples = Math.ceil(BEYOND_MIN / (1 - p / 100) - 1e-6);
    return [{ p, samples, perSec, sec: Math.ceil(samples / perSec) }];
  });
  const longest = needs.reduce<(typeof needs)[number] | undefined>((a, b) => (a && a.sec >= b.sec ? a : b), undefined);
  const sec = holdSec ?? Math.max(HOLD_DEFAULT_SEC, longest?.sec ?? 0);
  if (longest === undefined) {
    return { sec, samples: Math.floor(rate * sec), reason: null, tooFew: false };
  }
  const samples = Math.floor(longest.perSec * sec);
  const tooFew = samples < longest.samples;
  const beyond = formatCount(samples * (1 - longest.p / 100), samples < 10_000 ? 1 : 0);
  const more = tooFew ? `: too few to trust it, --hold ${formatDuration(longest.sec * NS_PER_SEC)}` : '';
  return { sec, samples, reason: `${beyond} above p${longest.p}, min ${BEYOND_MIN}${more}`, tooFew };
}

/** @throws InputError for a hold in which no trend can be seen. */
export function checkHold(holdMs: number | undefined): void {
  if (holdMs === undefined || holdMs >= HOLD_MIN_SEC * MS_PER_SEC) return;
  throw new InputError([
    {
      place: '--hold',
      message: `a step holds for min ${HOLD_MIN_SEC}s: a growing backlog shows over its seconds`,
      hint: `--hold ${HOLD_MIN_SEC}s`,
    },
  ]);
}
