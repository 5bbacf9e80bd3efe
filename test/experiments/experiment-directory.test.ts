import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  configHashOf,
  createExperiment,
  differences,
  type ExperimentState,
  readExperiment,
  readRuns,
} from '../../src/experiments/experiment-directory.ts';

let parent: string;
let directory: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'experiment-directory-'));
  directory = join(parent, 'x');
});
afterEach(() => rmSync(parent, { recursive: true }));

const state: ExperimentState = {
  version: 1,
  id: '0123456789abcdef',
  kind: 'sweep',
  name: 'x',
  configHash: 'c',
  seed: 1,
  command: 'load sweep x',
  profile: 'bytes',
  vary: { workers: ['1', '2'] },
  cells: [
    { name: 'workers=1', factors: { workers: '1' }, profileHash: 'h1' },
    { name: 'workers=2', factors: { workers: '2' }, profileHash: 'h2' },
  ],
  repeat: 5,
  settleMs: 0,
  idleUs: null,
  baseline: 'workers=1',
  startedAt: '2026-01-01T00:00:00.000Z',
};

test('is read as it was written', async () => {
  await createExperiment(directory, state);
  expect(readExperiment(directory)).toEqual(state);
});

test('never takes a directory that has something in it', async () => {
  await createExperiment(directory, state);
  await expect(createExperiment(directory, state)).rejects.toThrow(`${directory}: an experiment is there already`);
  mkdirSync(join(parent, 'y'));
  writeFileSync(join(parent, 'y/result.json'), '{}');
  await expect(createExperiment(join(parent, 'y'), state)).rejects.toThrow('something else is there');
  expect(readFileSync(join(parent, 'y/result.json'), 'utf8')).toBe('{}');
});

test.each([
  ['nothing', undefined, /not the directory of an experiment/],
  ['half a file', '{"version": 1, "id": "01', /experiment\.json: it ends in the middle/],
  ['another version', JSON.stringify({ ...state, version: 2 }), /experiment\.json: version: /],
  ['a field that was edited', JSON.stringify({ ...state, seed: 'one' }), /experiment\.json: seed: /],
])('bad: %s', async (_, text, message) => {
  mkdirSync(directory);
  if (text !== undefined) writeFileSync(join(directory, 'experiment.json'), text);
  expect(() => readExperiment(directory)).toThrow(message);
});

test('a run that was edited names its line and field; one that was cut, or lost its result, is not finished', async () => {
  await createExperiment(directory, state);
  const run = (number: number, more = {}) => ({
    ...{ run: number, attempt: 1, round: 1, cell: 'workers=1', path: `runs/${number}`, startedAt: '', wallMs: 1 },
    ...{ exitCode: 1, id: null, settle: null, ...more },
  });
  const write = (...runs: object[]) => {
    const lines = runs.map((each) => JSON.stringify(each));
    writeFileSync(join(directory, 'runs.jsonl'), `${lines.join('\n')}\n{"run":9,"att`);
  };
  write(run(1), run(2, { id: 'gone' }));
  expect(readRuns(directory)).toEqual([run(1)]);
  write(run(1), run(2, { exitCode: 'x' }));
  expect(() => readRuns(directory)).toThrow(/runs\.jsonl:2: exitCode: expected number, received string/);
});

test('what makes it another experiment is named', () => {
  const messages = (wanted: Partial<ExperimentState>) =>
    differences(directory, state, { ...state, ...wanted }).map(({ message }) => message);
  expect(messages({ repeat: 9, settleMs: 5, goal: 'throughput', baseline: 'workers=2' })).toEqual([]);
  expect(messages({ seed: 2, profile: 'atm' })).toEqual([
    'the profile is bytes there, and atm here',
    'the seed is 1 there, and 2 here',
  ]);
  expect(messages({ shards: 2 })).toEqual(['the number of shards is 1 there, and 2 here']);
  expect(configHashOf({ ...state, shards: 2 })).not.toBe(configHashOf(state));
  expect(messages({ cells: state.cells.slice(0, 1) })).toEqual([
    'the cells are workers=1, workers=2 there, and workers=1 here',
  ]);
  expect(messages({ cells: [state.cells[0]!, { ...state.cells[1]!, profileHash: 'other' }] })).toEqual([
    'the profile of cell workers=2 is another one than there',
  ]);
});
