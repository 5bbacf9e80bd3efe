import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { environmentOf, parseEnvironment } from '../../src/profile/environment.ts';

test.each([
  ['A=p@ss#word', 'p@ss#word'],
  ['A=#x', '#x'],
  ['A= #x', ''],
  ['A=##', '##'],
  ['A=x #y', 'x'],
  ['A=x\t# y', 'x'],
  ['A=x#y #z', 'x#y'],
  ['A=', ''],
  ['A =  spaced out  ', 'spaced out'],
  ['export A=x', 'x'],
  ['  A=x', 'x'],
  ['A=x=y==', 'x=y=='],
  ["A='a #b' # c", 'a #b'],
  ["A='a\\n$b'", 'a\\n$b'],
  ['A="a #b" # c', 'a #b'],
  ['A="a\\nb\\t\\"c\\" \\\\ \\d \\$"', 'a\nb\t"c" \\ \\d $'],
  ['A="first\nsecond"', 'first\nsecond'],
  ["A='first\nsecond'", 'first\nsecond'],
  ['A="open', '"open'],
  ['A="a"b', '"a"b'],
  ['A=C:\\dir\\n', 'C:\\dir\\n'],
  ['A=x\r', 'x'],
  ['# A=no\nA=yes', 'yes'],
  ['A=first\nA=last', 'last'],
  ['\uFEFFA=x', 'x'],
])('%j', (line, value) => {
  expect(parseEnvironment(`B=before\n${line}\nC=after #c\n`.replace(/^B=before\n\uFEFF/, '\uFEFF'))).toMatchObject({
    A: value,
    C: 'after',
  });
});

test('what is no variable is skipped', () => {
  expect(parseEnvironment('\n  \n# A=b\nnonsense\n=x\nA=1')).toEqual({ A: '1' });
});

test('the file fills what the environment does not have; without one there is the environment alone', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'env-'));
  expect(environmentOf({ A: 'real' }, cwd)).toEqual({ A: 'real' });
  writeFileSync(join(cwd, '.env'), 'A=file\nB=file\n');
  expect(environmentOf({ A: 'real' }, cwd)).toEqual({ A: 'real', B: 'file' });
});

test('a directory of that name is bad input', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'env-'));
  mkdirSync(join(cwd, '.env'));
  expect(() => environmentOf({}, cwd)).toThrow(InputError);
  expect(() => environmentOf({}, cwd)).toThrow(/^\.env: cannot be read: it is a directory/);
});
