import { expect, test } from 'vitest';
import { formatClock, formatMs, formatPercentile, formatPerSec } from '../../src/figures.ts';
import { clip, fit, lineWidth, wrap } from '../../src/report/text-layout.ts';

test.each([
  [0, '0.000'],
  [42, '0.042'],
  [1_204, '1.20'],
  [35_140, '35.1'],
  [2_004_000, '2,004'],
  [3_600_000_000, '3,600,000'],
  [-30, '-0.030'],
])('%d µs are %s ms', (us, text) => {
  expect(formatMs(us)).toBe(text);
});

test('percentiles that are not known exactly', () => {
  expect([formatPercentile({ atLeast: 2_000 }), formatPercentile(null), formatPercentile(2_000)]).toEqual([
    '> 2.00',
    '–',
    '2.00',
  ]);
});

test.each([
  [0.5, '0.5/s'],
  [25, '25/s'],
  [33_333.3, '33,333/s'],
  [0.0056, '0.0056/s'],
])('%d is %s', (perSec, text) => {
  expect(formatPerSec(perSec)).toBe(text);
});

test.each([
  [0, '0:00'],
  [59.9e9, '0:59'],
  [754e9, '12:34'],
  [3_723e9, '1:02:03'],
  [-5, '0:00'],
])('%d ns on the clock are %s', (ns, text) => {
  expect(formatClock(ns)).toBe(text);
});

test('wrap keeps a number and its percent sign together', () => {
  expect(wrap(`${'x'.repeat(90)} of 1,234 %`, '')).toEqual([`${'x'.repeat(90)} of`, '1,234 %']);
});

test('wrap breaks at spaces, indents, and loses no word', () => {
  const sentence = Array.from({ length: 60 }, (_, i) => `word${i}`).join(' ');
  const lines = wrap(sentence, '    ', '  - ');
  expect(lines[0]!.startsWith('  - word0')).toBe(true);
  expect(lines.every((line) => line.length <= 100)).toBe(true);
  expect(
    lines
      .map((line) => line.trim())
      .join(' ')
      .replace('- ', ''),
  ).toBe(sentence);
});

test('clip says that something is missing', () => {
  expect(clip('abcdef', 4)).toBe('abc…');
  expect(clip('\x1b[1mabcd\x1b[0m', 4)).toBe('\x1b[1mabcd\x1b[0m');
});

test('a line that is cut keeps its styles, and wide characters their two columns', () => {
  const red = (text: string) => `\u001b[31m${text}\u001b[39m`;
  expect(clip(`${red('12 failed')}, in flight`, 12)).toBe(`${red('12 failed')}, …`);
  expect(clip(red('12 failed'), 5)).toBe(red('12 f…'));
  expect(clip('支払い', 5)).toBe('支払…');
  expect(clip('支払い', 4)).toBe('支…');
  expect(clip('支払い', 6)).toBe('支払い');
  expect([fit('支払い', 8), fit('支払い', 4), fit('ab', 1)]).toEqual(['支払い  ', '支… ', '…']);
  expect(lineWidth(red('支払い'))).toBe(6);
});
