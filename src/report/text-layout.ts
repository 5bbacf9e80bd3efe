/** Lines as terminals show them. */
import { stripVTControlCharacters } from 'node:util';

/** Widest line of a summary or a live view. */
const WIDTH = 100;

/** Breaks a sentence at spaces so that no line, indented, is wider than WIDTH. */
export function wrap(sentence: string, indent: string, firstIndent = indent): string[] {
  const lines: string[] = [];
  let line = firstIndent;
  for (const word of sentence.split(/\s+/)) {
    const isEmpty = line === firstIndent || line === indent;
    if (!isEmpty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = indent + word;
    } else {
      line += isEmpty ? word : ` ${word}`;
    }
  }
  return [...lines, line].map((each) => clip(each));
}

/** Cuts a line that is too wide, with an ellipsis; colours do not count as width. */
export function clip(line: string, columns = WIDTH): string {
  const plain = stripVTControlCharacters(line);
  return plain.length <= columns ? line : `${plain.slice(0, columns - 1)}…`;
}
