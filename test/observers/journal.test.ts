import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { StartedRun } from '../../src/coordinator/observer.ts';
import { InputError } from '../../src/errors.ts';
import { Journal } from '../../src/observers/journal.ts';
import type { SparseCounts } from '../../src/recorder/latency-series.ts';
import { SECOND_COLUMNS, type SecondRow } from '../../src/recorder/second-row.ts';
import { readInterrupted } from '../../src/report/interrupted.ts';
import { writeReports } from '../../src/report/reports.ts';
import { seriesCsv, seriesHeader } from '../../src/report/series-csv.ts';
import { decodeLatencySeries } from '../../src/result/latency-series-coding.ts';
import { mergeRun } from '../../src/result/merge.ts';
import type { Checkpoint, RunBeginning } from '../../src/result/run-file.ts';
import { secondRow } from '../recorder/second-row.ts';
import { facts, lane, phase, ramp, run, worker } from '../result/run.ts';

const BEGINNING = {
  run: { startedAt: '2026-11-29T12:00:00.000Z', notes: [] },
  workers: 1,
  scenarios: {},
} as unknown as RunBeginning;

const row = (second: number): SecondRow =>
  secondRow({
    second,
    scheduled: 5,
    sent: 5,
    acked: 4,
    failed: 0,
    p50: null,
    p99: 2.5,
    max: 3,
    scheduleLagP99: 1,
    inFlight: 1,
    cpuPct: 7,
  });
const seconds = (...each: number[]) => ({ rows: each.map(row), latencies: each.map(latenciesOf) });
const latenciesOf = (second: number): SparseCounts => [[80 + second, 4]];
const checkpointOf = (second: number) =>
  ({ durationMs: second * 1000, settled: {}, scenarios: {}, client: {} }) as unknown as Checkpoint;

function latenciesIn(directory: string): SparseCounts[] {
  return decodeLatencySeries(readInterrupted(directory)!.latencySeries!.response);
}

function opened() {
  const directory = mkdtempSync(join(tmpdir(), 'journal-'));
  const failures: string[] = [];
  const warn = (warning: string) => void failures.push(warning);
  const journal = new Journal({ directory, profileYaml: 'a: 1\n', beginning: () => BEGINNING, warn });
  journal.start({} as StartedRun);
  return { directory, failures, journal };
}

test('rows and checkpoints are there as soon as they are written, and gone with the result', async () => {
  const { directory, journal, failures } = opened();
  await journal.finish();
  for (const second of [0, 1, 2]) {
    journal.append(seconds(second), checkpointOf(second + 1));
    await journal.finish();
  }
  expect(readInterrupted(directory)).toMatchObject({
    verdict: { status: 'INCOMPLETE' },
    run: { durationMs: 3000 },
    series: [row(0), row(1), row(2)],
  });
  expect(latenciesIn(directory)).toEqual([0, 1, 2].map(latenciesOf));
  expect(readFileSync(join(directory, 'latencies.jsonl'), 'utf8').trim().split('\n')).toHaveLength(3);
  const merged = mergeRun(facts(), run([worker([lane({ load: phase({ ackedUs: ramp(1_000, 10) }) })])]));
  await writeReports(directory, { ...merged, profileYaml: '' }, (warning) => failures.push(warning));
  expect(readInterrupted(directory)).toBeUndefined();
  expect(readdirSync(directory).sort()).toEqual([
    'histograms.hlog',
    'profile.yaml',
    'report.html',
    'result.json',
    'series.csv',
  ]);
  expect(failures).toEqual([]);
});

test('what was killed while it wrote has an entry for each row, empty where it was not written', () => {
  const { directory } = opened();
  writeFileSync(join(directory, 'series.csv'), seriesCsv([row(0), row(1), row(2)]));
  writeFileSync(join(directory, 'latencies.jsonl'), '[0,[[80,4]]]\n[2,[[81,');
  expect(latenciesIn(directory)).toEqual([latenciesOf(0), [], []]);
});

test('a second that was written again after a failure is there once', () => {
  const { directory } = opened();
  writeFileSync(join(directory, 'series.csv'), `${seriesCsv([row(0), row(1)])}1,5\n${seriesCsv([row(1), row(2)])}`);
  expect(readInterrupted(directory)?.series).toEqual([row(0), row(1), row(2)]);
});

test('a run of a version with fewer columns, and without latencies, is read', () => {
  const { directory } = opened();
  writeFileSync(join(directory, 'series.csv'), 'second,acked,p50,sent\n0,4,,5\n1,4,2.5\n');
  rmSync(join(directory, 'latencies.jsonl'));
  const { series, ...rest } = readInterrupted(directory)!;
  expect(series).toEqual([
    {
      ...Object.fromEntries(SECOND_COLUMNS.map((column) => [column, null])),
      ...{ second: 0, acked: 4, sent: 5 },
    },
  ]);
  expect(rest).not.toHaveProperty('latencySeries');
});

test('while one is being written, the next ones wait together', async () => {
  const { directory, journal } = opened();
  for (const second of [0, 1, 2]) journal.append(seconds(second), checkpointOf(second + 1));
  await journal.finish();
  journal.append(seconds(3), checkpointOf(4));
  await journal.finish();
  expect(readInterrupted(directory)?.series).toHaveLength(4);
  expect(latenciesIn(directory)).toEqual([0, 1, 2, 3].map(latenciesOf));
});

test.each([
  ['{"run": {', /JSON/],
  ['{}', /`run`, `process`, `scenarios` is missing/],
  ['null', /is missing/],
  ['{"run":{},"process":{},"scenarios":5}', /`scenarios` is missing/],
])('a damaged run.json, %s, is named', (text, why) => {
  const { directory } = opened();
  writeFileSync(join(directory, 'run.json'), text);
  expect(() => readInterrupted(directory)).toThrow(InputError);
  expect(() => readInterrupted(directory)).toThrow(why);
  expect(() => readInterrupted(directory)).toThrow(/run\.json/);
});

test('a disk that fails is told once, and what comes after it is whole', async () => {
  const { directory, journal, failures } = opened();
  await journal.finish();
  // A directory in the place of a file: it cannot be appended to.
  rmSync(join(directory, 'series.csv'));
  mkdirSync(join(directory, 'series.csv'));
  for (const second of [0, 1]) {
    journal.append(seconds(second), checkpointOf(second + 1));
    await journal.finish();
  }
  expect(failures).toEqual([expect.stringContaining('EISDIR')]);
  expect(failures[0]).toMatch(
    /cannot be written: .*; the run continues, and its result is written at the end if possible$/,
  );
  rmSync(join(directory, 'series.csv'), { recursive: true });
  // Half a line was written before the disk was full.
  writeFileSync(join(directory, 'series.csv'), `${seriesHeader()}0,5`);
  journal.append(seconds(2), checkpointOf(3));
  await journal.finish();
  expect(readInterrupted(directory)).toMatchObject({ run: { durationMs: 3000 }, series: [row(0), row(1), row(2)] });
});

test('only the last checkpoint is kept of a run that lasts', async () => {
  const { directory, journal } = opened();
  await journal.finish();
  const large = { ...checkpointOf(9), filler: 'x'.repeat(3 * 2 ** 20) };
  for (let i = 0; i < 3; i++) {
    journal.append(seconds(), large);
    await journal.finish();
  }
  expect(readFileSync(join(directory, 'checkpoints.jsonl')).length).toBeLessThan(4 * 2 ** 20);
  expect(readInterrupted(directory)?.run.durationMs).toBe(9000);
});
