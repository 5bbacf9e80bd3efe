/** What a profile says of itself: the comment at its head. */
import { readFileSync } from 'node:fs';
import { findProfile } from './bundled.ts';

const MODE_LINE = /^# yaml-language-server:/;
const HEAD = /^(?:#.*\n)*/;

/**
 * Its paragraphs, each in one line, and its indented lines as they are; undefined where it says nothing or cannot be
 * read, which loading it reports.
 */
export function aboutProfile(nameOrPath: string, cwd = process.cwd()): string | undefined {
  const lines = headOf(nameOrPath, cwd)
    .split('\n')
    .filter((line) => line !== '' && !MODE_LINE.test(line))
    .map((line) => line.replace(/^# ?/, ''));
  const text = lines.join('\n').trim();
  return text === '' ? undefined : text.replaceAll(/(\S)\n(?=\S)/g, '$1 ');
}

function headOf(nameOrPath: string, cwd: string): string {
  try {
    return HEAD.exec(readFileSync(findProfile(nameOrPath, cwd).path, 'utf8').replaceAll('\r\n', '\n'))![0];
  } catch {
    return '';
  }
}
