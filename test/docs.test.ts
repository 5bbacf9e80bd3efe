/** What README and docs promise: links that lead somewhere, commands that parse, an example that runs, tables that hold. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { COMMANDS, isCommand } from '../src/commands/command-table.ts';
import type { Flags } from '../src/commands/flag-kinds.ts';
import { GENERAL_FLAGS, overrides, planFlags } from '../src/commands/flags.ts';
import { EXIT } from '../src/errors.ts';
import { bundledProfiles } from '../src/profile/bundled.ts';
import { mergeRun } from '../src/result/merge.ts';
import * as limits from '../src/result/verdict-limits.ts';
import { type Ended, load } from './commands/fake-terminal.ts';
import { facts, lane, phase, ramp, run, worker } from './result/run.ts';

const files = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' }).map((name) => `docs/${name}`),
].filter((name) => name.endsWith('.md'));

const textOf = (file: string) => readFileSync(file, 'utf8');

/** The part of a page from one heading to the next of its level. */
function sectionOf(file: string, heading: string): string {
  const [, section] = textOf(file).split(`\n## ${heading}\n`);
  expect(section, `${file} has a section ${heading}`).toBeDefined();
  return section!.split('\n## ')[0]!;
}

/** Cells of a section's table rows, code marks taken off; head and rule left out. */
function rowsOf(section: string): string[][] {
  const rows = section.split('\n').filter((line) => line.startsWith('| '));
  return rows.slice(2).map((row) => row.split('|').map((cell) => cell.trim().replaceAll('`', '')));
}

describe('links', () => {
  const links = files.flatMap((file) =>
    [...textOf(file).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => ({ file, target: target! })),
  );
  const relative = links.filter(({ target }) => !/^[a-z]+:/.test(target));

  test.each(relative)('$file → $target', ({ file, target }) => {
    const [path, anchor] = target.split('#') as [string, string?];
    const place = path === '' ? file : join(dirname(file), path);
    expect(existsSync(place)).toBe(true);
    if (anchor !== undefined) expect(anchorsOf(place)).toContain(anchor);
  });

  test('every page is reached from the README', () => {
    const reached = new Set(['README.md']);
    for (const page of reached) {
      for (const { file, target } of relative) {
        if (file === page) reached.add(join(dirname(file), target.split('#')[0]!));
      }
    }
    expect(files.filter((file) => !reached.has(file))).toEqual([]);
  });
});

/** As GitHub makes them of headings. */
function anchorsOf(file: string): string[] {
  return [...textOf(file).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

const shownBy = new Map<string, ReadonlyMap<string, string>>();

/** Pages repeat each other: a line runs once. */
const endings = new Map<string, Promise<Ended>>();

function ended(...words: string[]): Promise<Ended> {
  const line = JSON.stringify(words);
  const ending = endings.get(line) ?? load(...words);
  endings.set(line, ending);
  return ending;
}

describe('command lines', () => {
  // An address that stands for the reader's own, or is read out of a file that `embedded` wrote.
  const own = /HOST:PORT|"\$\(head -1 \w+\)"/g;
  const lines = files.flatMap((file) =>
    commandLines(textOf(file)).map((line) => ({ file, line: line.replaceAll(own, 'localhost:9092') })),
  );

  test('are found', () => {
    expect(lines.length).toBeGreaterThan(20);
  });

  test.each(lines)('$file: load $line', async ({ file, line }) => {
    const shown = shownFiles(file);
    const typed = line.match(/'[^']*'|"[^"]*"|\S+/g)?.map((word) => word.replaceAll(/^['"]|['"]$/g, '')) ?? [];
    const words = typed.map((word) => shown.get(word) ?? word);
    const command = isCommand(words[0]) ? words.shift()! : 'run';
    if (!COMMANDS[command]!.takesProfile) {
      expect(words.filter((word) => /^--?[a-z]/i.test(word) && !isFlag(word, COMMANDS[command]!.flags))).toEqual([]);
      return;
    }
    if (COMMANDS[command]!.actions !== undefined) expect(COMMANDS[command]!.actions).toContain(words.shift());
    const { exitCode, err } = await (command === 'sample'
      ? ended('sample', ...words.filter((word, i) => word !== '--out' && words[i - 1] !== '--out'))
      : ['sweep', 'capacity'].includes(command)
        ? ended(command, ...words.filter((word) => word !== '--resume'), '--plan')
        : ended('plan', ...planWords(words, COMMANDS[command]!.flags)));
    // On a busy machine.
    expect(err.replace(/^planning takes more than a second.*\n/m, '')).toBe('');
    expect(exitCode).toBe(EXIT.ok);
  });
});

describe('what people type in other tools', () => {
  const page = 'docs/coming-from.md';
  const shown = shownFiles(page);
  const rows = textOf(page)
    .split('\n## ')
    .flatMap((section) => rowsOf(section))
    .map(([, , here, runs]) => ({
      line: here!.replaceAll('HOST:PORT', 'localhost:9092').split(' (')[0]!,
      runs: runs!,
    }));
  const planned = rows.filter(({ line }) => !/^load (consume|doctor|sample|senders|monitor) /.test(line));

  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test('its make targets are there', () => {
    const [, list] = /make -C deploy ([\s\S]*?)\(\[/.exec(textOf(page))!;
    const targets = [...list!.matchAll(/(?:^|`)([a-z-]+)/g)].map(([, target]) => target!);
    expect(targets).toHaveLength(10);
    for (const target of targets) expect(textOf('deploy/Makefile')).toMatch(new RegExp(`^${target}:`, 'm'));
  });

  test('is a table for each tool', () => {
    expect(planned.length).toBeGreaterThan(60);
  });

  test.each(planned)('$line: $runs', async ({ line, runs }) => {
    const [, variables, typed] = /^((?:\w+=\S+ )*)load (.*)$/.exec(line)!;
    for (const [, name, value] of variables!.matchAll(/(\w+)=(\S+)/g)) vi.stubEnv(name!, value);
    const words = typed!
      .match(/'[^']*'|\S+/g)!
      .map((word) => word.replaceAll(/^'|'$/g, ''))
      .map((word) => shown.get(word) ?? word);
    const { exitCode, out } = await load('plan', ...planWords(words, COMMANDS.run!.flags));
    expect(exitCode).toBe(EXIT.ok);
    const [, said] = /^Plan \S+: ([\s\S]*?)\. Nothing/.exec(out)!;
    const announced = said!.replaceAll(/\s+/g, ' ').replace(/, [\d.,]+ [KMGT]?i?B\b/, '');
    // How many messages the shape of a day leaves depends on the hour.
    expect(runs.includes('shape') ? announced.replace(/, [\d,]+ messages.*/, '') : announced).toBe(runs);
  });
});

/** Files that a page shows, with their names in the first line (`# producer.yaml`), written to where they can be read. */
function shownFiles(page: string): ReadonlyMap<string, string> {
  const shown = shownBy.get(page) ?? writeShown(textOf(page));
  shownBy.set(page, shown);
  return shown;
}

function writeShown(text: string): ReadonlyMap<string, string> {
  const directory = mkdtempSync(join(tmpdir(), 'docs-'));
  const blocks = [...text.matchAll(/```yaml\n# ([\w-]+\.yaml)\n([\s\S]*?)```/g)];
  return new Map(
    blocks.map(([, name, content]) => {
      const path = join(directory, name!);
      writeFileSync(path, content!);
      return [name!, path] as const;
    }),
  );
}

/** Arguments of every `load …` that is neither a pattern with places to fill nor an example of an error. */
function commandLines(text: string): string[] {
  const fenced = [
    ...text.matchAll(/^(?:\$ )?(?:rm -f \w+; )?(?:npx load|load|node dist\/src\/cli\.js)( .*)?\n(?!error:)/gm),
  ];
  const inline = [...text.matchAll(/`(?:npx )?load( [^`]*)?`/g)];
  return [...fenced, ...inline]
    .map(([, words = '']) => words.split(/ [#>|&]| {3}/)[0]!.trim())
    .filter((words) => words !== '' && !/[[\]…]|\b(PROFILE|ARGUMENTS)\b/.test(words));
}

function isFlag(word: string, flags: Flags): boolean {
  const name = word.replace(/^--?/, '').replace(/=.*/, '');
  const names = Object.entries(flags).flatMap(([long, { alias }]) => [long, alias ?? []].flat());
  return [...names, ...GENERAL_FLAGS].includes(name);
}

/** What `plan` takes of a command's words: a plan finds every value that a run would find wrong before it starts. */
function planWords(words: readonly string[], flags: Flags): string[] {
  const own: Flags = Object.fromEntries(Object.entries(flags).filter(([name]) => !(name in planFlags)));
  const kept: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (!word.startsWith('-') || !isFlag(word, own)) kept.push(word);
    else if (!word.includes('=') && own[word.replace(/^--/, '')]?.type !== 'boolean') i += 1;
  }
  return kept;
}

describe('the API', () => {
  const documented = `${textOf('docs/api.md')}\n${textOf('docs/own-data.md')}`;

  test('each exported name is documented', () => {
    const lists = textOf('src/index.ts').matchAll(/\{([^}]*)\}/g);
    const names = [...lists].flatMap(([, list]) => list!.split(',').map((name) => name.replace('type', '').trim()));
    const missing = names.filter((name) => name !== '' && !new RegExp(`\`${name}\\b`).test(documented));
    expect(names).toContain('runPlanned');
    expect(missing).toEqual([]);
  });

  test.each([
    ['src/run.ts', 'RunOptions'],
    ['src/run.ts', 'RunReport'],
    ['src/planning.ts', 'PlanOptions'],
    ['src/profile/load.ts', 'LoadOptions'],
    ['src/profile/overrides.ts', 'Overrides'],
    ['src/compare/compare.ts', 'ComparisonOptions'],
  ])('%s: each key of %s', (file, name) => {
    const [, body] = new RegExp(`export interface ${name}\\b[^{]*\\{(.*?)\\n\\}`, 's').exec(textOf(file))!;
    const keys = [...body!.matchAll(/^ {2}readonly (\w+)/gm)].map(([, key]) => key!);
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.filter((key) => key !== 'result' && !documented.includes(`\`${key}\``))).toEqual([]);
  });
});

test('the keys of result.json are those of a result', () => {
  const told = rowsOf(sectionOf('docs/result.md', 'Keys')).flatMap(([, keys]) => keys!.split(', '));
  const { result } = mergeRun(facts(), run([worker([lane({ load: phase({ ackedUs: ramp(1_000, 10) }) })])]));
  expect([...told, 'version'].toSorted()).toEqual(
    [...Object.keys(result), 'messages', 'consumers', 'verification', 'shards'].toSorted(),
  );
});

describe('docs/experiment-results.md has the keys of each file, and no others', () => {
  const page = 'docs/experiment-results.md';
  /** Of interfaces, those of values in place included; `z` marks the schema of experiment.json. */
  const RATIO = ['src/statistics/ratio.ts RatioInterval', 'src/statistics/ratio.ts EffectSize'];
  const MEASURE = ['MeasureComparison', 'SideFigures'].map((name) => `src/compare/measure-comparison.ts ${name}`);
  const SECTIONS: Record<string, readonly string[]> = {
    'sweep.json': [
      'src/compare/sweep-file.ts SweepFile',
      'src/experiments/experiment-directory.ts z experiment',
      'src/experiments/experiment-directory.ts z cell',
      'src/compare/run-record.ts RunRecord',
      ...['SweepAnalysis', 'ComparisonFamily', 'CellDifferences'].map(
        (name) => `src/compare/sweep-analysis.ts ${name}`,
      ),
      ...['CellSummary', 'CellFigure'].map((name) => `src/compare/cell-figures.ts ${name}`),
      ...['ParetoFront', 'Domination'].map((name) => `src/compare/pareto.ts ${name}`),
      ...['Recommendation', 'Candidate'].map((name) => `src/compare/goal.ts ${name}`),
    ],
    'comparison.json': [
      ...['Comparison', 'SetSummary'].map((name) => `src/compare/comparison.ts ${name}`),
      'src/compare/gates.ts GateOutcome',
      'src/compare/run-record.ts RunIdentityFacts',
      ...['DistributionShift', 'PercentileShift'].map((name) => `src/statistics/distribution-shift.ts ${name}`),
    ],
    'A compared measure': [...MEASURE, ...RATIO],
    'capacity.json': ['CapacityResult', 'CapacityStep', 'CurvePoint', 'CapacitySettings'].map(
      (name) => `src/compare/capacity-result.ts ${name}`,
    ),
  };
  /** Of a RunRecord, which has them for later comparisons; `version` is told of all files at once. */
  const NOT_WRITTEN = ['histograms', 'response', 'identity', 'version'];
  const EXTRA: Record<string, readonly string[]> = { 'sweep.json': ['cell', 'counts'] };

  test.each(Object.keys(SECTIONS))('%s', (section) => {
    const keys = SECTIONS[section]!.flatMap((place) => keysOf(place)).concat(EXTRA[section] ?? []);
    const wanted = keys.filter((key) => section !== 'sweep.json' || !NOT_WRITTEN.includes(key));
    const text = sectionOf(page, section);
    const missing = wanted.filter((key) => key !== 'version' && !text.includes(`\`${key}\``));
    expect(wanted.length).toBeGreaterThan(10);
    expect([...new Set(missing)]).toEqual([]);
    const first = [...text.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell]) => [...cell!.matchAll(/`(\w+)`/g)]);
    expect(first.map(([, key]) => key!).filter((key) => !wanted.includes(key))).toEqual([]);
  });

  function keysOf(place: string): string[] {
    const [file, ...name] = place.split(' ');
    const start = name[0] === 'z' ? `const ${name[1]} = z\\.object\\(` : `export (?:interface|type) ${name[0]}\\b[^{]*`;
    const [, body] = new RegExp(`${start}\\{(.*?)\\n\\}`, 's').exec(textOf(file!))!;
    const key = name[0] === 'z' ? /^ {2}(\w+): /gm : /readonly (\w+)\??:/g;
    return [...body!.matchAll(key)].map(([, each]) => each!);
  }
});

test('exit codes are those of the code', () => {
  const codes = rowsOf(sectionOf('README.md', 'Exit codes')).map(([, code]) => Number(code));
  expect(codes.toSorted((a, b) => a - b)).toEqual(Object.values(EXIT).toSorted((a, b) => a - b));
});

test('the bundled profiles are those there are', () => {
  const named = rowsOf(sectionOf('README.md', 'Profiles')).map(([, name]) => name!);
  expect(named.toSorted()).toEqual(bundledProfiles());
});

test('commands are those there are', () => {
  const named = rowsOf(sectionOf('README.md', 'Commands')).flatMap(
    ([, cell]) => /^load \[?(\w+)/.exec(cell!)?.[1] ?? [],
  );
  expect(named.toSorted()).toEqual(Object.keys(COMMANDS).toSorted());
});

test('CONTRIBUTING.md has every project of the tests', () => {
  const projects = [...readFileSync('vitest.config.ts', 'utf8').matchAll(/name: '(\w+)'/g)].map(([, name]) => name!);
  expect(projects.length).toBeGreaterThan(4);
  const missing = projects.filter((name) => !readFileSync('CONTRIBUTING.md', 'utf8').includes(`--project ${name}`));
  expect(missing).toEqual([]);
});

test('every folder of the sources has its line', () => {
  const folders = readdirSync('src', { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const architecture = textOf('docs/architecture.md');
  expect(folders.map(({ name }) => name).filter((name) => !architecture.includes(`| \`src/${name}\` |`))).toEqual([]);
});

test("the verdict's constants are those of the code, and none is missing", () => {
  const rows = rowsOf(sectionOf('docs/measurement.md', 'Verdict'));
  const documented = rows.flatMap(([, names, values]) => {
    const each = values!.split(', ').map(Number);
    return names!.split(', ').flatMap((name, i) => (name in limits ? [[name, each[i]]] : []));
  });
  const constants = Object.entries(limits).filter(([, value]) => typeof value === 'number');
  expect(constants.length).toBeGreaterThan(10);
  expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(constants));
});

describe('docs/cli.md has the flags of each command, and no others', () => {
  const HEADINGS: Record<string, string> = {
    run: 'Flags of `run`',
    schema: 'Schemas at the registry',
    kube: 'Pods of a Kubernetes Job',
  };
  /** In words: the flags of `run` down to `--set`. */
  const DOWN_TO_SET = [...Object.keys(overrides), 'profile'];
  const IN_WORDS: Record<string, readonly string[]> = {
    plan: [...DOWN_TO_SET, 'shards', 'format', 'log-level', 'config'],
    sweep: DOWN_TO_SET,
    capacity: DOWN_TO_SET.filter((name) => !['rate', 'duration', 'burst', 'messages'].includes(name)),
    kube: DOWN_TO_SET,
    schema: [...DOWN_TO_SET, 'format', 'log-level', 'config'],
    sample: [...DOWN_TO_SET, 'log-level', 'config'],
    init: ['log-level'],
    baseline: ['log-level'],
  };
  const spellings = (flags: Flags, names: readonly string[]) =>
    names.flatMap((name) => [name, flags[name]?.alias ?? []].flat());

  test.each(Object.keys(COMMANDS))('%s', (name) => {
    const { flags } = COMMANDS[name]!;
    const rows = sectionOf('docs/cli.md', HEADINGS[name] ?? `\`load ${name}\``).matchAll(/^\| (`-.*?) \| /gm);
    const told = [...rows].flatMap(([, cell]) => [...cell!.matchAll(/(?<![\w-])--?([a-z][\w-]*)/gi)]);
    const documented = new Set([...told.map(([, flag]) => flag!), ...spellings(flags, IN_WORDS[name] ?? [])]);
    expect([...documented].toSorted()).toEqual(spellings(flags, Object.keys(flags)).toSorted());
  });

  test('those that a command takes in words are the rows down to `--set`', () => {
    const [rows] = sectionOf('docs/cli.md', 'Flags of `run`').split('\n| `-o, ');
    const told = [...rows!.matchAll(/^\| `.*?--([a-z-]+)/gm)].map(([, flag]) => flag!);
    expect(told.toSorted()).toEqual(DOWN_TO_SET.toSorted());
  });
});
