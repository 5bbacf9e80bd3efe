import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { type Comparison, compareSets } from '../../src/compare/comparison.ts';
import type { RunSet } from '../../src/compare/run-record.ts';
import { parseGate } from '../../src/objective-grammar.ts';
import { COMPARISON_FORMATS, renderComparison, writeComparison } from '../../src/report/comparison-reports.ts';
import { setAt } from '../compare/results.ts';

const NOISE = [1, 1.02, 0.985, 1.01, 0.99];
const GATES = ['response_ms p(99) +10%', 'response_ms p(99) +20%', 'throughput -5%'].map((gate) => parseGate(gate));
const MACHINE = { cpuModel: 'Test CPU', cpus: 4, memoryBytes: 16 * 2 ** 30, os: 'Linux x64' };

/** On a machine that is the same wherever the test runs. */
function onMachine(set: RunSet, facts: object = {}): RunSet {
  const known = { machine: MACHINE, nodeMajor: 20, engineVersion: '1.0.0', ...facts };
  return { ...set, runs: set.runs.map((run) => ({ ...run, identity: { ...run.identity!, ...known } })) };
}

const base = onMachine(setAt('perf/baseline.json', NOISE, { kind: 'baseline' }));
const slower = onMachine(
  setAt(
    'load-results/new',
    NOISE.map((noise, i) => noise * 1.19 * (1 + 0.003 * i)),
  ),
);
const noisy = onMachine(setAt('load-results/noisy', [1, 2, 0.7, 1.6, 0.5]));
const single = onMachine(setAt('load-results/one', [1.3], { kind: 'run' }));
const late = { status: 'invalid', path: 'runs/006', reason: 'GENERATOR_LIMITED: late' } as const;

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  worse: compareSets(base, slower, { gates: GATES }),
  noisy: compareSets(base, { ...noisy, runs: [...noisy.runs, { ...noisy.runs[0]!, ...late }] }),
  single: compareSets(base, single, { gates: GATES }),
  refused: compareSets(base, onMachine(slower, { profileHash: '0badcafe', nodeMajor: 26 }), { gates: GATES }),
  forced: compareSets(base, onMachine(slower, { profileHash: '0badcafe', nodeMajor: 26 }), {
    gates: GATES,
    force: true,
  }),
};
const ENDINGS: Readonly<Record<string, string>> = { markdown: 'md', junit: 'xml' };

describe.each(COMPARISON_FORMATS)('%s', (format) => {
  test.each(Object.keys(COMPARISONS))('%s', async (name) => {
    const text = await renderComparison(format, COMPARISONS[name]!);
    // The last digits are those of the platform's logarithm.
    const rounded = text.replaceAll(/\d+\.\d{5,}(e-?\d+)?/g, (digits) => Number(digits).toPrecision(4));
    await expect(rounded).toMatchFileSnapshot(`comparison/${name}.${ENDINGS[format] ?? `${format}.txt`}`);
  });
});

test('a comment on a pull request fits a screen, a terminal the rest', async () => {
  const many = Array.from({ length: 40 }, (_, i) => parseGate(`response_ms p(${i + 1}) +10%`));
  for (const comparison of [...Object.values(COMPARISONS), compareSets(base, slower, { gates: many })]) {
    const markdown = await renderComparison('markdown', comparison);
    expect(markdown.split('<details>')[0]!.split('\n').length).toBeLessThan(36);
    const text = await renderComparison('text', comparison);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  }
});

test('a side without a run that counts is not called noise', async () => {
  const text = await renderComparison('text', compareSets(base, { ...noisy, runs: [] }, { gates: GATES }));
  expect(text).toContain('Exit code  3: no runs to compare\n');
});

test('colours change nothing but colours', async () => {
  for (const comparison of Object.values(COMPARISONS)) {
    const [plain, coloured] = [
      await renderComparison('text', comparison),
      await renderComparison('text', comparison, { color: true }),
    ];
    expect(coloured).not.toBe(plain);
    expect(stripVTControlCharacters(coloured)).toBe(plain);
  }
});

test('json holds the comparison', async () => {
  for (const comparison of Object.values(COMPARISONS)) {
    expect(JSON.parse(await renderComparison('json', comparison))).toEqual(JSON.parse(JSON.stringify(comparison)));
  }
});

test('--force is said in every format that has a place for it', async () => {
  for (const format of ['text', 'markdown', 'junit', 'github']) {
    expect(await renderComparison(format, COMPARISONS.forced!)).toMatch(/force/i);
  }
  expect(JSON.parse(await renderComparison('json', COMPARISONS.forced!)).comparable.forced).toBe(true);
});

const RULES = { fileName: 'junit-rules.xsd', contents: readFileSync('test/report/junit-rules.xsd', 'utf8') };

async function junitProblems(...comparisons: readonly Comparison[]): Promise<string[]> {
  const xml = await Promise.all(
    comparisons.map(async (comparison, i) => ({
      fileName: `${i}.xml`,
      contents: await renderComparison('junit', comparison),
    })),
  );
  const { errors } = await validateXML({ xml, schema: [RULES] });
  return errors.map(({ message }) => message);
}

test('JUnit XML is what Jenkins reads', async () => {
  expect(await junitProblems(...Object.values(COMPARISONS))).toEqual([]);
  const xml = (await renderComparison('junit', COMPARISONS.worse!)).replace(' name="comparable"', '');
  const { errors } = await validateXML({ xml: { fileName: 'x.xml', contents: xml }, schema: [RULES] });
  expect(errors[0]!.message).toMatch(/name.*required/);
});

/** What is special in one of the formats, or nowhere. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '<',
        '>',
        '&',
        '"',
        "'",
        '%',
        '%0A',
        '\n',
        '\r\n',
        '::',
        '::error::',
        ',',
        ']]>',
        '|',
        '`',
        '@team',
      ),
      fc.constantFrom(
        '*',
        '_',
        '<script>',
        '<!--',
        '</details>',
        '#1',
        '[a](b)',
        '\\',
        '\u0000',
        '\u001b[31m',
        '\u2028',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.string({ maxLength: 6 }),
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((parts) => parts.join(''));

function named(name: string): Comparison {
  const identity = { profile: name };
  const scenario = name.replaceAll(/[{}]/g, '').trim() || 'x';
  const measure = { metric: 'response_ms', scenario, stat: 'p', p: 99 } as const;
  const gate = { kind: 'change', measure, allowed: 0.1, text: `response_ms{scenario:${scenario}} p(99) +10%` } as const;
  const key = `response_ms{scenario:${scenario}} p(99)`;
  const withScenario = (set: RunSet): RunSet => ({
    ...onMachine(set, identity),
    label: name,
    runs: onMachine(set, identity).runs.map((run) => ({
      ...run,
      path: name,
      figures: { ...run.figures, [key]: run.figures['response_ms p(99)']! },
    })),
  });
  const other = withScenario(slower);
  const failed = { ...other.runs[0]!, status: 'failed' as const, reason: name };
  return compareSets(
    withScenario(base),
    { ...other, runs: [...other.runs, failed] },
    { gates: [gate], measures: [measure] },
  );
}

test('names with whatever in them break no format', async () => {
  const plain = named('plain');
  const lines = async (format: string, comparison: Comparison) =>
    (await renderComparison(format, comparison)).split('\n').length;
  const annotations = await lines('github', plain);
  const rows = await lines('markdown', plain);
  await fc.assert(
    fc.asyncProperty(hostile, async (name) => {
      const comparison = named(name);
      const github = (await renderComparison('github', comparison)).trimEnd().split('\n');
      expect(github).toHaveLength(annotations - 1);
      for (const line of github) expect(line).toMatch(/^::(error|warning|notice) title=[\w ]+::[^\r\n]*$/);
      const markdown = await renderComparison('markdown', comparison);
      expect(markdown.split('\n')).toHaveLength(rows);
      const outside = markdown.replaceAll(/`[^`\n]*`/g, '').replaceAll(/<\/?(details|summary|code)>/g, '');
      expect(outside.replaceAll('\n', '')).not.toMatch(/[<>@`\p{Cc}]/u);
      const text = await renderComparison('text', comparison);
      expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
      const bmf = JSON.parse(await renderComparison('bmf', comparison)) as object;
      expect(Object.keys(bmf)).toHaveLength(1);
      const xml = await renderComparison('junit', comparison);
      expect(xml.replaceAll(/<[^<>]*>/g, '')).not.toMatch(/[<>]/);
    }),
    { numRuns: 40 },
  );
}, 60_000);

test('JUnit XML with whatever in the names is valid, and the names are read back', async () => {
  const names = fc.sample(hostile, { numRuns: 12, seed: 7 });
  expect(await junitProblems(...names.map(named))).toEqual([]);
  const xml = await renderComparison('junit', named('a<b & "c" ]]> é'));
  const { rawOutput } = await validateXML({ xml: { fileName: 'x.xml', contents: xml }, schema: [RULES] });
  expect(rawOutput).toContain('validates');
});

test('the directory of --out has a file of each', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'comparison-'));
  const warnings: string[] = [];
  await writeComparison(join(directory, 'out'), COMPARISONS.worse!, { sets: [] }, (warning) => warnings.push(warning));
  expect(readdirSync(join(directory, 'out')).toSorted()).toEqual([
    'bmf.json',
    'comparison.json',
    'comparison.md',
    'junit.xml',
    'report.html',
  ]);
  expect(warnings).toEqual([]);
  rmSync(directory, { recursive: true });
});

test('a page that cannot be written is a warning, and costs no other file', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'comparison-'));
  mkdirSync(join(directory, 'report.html'));
  const warnings: string[] = [];
  const files = await writeComparison(directory, COMPARISONS.worse!, { sets: [] }, (warning) => warnings.push(warning));
  expect(files).toHaveLength(4);
  expect(warnings).toEqual([expect.stringMatching(/report\.html is not written: .*(EISDIR|ENOTEMPTY|EEXIST)/)]);
  rmSync(directory, { recursive: true });
});
