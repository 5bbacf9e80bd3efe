import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { prepareGroundTruth, writeGroundTruth } from '../../src/report/truth-file.ts';
import { mergeRun } from '../../src/result/merge.ts';
import { facts, lane, phase, run, worker } from '../result/run.ts';

const directory = mkdtempSync(join(tmpdir(), 'truth-'));
const load = phase({ ackedUs: new Array(1000).fill(1) });
const { result } = mergeRun(facts(), run([worker([lane({ load })])]));

function* numbered(count: number): Generator<object> {
  for (let index = 0; index < count; index++) yield { scenario: 'atm', kind: 'late', index, key: `ключ "${index}"` };
}

test('a line about the run, then the entries', async () => {
  const path = join(directory, 'truth.jsonl');
  expect(await writeGroundTruth(path, result, numbered(5000))).toBe(path);
  const [head, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  const { id, profile, profileHash, seed, startedAt } = result.run;
  expect(JSON.parse(head!)).toEqual({ version: 1, run: { id, profile, profileHash, seed, startedAt }, complete: true });
  expect(lines.map((line) => JSON.parse(line))).toEqual([...numbered(5000)]);
});

test('takes no entry before there is room for it', async () => {
  const path = join(directory, 'paced.jsonl');
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  let taken = 0;
  function* watched(): Generator<object> {
    for (const entry of numbered(50_000)) {
      taken += 1;
      yield entry;
    }
  }
  const writing = writeGroundTruth(path, result, watched());
  await new Promise((resolve) => setImmediate(resolve));
  expect(taken).toBeLessThan(50_000);
  await writing;
  clearInterval(timer);
  expect(turns).toBeGreaterThan(0);
});

test('where it cannot be written it says so, and leaves nothing', async () => {
  const file = join(directory, 'a-file');
  writeFileSync(file, '');
  const [inFile, gone] = [join(file, 'truth.jsonl'), join(directory, 'gone', 'truth.jsonl')];
  const refusal = (path: string) => {
    return { code: 'GROUND_TRUTH', exitCode: 1, message: expect.stringContaining(`to ${path}: `) };
  };
  await expect(prepareGroundTruth(inFile)).rejects.toMatchObject(refusal(inFile));
  for (const path of [inFile, gone]) {
    await expect(writeGroundTruth(path, result, numbered(3))).rejects.toMatchObject(refusal(path));
  }
  await prepareGroundTruth(gone);
  expect(readdirSync(join(directory, 'gone'))).toEqual([]);
  const before = readdirSync(directory);
  await prepareGroundTruth(join(directory, 'fine.jsonl'));
  expect(readdirSync(directory)).toEqual(before);
});

test('an older file stays as it was until the new one is whole', async () => {
  const path = join(directory, 'older.jsonl');
  writeFileSync(path, 'older');
  function* broken(): Generator<object> {
    yield* numbered(10_000);
    throw new Error('no more');
  }
  await expect(writeGroundTruth(path, result, broken())).rejects.toThrow('no more');
  expect(readFileSync(path, 'utf8')).toBe('older');
  expect(existsSync(`${path}.${process.pid}.tmp`)).toBe(false);
});
