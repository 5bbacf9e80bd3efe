/** What a build reads of one run: JUnit, GitHub annotations, markdown. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { FORMATS, renderReport } from '../../src/report/reports.ts';
import { mergeRun } from '../../src/result/merge.ts';
import type { Result } from '../../src/result/result.ts';
import { FOUND, verification, withReading } from '../result/reading.ts';
import { facts, lane, phase, ramp, run, worker } from '../result/run.ts';
import { sharded } from '../result/shards.ts';

const { result: produced } = mergeRun(facts(), run([worker([lane({ load: phase({ ackedUs: ramp(1_000, 10) }) })])]));
const refused = verification({ refused: 'the ledger is not complete' });
const thresholds = [
  { metric: 'response_ms', expression: 'p(99)<5', value: 9.9, ok: false },
  { metric: 'failed', expression: 'rate<0.1', value: 0, ok: true },
  { metric: 'lost', expression: 'count==0', value: null, ok: null },
];
const bad = withReading(produced, { verification: { atm: FOUND, sms: verification(), log: refused }, thresholds });
const clean = withReading(produced, { verification: { atm: verification() } });

const of = (format: string, result: Result) => renderReport(format, { result }, {});
const casesOf = (xml: string) =>
  [...xml.matchAll(/<testcase classname="load.run" name="([^"]*)"\/?>\s*<?([\w-]*)/g)].map(
    ([, name, kind]) => `${name}: ${kind}`,
  );

test('JUnit: a failed case for what is broken, an error for what is not known', async () => {
  const xml = await of('junit', bad);
  expect(casesOf(xml)).toEqual([
    'the run counts: system-out',
    'response_ms p(99)&#60;5: failure',
    'failed rate&#60;0.1: system-out',
    'lost count==0: skipped',
    'verification of atm: failure',
    'verification of sms: system-out',
    'verification of log: error',
  ]);
  expect(xml).toContain('tests="7" failures="2" errors="1" skipped="1" time="');
  const long = { ...bad, run: { ...bad.run, durationMs: 3_661_500 } };
  expect(await of('junit', long)).toMatch(/<testsuite [^>]* time="3,661.500">/);
  expect(xml).toContain(
    '2 lost, 3 duplicated, 4 out of order, 1 corrupted, 6 of aborted transactions of 1,000 expected messages, e.g. index 17: acknowledged',
  );
  const invalid = { ...clean, verdict: { status: 'INCOMPLETE', reasons: ['ended early'] } } as Result;
  expect(casesOf(await of('junit', invalid))[0]).toBe('the run counts: error');
});

test('JUnit XML is what Jenkins reads, whatever is in the names', async () => {
  const hostile = { ...bad, verification: { 'a<b & "c" ]]> \u0007': FOUND } };
  const xml = await Promise.all(
    [bad, clean, hostile].map(async (result, i) => ({ fileName: `${i}.xml`, contents: await of('junit', result) })),
  );
  const contents = readFileSync('test/report/junit-rules.xsd', 'utf8');
  const { errors } = await validateXML({ xml, schema: [{ fileName: 'junit-rules.xsd', contents }] });
  expect(errors.map(({ message }) => message)).toEqual([]);
});

test('GitHub: a line for each finding, none for what passed', async () => {
  const lines = (await of('github', bad)).trim().split('\n');
  expect(lines.map((line) => line.slice(0, line.indexOf('::', 2)))).toEqual([
    '::notice title=Load test',
    '::error title=Threshold',
    '::notice title=Threshold',
    '::error title=Verification',
    '::warning title=Verification',
  ]);
  expect(lines[0]).toContain('2 of 2,000 committed messages lost; 3 duplicated');
  expect((await of('github', clean)).trim().split('\n')).toHaveLength(1);
});

test('markdown: the sentence first, names are text', async () => {
  const text = await of('markdown', { ...bad, consumers: { 'a|b': bad.consumers!.audit! } });
  expect(text.split('\n')[0]).toBe('### Load test: VALID, 2 lost');
  expect(text).toContain('**2 of 2,000 committed messages lost.** 3 duplicated, 4 out of order');
  expect(text).toContain('| a&#124;b | 1,000 | 99.6/s | 302 | 1,250 |');
  expect(text).toContain('| atm | 1,000 | 2 | 3 | 4 | 1 | 7 | 6 |');
  expect(text).toContain('| verification of log | **undecided** | not verified: the ledger is not complete |');
  for (const table of text
    .trim()
    .split('\n\n')
    .filter((part) => part.startsWith('|')))
    expect(new Set(table.split('\n').map((line) => line.match(/\|/g)!.length)).size).toBe(1);
});

test('a run that read nothing back has these formats too', async () => {
  expect(FORMATS).toEqual(['text', 'json', 'markdown', 'junit', 'github']);
  for (const format of ['markdown', 'junit', 'github']) {
    const text = await of(format, produced);
    expect(text).not.toMatch(/undefined|NaN|\[object|erif/);
    expect(text).toMatch(/VALID/);
  }
});

test('markdown: shards in short, and those that were lost or limited', async () => {
  const text = await of('markdown', sharded());
  expect(text).toContain(
    [
      '4 shards on 3 hosts, coverage 96.25 %, clocks within 3.18 ms.',
      '',
      '- shard 1 on node-b was lost after 22 s, replaced at 31 s by node-c: not heard of for 5 s',
    ].join('\n'),
  );
  expect(await of('markdown', produced)).not.toContain('shard');
});
