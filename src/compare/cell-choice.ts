/** `SWEEP#CELL`: a cell by its name, or by as many of its values as tell it from the others. */
import { InputError } from '../errors.ts';
import { nearest } from '../nearest.ts';

interface NamedCell {
  readonly name: string;
  readonly factors: Readonly<Record<string, string>>;
}

const SHOWN_MAX = 6;

/**
 * @param wanted its name, or some of `factor=value` or `value`, between spaces or commas.
 * @returns its index.
 * @throws InputError with the nearest name, or those that it could be.
 */
export function chooseCell(sweep: string, cells: readonly NamedCell[], wanted: string): number {
  const exact = cells.findIndex(({ name }) => name === wanted.trim());
  if (exact >= 0) return exact;
  const words = wanted.split(/[\s,]+/).filter((word) => word !== '');
  // A value may have a space or a comma in it.
  const whole = cells.flatMap((cell, i) => (has(cell, wanted.trim()) ? [i] : []));
  if (whole.length === 1) return whole[0]!;
  const matching = cells.flatMap((cell, i) => (words.length > 0 && words.every((word) => has(cell, word)) ? [i] : []));
  if (matching.length === 1) return matching[0]!;
  const place = `${sweep}#${wanted}`;
  const names = cells.map(({ name }) => name);
  if (matching.length > 1) {
    const could = truncated(matching.map((i) => names[i]!));
    throw new InputError([{ place, message: `it could be ${matching.length} cells`, hint: `one of: ${could}` }]);
  }
  const near = nearest(wanted, names) ?? nearestPart(words, cells);
  const hint = near === undefined ? `its cells: ${truncated(names)}` : `did you mean \`${near}\`?`;
  throw new InputError([{ place, message: 'there is no such cell', hint }]);
}

function has({ name, factors }: NamedCell, word: string): boolean {
  const parts = Object.entries(factors).flatMap(([factor, value]) => [value, `${factor}=${value}`]);
  const shown = name.split(' ').flatMap((part) => [part, part.slice(part.indexOf('=') + 1)]);
  return [...parts, ...shown].some((part) => part === word || part.endsWith(`.${word}`));
}

/** With the word that fits no cell replaced by the one that it is nearest to. */
function nearestPart(words: readonly string[], cells: readonly NamedCell[]): string | undefined {
  const parts = new Set(
    cells.flatMap(({ factors }) => Object.entries(factors).flatMap(([factor, value]) => [value, `${factor}=${value}`])),
  );
  const mended = words.map((word) => (cells.some((cell) => has(cell, word)) ? word : nearest(word, parts)));
  return mended.includes(undefined) || mended.length === 0 ? undefined : mended.join(' ');
}

function truncated(names: readonly string[]): string {
  const more = names.length > SHOWN_MAX ? `, … (${names.length - SHOWN_MAX} more)` : '';
  return names.slice(0, SHOWN_MAX).join(', ') + more;
}
