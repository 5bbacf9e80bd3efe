import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import type { LaneMeasurement } from '../../src/recorder/measurement.ts';
import type { Result } from '../../src/result/result.ts';
import { ledgerFactsOf } from '../../src/verification/ledger-facts.ts';
import { checkPastRun } from '../../src/verification/past-run.ts';
import { decode, encode, readVerifyFile, VERIFY_FILE, writeVerifyFile } from '../../src/verification/verify-file.ts';
import { write } from './random-run.ts';

const newDirectory = () => mkdtempSync(join(tmpdir(), 'verify-file-'));

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

test('each client of a closed loop came as far as it was acknowledged, and the books say so', async () => {
  const { plan, workers } = await write({
    ...{ seed: 3, workers: 2, partitions: 3 },
    scenarios: {
      closed: { workload: 'bytes', topic: 't', clients: 4, executor: { kind: 'max-throughput', messages: 12 } },
      open: {
        workload: 'bytes',
        topic: 't',
        clients: 4,
        executor: { kind: 'constant-arrival-rate', ratePerSec: 6, durationNs: 1e9 },
      },
    },
  });
  const reaches = [
    [5, 1],
    [2, 4],
  ];
  const measured = workers.map(({ lanes: [closed, open], ...worker }) => ({
    ...worker,
    lanes: [{ ...closed!, reach: reaches[worker.worker]! }, withoutReach(open!)],
  }));
  const expected = [
    [5, 2, 1, 4],
    [2, 2, 1, 1],
  ];
  expect(ledgerFactsOf(plan, measured.toReversed(), {}).scheduled).toEqual(expected);
  const directory = newDirectory();
  await writeVerifyFile(directory, plan, measured.toReversed());
  expect(readVerifyFile(directory).scheduled).toEqual(expected);
});

test.each([
  ['{', 'it is damaged'],
  ['{"version":1}', 'it is damaged: it has no plan'],
  ['{"version":7}', 'version 7 is not known'],
  [undefined, 'there is no such file'],
])('%s is refused', (text, message) => {
  const directory = newDirectory();
  if (text !== undefined) writeFileSync(join(directory, VERIFY_FILE), text);
  expect(() => readVerifyFile(directory)).toThrow(InputError);
  expect(() => readVerifyFile(directory)).toThrow(message);
});

test('files of two runs, or without the places where topics began, are refused: nothing would be compared', async () => {
  const { plan, workers } = await write({
    seed: 3,
    workers: 1,
    partitions: 1,
    scenarios: { open: { workload: 'atm', topic: 't' } },
  });
  const directory = newDirectory();
  await writeVerifyFile(directory, plan, workers);
  const file = readVerifyFile(directory);
  const check = (id: string, topics: readonly string[]) => {
    const partitions = topics.map((topic) => ({ topic, partition: 0, startOffset: 0 }));
    checkPastRun(directory, { run: { id }, ledger: { partitions } } as unknown as Result, file);
  };
  expect(() => check(plan.runTag, ['t'])).not.toThrow();
  expect(() => check('f'.repeat(16), ['t'])).toThrow(/is of run f{16}, verify.json beside it of run/);
  expect(() => check(plan.runTag, ['u'])).toThrow('ledger.partitions: topic t of scenario open is missing');
});

function withoutReach({ reach: _, ...lane }: LaneMeasurement): LaneMeasurement {
  return lane;
}
