import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  defaultResultDirectory,
  inResultDirectory,
  newResultDirectory,
  prepareResultDirectory,
} from '../../src/report/result-directory.ts';

const refusal = { code: 'RESULT_DIRECTORY', exitCode: 1, hint: expect.stringContaining('--out none') };
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'load-result-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('prepareResultDirectory', () => {
  test('makes the directory and leaves nothing in it', async () => {
    const path = join(directory, 'a', 'b');
    expect(await prepareResultDirectory(path)).toEqual({ path, isNew: true });
    expect(await readdir(path)).toEqual([]);
  });

  test('takes one that is there', async () => {
    expect(await prepareResultDirectory(directory)).toEqual({ path: directory, isNew: false });
  });

  test('says what to do when the place cannot be written', async () => {
    await writeFile(join(directory, 'file'), '');
    await expect(prepareResultDirectory(join(directory, 'file', 'run'))).rejects.toMatchObject(refusal);
  });

  // A directory that is there and answers ENOENT to mkdir: Node's recursive mkdir never returns.
  test.runIf(existsSync('/proc/self'))('does not try for ever below /proc', async () => {
    await expect(prepareResultDirectory('/proc/x')).rejects.toMatchObject(refusal);
    await expect(prepareResultDirectory('/proc/x/y/z')).rejects.toMatchObject(refusal);
    await expect(newResultDirectory('/proc/x/y')).rejects.toMatchObject(refusal);
  });
});

describe('newResultDirectory', () => {
  test('gives each of many at once its own', async () => {
    const wanted = join(directory, 'load-results', 'atm-20260301T120000Z');
    const made = await Promise.all(Array.from({ length: 20 }, () => newResultDirectory(wanted)));
    const numbered = Array.from({ length: 19 }, (_, i) => `${wanted}-${i + 2}`);
    expect(made.map(({ path }) => path).sort()).toEqual([wanted, ...numbered].sort());
    expect(made.every(({ isNew }) => isNew)).toBe(true);
  });

  test('stays away from a file of the name', async () => {
    await writeFile(join(directory, 'run'), '');
    expect(await newResultDirectory(join(directory, 'run'))).toMatchObject({ path: join(directory, 'run-2') });
  });

  test('says what to do when the place cannot be written', async () => {
    await writeFile(join(directory, 'file'), '');
    await expect(newResultDirectory(join(directory, 'file', 'run'))).rejects.toMatchObject(refusal);
  });
});

describe('inResultDirectory, where the work fails', () => {
  test.each([
    { name: 'new and empty', before: [], files: [], left: [] },
    { name: 'new, with a file', before: [], files: ['result.json'], left: ['run'] },
    { name: 'there before', before: ['run'], files: [], left: ['run'] },
  ])('a directory $name: $left is left', async ({ before, files, left }) => {
    for (const name of before) await mkdir(join(directory, name));
    const failing = inResultDirectory({ out: join(directory, 'run') }, async (path) => {
      for (const file of files) await writeFile(join(path!, file), '');
      throw new Error('no broker');
    });
    await expect(failing).rejects.toThrow('no broker');
    expect(await readdir(directory)).toEqual(left);
  });
});

test('defaultResultDirectory names the profile and the second in UTC', () => {
  const now = new Date('2026-03-01T23:59:59.999Z');
  expect(defaultResultDirectory('atm', now)).toBe(join('load-results', 'atm-20260301T235959Z'));
});
