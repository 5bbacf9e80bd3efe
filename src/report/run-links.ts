/** Links to the pages of an experiment's runs, as far as they are there. */
import { existsSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/**
 * @param directory of the experiment.
 * @param paths of its runs, relative to it.
 * @param from the directory in which the linking page stands.
 */
export function runLinks(directory: string, paths: readonly string[], from: string): Map<string, string> {
  const found = paths.filter((path) => existsSync(join(directory, path, 'report.html')));
  return new Map(found.map((path) => [path, hrefOf(relative(from, join(directory, path, 'report.html')))]));
}

export function hrefOf(path: string): string {
  return path.split(sep).map(encodeURIComponent).join('/');
}
