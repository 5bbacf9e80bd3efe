/** result.json: indented, but for rows, which stand on one line each: a long series stays small, and grep finds a second. */
import { randomUUID } from 'node:crypto';

/** Keys whose arrays are rows, wherever they are in the result. */
const ROWS: ReadonlySet<string> = new Set(['series', 'seconds']);

export function resultJson(result: object): string {
  // Stands for a row until the rest is written: no text of a result contains it.
  const mark = randomUUID();
  const rows: string[] = [];
  const text = JSON.stringify(
    result,
    (key, value) =>
      ROWS.has(key) && Array.isArray(value)
        ? value.map((row) => `${mark} ${rows.push(JSON.stringify(row)) - 1}`)
        : value,
    2,
  );
  return `${text.replaceAll(new RegExp(`"${mark} (\\d+)"`, 'g'), (_, row) => rows[row]!)}\n`;
}
