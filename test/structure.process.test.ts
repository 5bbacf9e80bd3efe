import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { repositoryFiles } from './repository-files.ts';

test('nothing that is ignored is tracked: a link to node_modules in a commit takes the place of the folder', () => {
  const tracked = execFileSync('git', ['ls-files', '--cached', '--ignored', '--exclude-standard'], {
    encoding: 'utf8',
  });
  expect(tracked).toBe('');
});

test('the files of the repository are those that git knows, and new ones', () => {
  const args = ['ls-files', '-co', '--exclude-standard', '--deduplicate'];
  const listed = execFileSync('git', args, { encoding: 'utf8' })
    .split('\n')
    .filter((path) => existsSync(path));
  expect(repositoryFiles().toSorted()).toEqual(listed.toSorted());
});
