import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { EXIT } from '../../src/errors.ts';
import { loadProfile } from '../../src/profile/load.ts';
import { EXECUTOR_KEYS } from '../../src/profile/schema/executor-schema.ts';
import { EXECUTOR_EXAMPLES, firstExecutor } from '../../src/profile/starter.ts';
import { workloads } from '../../src/workload/built-in/built-in.ts';
import { parametersOf } from '../../src/workload/parameters.ts';
import { load } from './fake-terminal.ts';

const newFile = () => join(mkdtempSync(join(tmpdir(), 'init-')), 'mine.yaml');

async function starter(workload: string): Promise<{ file: string; text: string }> {
  const file = newFile();
  const { exitCode, out } = await load('init', workload, file);
  expect([exitCode, out]).toEqual([EXIT.ok, `${file}\n`]);
  return { file, text: readFileSync(file, 'utf8') };
}

describe.each(Object.values(workloads))('$name', (workload) => {
  test('loads as it stands, and as the workload does without any word of it', async () => {
    const { file } = await starter(workload.name);
    const { profile } = await loadProfile(file, { env: {} });
    const bare = newFile();
    const { kind, keys } = firstExecutor(workload);
    const lines = [`workload: ${workload.name}`, `executor: ${kind}`, ...keys].map((line) => `    ${line}`);
    const head = `name: ${workload.name}\nseed: 42\nscenarios:\n  ${workload.name}:\n`;
    writeFileSync(bare, head + lines.join('\n'));
    expect(profile).toEqual((await loadProfile(bare, { env: {} })).profile);
  });

  test('is planned without a warning', async () => {
    const { file } = await starter(workload.name);
    const { exitCode, out } = await load('plan', file, '--format', 'json');
    expect([exitCode, JSON.parse(out).warnings]).toEqual([EXIT.ok, []]);
  });

  test('every parameter with its default and meaning', async () => {
    const { text } = await starter(workload.name);
    for (const { name, describe, fallback } of parametersOf(workload)) {
      expect(text).toContain(`${name}: ${JSON.stringify(fallback)} # ${describe}`);
    }
  });

  test('its examples load too', async () => {
    const { file, text } = await starter(workload.name);
    const uncommented = text
      .replaceAll(/^( *)# ((?:fields|mess|producer|consumer|thresholds):.*)$/gm, '$1$2')
      .replaceAll(/^( *)# ( +\S+: .*)$/gm, '$1$2')
      .replaceAll(/^( *)# ( +- \{.*)$/gm, '$1# $2')
      .replaceAll(/^#( {5}load )/gm, '#$1');
    const fields = parse(uncommented).scenarios[workload.name].fields ?? {};
    expect(Object.keys(fields)).toEqual(Object.keys(workload.weightedFields));
    writeFileSync(file, uncommented);
    const { profile } = await loadProfile(file, { env: {} });
    expect(profile.producer.acks).toBe('all');
    expect(profile.consumer['group.id']).toBe(`${workload.name}-reader`);
    expect(profile.thresholds).toHaveLength(3);
    expect(profile.scenarios[workload.name]!.mess).toMatchObject({ late: { rate: 0.02, minMs: 300_000 } });
  });
});

test.each(Object.keys(EXECUTOR_KEYS) as (keyof typeof EXECUTOR_KEYS)[])('the example of %s loads', async (kind) => {
  const { text } = await starter('atm');
  const lines = [`executor: ${kind}`, ...EXECUTOR_EXAMPLES[kind]];
  for (const line of lines) expect(text).toMatch(new RegExp(`^    (# )?${escaped(line)}$`, 'm'));
  const file = newFile();
  const scenario = ['workload: atm', ...lines].map((line) => `    ${line}`).join('\n');
  writeFileSync(file, `scenarios:\n  one:\n${scenario}\n`);
  expect((await loadProfile(file, { env: {} })).profile.scenarios.one!.executor.kind).toBe(kind);
});

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

test('what is there is not overwritten', async () => {
  const { file } = await starter('atm');
  writeFileSync(file, 'mine');
  const { exitCode, err } = await load('init', 'bytes', file);
  expect([exitCode, err]).toEqual([EXIT.badInput, `error: ${file} is there already (name another file)\n`]);
  expect(readFileSync(file, 'utf8')).toBe('mine');
});

test.each([
  [[], 'an argument is missing'],
  [['atmm'], 'there is no workload `atmm` (did you mean `atm`?)'],
  [['atm', 'x.json'], '`x.json` does not end in .yaml'],
  [['atm', 'a.yaml', 'b'], 'unexpected argument `b`'],
])('init %j is refused', async (args, message) => {
  const { exitCode, err } = await load('init', ...args);
  expect(err).toContain(message);
  expect(exitCode).toBe(EXIT.badInput);
});
