import { expect, test } from 'vitest';
import { recordOf, recordOfResult } from '../../src/compare/run-record.ts';
import { readResultText } from '../../src/compare/stored-run.ts';
import { mergeRun } from '../../src/result/merge.ts';
import { facts, lane, phase, ramp, run, worker } from '../result/run.ts';

const { result } = mergeRun(facts(), run([worker([lane({ load: phase({ ackedUs: ramp(1_000, 10), lagUs: 3 }) })])]));
const text = JSON.stringify(result, null, 2);

test('what is read of a file gives the same record as the result itself', () => {
  const { measured, identity } = readResultText('result.json', text);
  expect(recordOf(measured, identity, { path: 'a' })).toEqual(recordOfResult(result, { path: 'a' }));
});

// biome-ignore lint/suspicious/noExplicitAny: it is broken on purpose.
type Broken = Record<string, any>;

const changed = (change: (copy: Broken) => unknown) => {
  const copy = JSON.parse(text);
  change(copy);
  return JSON.stringify(copy);
};

test.each([
  ['', /^r\.json: it is empty \(/],
  [text.slice(0, 2_000), /^r\.json: it ends in the middle, in line \d+ \(/],
  [text.replace('"totals"', 'totals'), /^r\.json: (line \d+: )?.*JSON/],
  ['[]', /^r\.json: .*expected object/],
  ['null', /^r\.json: .*expected object/],
  [changed((copy) => (copy.version = 2)), /^r\.json: version: a result of version 2, but .* reads version 1/],
  [changed((copy) => delete copy.run.id), /^r\.json: run\.id: expected string, it is missing/],
  [
    changed((copy) => delete copy.latency.response.p99),
    /^r\.json: latency\.response\.p99: expected number, \{ atLeast: number \} or null/,
  ],
  [changed((copy) => (copy.rate.achievedPerSec = 'fast')), /^r\.json: rate\.achievedPerSec: expected number/],
  [changed((copy) => (copy.totals.acked = -1)), /^r\.json: totals\.acked: /],
  [changed((copy) => (copy.ledger.partitions[0].topic = 7)), /^r\.json: ledger\.partitions\[0\]\.topic: /],
])('a file that no run wrote is refused with its name and field %#', (bad, message) => {
  expect(() => readResultText('r.json', bad)).toThrow(message);
});

test('every field that is wrong is named', () => {
  const bad = changed((copy) => {
    copy.run.id = 3;
    copy.environment.cpus = null;
  });
  expect(() => readResultText('r.json', bad)).toThrow(/run\.id.*\n.*environment\.cpus/);
});
