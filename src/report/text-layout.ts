/** Lines as terminals show them. */
import { stripVTControlCharacters } from 'node:util';
import stringWidth from '../text-width.ts';

/** Widest line of a summary or a live view. */
const WIDTH = 100;

/** Breaks a sentence at spaces, but not before a `%`, so that no line, indented, is wider than WIDTH unless a word is. */
export function wrap(sentence: string, indent: string, firstIndent = indent): string[] {
  const lines: string[] = [];
  let line = firstIndent;
  for (const word of sentence.split(/\s+(?!%)/)) {
    const isEmpty = line === firstIndent || line === indent;
    if (!isEmpty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = indent + word;
    } else {
      line += isEmpty ? word : ` ${word}`;
    }
  }
  return [...lines, line];
}

/** Where a text is printed; `size` only of a terminal. */
export interface Place {
  readonly size?: { readonly rows: number; readonly columns: number };
}

/** On a terminal no line is wider than WIDTH; elsewhere nothing is cut. */
export function clipOnTerminal(lines: readonly string[], { size }: Place): readonly string[] {
  return size === undefined ? lines : lines.map((line) => clip(line));
}

/** Styles of a terminal, as styleText writes them. */
const STYLE = new RegExp(`(${'\x1b'}\\[[\\d;]*m)`);

/** Columns of a line; styles take none. */
export function lineWidth(line: string): number {
  return stringWidth(stripVTControlCharacters(line));
}

/** Cuts a line that is too wide, with an ellipsis. Its styles stay, so that one that was begun is also ended. */
export function clip(line: string, columns = WIDTH): string {
  if (lineWidth(line) <= columns) return line;
  let left = columns - 1;
  let kept = '';
  for (const [i, part] of line.split(STYLE).entries()) {
    if (i % 2 === 1) {
      kept += part;
      continue;
    }
    for (const character of part) {
      if (left < 0) break;
      const width = stringWidth(character);
      kept += width > left ? '…' : character;
      left = width > left ? -1 : left - width;
    }
  }
  return kept;
}

/** Fills up with spaces, or cuts, to exactly so many columns. */
export function fit(line: string, columns: number): string {
  const clipped = clip(line, columns);
  return clipped + ' '.repeat(columns - lineWidth(clipped));
}
