/** Ticks of a time axis; apart, because the page's script draws them again when it zooms. */

const STEPS_SEC = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200];
const DAY_SEC = 86_400;

/** At whole steps of a clock, up to eleven of them. */
export function timeTicks(fromSec: number, toSec: number): number[] {
  const length = toSec - fromSec;
  const step = STEPS_SEC.find((each) => length / each <= 10) ?? DAY_SEC * Math.ceil(length / (10 * DAY_SEC));
  const first = Math.ceil(fromSec / step);
  return Array.from({ length: Math.floor(toSec / step) - first + 1 }, (_, i) => (first + i) * step);
}
