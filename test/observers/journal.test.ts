import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { StartedRun } from '../../src/coordinator/observer.ts';
import { InputError } from '../../src/errors.ts';
import { Journal } from '../../src/observers/journal.ts';
import type { SecondRow } from '../../src/recorder/second-row.ts';
import { readInterrupted } from '../../src/report/interrupted.ts';
import { writeReports } from '../../src/report/reports.ts';
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
const checkpointOf = (second: number) =>
  ({ durationMs: second * 1000, settled: {}, scenarios: {}, client: {} }) as unknown as Checkpoint;

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
    journal.append([row(second)], checkpointOf(second + 1));
    await journal.finish();
  }
  expect(readInterrupted(directory)).toMatchObject({
    verdict: { status: 'INCOMPLETE' },
    run: { durationMs: 3000 },
    series: [row(0), row(1), row(2)],
  });
  await writeReports(directory, {
    ...mergeRun(facts(), run([worker([lane({ load: phase({ ackedUs: ramp(1_000, 10) }) })])])),
    profileYaml: '',
  });
  expect(readInterrupted(directory)).toBeUndefined();
  expect(failures).toEqual([]);
});

test('while one is being written, the next ones wait together', async () => {
  const { directory, journal } = opened();
  for (const second of [0, 1, 2]) journal.append([row(second)], checkpointOf(second + 1));
  await journal.finish();
  journal.append([row(3)], checkpointOf(4));
  await journal.finish();
  expect(readInterrupted(directory)?.series).toHaveLength(4);
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
    journal.append([row(second)], checkpointOf(second + 1));
    await journal.finish();
  }
  expect(failures).toEqual([expect.stringContaining('EISDIR')]);
  expect(failures[0]).toMatch(
    /cannot be written: .*; the run continues, and its result is written at the end if possible$/,
  );
  rmSync(join(directory, 'series.csv'), { recursive: true });
  // Half a line was written before the disk was full.
  writeFileSync(join(directory, 'series.csv'), 'second\n0,5');
  journal.append([row(2)], checkpointOf(3));
  await journal.finish();
  expect(readInterrupted(directory)).toMatchObject({ run: { durationMs: 3000 }, series: [row(0), row(1), row(2)] });
});

test('only the last checkpoint is kept of a run that lasts', async () => {
  const { directory, journal } = opened();
  await journal.finish();
  const large = { ...checkpointOf(9), filler: 'x'.repeat(3 * 2 ** 20) };
  for (let i = 0; i < 3; i++) {
    journal.append([], large);
    await journal.finish();
  }
  expect(readFileSync(join(directory, 'checkpoints.jsonl')).length).toBeLessThan(4 * 2 ** 20);
  expect(readInterrupted(directory)?.run.durationMs).toBe(9000);
});
