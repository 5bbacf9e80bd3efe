/** Colours of heat maps, `.h0` … in style.ts. */
export const COLOURS = 8;

/** From the palest to the strongest, however few there are. */
export function colour(i: number, classes: number): string {
  return `h${classes === 1 ? COLOURS - 1 : Math.round((i * (COLOURS - 1)) / (classes - 1))}`;
}
