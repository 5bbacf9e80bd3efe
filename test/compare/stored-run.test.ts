import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareSets } from '../../src/compare/comparison.ts';
import { recordOf, recordOfResult } from '../../src/compare/run-record.ts';
import { readResultText } from '../../src/compare/stored-run.ts';
import { InputError } from '../../src/errors.ts';
import { parseMeasure } from '../../src/objective-grammar.ts';
import { mergeRun } from '../../src/result/merge.ts';
import { facts, lane, phase, ramp, run, worker } from '../result/run.ts';
import { sharded } from '../result/shards.ts';

const { result } = mergeRun(facts(), run([worker([lane({ load: phase({ ackedUs: ramp(1_000, 10), lagUs: 3 }) })])]));
const text = JSON.stringify(result, null, 2);

test('what is read of a file gives the same record as the result itself', () => {
  const { measured, identity } = readResultText('result.json', text);
  expect(recordOf(measured, identity, { path: 'a' })).toEqual(recordOfResult(result, { path: 'a' }));
});

test('shards of a run are counted', () => {
  const { measured, identity } = readResultText('result.json', JSON.stringify(sharded()));
  expect(identity.shards).toBe(4);
  expect(recordOf(measured, identity, { path: 'a' })).toEqual(recordOfResult(sharded(), { path: 'a' }));
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

/** Paths of every value in it. */
function pathsIn(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [[...path]];
  return [[...path], ...Object.entries(value).flatMap(([key, each]) => pathsIn(each, [...path, key]))];
}

function edit(root: Broken, path: readonly string[], value: unknown): unknown {
  if (path.length === 0) return value;
  const copy = structuredClone(root);
  const parent = path.slice(0, -1).reduce<Broken>((at, key) => at[key], copy);
  if (value === undefined) delete parent[path.at(-1)!];
  else parent[path.at(-1)!] = value;
  return copy;
}

test('whatever is edited by hand, it is compared or refused with the file, and never a bug', () => {
  const plain = JSON.parse(text) as Broken;
  const values = fc.constantFrom(
    undefined,
    null,
    0,
    -1,
    1e308,
    '',
    'x',
    [],
    {},
    true,
    { atLeast: 3 },
    { atLeast: 'x' },
  );
  const measures = ['response_ms p(97)', 'service_ms max', 'response_ms{scenario:atm} p(50)', 'weights'];
  const asked = measures.map((each) => parseMeasure(each));
  fc.assert(
    fc.property(fc.constantFrom(...pathsIn(plain)), values, (path, value) => {
      try {
        const { measured, identity } = readResultText('r.json', JSON.stringify(edit(plain, path, value)) ?? '');
        const set = {
          label: 'r',
          kind: 'run',
          runs: [recordOf(measured, identity, { path: 'r', measures: asked })],
        } as const;
        const twice = { ...set, runs: [...set.runs, ...set.runs] };
        expect(compareSets(twice, twice, { measures: asked }).version).toBe(1);
      } catch (error) {
        if (!(error instanceof InputError) && !(error instanceof RangeError)) throw error;
        expect(error.message).toMatch(/r\.json: |scenario|HdrHistogram|buckets|histograms/);
      }
    }),
    { numRuns: 300 },
  );
});
