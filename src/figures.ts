/** Numbers as summaries, reports and pages show them: one rounding everywhere. */
import { formatCount, NS_PER_SEC, US_PER_MS } from './units.ts';

/** µs → milliseconds with three significant digits, at most three decimals: `0.042`, `1.20`, `35.1`, `2,004`. */
export function formatMs(us: number): string {
  const ms = us / US_PER_MS;
  const size = Math.abs(ms);
  return size < 100 ? ms.toFixed(size < 1 ? 3 : size < 10 ? 2 : 1) : formatCount(ms);
}

/** As formatMs; `> x` where the value lies among messages without a latency, `–` where there is none. */
export function formatPercentile(us: number | { readonly atLeast: number } | null | undefined): string {
  if (us === null || us === undefined) return '–';
  return typeof us === 'number' ? formatMs(us) : `> ${formatMs(us.atLeast)}`;
}

/** Messages per second with as many decimals as small rates need. */
export function formatPerSec(perSec: number): string {
  // What is not 0 must not read as 0.
  const small = perSec > 0 && perSec < 1e-4 ? Math.min(20, 1 + Math.ceil(-Math.log10(perSec))) : 5;
  return `${formatCount(perSec, perSec < 0.1 ? small : perSec < 10 ? 2 : perSec < 1_000 ? 1 : 0)}/s`;
}

/** Seconds as a clock: `0:07`, `12:30`, `1:02:03`. */
export function formatClock(ns: number): string {
  const total = Math.max(0, Math.floor(ns / NS_PER_SEC));
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const padded = (n: number) => String(n).padStart(2, '0');
  return hours > 0 ? `${hours}:${padded(minutes)}:${padded(seconds)}` : `${minutes}:${padded(seconds)}`;
}
