import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { plan } from '../../src/planning.ts';
import { bundledProfiles, experimentFile, findProfile } from '../../src/profile/bundled.ts';

/** A directory with these files, each of them a profile of 7 messages. */
function directoryWith(...files: string[]): string {
  const cwd = mkdtempSync(join(tmpdir(), 'find-profile-'));
  const scenario = '{ workload: bytes, executor: burst, size: 7, duration: 1s }';
  for (const file of files) writeFileSync(join(cwd, file), `scenarios: { own: ${scenario} }\n`);
  return cwd;
}

const endings = ['', '.yaml', '.yml', '.json', '.YAML'];

describe('a bundled profile, from anywhere', () => {
  test.each(bundledProfiles())('%s, with each ending and without', (name) => {
    const cwd = directoryWith();
    const { path } = findProfile(name, cwd);
    for (const ending of endings) expect(findProfile(`${name}${ending}`, cwd)).toMatchObject({ path, name });
  });

  test('a name with an ending notes that there is no such file; the name alone does not', async () => {
    const cwd = directoryWith();
    expect(findProfile('atm-1h', cwd)).not.toHaveProperty('note');
    const { plan: made } = await plan('atm-1h.yaml', { cwd, env: {} });
    expect(made.name).toBe('atm-1h');
    expect(made.notes).toEqual([
      'profile atm-1h.yaml: the bundled profile `atm-1h`; there is no such file in this directory',
    ]);
  });

  test('a directory of that name is not a profile', () => {
    const cwd = directoryWith();
    mkdirSync(join(cwd, 'atm'));
    expect(findProfile('atm', cwd).shown).toBe('profiles/atm.yaml');
  });

  test('a path that does not exist is an error with the name there is', () => {
    const cwd = directoryWith();
    for (const path of ['./atm-1h.yaml', 'missing/atm-1h.yaml', 'atm-1hh.yaml', 'atm-1h.toml']) {
      expect(() => findProfile(path, cwd)).toThrow(InputError);
      expect(() => findProfile(path, cwd)).toThrow('atm-1h');
    }
  });
});

describe('a file in the working directory', () => {
  test.each(endings)('wins where the name is the same (atm-1h%s), and a note says so', async (ending) => {
    const file = `atm-1h${ending}`;
    const { plan: made } = await plan(file, { cwd: directoryWith(file), env: {} });
    expect(made.lanes[0]!.load.count).toBe(7);
    expect(made.notes).toEqual([`profile ${file}: the file in this directory, not the bundled profile \`atm-1h\``]);
  });

  test('with an ending is not taken for the name without, and a note says how to run it', async () => {
    const { plan: made } = await plan('atm-1h', { cwd: directoryWith('atm-1h.yml'), env: {} });
    expect(made.lanes[0]!.load.count).toBe(82_500);
    expect(made.notes).toEqual(['profile atm-1h: the bundled one; `load atm-1h.yml` runs the file in this directory']);
  });

  test('with a name of its own needs no note', () => {
    expect(findProfile('mine.yaml', directoryWith('mine.yaml'))).not.toHaveProperty('note');
  });
});

describe('experiments beside profiles', () => {
  const errorOf = (find: () => unknown) => {
    try {
      find();
    } catch (error) {
      return error as InputError;
    }
  };

  test('a name that is of neither: the nearest of both', () => {
    const near = errorOf(() => experimentFile('compresion', '.'));
    expect(near?.problems).toEqual([
      { message: 'there is no experiment or profile `compresion`', hint: 'did you mean `compression`?' },
    ]);
    expect(errorOf(() => experimentFile('zzzzzzzz', '.'))?.problems[0]?.hint).toMatch(
      /^experiments: acks, .*; or a file$/,
    );
    expect(experimentFile('atm', '.')).toBeUndefined();
    expect(experimentFile('mine.yaml', '.')).toBeUndefined();
  });

  test('where a profile is asked for: the command that runs it', () => {
    expect(errorOf(() => findProfile('compression', '.'))?.problems).toEqual([
      { message: '`compression` is an experiment, not a profile', hint: '`load sweep compression` runs it' },
    ]);
  });
});
