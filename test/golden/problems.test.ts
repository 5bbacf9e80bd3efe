/**
 * Where the mistakes in bad input are reported, and the name that is suggested; the words may change. `vitest -u` fills
 * in the problems of a new case.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { InputError, type PlanOptions, type Problem, plan } from '../../src/index.ts';

interface Case {
  readonly file?: string;
  readonly files?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly overrides?: NonNullable<PlanOptions['overrides']>;
  readonly profile?: string;
  readonly problems?: readonly string[];
}

const HEAD = `# Bad input, and where its mistakes are reported: place | path | the name that is suggested, or that there is a hint.
# file: the profile, profile.yaml by default, or the name of a bundled one. files: the set of files beside it.
`;

const { files, cases } = parse(readFileSync('test/golden/problems.yaml', 'utf8')) as {
  readonly files: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly cases: readonly Case[];
};

async function problemsOf({ file = 'profile.yaml', files: set, profile, problems: _, ...options }: Case) {
  const cwd = mkdtempSync(join(tmpdir(), 'problems-'));
  try {
    const beside = Object.entries(set === undefined ? {} : files[set]!);
    for (const [name, text] of beside) writeFileSync(join(cwd, name), text, 'latin1');
    if (profile !== undefined) writeFileSync(join(cwd, file), profile);
    await plan(file, { env: {}, cores: 4, ...options, cwd });
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.problems.map((problem) => lineOf(problem, cwd));
  } finally {
    rmSync(cwd, { recursive: true });
  }
}

function lineOf({ place, path, message, hint }: Problem, cwd: string): string {
  const [, near] = /did you mean `([^`]*)`/i.exec(`${message} ${hint}`) ?? [];
  const offer = near === undefined ? hint && 'hint' : `near ${near}`;
  return [place, path, offer]
    .filter((part) => part !== undefined)
    .join(' | ')
    .replaceAll(`${cwd}/`, '');
}

test('each mistake has its place', async () => {
  const found: Case[] = [];
  for (const each of cases) found.push({ ...each, problems: await problemsOf(each) });
  const text = `${HEAD}${stringify({ files, cases: found }, { lineWidth: 0 })}`;
  await expect(text).toMatchFileSnapshot('problems.yaml');
});
