import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FILE_BYTES_MAX } from '../../src/workload/file/records-file.ts';
import { nameOf, referenceOf, writtenOf } from '../../src/workload/reference.ts';
import { directoryOf, MODULE, OWN_WORKLOADS, ownFiles, problemsIn } from './own-files.ts';

const directory = directoryOf(ownFiles);

test.each(OWN_WORKLOADS)('%j: plain data with absolute paths, from which the same is read again', (written, name) => {
  const reference = referenceOf(written, directory);
  expect(structuredClone(reference)).toEqual(reference);
  expect(JSON.stringify(reference)).toContain(directory);
  expect(referenceOf(writtenOf(reference), '/elsewhere')).toEqual(reference);
  expect(nameOf(reference)).toBe(name);
});

test('a built-in workload is its name', () => {
  expect(referenceOf('atm', directory)).toBe('atm');
  expect(writtenOf('atm')).toBe('atm');
});

test('other content has another reference', () => {
  const mine = directoryOf({ 'orders.ts': MODULE });
  const before = referenceOf('./orders.ts', mine);
  expect(referenceOf('./orders.ts', directory)).not.toEqual(before);
  writeFileSync(join(mine, 'orders.ts'), MODULE.replace('a: 1', 'b: 1'));
  expect(referenceOf('./orders.ts', mine)).not.toEqual(before);
});

test('the same content has the same hash wherever it is', () => {
  const mine = directoryOf({ 'order.avsc': readFileSync(join(directory, 'order.avsc')) });
  const [here, there] = [directory, mine].map(
    (each) => referenceOf({ schema: 'order.avsc' }, each) as { sha256: string },
  );
  expect(here?.sha256).toBe(there?.sha256);
});

test.each([
  ['./orders.py', /a module ends in \.ts/],
  ['order.avsc', /^\{ schema: order\.avsc \}$/],
  ['./orders.jsonl', /^\{ file: \.\/orders\.jsonl \}$/],
  ['./orders.avro', /^\{ file: /],
])('%s is no module: what it may be', (written, hint) => {
  const [problem, ...more] = problemsIn(() => referenceOf(written, directory));
  expect(problem?.message).toContain('is neither a workload nor a module');
  expect(problem?.hint).toMatch(hint);
  expect(more).toEqual([]);
});

test('files that are not there, each; one that is too large; nothing at all', () => {
  expect(problemsIn(() => referenceOf({ file: 'x.jsonl', schema: 'y.avsc' }, directory))).toEqual([
    { message: 'there is no file `x.jsonl`', hint: 'the path is relative to the profile' },
    { message: 'there is no file `y.avsc`', hint: 'the path is relative to the profile' },
  ]);
  const large = directoryOf({ 'large.jsonl': '' });
  truncateSync(join(large, 'large.jsonl'), FILE_BYTES_MAX + 1);
  expect(problemsIn(() => referenceOf({ file: 'large.jsonl' }, large))[0]?.message).toMatch(/more than 256 MiB/);
  expect(problemsIn(() => referenceOf({}, directory))[0]?.message).toMatch(/neither a schema nor a file/);
});
