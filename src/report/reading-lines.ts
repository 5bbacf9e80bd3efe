/** What was read back, as lines of the summary without their labels. */
import {
  consumerWords,
  drainWords,
  exampleAt,
  transactionErrorWords,
  transactionWords,
  verificationWords,
} from '../result/reading-words.ts';
import type { Result } from '../result/result.ts';
import { caveat } from '../result/run-words.ts';
import { wrap } from './text-layout.ts';

const STYLES = { ok: 'green', warn: 'yellow', bad: 'red' } as const;
const INDENT = ' '.repeat(12);

/** The sentence, and where something is wrong the first example of it. */
export function verificationLines(
  result: Result,
  paint: (style: 'red' | 'green' | 'yellow', text: string) => string,
): string[] {
  const words = verificationWords(result);
  if (words === null) return [];
  const { headline, rest, look } = words;
  const [first = '', ...more] = unindented(rest === '' ? headline : `${headline}; ${rest}`);
  const example = Object.values(result.verification!).flatMap(({ examples }) => examples)[0];
  const at = example === undefined ? '' : exampleAt(example);
  return [
    first.replace(/^[^;]*/, (sentence) => paint(STYLES[look], sentence)),
    ...more,
    ...(example === undefined ? [] : unindented(`e.g. ${at}${at === '' ? '' : ': '}${example.text}`)),
  ];
}

export function consumerLines(result: Result): string[] {
  return Object.entries(result.consumers ?? {}).flatMap(([name, group]) => [
    ...unindented(`${name}${caveat(result)}: ${consumerWords(group)}`),
    ...(group.drain === undefined ? [] : unindented(drainWords(group.drain)).map((line) => `  ${line}`)),
  ]);
}

export function transactionLines(result: Result): string[] {
  return Object.entries(result.scenarios).flatMap(([name, { transactions }]) =>
    transactions === undefined
      ? []
      : [
          ...unindented(`${name}${caveat(result)}: ${transactionWords(transactions)}`),
          ...transactions.errors.flatMap((error) =>
            unindented(transactionErrorWords(error)).map((line) => `  ${line}`),
          ),
        ],
  );
}

/** Without the room for the label. */
function unindented(text: string): string[] {
  return wrap(text, INDENT).map((line) => line.slice(INDENT.length));
}
