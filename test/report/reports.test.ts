import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HistogramLogReader, listTags } from 'hdr-histogram-js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type MeasuredRun, writeReports } from '../../src/report/reports.ts';
import { mergeRun } from '../../src/result/merge.ts';
import { facts, lane, phase, ramp, run, worker } from '../result/run.ts';

const merged = mergeRun(facts(), run([worker([lane({ load: phase({ ackedUs: ramp(1_000, 10) }) })])]));
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'load-result-'));
});
afterEach(() => rm(directory, { recursive: true }));

const write = (run: MeasuredRun) => writeReports(join(directory, 'run'), run, expect.fail);
const read = (name: string) => readFile(join(directory, 'run', name), 'utf8');

describe('writeReports', () => {
  test('leaves five whole files and nothing else', async () => {
    const paths = await write({ ...merged, profileYaml: 'version: 1\n' });
    const names = ['histograms.hlog', 'profile.yaml', 'report.html', 'result.json', 'series.csv'];
    expect((await readdir(join(directory, 'run'))).toSorted()).toEqual(names);
    expect(paths).toContain(join(directory, 'run', 'result.json'));
    expect(JSON.parse(await read('result.json'))).toEqual(merged.result);
    expect(await read('profile.yaml')).toBe('version: 1\n');
    expect(await read('series.csv')).toBe(
      'second,scheduled,sent,acked,failed,p50,p99,max,scheduleLagP99,inFlight,cpuPct,p90,p999,loopCpuPct,clientCpuPct,mainCpuPct\n' +
        '0,1000,1000,1000,0,1000,2000,3000,500,0,20,,,,,\n',
    );
  });

  test('the histogram log is read back by a standard reader, tag by tag', async () => {
    await write({ ...merged, profileYaml: '' });
    const log = await read('histograms.hlog');
    expect(log).not.toContain('\n\n');
    expect(listTags(log)).toEqual([
      'response',
      'service',
      'scheduleLag',
      'atm.response',
      'atm.service',
      'atm.scheduleLag',
    ]);
    const reader = new HistogramLogReader(log, 64);
    const histogram = reader.nextIntervalHistogram()!;
    expect(histogram.totalCount).toBe(1_000);
    expect(histogram.maxValue).toBe(10_007); // the highest value of its bucket: all that the encoding keeps
    expect(histogram.getValueAtPercentile(50)).toBe(5_003);
    expect(reader.startTimeSec).toBe(Date.parse('2026-03-01T12:00:00Z') / 1000);
  });

  test('a page that cannot be written costs a warning and nothing else', async () => {
    await mkdir(join(directory, 'run', 'report.html'), { recursive: true });
    const warnings: string[] = [];
    const run = { ...merged, profileYaml: '' };
    const paths = await writeReports(join(directory, 'run'), run, (warning) => warnings.push(warning));
    expect(paths).toHaveLength(4);
    expect(warnings).toEqual([expect.stringContaining('report.html was not written: EISDIR')]);
    expect((await readdir(join(directory, 'run'))).some((name) => name.endsWith('.tmp'))).toBe(false);
  });

  test('a result that no page can be made of is written all the same', async () => {
    const warnings: string[] = [];
    const result = { ...merged.result, histograms: { ...merged.result.histograms, response: 'no histogram' } };
    const paths = await writeReports(join(directory, 'run'), { ...merged, result, profileYaml: '' }, (warning) =>
      warnings.push(warning),
    );
    expect(paths).toHaveLength(4);
    expect(warnings).toEqual([expect.stringMatching(/^report.html was not written: not a compressed HdrHistogram/)]);
  });

  test('says what to do when the place cannot be written', async () => {
    await writeFile(join(directory, 'file'), '');
    const inFile = join(directory, 'file', 'run');
    const refusal = { code: 'RESULT_DIRECTORY', exitCode: 1, hint: expect.stringContaining('--out none') };
    await expect(writeReports(inFile, { ...merged, profileYaml: '' }, expect.fail)).rejects.toMatchObject(refusal);
  });
});
