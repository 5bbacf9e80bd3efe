import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { baselineOf, writeBaseline } from '../../src/compare/baseline.ts';
import { chooseCell } from '../../src/compare/cell-choice.ts';
import { compare } from '../../src/compare/compare.ts';
import { loadCells, loadRunSet } from '../../src/compare/run-source.ts';
import { InputError } from '../../src/errors.ts';
import type { Result } from '../../src/result/result.ts';
import { ramp } from '../result/run.ts';
import { resultOf } from './results.ts';

let directory: string;

function runAt(factor: number, id = `00c0ffee${factor}`): Result {
  const result = resultOf({ ackedUs: ramp(1_000, 10 * factor) });
  return { ...result, run: { ...result.run, id } };
}

function write(path: string, content: unknown): string {
  const file = join(directory, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  return file;
}

/** As src/experiments writes it: two cells, five rounds; the second run of zstd failed and was repeated. */
function writeExperiment(name: string, kind: 'sweep' | 'repeat'): string {
  const cells = kind === 'repeat' ? ['atm'] : ['compression.type=lz4 linger.ms=5', 'compression.type=zstd linger.ms=5'];
  const factorsOf = (cell: string) => Object.fromEntries(cell.split(' ').map((part) => part.split('=')));
  write(`${name}/experiment.json`, {
    version: 1,
    id: '0123456789abcdef',
    kind,
    name,
    cells: cells.map((cell) => ({ name: cell, factors: kind === 'repeat' ? {} : factorsOf(cell), profileHash: cell })),
  });
  const lines: string[] = [];
  let run = 0;
  for (let round = 1; round <= 5; round++) {
    for (const [i, cell] of cells.entries()) {
      run++;
      const path = `runs/${String(run).padStart(3, '0')}`;
      const isFailed = i === 1 && round === 2;
      if (!isFailed) write(`${name}/${path}/result.json`, runAt(1 + i * 0.3 + round * 0.01));
      const reason = isFailed ? { reason: 'broker gone' } : {};
      lines.push(
        JSON.stringify({ run, attempt: 1, round, cell, path, exitCode: isFailed ? 1 : 0, id: 'x', ...reason }),
      );
    }
  }
  if (kind === 'sweep') {
    write(`${name}/runs/004-2/result.json`, runAt(1.32));
    lines.push(
      JSON.stringify({ run: 4, attempt: 2, round: 2, cell: cells[1], path: 'runs/004-2', exitCode: 0, id: 'x' }),
    );
  }
  write(`${name}/runs.jsonl`, `${lines.join('\n')}\n{"run":99,"rou`);
  return join(directory, name);
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'run-source-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('what can be compared', () => {
  test('a result directory, and its result.json', async () => {
    const file = write('one/result.json', runAt(1));
    const set = await loadRunSet(join(directory, 'one'));
    expect(set).toMatchObject({ label: join(directory, 'one'), kind: 'run', runs: [{ round: null, status: 'ok' }] });
    expect(await loadRunSet(file)).toMatchObject({ kind: 'run', runs: [{ figures: set.runs[0]!.figures }] });
    // The last line of a summary.
    const page = write('one/report.html', '<!doctype html>');
    expect(await loadRunSet(page)).toMatchObject({ label: page, kind: 'run', runs: [{ status: 'ok' }] });
  });

  test('the repeats of an experiment', async () => {
    const set = await loadRunSet(writeExperiment('repeats', 'repeat'));
    expect(set).toMatchObject({ kind: 'repeats', experiment: '0123456789abcdef' });
    expect(set.runs.map(({ round, path }) => [round, path])).toEqual([1, 2, 3, 4, 5].map((n) => [n, `runs/00${n}`]));
    expect(await loadRunSet(join(directory, 'repeats', 'experiment.json'))).toMatchObject({ kind: 'repeats' });
  });

  test('a cell of a sweep; a run that was repeated counts once', async () => {
    const sweep = writeExperiment('sweep', 'sweep');
    const cell = await loadRunSet(`${sweep}#zstd`);
    expect(cell).toMatchObject({ kind: 'cell', factors: { 'compression.type': 'zstd', 'linger.ms': '5' } });
    expect(cell.label).toBe(`${sweep}#compression.type=zstd linger.ms=5`);
    expect(cell.runs.map(({ path, status }) => [path, status])[1]).toEqual(['runs/004-2', 'ok']);
    expect((await loadCells(sweep)).map(({ runs }) => runs.length)).toEqual([5, 5]);
    const comparison = await compare(`${sweep}#lz4`, `${sweep}#zstd`, { gates: ['response_ms p(99) +10%'] });
    expect(comparison).toMatchObject({ paired: true, verdict: 'worse', exitCode: 99, comparable: { ok: true } });
  });

  test('a failed run that was not repeated is excluded with its reason', async () => {
    const sweep = writeExperiment('failing', 'sweep');
    const lines = readFileSync(join(sweep, 'runs.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => !line.includes('-2'));
    write('failing/runs.jsonl', lines.join('\n'));
    const { runs } = await loadRunSet(`${sweep}#zstd`);
    expect(runs[1]).toMatchObject({ status: 'failed', reason: 'broker gone', exitCode: 1, identity: null });
    expect(await compare(`${sweep}#lz4`, `${sweep}#zstd`)).toMatchObject({ exitCode: 3, other: { runs: 4 } });
  });

  test('a baseline file gives the figures of the runs it was made of, of any measure', async () => {
    const repeats = writeExperiment('before', 'repeat');
    const file = write('perf/baseline.json', writeBaseline(baselineOf(repeats).baseline));
    const options = { measures: ['response_ms p(97.3)', 'service_ms avg', 'response_ms{scenario:atm} p(99)'] };
    const [saved, direct] = [await compare(file, repeats, options), await compare(repeats, repeats, options)];
    expect(saved).toMatchObject({ base: { kind: 'baseline', runs: 5 }, paired: false, comparable: { ok: true } });
    expect(saved.measures.map(({ base }) => base)).toEqual(direct.measures.map(({ base }) => base));
    expect(saved.measures).toHaveLength(3);
  });
});

describe('a baseline', () => {
  test('is laid out the same each time, small, and a summary to a line', () => {
    const repeats = writeExperiment('layout', 'repeat');
    const text = writeBaseline(baselineOf(repeats).baseline);
    expect(writeBaseline(baselineOf(repeats).baseline)).toBe(text);
    expect(text.length / 5).toBeLessThan(6_000);
    expect(text).toMatch(/^ {8}"response": \{ "count": 1000, .*"max": \d+ \},$/m);
    expect(text.split('\n').length).toBeLessThan(250);
  });

  test('is made of runs that count, of one profile on one machine', () => {
    const sweep = writeExperiment('unlike', 'repeat');
    const limited = { ...runAt(1), verdict: { status: 'GENERATOR_LIMITED', reasons: ['late'] } };
    write('unlike/runs/002/result.json', limited);
    const { baseline, leftOut } = baselineOf(sweep);
    expect(leftOut).toEqual(['runs/002: invalid: GENERATOR_LIMITED: late']);
    expect(baseline.runs).toHaveLength(4);
    const plain = runAt(1);
    write('unlike/runs/002/result.json', { ...plain, run: { ...plain.run, profileHash: '0badcafe' } });
    expect(() => baselineOf(sweep)).toThrow(
      /profile or settings: atm \(hash a1b2c3\) against atm \(hash 0badcafe\).*all 5 runs/,
    );
  });
});

describe('what cannot, and why', () => {
  const refusal = async (text: string) => {
    const error: unknown = await loadRunSet(text).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message.replaceAll(`${directory}/`, '');
  };

  test.each<[string, string, unknown, RegExp]>([
    ['nothing there', 'bad/reslt', undefined, /^bad\/reslt: no such file or directory \(/],
    [
      'an empty directory',
      'empty',
      { 'empty/other.txt': 'x' },
      /^empty: it has neither a result\.json nor an experiment/,
    ],
    ['a killed run', 'killed', { 'killed/run.json': '{}' }, /^killed: the run did not come to its end.*load report/],
    ['another JSON file', 'o.json', { 'o.json': '{"a":1}' }, /^o\.json: neither the result of a run nor a baseline/],
    ['a list', 'l.json', { 'l.json': '[]' }, /^l\.json: neither the result/],
    ['no JSON', 'p.yaml', { 'p.yaml': 'version: 1' }, /^p\.yaml: Unexpected token/],
    [
      'a result cut short',
      'cut',
      { 'cut/result.json': '{"version": 1, "run": {"id": "ab' },
      /^cut\/result\.json: it ends in the middle/,
    ],
    [
      'another version',
      'v2',
      { 'v2/result.json': '{"version": 2}' },
      /^v2\/result\.json: version: a result of version 2/,
    ],
    [
      'a version by hand',
      'vx',
      { 'vx/result.json': '{"version":"1","run":1,"verdict":1,"totals":1,"latency":1,"histograms":1}' },
      /^vx\/result\.json: version: expected 1 \(it was/,
    ],
    [
      'a baseline of another version',
      'b2.json',
      { 'b2.json': '{"version": 2, "kind": "baseline"}' },
      /^b2\.json: version: a baseline of version 2/,
    ],
    [
      'a baseline without runs',
      'b.json',
      { 'b.json': '{"version": 1, "kind": "baseline", "runs": []}' },
      /b\.json: identity: .*\n.*b\.json: runs: /,
    ],
    [
      'another experiment version',
      'e2',
      { 'e2/experiment.json': '{"version": 2}' },
      /^e2\/experiment\.json: version: an experiment of version 2/,
    ],
    [
      'an experiment by hand',
      'e1',
      { 'e1/experiment.json': '{"version": 1, "id": 3}' },
      /^e1\/experiment\.json: id: expected string.*\n.*kind: /,
    ],
    [
      'a search for capacity',
      'cap',
      { 'cap/experiment.json': '{"version":1,"id":"a","kind":"capacity","cells":[{"name":"x","factors":{}}]}' },
      /^cap: a search for capacity/,
    ],
  ])('%s', async (_, text, files, message) => {
    for (const [path, content] of Object.entries((files ?? {}) as Record<string, string>)) write(path, content);
    expect(await refusal(join(directory, text))).toMatch(message);
  });

  test('the nearest name is offered', async () => {
    write('tuesday/result.json', runAt(1));
    expect(await refusal(join(directory, 'tuesdy'))).toMatch(/did you mean `tuesday`\?/);
  });

  test('a run that was repeated is marked, and `repeat: auto` gives the level of its looks', async () => {
    const sweep = writeExperiment('auto', 'sweep');
    const state = JSON.parse(readFileSync(join(sweep, 'experiment.json'), 'utf8'));
    write('auto/experiment.json', { ...state, repeat: 'auto', maxRepeat: 20 });
    const zstd = await loadRunSet(`${sweep}#zstd`);
    expect(zstd.alpha).toBe(0.0125);
    expect(zstd.runs.map(({ attempt }) => attempt)).toEqual([1, 2, 1, 1, 1]);
    const comparison = await compare(`${sweep}#lz4`, `${sweep}#zstd`);
    expect(comparison).toMatchObject({ alpha: 0.0125, paired: true });
    expect(comparison.measures[0]).toMatchObject({ base: { n: 4 } });
    expect(comparison.notes[0]).toBe('1 pair with a run repeated after the last round left out');
  });

  test('a hand-edited result names the field, in a sweep as well', async () => {
    const sweep = writeExperiment('edited', 'sweep');
    const broken = JSON.parse(JSON.stringify(runAt(1)));
    broken.latency.response.p99 = '9 ms';
    write('edited/runs/005/result.json', broken);
    expect(await refusal(`${sweep}#lz4`)).toMatch(
      /^edited\/runs\/005\/result\.json: latency\.response\.p99: expected number/,
    );
    broken.latency.response.p99 = 9;
    broken.histograms.response = 'HISTFAAA';
    write('edited/runs/005/result.json', broken);
    await expect(compare(`${sweep}#lz4`, `${sweep}#zstd`)).rejects.toThrow(
      /edited#.*lz4.*runs\/005: histograms\.response: /,
    );
  });

  test('a hand-edited line names the field; one that was cut is not a run', async () => {
    const sweep = writeExperiment('lines', 'sweep');
    const file = join(sweep, 'runs.jsonl');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"round":2', '"round":"two"'));
    expect(await refusal(`${sweep}#lz4`)).toMatch(/^lines\/runs\.jsonl:3: round: expected number, received string/);
  });

  test('a sweep without a cell, and a cell that is not there', async () => {
    const sweep = writeExperiment('cells', 'sweep');
    expect(await refusal(sweep)).toMatch(
      /^cells: a sweep of 2 cells \(name one, e\.g\. 'cells#compression\.type=lz4 linger\.ms=5'/,
    );
    expect(await refusal(`${sweep}#zst`)).toMatch(/^cells#zst: there is no such cell \(did you mean `zstd`\?\)/);
    expect(await refusal(`${sweep}#5`)).toMatch(/it could be 2 cells \(one of: compression\.type=lz4 linger\.ms=5, /);
    expect(await refusal(`${join(directory, 'one')}#zstd`)).toMatch(/^one: not the directory of a sweep/);
  });

  test('options are refused together, with the place marked', async () => {
    const error = await compare('x', 'y', { gates: ['response_ms p99 +10%', 'thruput -5%'], measures: ['cpu'] }).catch(
      String,
    );
    expect(error).toMatch(
      /--gate: .*p\(99\)[\s\S]*\^[\s\S]*--gate: unknown metric `thruput`[\s\S]*\^[\s\S]*--measure: /,
    );
  });

  test('a scenario that a run does not have is named with the run', async () => {
    write('scenario/result.json', runAt(1));
    const path = join(directory, 'scenario');
    const message = String(await compare(path, path, { measures: ['response_ms{scenario:atn} p(99)'] }).catch(String));
    expect(message).toMatch(
      /scenario\/result\.json: response_ms\{scenario:atn\} p\(99\): there is no scenario `atn` \(did you mean `atm`\?\)/,
    );
  });
});

test('a cell is chosen by as much as tells it from the others', () => {
  const cells = ['lz4', 'zstd'].flatMap((codec) =>
    ['5', '20'].map((linger) => ({
      name: `compression.type=${codec} linger.ms=${linger}`,
      factors: { 'compression.type': codec, 'linger.ms': linger },
    })),
  );
  const chosen = (wanted: string) => cells[chooseCell('s', cells, wanted)]!.name;
  for (const { name } of cells) expect(chosen(name)).toBe(name);
  expect(chosen('lz4,20')).toBe('compression.type=lz4 linger.ms=20');
  expect(chosen('linger.ms=5 zstd')).toBe('compression.type=zstd linger.ms=5');
  expect(chosen('type=zstd ms=5')).toBe('compression.type=zstd linger.ms=5');
  expect(() => chosen('lz4')).toThrow(/it could be 2 cells/);
  expect(() => chosen('')).toThrow(/no such cell/);
  expect(() => chosen('lz4 linger.ms=50')).toThrow(/did you mean/);
});

test('a cell by a value with a space, a comma or a `#` in it, as written or as shown', () => {
  const values = ['x y', 'a,b', 'a#b/c:d', 'x'];
  const cells = values.map((value) => ({
    name: `client.id=${value.replaceAll(' ', '')}`,
    factors: { 'client.id': value },
  }));
  for (const [i, value] of values.entries()) expect(chooseCell('s', cells, value)).toBe(i);
  expect(chooseCell('s', cells, 'xy')).toBe(0);
});
