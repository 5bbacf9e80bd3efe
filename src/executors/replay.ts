import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { InputError, type Problem } from '../errors.ts';
import { constantRate } from '../schedule/segment.ts';
import { NS_PER_SEC } from '../units.ts';
import { rate, real } from '../value-schema.ts';
import { type DecodeContext, type OpenExecutor, timeUnit } from './executor.ts';

export interface Replay {
  readonly kind: 'replay';
  /** Each row holds its rate from `second` to the next row's second; the last row lasts one second. */
  readonly rows: readonly Row[];
}

interface Row {
  readonly second: number;
  readonly ratePerSec: number;
}

const row = z.strictObject({
  second: real(0).describe('From this second of the scenario on …'),
  rate: rate().describe('… this rate, until the next row.'),
});

const keys = {
  file: z.string().min(1).optional().describe('A CSV of `second,rate`, relative to the profile; this or `rows`.'),
  rows: z.array(row).min(1, 'rows must not be empty').optional().describe('The same inline; this or `file`.'),
  timeUnit,
};

export const replay: OpenExecutor<Replay, typeof keys> = {
  kind: 'replay',
  description: 'A recorded rate, second by second (open model).',
  model: 'open',
  hasRate: true,
  keys,
  note: `Each row holds its rate until the next row's second, the last one for a second. A file may have a header
line and \`#\` comments. When \`-t\` extends it, it starts over.`,
  example: [
    'rows: # or `file:`, a CSV of second,rate',
    '  - { second: 0, rate: 20 }',
    '  - { second: 30, rate: 80 }',
    '  - { second: 60, rate: 10 }',
  ],
  decode(input, context) {
    const { report, perSec } = context;
    const { file } = input;
    if ((file === undefined) === (input.rows === undefined)) {
      const message = 'replay takes either `file` or `rows`';
      report({ at: [], message, hint: 'rows: [{ second: 0, rate: 100 }, …]' });
      return undefined;
    }
    const rows =
      file === undefined
        ? input.rows!.map(({ second, rate }) => ({ second, ratePerSec: perSec(rate) }))
        : context.attempt(['file'], () => readRows(file, context));
    if (rows === undefined) return undefined;
    const at = [file === undefined ? 'rows' : 'file'];
    const unordered = rows.findIndex((row, i) => i > 0 && row.second <= rows[i - 1]!.second);
    if (unordered > 0) report({ at, message: `the seconds must ascend: row ${unordered + 1} does not` });
    else if (rows.every((row) => row.ratePerSec === 0)) report({ at, message: 'the rows plan no message at all' });
    return { kind: 'replay', rows };
  },
  encode: ({ rows }, { rate, timeUnit }) => ({
    ...timeUnit,
    rows: rows.map(({ second, ratePerSec }) => ({ second, rate: rate(ratePerSec) })),
  }),
  /** Nothing before the first row. */
  shapes: ({ rows }) => {
    const held = rows[0] === undefined || rows[0].second > 0 ? [{ second: 0, ratePerSec: 0 }, ...rows] : rows;
    return held.map(({ second, ratePerSec }, i) => {
      const until = held[i + 1]?.second ?? second + 1;
      return constantRate(second * NS_PER_SEC, (until - second) * NS_PER_SEC, ratePerSec);
    });
  },
  resize: (profile, durationNs) => ({ ...profile, rows: rowsFor(profile.rows, durationNs / NS_PER_SEC) }),
  pace: ({ rows }, rate) => `up to ${rate(rows.reduce((max, { ratePerSec }) => Math.max(max, ratePerSec), 0))}`,
};

/** Shorter: the rows before the end. Longer: the recording starts over. The last row lasts a second, as always. */
function rowsFor(rows: readonly Row[], seconds: number): readonly Row[] {
  const lengthSec = rows.at(-1)!.second + 1;
  const cycle = rows[0]!.second > 0 ? [{ second: 0, ratePerSec: 0 }, ...rows] : rows;
  const repeated: Row[] = [];
  for (let start = 0; start < seconds; start += lengthSec) {
    for (const row of cycle) {
      if (start + row.second < seconds) repeated.push({ second: start + row.second, ratePerSec: row.ratePerSec });
    }
  }
  const last = repeated.at(-1)!;
  if (last.second + 1 < seconds) repeated.push({ second: seconds - 1, ratePerSec: last.ratePerSec });
  // A row that would reach over the end gives way to silence from there on.
  else if (last.second + 1 > seconds) repeated.push({ second: seconds, ratePerSec: 0 });
  return repeated;
}

/**
 * A recorded rate: lines of `second,rate`, a header and `#` comments allowed.
 * @throws InputError with every line that is not a row.
 */
function readRows(file: string, { directory, perSec }: DecodeContext): Row[] {
  const problems: Problem[] = [];
  const rows: Row[] = [];
  const lines = textOf(resolve(directory, file), file)
    .split(/\r?\n/)
    .map((line) => line.trim());
  const header = lines.findIndex((line) => line !== '' && !line.startsWith('#'));
  for (const [i, line] of lines.entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const [second = '', rate = '', ...more] = line.split(',').map((cell) => cell.trim());
    if (i === header && /^[a-z]/i.test(second)) continue;
    const at = second === '' || more.length > 0 ? Number.NaN : Number(second);
    try {
      if (!(at >= 0)) {
        throw new InputError([{ message: `\`${line}\` is not a row`, hint: 'write second,rate, e.g. 0,100' }]);
      }
      rows.push({ second: at, ratePerSec: perSec(rate) });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(...error.problems.map((problem) => ({ ...problem, place: `${file}:${i + 1}` })));
    }
  }
  if (rows.length === 0 && problems.length === 0) problems.push({ place: file, message: 'it has no rows' });
  if (problems.length > 0) throw new InputError(problems);
  return rows;
}

function textOf(path: string, shown: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const message = missing
      ? `there is no file \`${shown}\``
      : `\`${shown}\` cannot be read: ${(error as Error).message}`;
    throw new InputError([{ message, hint: 'the path is relative to the profile' }]);
  }
}
