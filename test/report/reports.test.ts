import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HistogramLogReader, listTags } from 'hdr-histogram-js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeReports } from '../../src/report/reports.ts';
import { mergeRun } from '../../src/result/merge.ts';
import { facts, lane, phase, ramp, run, worker } from '../result/run.ts';

const merged = mergeRun(facts(), run([worker([lane({ load: phase({ ackedUs: ramp(1_000, 10) }) })])]));
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'load-result-'));
});
afterEach(() => rm(directory, { recursive: true }));

const read = (name: string) => readFile(join(directory, 'run', name), 'utf8');

describe('writeReports', () => {
  test('leaves four whole files and nothing else', async () => {
    const paths = await writeReports(join(directory, 'run'), { ...merged, profileYaml: 'version: 1\n' });
    const names = ['histograms.hlog', 'profile.yaml', 'result.json', 'series.csv'];
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
    await writeReports(join(directory, 'run'), { ...merged, profileYaml: '' });
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

  test('says what to do when the place cannot be written', async () => {
    await writeFile(join(directory, 'file'), '');
    const inFile = join(directory, 'file', 'run');
    const refusal = { code: 'RESULT_DIRECTORY', exitCode: 1, hint: expect.stringContaining('--out none') };
    await expect(writeReports(inFile, { ...merged, profileYaml: '' })).rejects.toMatchObject(refusal);
  });
});
