/** Bars and sparklines out of block characters. */
import type { SecondRow } from '../recorder/second-row.ts';

const LEVELS = '▁▂▃▄▅▆▇█';
const EIGHTHS = ' ▏▎▍▌▋▊▉';
const MINUTE = 60;

/** A character a value; nothing for null and 0, so that a gap is seen. `top` is the full height. */
export function sparkline(values: readonly (number | null)[], top: number): string {
  const level = (value: number) => Math.min(LEVELS.length, Math.max(1, Math.ceil((value / top) * LEVELS.length)));
  return values.map((value) => (value === null || value <= 0 ? ' ' : LEVELS[level(value) - 1])).join('');
}

/** `██████░░░░`, exactly `cells` wide. */
export function progressBar(share: number, cells: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * cells);
  return '█'.repeat(filled) + '░'.repeat(cells - filled);
}

/** To an eighth of a character; anything above 0 is seen. */
export function histogramBar(share: number, cells: number): string {
  const eighths = share === 0 ? 0 : Math.max(1, Math.round(share * cells * 8));
  return ('█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]).trimEnd();
}

/** The rows of the last minute with one more; begins anew with another run. */
export function withRow(minute: readonly SecondRow[], row: SecondRow | undefined): readonly SecondRow[] {
  if (row === undefined) return [];
  const last = minute.at(-1)?.second ?? -1;
  if (row.second === last) return minute;
  return row.second < last ? [row] : [...minute.filter(({ second }) => second > row.second - MINUTE), row];
}

/**
 * The last minute in at most `columns` values, each of as many whole seconds as it takes. Seconds are counted from the
 * start of the run, so that a value does not change once its seconds are over.
 * @param merge of the seconds of one value; null where none is known.
 */
export function lastMinute(
  minute: readonly SecondRow[],
  columns: number,
  merge: (rows: readonly SecondRow[]) => number | null,
): (number | null)[] {
  const [first, last] = [minute[0]?.second, minute.at(-1)?.second];
  if (first === undefined || last === undefined || columns < 1) return [];
  const seconds = Math.ceil(MINUTE / columns);
  const at = (second: number) => Math.floor(second / seconds);
  const from = Math.max(at(first), at(last) - Math.floor(MINUTE / seconds) + 1);
  return Array.from({ length: at(last) - from + 1 }, (_, i) => {
    const rows = minute.filter(({ second }) => at(second) === from + i);
    return rows.length === 0 ? null : merge(rows);
  });
}
