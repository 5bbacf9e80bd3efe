import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { decode, encode, readVerifyFile, VERIFY_FILE, writeVerifyFile } from '../../src/verification/verify-file.ts';
import { write } from './random-run.ts';

const newDirectory = () => mkdtempSync(join(tmpdir(), 'VERIFY-file-'));

test('what JSON has no way to write comes back', () => {
  const value = {
    a: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    b: Float64Array.of(1, 2 ** 53),
    c: Int32Array.of(-1),
    d: null,
  };
  expect(decode(encode(value))).toEqual(value);
});

test('a plan comes back as it was, without what may be secret', async () => {
  const { plan, workers } = await write({
    seed: 3,
    workers: 2,
    partitions: 3,
    scenarios: {
      open: {
        workload: 'atm',
        topic: 't',
        headers: { authorization: 'secret' },
        producer: { 'sasl.password': 'secret' },
      },
      closed: { workload: 'bytes', topic: 'u', executor: { kind: 'max-throughput', messages: 7 } },
    },
  });
  const directory = newDirectory();
  const file = await writeVerifyFile(directory, plan, workers);
  expect(readFileSync(file, 'utf8')).not.toContain('secret');
  const read = readVerifyFile(directory);
  expect(read.scheduled).toEqual([
    [500, 500],
    [4, 3],
  ]);
  const { reading: _, ...rest } = plan;
  const without = {
    ...rest,
    clients: plan.clients.map(() => ({ properties: {} })),
    lanes: plan.lanes.map((lane) => ({ ...lane, headers: {} })),
  };
  expect(read.plan).toEqual(without);
});

test.each([
  ['{', 'it is damaged'],
  ['{"version":7}', 'version 7 is not known'],
  [undefined, 'it is not there'],
])('%s is refused', (text, message) => {
  const directory = newDirectory();
  if (text !== undefined) writeFileSync(join(directory, VERIFY_FILE), text);
  expect(() => readVerifyFile(directory)).toThrow(InputError);
  expect(() => readVerifyFile(directory)).toThrow(message);
});
