import { expect, test } from 'vitest';
import { differences } from '../../src/compare/comparability.ts';
import { compareSets } from '../../src/compare/comparison.ts';
import type { RunIdentityFacts, RunSet } from '../../src/compare/run-record.ts';
import { parseGate } from '../../src/objective-grammar.ts';
import { setAt } from './results.ts';

const base = setAt('base', [1, 1.01]);
const identity = base.runs[0]!.identity!;

function withFacts(set: RunSet, facts: Partial<RunIdentityFacts>): RunSet {
  return { ...set, runs: set.runs.map((run) => ({ ...run, identity: { ...identity, ...facts } })) };
}
const machine = (facts: Partial<RunIdentityFacts['machine']>) => ({ machine: { ...identity.machine, ...facts } });

test.each<[string, Partial<RunIdentityFacts>]>([
  [
    'profile or settings: atm (hash a1b2c3) against bytes (hash 0badcafe)',
    { profile: 'bytes', profileHash: '0badcafe12345678' },
  ],
  [
    'payload: atm: pooled atm, 187.4 B against atm: fresh atm, 187.4 B',
    { payload: { atm: { workload: 'atm', mode: 'fresh', bytesMean: 187.4 } } },
  ],
  [
    'payload: atm: pooled atm, 187.4 B against atm: pooled atm, 1,000 B',
    { payload: { atm: { workload: 'atm', mode: 'pooled', bytesMean: 1_000 } } },
  ],
  ['partitions: 1 against 6', { partitions: { 'atm-transactions': 6 } }],
  ['processes: one against 8 shards', { shards: 8 }],
  ['target: a Kafka cluster against the embedded cluster', { target: 'embedded' }],
  ['librdkafka: 2.15.1 against 2.3.0', { librdkafka: '2.3.0' }],
  [
    `CPU: ${identity.machine.cpus} × ${identity.machine.cpuModel} against 64 × EPYC`,
    machine({ cpus: 64, cpuModel: 'EPYC' }),
  ],
  ['operating system: Linux x64 against Darwin arm64', machine({ os: 'Darwin arm64' })],
  ['Node.js: v20 against v26', { nodeMajor: 26 }],
])('%s', (reason, facts) => {
  const known = withFacts(base, machine({ os: 'Linux x64' }));
  const other = {
    ...known,
    runs: known.runs.map((run) => ({ ...run, identity: { ...run.identity!, nodeMajor: 20, ...facts } })),
  };
  const before = {
    ...known,
    runs: known.runs.map((run) => ({ ...run, identity: { ...run.identity!, nodeMajor: 20 } })),
  };
  expect(differences(before, other)).toEqual([reason]);
});

test('of hundreds of scenarios only those that differ are shown, many in one line, and topics by their partitions', () => {
  const named = <T>(of: (i: number) => T) =>
    Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`s-${i}`, of(i)]));
  const facts = (bytesOf: (i: number) => number, partitions: number) =>
    withFacts(base, {
      payload: named((i) => ({ workload: 'bytes', mode: 'fresh', bytesMean: bytesOf(i) })),
      partitions: named((i) => (i === 0 ? 12 : partitions)),
    });
  const before = facts(() => 200, 3);
  expect(
    differences(
      before,
      facts((i) => (i === 7 ? 300 : 200), 4),
    ),
  ).toEqual([
    'payload: s-7: fresh bytes, 200 B against s-7: fresh bytes, 300 B',
    'partitions: 499 × 3 + 12 against 499 × 4 + 12',
  ]);
  expect(
    differences(
      before,
      facts(() => 300, 3),
    ),
  ).toEqual([
    'payload: s-0, s-1 and 498 more scenarios: fresh bytes, 200 B against s-0, s-1 and 498 more scenarios: fresh bytes, 300 B',
  ]);
});

test('as many shards are no difference, another number of them is', () => {
  const four = withFacts(base, { shards: 4 });
  expect(differences(four, withFacts(base, { shards: 4 }))).toEqual([]);
  expect(differences(four, withFacts(base, { shards: 2 }))).toEqual(['processes: 4 shards against 2 shards']);
});

test('a set with runs of two versions of the engine says so', () => {
  const [first, ...rest] = base.runs;
  const newer = { ...first!, identity: { ...identity, engineVersion: '9.9.9' } };
  const { notes } = compareSets({ ...base, runs: [newer, ...rest] }, setAt('other', [1, 1.01]));
  expect(notes).toContain(`base has runs of load engines 9.9.9 and ${identity.engineVersion}`);
});

test('what varies by a little, and what a run did not learn, is no difference', () => {
  const { memoryBytes } = identity.machine;
  expect(differences(base, withFacts(base, machine({ memoryBytes: memoryBytes * 1.2 })))).toEqual([]);
  expect(differences(base, withFacts(base, machine({ memoryBytes: memoryBytes * 2 })))).toHaveLength(1);
  expect(differences(base, withFacts(base, { partitions: { 'atm-transactions-x1': 1 } }))).toEqual([]);
  const known = withFacts(base, { brokerVersion: '3.9.0' });
  expect(differences(known, base)).toEqual([]);
  expect(compareSets(known, base).notes).toContain('the broker version is known on one side only');
  expect(differences(known, withFacts(base, { brokerVersion: '4.0.0' }))).toEqual([
    'broker version: 3.9.0 against 4.0.0',
  ]);
});

test('cells of one sweep may differ in their factors, and in nothing else', () => {
  const cell = { kind: 'cell', experiment: 'e' } as const;
  const other = { profileHash: '0badcafe', partitions: { t: 6 }, payload: {} };
  expect(differences({ ...base, ...cell }, { ...withFacts(base, other), ...cell })).toEqual([]);
  expect(differences({ ...base, ...cell }, { ...withFacts(base, other), ...cell, experiment: 'f' })).toHaveLength(3);
  expect(differences({ ...base, ...cell }, { ...withFacts(base, { nodeMajor: 1 }), ...cell })).toHaveLength(1);
});

test('sets that differ exit with 2 and their reasons, unless forced, and then it says so', () => {
  const other = withFacts(base, { profileHash: '0badcafe', nodeMajor: 99 });
  const refused = compareSets(base, other, { gates: [parseGate('response_ms p(99) +10%')] });
  expect(refused).toMatchObject({
    exitCode: 2,
    verdict: 'not-comparable',
    measures: [],
    gates: [],
    distribution: null,
  });
  expect(refused.comparable).toMatchObject({ ok: false, forced: false });
  expect(refused.words).toMatch(/^not comparable: profile or settings: .*; Node\.js: /);
  const forced = compareSets(base, other, { force: true });
  expect(forced.comparable).toMatchObject({ ok: false, forced: true });
  expect(forced).toMatchObject({ verdict: 'too-noisy', exitCode: 3 });
  expect(forced.measures.length).toBeGreaterThan(3);
});
