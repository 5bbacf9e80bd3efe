import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Result } from '../../src/result/result.ts';
import { resultOf } from '../compare/results.ts';
import { ramp } from '../result/run.ts';
import { load } from './fake-terminal.ts';

const NOISE = [1, 1.02, 0.985, 1.01, 0.99];
let directory: string;

const at = (name: string) => join(directory, name);

function writeRun(path: string, factor: number, change: (result: Result) => object = (result) => result): void {
  const result = resultOf({ ackedUs: ramp(1_000, 10 * factor) });
  mkdirSync(at(path), { recursive: true });
  const changed = change({ ...result, run: { ...result.run, id: `${path}${factor}` } });
  writeFileSync(join(at(path), 'result.json'), JSON.stringify(changed, null, 2));
}

function writeRepeats(name: string, factor: number): void {
  const lines = NOISE.map((noise, i) => {
    const path = `runs/00${i + 1}`;
    writeRun(`${name}/${path}`, noise * factor * (1 + 0.003 * i));
    return JSON.stringify({ run: i + 1, attempt: 1, round: i + 1, cell: 'atm', path, exitCode: 0, id: 'x' });
  });
  writeFileSync(at(`${name}/runs.jsonl`), `${lines.join('\n')}\n`);
  const state = { version: 1, id: name, kind: 'repeat', cells: [{ name: 'atm', factors: {} }] };
  writeFileSync(at(`${name}/experiment.json`), JSON.stringify(state));
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'compare-command-'));
  writeRepeats('base', 1);
  writeRepeats('same', 1.001);
  writeRepeats('slower', 1.2);
  writeRepeats('nearly', 1.085);
  writeRun('single', 1);
  writeRun('limited', 1, (result) => ({ ...result, verdict: { status: 'GENERATOR_LIMITED', reasons: ['late'] } }));
  writeRun('other', 1, (result) => ({ ...result, run: { ...result.run, profile: 'bytes', profileHash: '0badcafe' } }));
});
afterAll(() => rmSync(directory, { recursive: true }));

const GATE = ['--gate', 'response_ms p(99) +10%'];

describe('load compare', () => {
  test.each<[number, string, string, readonly string[], RegExp]>([
    [0, 'base', 'same', [], /^NO DIFFERENCE SHOWN\n/],
    [0, 'base', 'slower', [], /^WORSE\n/],
    [0, 'base', 'same', GATE, /^passed {5}response_ms p\(99\) \+10%/m],
    [99, 'base', 'slower', GATE, /^FAILED {5}response_ms p\(99\) \+10%/m],
    [3, 'base', 'nearly', GATE, /^undecided {2}response_ms p\(99\) \+10%.*[\s\S]*more runs? a\s+side/m],
    [3, 'single', 'single', GATE, /use\s+--repeat N/],
    [3, 'single', 'base', [], /^TOO NOISY\n/],
    [3, 'base', 'limited', [], /limited has no run that counts/],
    [2, 'base', 'other', GATE, /profile or settings: atm \(hash a1b2c3\) against bytes \(hash 0badcafe\)/],
    [3, 'single', 'other', ['--force'], /compared by --force/],
  ])('exits with %i: %s, %s %j', async (code, base, other, flags, message) => {
    const { exitCode, out, err } = await load('compare', at(base), at(other), ...flags);
    expect(exitCode).toBe(code);
    expect(out).toMatch(message);
    expect(err).toMatch(flags.includes('--force') ? /^warning: not comparable, compared by --force/ : /^$/);
    expect(out).toMatch(new RegExp(`^Exit code {2}${code}: `, 'm'));
  });

  test('prints several formats, and writes the files of all of them', async () => {
    const { out } = await load('compare', at('base'), at('slower'), '--format', 'github,text', '--out', at('out'));
    expect(out).toMatch(/^::notice title=Load comparison::worse:[\s\S]*\nWORSE\n/);
    expect(readdirSync(at('out')).toSorted()).toEqual([
      'bmf.json',
      'comparison.json',
      'comparison.md',
      'junit.xml',
      'report.html',
    ]);
    const { out: json } = await load('compare', at('base'), at('slower'), '--format', 'json');
    expect(JSON.parse(json)).toEqual(JSON.parse(readFileSync(join(at('out'), 'comparison.json'), 'utf8')));
  });

  test('bad input is one message with exit code 2, and nothing is written', async () => {
    const refused = async (...args: string[]) => {
      const { exitCode, out, err } = await load('compare', ...args, '--out', at('never'));
      expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
      return err;
    };
    expect(await refused(at('base'), at('bas'))).toMatch(/no such file.*did you mean `base`\?/);
    const gate = await refused(at('base'), at('same'), '--gate', 'response_ms p99 +10%');
    expect(gate).toMatch(/--gate: [\s\S]*\n {4}response_ms p99 \+10%\n {16}\^/);
    expect(await refused(at('base'), at('same'), '--format', 'junt')).toMatch(/--format: `junt`.*did you mean `junit`/);
    expect(await refused(at('base'))).toMatch(/an argument is missing/);
    writeRun('cut', 1);
    writeFileSync(at('cut/result.json'), readFileSync(at('cut/result.json'), 'utf8').slice(0, 3_000));
    expect(await refused(at('base'), at('cut'))).toMatch(/cut\/result\.json: it ends in the middle/);
    writeRun('edited', 1, (result) => ({ ...result, totals: { ...result.totals, acked: 'many' } }));
    expect(await refused(at('base'), at('edited'))).toMatch(/edited\/result\.json: totals\.acked: expected number/);
    expect(existsSync(at('never'))).toBe(false);
  });
});

describe('load baseline', () => {
  test('saves runs, shows them, and compares with them', async () => {
    const file = at('perf/baseline.json');
    const saved = await load('baseline', 'save', at('base'), file);
    expect(saved).toMatchObject({ exitCode: 0, out: '' });
    expect(saved.err).toMatch(/baseline\.json: 5 runs of atm, \d+(\.\d+)? KiB\n$/);
    const shown = await load('baseline', 'show', file);
    expect(shown.out).toMatch(/: 5 runs of atm on a Kafka cluster\nMachine .*\nProfile {4}atm, hash a1b2c3\n/);
    expect(shown.out).toMatch(/^response_ms p\(99\) +9\.92 ms +9\.\d+ ms to 10\.\d ms/m);
    expect((await load('compare', file, at('slower'), ...GATE)).exitCode).toBe(99);
    expect((await load('baseline', 'save', at('same'), file)).exitCode).toBe(0);
  });

  test('one run is saved, with what it cannot do', async () => {
    const { exitCode, err } = await load('baseline', 'save', at('single'), at('one.json'));
    expect(exitCode).toBe(0);
    expect(err).toContain('one run cannot decide a gate: use --repeat N');
  });

  test('refuses what is not a baseline, and overwrites nothing else', async () => {
    writeFileSync(at('notes.json'), '{"mine": true}');
    const refused = async (...args: string[]) => {
      const { exitCode, err } = await load('baseline', ...args);
      expect(exitCode).toBe(2);
      return err;
    };
    expect(await refused('save', at('base'), at('notes.json'))).toMatch(/notes\.json: it exists and is not a baseline/);
    expect(readFileSync(at('notes.json'), 'utf8')).toBe('{"mine": true}');
    expect(await refused('save', at('limited'), at('b.json'))).toMatch(/invalid: GENERATOR_LIMITED: late/);
    expect(existsSync(at('b.json'))).toBe(false);
    expect(await refused('show', at('single'))).toMatch(/not a baseline file/);
    expect(await refused('save', at('base'))).toMatch(/an argument is missing \(load baseline save DIR FILE/);
    expect(await refused('sav', at('base'))).toMatch(/`sav` is not an action of baseline \(did you mean `save`\?\)/);
    expect(await refused()).toMatch(/save or show\?/);
  });
});
