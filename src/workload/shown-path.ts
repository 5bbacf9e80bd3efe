import { relative } from 'node:path';

/** A file as a person in the working directory would name it. */
export function shownPath(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') ? path : fromHere;
}
