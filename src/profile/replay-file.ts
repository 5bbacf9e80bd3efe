/** A recorded rate: lines of `second,rate`, a header and `#` comments allowed. */
import { readFileSync } from 'node:fs';
import { InputError, type Problem } from '../errors.ts';
import { parseRate } from '../units.ts';
import type { ReplayRows } from './schema/executor-schema.ts';

/**
 * @param shown the file as problems call it.
 * @throws InputError with every line that is not a row.
 */
export function readReplayRows(path: string, shown: string, timeUnitNs: number): ReplayRows {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const message = missing
      ? `there is no file \`${shown}\``
      : `\`${shown}\` cannot be read: ${(error as Error).message}`;
    throw new InputError([{ message, hint: 'the path is relative to the profile' }]);
  }
  const problems: Problem[] = [];
  const rows: { second: number; ratePerSec: number }[] = [];
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const header = lines.findIndex((line) => line !== '' && !line.startsWith('#'));
  for (const [i, line] of lines.entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const [second = '', rate = '', ...more] = line.split(',').map((cell) => cell.trim());
    if (i === header && /^[a-z]/i.test(second)) continue;
    const at = second === '' || more.length > 0 ? Number.NaN : Number(second);
    try {
      if (!(at >= 0))
        throw new InputError([{ message: `\`${line}\` is not a row`, hint: 'write second,rate as 0,100' }]);
      rows.push({ second: at, ratePerSec: parseRate(rate, timeUnitNs) });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(...error.problems.map((problem) => ({ ...problem, place: `${shown}:${i + 1}` })));
    }
  }
  if (rows.length === 0 && problems.length === 0) problems.push({ place: shown, message: 'there is no row in it' });
  if (problems.length > 0) throw new InputError(problems);
  return rows;
}
