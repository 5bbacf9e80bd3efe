import { expect, test } from 'vitest';
import { aboutProfile } from '../../src/profile/about.ts';
import { bundledProfiles } from '../../src/profile/bundled.ts';
import { directoryOf } from '../workload/own-files.ts';

test('paragraphs in one line each, indented lines as they are', () => {
  const head = [
    '# yaml-language-server: $schema=x',
    '#',
    '# One,',
    '# two.',
    '#',
    '#     load a -r 5   five',
    '#     load a',
  ];
  const directory = directoryOf({
    'a.yaml': `${head.join('\r\n')}\r\n#\r\n# Three.\r\nversion: 1 # no more\r\n# nor this\r\n`,
  });
  expect(aboutProfile('a.yaml', directory)).toBe('One, two.\n\n    load a -r 5   five\n    load a\n\nThree.');
});

test('nothing where there is no comment, or no profile', () => {
  const directory = directoryOf({ 'a.yaml': 'version: 1\n# later\n', 'b.json': '{}' });
  for (const profile of ['a.yaml', 'b.json', 'none.yaml']) expect(aboutProfile(profile, directory)).toBeUndefined();
});

test.each(bundledProfiles())('%s says what it is', (profile) => {
  expect(aboutProfile(profile)).toMatch(/^[A-Z0-9][^\n]{40,}/);
});
