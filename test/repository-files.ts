/** What is in the repository, read from disk: unit tests cannot ask git. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path/posix';

/** Names, paths and `*.extension` are all that .gitignore has. */
const ignored = ['.git', ...readFileSync('.gitignore', 'utf8').split('\n')].map((line) => line.replace(/\/$/, ''));

const isIgnored = (path: string, name: string) =>
  ignored.some(
    (pattern) => pattern === name || pattern === path || (pattern[0] === '*' && name.endsWith(pattern.slice(1))),
  );

/** Paths of the files that are not ignored, new ones among them. */
export function repositoryFiles(folder = ''): string[] {
  return readdirSync(folder || '.', { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (isIgnored(path, entry.name)) return [];
    if (entry.isDirectory()) return repositoryFiles(path);
    return entry.isFile() ? [path] : [];
  });
}
