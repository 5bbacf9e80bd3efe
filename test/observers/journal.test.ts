import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { Journal } from '../../src/observers/journal.ts';
import type { SecondRow } from '../../src/recorder/second-row.ts';
import { readInterrupted } from '../../src/report/interrupted.ts';
import type { Checkpoint, RunBeginning } from '../../src/result/run-file.ts';

const BEGINNING = {
  run: { startedAt: '2026-11-29T12:00:00.000Z', notes: [] },
  workers: 1,
  scenarios: {},
} as unknown as RunBeginning;

const row = (second: number): SecondRow => ({
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
  const failures: Error[] = [];
  return { directory, failures, journal: new Journal(directory, BEGINNING, 'a: 1\n', (error) => failures.push(error)) };
}

test('rows and checkpoints are there as soon as they are written, and gone with the result', async () => {
  const { directory, journal, failures } = opened();
  await journal.close();
  for (const second of [0, 1, 2]) {
    journal.append([row(second)], checkpointOf(second + 1));
    await journal.close();
  }
  expect(readInterrupted(directory)).toMatchObject({
    verdict: { status: 'INCOMPLETE' },
    run: { durationMs: 3000 },
    series: [row(0), row(1), row(2)],
  });
  await journal.remove();
  expect(readInterrupted(directory)).toBeUndefined();
  expect(failures).toEqual([]);
});

test('while one is being written, the next ones wait together', async () => {
  const { directory, journal } = opened();
  for (const second of [0, 1, 2]) journal.append([row(second)], checkpointOf(second + 1));
  await journal.close();
  journal.append([row(3)], checkpointOf(4));
  await journal.close();
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
  await journal.close();
  // A directory in the place of a file: it cannot be appended to.
  rmSync(join(directory, 'series.csv'));
  mkdirSync(join(directory, 'series.csv'));
  for (const second of [0, 1]) {
    journal.append([row(second)], checkpointOf(second + 1));
    await journal.close();
  }
  expect(failures.map(({ message }) => message)).toEqual([expect.stringContaining('EISDIR')]);
  rmSync(join(directory, 'series.csv'), { recursive: true });
  // Half a line was written before the disk was full.
  writeFileSync(join(directory, 'series.csv'), 'second\n0,5');
  journal.append([row(2)], checkpointOf(3));
  await journal.close();
  expect(readInterrupted(directory)).toMatchObject({ run: { durationMs: 3000 }, series: [row(0), row(1), row(2)] });
});

test('only the last checkpoint is kept of a run that lasts', async () => {
  const { directory, journal } = opened();
  await journal.close();
  const large = { ...checkpointOf(9), filler: 'x'.repeat(3 * 2 ** 20) };
  for (let i = 0; i < 3; i++) {
    journal.append([], large);
    await journal.close();
  }
  expect(readFileSync(join(directory, 'checkpoints.jsonl')).length).toBeLessThan(4 * 2 ** 20);
  expect(readInterrupted(directory)?.run.durationMs).toBe(9000);
});
