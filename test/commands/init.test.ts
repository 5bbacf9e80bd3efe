import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { EXIT } from '../../src/errors.ts';
import { EXECUTORS } from '../../src/executors/table.ts';
import { bundledProfiles } from '../../src/profile/bundled.ts';
import { loadProfile } from '../../src/profile/load.ts';
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

/** What the bundled profiles read. */
const ENVIRONMENTS: Record<string, string>[] = [
  {},
  {
    KAFKA_BOOTSTRAP_SERVERS: 'broker:9092',
    KAFKA_TOPIC: 'mine',
    GENERATION_RATE: '2000/h',
    DURATION: '8h',
    INTERVAL_SECONDS: '0.5',
    MESSAGE_COUNT: '77',
  },
];

describe.each(bundledProfiles())('init %s', (name) => {
  test.each(ENVIRONMENTS)('plans as the bundled profile does: %o', async (env) => {
    const { file } = await starter(name);
    const { profile } = await loadProfile(file, { env });
    expect(profile).toEqual((await loadProfile(name, { env })).profile);
  });

  test('names its own file in its commands', async () => {
    const { file, text } = await starter(name);
    expect(text).not.toMatch(new RegExp(`load (\\w+ )?(-p )?${name}(\\s|$)`, 'm'));
    if (name === 'ecommerce') expect(text).toContain(`load plan ${file} `);
  });
});

describe.each(Object.values(workloads))('$name', (workload) => {
  test('every parameter with its default and meaning', async () => {
    const { text } = await starter(workload.name);
    for (const { name, describe, fallback } of parametersOf(workload)) {
      expect(text).toContain(`    # ${name}: ${JSON.stringify(fallback)} # ${describe}\n`);
    }
  });

  test('its examples load too', async () => {
    const { file, text } = await starter(workload.name);
    const uncommented = text
      .replaceAll(/^( *)# ((?:fields|anomalies|kafka|producer|consumer|thresholds):.*)$/gm, '$1$2')
      .replaceAll(/^( {4}|)# ( +[\w.]+: .*)$/gm, '$1$2')
      .replaceAll(/^( *)# ( +- \{.*)$/gm, '$1# $2');
    const fields = parse(uncommented).scenarios[workload.name].fields ?? {};
    expect(Object.keys(fields).toSorted()).toEqual(Object.keys(workload.weightedFields).toSorted());
    writeFileSync(file, uncommented);
    const { profile } = await loadProfile(file, { env: {} });
    expect(profile.producer).not.toEqual({});
    expect(profile.consumer['group.id']).toBe(workload.name === 'atm' ? 'atm-consumer' : `${workload.name}-reader`);
    expect(profile.thresholds).toHaveLength(3);
    expect(profile.scenarios[workload.name]!.anomalies).toMatchObject({ late: { rate: 0.02, minMs: 300_000 } });
  });
});

test.each([...EXECUTORS])('the example of %s loads', async (kind, { example }) => {
  const { text } = await starter('atm');
  const lines = [`executor: ${kind}`, ...example];
  for (const line of kind === 'constant-arrival-rate' ? [] : lines)
    expect(text).toMatch(new RegExp(`^    (# )?${escaped(line)}$`, 'm'));
  const file = newFile();
  const scenario = ['workload: atm', ...lines].map((line) => `    ${line}`).join('\n');
  writeFileSync(file, `scenarios:\n  one:\n${scenario}\n`);
  expect((await loadProfile(file, { env: {} })).profile.scenarios.one!.executor.kind).toBe(kind);
});

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

test('the directory of the file is made', async () => {
  const file = join(newFile(), 'profiles', 'x.yaml');
  expect([(await load('init', 'bytes', file)).exitCode, existsSync(file)]).toEqual([EXIT.ok, true]);
  const { exitCode, err } = await load('init', 'bytes', join(file, 'y.yaml'));
  expect(exitCode).toBe(EXIT.failed);
  expect(err).toBe(`error: ${join(file, 'y.yaml')} cannot be written: ${file} is not a directory\n`);
});

test('what is there is not overwritten', async () => {
  const { file } = await starter('atm');
  writeFileSync(file, 'mine');
  const { exitCode, err } = await load('init', 'bytes', file);
  expect([exitCode, err]).toEqual([EXIT.badInput, `error: ${file} already exists (name another file)\n`]);
  expect(readFileSync(file, 'utf8')).toBe('mine');
});

test.each([
  [[], 'an argument is missing'],
  [['atmm'], 'there is no workload or profile `atmm` (did you mean `atm`?)'],
  [['atm', 'x.json'], '`x.json` does not end in .yaml'],
  [['atm', 'a.yaml', 'b'], 'unexpected argument `b`'],
])('init %j is refused', async (args, message) => {
  const { exitCode, err } = await load('init', ...args);
  expect(err).toContain(message);
  expect(exitCode).toBe(EXIT.badInput);
});
