import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Result } from '../../src/result/result.ts';
import { resultOf } from '../compare/results.ts';
import { bracketed } from '../page/experiments.ts';
import { ramp } from '../result/run.ts';
import { load } from './fake-terminal.ts';

let directory: string;

const at = (...names: string[]) => join(directory, ...names);
const read = (...names: string[]) => readFileSync(at(...names), 'utf8');
const remake = (path: string) => rmSync(at(path), { recursive: true, force: true });

function writeRun(path: string, factor = 1, change: (result: Result) => object = (result) => result): void {
  const result = resultOf({ ackedUs: ramp(1_000, 10 * factor) });
  mkdirSync(at(path), { recursive: true });
  const id = path.replaceAll(/\W/g, '');
  writeFileSync(at(path, 'result.json'), JSON.stringify(change({ ...result, run: { ...result.run, id } }), null, 2));
}

/** Two cells of two runs. */
function writeSweep(name: string, kind: 'sweep' | 'repeat' = 'sweep'): void {
  const cells = kind === 'sweep' ? ['size=10', 'size=20'] : ['atm'];
  const runs = [1, 2].flatMap((round) => cells.map((cell, i) => ({ round, cell, factor: (1 + i) * (1 + round / 50) })));
  const lines = runs.map(({ round, cell, factor }, i) => {
    const path = `runs/00${i + 1}`;
    writeRun(`${name}/${path}`, factor);
    const id = `${name}/${path}`.replaceAll(/\W/g, '');
    const entry = {
      run: i + 1,
      attempt: 1,
      round,
      cell,
      path,
      startedAt: '',
      wallMs: 1,
      exitCode: 0,
      id,
      settle: null,
    };
    return JSON.stringify(entry);
  });
  writeFileSync(at(name, 'runs.jsonl'), `${lines.join('\n')}\n`);
  const state = {
    ...{ version: 1, id: '0123456789abcdef', kind, name: 'atm', configHash: 'c', seed: 1, command: 'load sweep atm' },
    ...{ profile: 'atm', vary: {}, cells: cells.map((each) => ({ name: each, factors: {}, profileHash: 'h' })) },
    ...{ repeat: 2, settleMs: 0, idleUs: null, baseline: cells[0], startedAt: '2026-03-01T12:00:00.000Z' },
  };
  writeFileSync(at(name, 'experiment.json'), JSON.stringify(state));
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'report-command-'));
  writeRun('monday');
  writeRun('tuesday', 1.3);
  writeSweep('sweep');
  mkdirSync(at('search'));
  writeFileSync(at('search', 'capacity.json'), JSON.stringify(bracketed()));
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('one directory: printed, and its page written', () => {
  test.each([
    ['monday', 0, /^VALID/, 'report.html', /<h1><bdi>atm<\/bdi>/],
    ['sweep', 0, /^atm: 2 cells × 2 rounds, 4 runs\n/, 'report.html', /href="runs\/001\/report.html"/],
    ['search', 0, /^BETWEEN 100\/s, which held, AND 150\/s/, 'report.html', /Between 100\/s/],
  ])('%s', async (name, code, text, page, content) => {
    await load('report', at('sweep', 'runs', '001'));
    const { exitCode, out, err } = await load('report', at(name));
    expect([exitCode, err]).toEqual([code, `page: ${at(name, page)}\n`]);
    expect(out).toMatch(text);
    expect(read(name, page)).toMatch(content);
  });

  test('a comparison, with the curves of the runs as long as they are there', async () => {
    const compared = await load('compare', at('monday'), at('tuesday'), '-o', at('compared'));
    const page = read('compared', 'report.html');
    expect(page).toContain('Percentile curves');
    const { exitCode, out } = await load('report', at('compared'));
    expect([exitCode, out]).toEqual([compared.exitCode, compared.out]);
    expect(read('compared', 'report.html')).toBe(page);
    writeRun('tuesday', 1.5);
    await load('report', at('compared'));
    expect(read('compared', 'report.html')).toContain('the runs are others now');
    remake('tuesday');
    await load('report', at('compared'));
    expect(read('compared', 'report.html')).toMatch(
      /cannot be read any more, so there are no percentile curves: no such/,
    );
    writeRun('tuesday', 1.3);
  });

  test('repeats with a comparison have a page of each, and exit as the comparison does', async () => {
    writeSweep('repeats', 'repeat');
    await load('compare', at('monday'), at('repeats'), '-o', at('repeats'));
    const { exitCode, out, err } = await load('report', at('repeats'));
    expect(exitCode).toBe(3);
    expect(out).toMatch(/^atm: 2 runs\n[\s\S]*\n\nTOO NOISY\n/);
    expect(err).toBe(`page: ${at('repeats', 'report.html')}\npage: ${at('repeats', 'comparison.html')}\n`);
    expect(read('repeats', 'report.html')).toContain('<a href="comparison.html">');
    const { out: json } = await load('report', at('repeats'), '--format', 'json');
    expect(JSON.parse(json)).toEqual(JSON.parse(read('repeats', 'comparison.json')));
  });

  test('-o FILE is in its place, with links from there', async () => {
    remake('sweep/report.html');
    const { err } = await load('report', at('sweep'), '-o', at('pages', 'elsewhere.html'));
    expect(err).toBe('');
    expect(existsSync(at('sweep', 'report.html'))).toBe(false);
    expect(read('pages', 'elsewhere.html')).toContain('href="../sweep/runs/001/report.html"');
  });

  test('a page that cannot be written is a warning; one that was asked for is an error', async () => {
    writeRun('full');
    mkdirSync(at('full', 'report.html'));
    const { exitCode, out, err } = await load('report', at('full'));
    expect([exitCode, out]).toEqual([0, expect.stringMatching(/^VALID/)]);
    expect(err).toMatch(/^warning: \S+report\.html is not written: /);
    const asked = await load('report', at('full'), '-o', at('full', 'result.json', 'x.html'));
    expect([asked.exitCode, asked.out]).toEqual([1, out]);
    expect(asked.err).toMatch(/^error: cannot write \S+x\.html: \S+result\.json is not a directory/);
  });

  test('a file that is not a page of this engine is not replaced', async () => {
    writeRun('foreign');
    writeFileSync(at('foreign', 'report.html'), '<h1>mine</h1>');
    const { exitCode, err } = await load('report', at('foreign'));
    expect([exitCode, err]).toEqual([0, expect.stringMatching(/^warning: .*not a report of this engine is there/)]);
    const asked = await load('report', at('monday'), '-o', at('monday', 'result.json'));
    expect([asked.exitCode, asked.out]).toEqual([2, '']);
    expect(read('foreign', 'report.html')).toBe('<h1>mine</h1>');
  });

  test('runs of a sweep that were deleted are a note in its page', async () => {
    writeSweep('thinned');
    const { out: json } = await load('report', at('thinned'), '--format', 'json');
    writeFileSync(at('thinned', 'sweep.json'), json);
    remake('thinned/runs/002');
    const { out, exitCode } = await load('report', at('thinned'));
    expect([exitCode, out]).toEqual([0, expect.stringContaining('4 runs')]);
    expect(read('thinned', 'report.html')).toContain('1 run not there any more: percentile curves are without them');
  });
});

describe('what cannot be shown is one clear message', () => {
  beforeEach(() => remake('bad'));

  test.each<[string, () => void, RegExp]>([
    ['missing', () => writeRun('badly'), /bad: there is no such directory/],
    ['empty', () => mkdirSync(at('bad')), /bad: it holds neither a result, nor a sweep, /],
    [
      'of another version',
      () => writeRun('bad', 1, (run) => ({ ...run, version: 2 })),
      /version: a result of version 2, /,
    ],
    [
      'cut short',
      () => {
        mkdirSync(at('bad'));
        writeFileSync(at('bad', 'result.json'), read('monday', 'result.json').slice(0, 3_000));
      },
      /result\.json: it ends in the middle, in line \d+/,
    ],
    ['without its numbers', () => writeRun('bad', 1, (run) => ({ ...run, totals: undefined })), /totals: .*missing/],
    ['edited by hand', () => writeRun('bad', 1, (run) => ({ ...run, latency: {} })), /latency\.response: expected/],
    [
      'with rows that are none',
      () =>
        writeRun('bad', 1, (run) => ({
          ...run,
          series: Array.from({ length: 1_000 }, (_, second) => ({ ...run.series[0], second, acked: -1 })),
        })),
      /series\[0\]\.acked: [^\n]*\n[\s\S]* 990 more problems\n/,
    ],
    ['of no time', () => writeRun('bad', 1, (run) => ({ ...run, run: { ...run.run, startedAt: 'x' } })), /ISO 8601/],
    [
      'a search without an answer',
      () => {
        mkdirSync(at('bad'));
        writeFileSync(at('bad', 'capacity.json'), JSON.stringify({ ...bracketed(), bracket: 7 }));
      },
      /capacity\.json: bracket: expected object/,
    ],
    ['a file', () => writeFileSync(at('bad'), ''), /bad: it is a file/],
    ['a directory in place of the result', () => mkdirSync(at('bad', 'result.json'), { recursive: true }), /neither/],
    [
      'what the system does not let us read',
      () => {
        mkdirSync(at('bad'));
        symlinkSync('result.json', at('bad', 'result.json'));
      },
      /bad: the system refuses: ELOOP: /,
    ],
    [
      'a sweep of another version',
      () => {
        writeSweep('bad');
        writeFileSync(at('bad', 'sweep.json'), '{"version":7}');
      },
      /sweep\.json: version: a sweep of version 7/,
    ],
    [
      'a sweep without its analysis',
      () => {
        writeSweep('bad');
        writeFileSync(at('bad', 'sweep.json'), '{"version":1,"experiment":{},"runs":[],"analysis":[]}');
      },
      /sweep\.json: experiment\.id: .*\n.*/,
    ],
  ])('%s', async (_, write, message) => {
    write();
    const { exitCode, out, err } = await load('report', at('bad'));
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/bug|at .*\.ts:|undefined/);
  });

  test('a directory of results says what is in it', async () => {
    expect((await load('report', directory)).err).toContain(`in it is e.g. ${directory}`);
  });

  test('an unknown format, with the nearest', async () => {
    const { exitCode, err } = await load('report', at('sweep'), '--format', 'markdwn');
    expect([exitCode, err]).toEqual([2, expect.stringContaining('did you mean `markdown`?')]);
  });
});

describe('several directories', () => {
  test('side by side in one page', async () => {
    const both = [at('monday'), at('tuesday')];
    const { exitCode, out, err } = await load('report', ...both, '-o', at('both.html'));
    expect([exitCode, err]).toEqual([0, `page: ${at('both.html')}\n`]);
    expect(out).toMatch(/^verdict +acked +p50, ms +p99 +p99\.9 +run\nVALID .*monday\nVALID .*tuesday\n/);
    expect(read('both.html')).toContain('2 runs side by side');
    const { out: json } = await load('report', ...both, '-o', at('both.html'), '--format', 'json');
    expect(JSON.parse(json).map(({ run }: Result) => run.id)).toEqual(['monday', 'tuesday']);
  });

  test('exits as the worst of them', async () => {
    writeRun('late', 1, (run) => ({ ...run, verdict: { status: 'GENERATOR_LIMITED', reasons: ['late'] } }));
    expect((await load('report', at('monday'), at('late'), '-o', at('both.html'))).exitCode).toBe(3);
  });

  test('every problem at once', async () => {
    symlinkSync(at('monday'), at('again'));
    const directories = ['monday', 'again', 'sweep', 'search', 'nothing'].map((name) => at(name));
    writeFileSync(at('mine.html'), 'mine');
    const { exitCode, out, err } = await load('report', ...directories, '-o', at('mine.html'));
    expect([exitCode, out, read('mine.html')]).toEqual([2, '', 'mine']);
    for (const part of [
      'not a report of this engine',
      'twice',
      'a sweep',
      'a search for a capacity',
      'no such directory',
    ]) {
      expect(err).toContain(part);
    }
    expect(err).toMatch(/^error: 5 problems\n/);
  });
});
