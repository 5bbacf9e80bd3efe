import { relative } from 'node:path';

/** A path relative to the working directory, for messages. */
export function shownPath(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') ? path : fromHere;
}
