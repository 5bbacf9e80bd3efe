/**
 * p values corrected for being the best of several: the chance of any false alarm among all comparisons stays at
 * alpha, however they depend on each other. Holm, "A simple sequentially rejective multiple test procedure",
 * Scandinavian Journal of Statistics 6 (1979).
 *
 * @returns adjusted p values in the order of `ps`: a difference is shown where one is at most alpha
 */
export function holm(ps: readonly number[]): number[] {
  const adjusted = new Array<number>(ps.length);
  let reached = 0;
  for (const [rank, i] of ascending(ps).entries()) {
    reached = Math.max(reached, Math.min(1, ps[i]! * (ps.length - rank)));
    adjusted[i] = reached;
  }
  return adjusted;
}

/**
 * The level at which Holm's procedure decides on each comparison. An interval at this level leaves out the ratio 1
 * exactly where the adjusted p value is at most alpha, so that table and words agree.
 */
export function holmLevels(ps: readonly number[], alpha: number): number[] {
  const levels = new Array<number>(ps.length);
  let left = ps.length;
  let stopped = false;
  for (const i of ascending(ps)) {
    levels[i] = alpha / left;
    stopped ||= ps[i]! > levels[i]!;
    if (!stopped) left--;
  }
  return levels;
}

function ascending(ps: readonly number[]): number[] {
  return [...ps.keys()].sort((a, b) => ps[a]! - ps[b]!);
}
