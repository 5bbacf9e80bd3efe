/**
 * How far observed counts are from the expected shares (even ones when not given), in standard deviations of χ².
 * Wilson–Hilferty: a cube root makes χ² normal even for few degrees of freedom.
 */
export function chiSquareZ(observed: ArrayLike<number>, expectedShare?: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < observed.length; i++) total += observed[i]!;
  let chi = 0;
  for (let i = 0; i < observed.length; i++) {
    const expected = (expectedShare?.[i] ?? 1 / observed.length) * total;
    chi += (observed[i]! - expected) ** 2 / expected;
  }
  const df = observed.length - 1;
  return (Math.cbrt(chi / df) - (1 - 2 / (9 * df))) / Math.sqrt(2 / (9 * df));
}
