import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import { expect, test } from 'vitest';
import { repositoryFiles } from './repository-files.ts';

/**
 * Which folder of src may use which, types included: downward only. `base` stands for the files directly in src,
 * except the entries index, cli, planning and run. The coordinator starts workers/ by URL, so it never imports the
 * engine.
 */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  base: ['base'],
  workload: ['base'],
  schedule: ['base', 'workload'],
  registry: ['base', 'workload', 'profile', 'plan'],
  executors: ['base', 'schedule'],
  profile: ['base', 'workload', 'schedule', 'executors'],
  import: ['base', 'workload', 'profile'],
  plan: ['base', 'profile', 'executors', 'schedule', 'workload'],
  transport: ['base'],
  recorder: ['base', 'plan', 'schedule', 'transport'],
  reading: ['base', 'plan', 'schedule', 'workload', 'transport', 'recorder'],
  engine: ['base', 'plan', 'schedule', 'workload', 'transport', 'recorder'],
  roles: ['base', 'workload', 'transport'],
  statistics: [],
  coordinator: ['base', 'profile', 'plan', 'transport', 'recorder', 'result'],
  result: ['base', 'profile', 'plan', 'schedule', 'workload', 'transport', 'recorder'],
  verification: ['base', 'plan', 'workload', 'recorder', 'reading', 'result'],
  page: ['base', 'recorder', 'result', 'compare'],
  report: ['base', 'plan', 'workload', 'recorder', 'result', 'statistics', 'compare', 'page'],
  lifecycle: ['base', 'plan', 'schedule', 'workload', 'transport', 'recorder'],
  observers: [
    'base',
    'profile',
    'plan',
    'schedule',
    'workload',
    'recorder',
    'lifecycle',
    'coordinator',
    'result',
    'report',
  ],
  shards: ['base', 'profile', 'plan', 'transport', 'recorder', 'coordinator', 'result', 'verification'],
  kubernetes: ['base', 'workload', 'profile', 'plan', 'recorder', 'planning'],
  compare: ['base', 'statistics', 'recorder', 'result'],
  experiments: [
    'base',
    'workload',
    'profile',
    'plan',
    'transport',
    'recorder',
    'result',
    'statistics',
    'compare',
    'page',
    'report',
    'lifecycle',
    'planning',
  ],
  planning: ['base', 'workload', 'profile', 'plan', 'coordinator', 'lifecycle'],
  web: ['base', 'plan', 'transport', 'recorder', 'coordinator', 'result', 'compare', 'page', 'report'],
  run: [
    'base',
    'registry',
    'profile',
    'plan',
    'recorder',
    'coordinator',
    'result',
    'report',
    'observers',
    'planning',
    'verification',
  ],
  commands: [
    'base',
    'workload',
    'schedule',
    'registry',
    'profile',
    'import',
    'plan',
    'transport',
    'recorder',
    'roles',
    'coordinator',
    'result',
    'compare',
    'page',
    'report',
    'lifecycle',
    'observers',
    'planning',
    'compare',
    'experiments',
    'kubernetes',
    'verification',
    'shards',
    'run',
    'web',
    'scripts',
  ],
  index: [
    'base',
    'workload',
    'profile',
    'plan',
    'recorder',
    'coordinator',
    'result',
    'compare',
    'planning',
    'experiments',
    'run',
  ],
  cli: ['base', 'commands'],
  workers: ['base', 'engine', 'reading', 'transport', 'workload', 'recorder'],
};

const FILE_LINES_MAX = 300;

const files = repositoryFiles().map((path) => ({ path, text: readFileSync(path, 'utf8') }));

const sources = files.filter(({ path }) => /^(src|workers)\/.*\.tsx?$/.test(path));

function layerOf(path: string): string {
  const [top, folder] = path.split('/');
  if (top !== 'src') return top!;
  if (!/\.tsx?$/.test(folder!)) return folder!;
  const name = folder!.slice(0, -3);
  return name in ALLOWED ? name : 'base';
}

/** Relative imports of a file, re-exports and `import()` among them; typeOnly ones vanish when compiled. */
function importsOf(path: string, text: string): { target: string; typeOnly: boolean }[] {
  const stated = text.matchAll(/^(?:import|export)\s+(type\s)?([^'"`;]*?)from\s+'(\.[^']+)'/gm);
  const others = text.matchAll(/(?:^import|\bimport\()\s*'(\.[^']+)'/gm);
  const found = [
    ...[...stated].map(([, type, names, from]) => ({ from: from!, typeOnly: type !== undefined || onlyTypes(names!) })),
    ...[...others].map(([, from]) => ({ from: from!, typeOnly: false })),
  ];
  return found.map(({ from, typeOnly }) => ({ target: join(dirname(path), from), typeOnly }));
}

function onlyTypes(names: string): boolean {
  const list = /^\s*\{([^}]*)\}\s*$/.exec(names)?.[1];
  return list?.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type ')) ?? false;
}

test('imports go downward only, and no way is allowed that none goes', () => {
  const upward = sources.flatMap(({ path, text }) =>
    importsOf(path, text)
      .filter(({ target }) => {
        const [from, to] = [layerOf(path), layerOf(target)];
        return from !== to && !ALLOWED[from]?.includes(to);
      })
      .map(({ target }) => `${path} -> ${target}`),
  );
  expect(upward).toEqual([]);
  const used = new Set(
    sources.flatMap(({ path, text }) =>
      importsOf(path, text).map(({ target }) => `${layerOf(path)} -> ${layerOf(target)}`),
    ),
  );
  const ways = Object.entries(ALLOWED).flatMap(([from, targets]) => targets.map((to) => `${from} -> ${to}`));
  expect(ways.filter((way) => !used.has(way))).toEqual([]);
});

/** Direct edges only: one that leads over another folder as well is left out, and so is `base`. */
function importPicture(): string {
  const uses = (from: string) => (ALLOWED[from] ?? []).filter((to) => to !== 'base' && to !== from);
  const reaches = (from: string, to: string): boolean => uses(from).some((next) => next === to || reaches(next, to));
  const edges = Object.keys(ALLOWED).flatMap((from) => {
    const direct = uses(from).filter((to) => !uses(from).some((via) => via !== to && reaches(via, to)));
    return direct.length === 0 ? [] : [`  ${from} --> ${direct.join(' & ')}`];
  });
  return ['```mermaid', 'flowchart TD', ...edges, '```'].join('\n');
}

test('docs/architecture.md draws these rules', () => {
  expect(readFileSync('docs/architecture.md', 'utf8')).toContain(importPicture());
});

/** Files that import each other in a circle, and those between two circles. */
function circling(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const left = new Set(imports.keys());
  const isOpenEnded = (file: string) =>
    !imports.get(file)!.some((target) => left.has(target)) ||
    ![...left].some((importer) => imports.get(importer)!.includes(file));
  for (let before = 0; before !== left.size; ) {
    before = left.size;
    for (const file of left) if (isOpenEnded(file)) left.delete(file);
  }
  return [...left];
}

test('no file imports itself by way of others, types among the imports', () => {
  const imports = sources.map(({ path, text }) => [path, importsOf(path, text).map(({ target }) => target)] as const);
  expect(circling(new Map(imports))).toEqual([]);
  const graph = { a: ['b'], b: ['c'], c: ['d', 'b'], d: ['e'], e: ['d'], f: ['a', 'g'], g: [] };
  expect(circling(new Map(Object.entries(graph)))).toEqual(['b', 'c', 'd', 'e']);
});

/** What a module loads with it, packages as well: neither types nor what is imported when it comes to it. */
function loadedBy(entry: string): Set<string> {
  const texts = new Map(sources.map(({ path, text }) => [path, text.replaceAll(/\bimport\(/g, 'later(')]));
  const loaded = new Set([entry]);
  for (const path of loaded) {
    const text = texts.get(path);
    if (text === undefined) continue;
    for (const { target, typeOnly } of importsOf(path, text)) if (!typeOnly) loaded.add(target);
    for (const [, name] of text.matchAll(/^import\s(?!type\s)[^'"`;]*?from\s+'([^.'][^']*)'/gm)) loaded.add(name!);
  }
  return loaded;
}

const packagesIn = (loaded: Iterable<string>) =>
  [...loaded].filter((name) => !/^(src|workers)\/|^node:/.test(name)).sort();

test('a command loads what it needs: each package more is felt at every start', () => {
  const packages = (entry: string) => packagesIn(loadedBy(entry));
  expect(packages('src/cli.ts')).toEqual([]);
  expect(packages('src/commands/program.ts')).toEqual(['yargs', 'yargs/helpers']);
  expect(packages('src/commands/kube-run.ts')).not.toContain('@kubernetes/client-node');
  expect(packages('src/planning.ts')).toEqual(['yaml', 'zod']);
  expect(packages('src/commands/roles/monitor.ts')).toEqual(['koffi', 'yaml', 'zod']);
  expect(loadedBy('src/commands/program.ts').size).toBeLessThan(30);
  expect(loadedBy('src/planning.ts').size).toBeLessThan(230);
});

test('a worker loads the kinds of workload that its records have, and nothing that checks parameters', () => {
  const imported = ['workers/engine.ts', 'src/engine/worker.ts', 'src/workload/worker-records.ts'];
  const loaded = new Set(imported.flatMap((entry) => [...loadedBy(entry)]));
  expect([...loaded].filter((path) => /^src\/workload\/(built-in|schema|file|module)\//.test(path))).toEqual([]);
  expect(packagesIn(loaded)).toEqual(['koffi']);
  const kinds = sources.filter(({ path }) => /^src\/workload\/built-in\/([\w-]+)\/\1\.ts$/.test(path));
  expect(kinds.length).toBeGreaterThan(4);
  for (const { path } of kinds) expect(packagesIn(loadedBy(path))).toEqual([]);
});

test('every kind of import is seen', () => {
  const text = [
    "import { a } from './a.ts';",
    "import type { B } from '../b.ts';",
    "import {\n  type C,\n  type D,\n} from './c.ts';",
    "import { type E, f } from './e.ts';",
    "export { g } from './g.ts';",
    "import './h.ts';",
    "const i = await import('./i.ts');",
    "import { readFileSync } from 'node:fs';",
  ].join('\n');
  expect(importsOf('src/x/y.ts', text)).toEqual([
    { target: 'src/x/a.ts', typeOnly: false },
    { target: 'src/b.ts', typeOnly: true },
    { target: 'src/x/c.ts', typeOnly: true },
    { target: 'src/x/e.ts', typeOnly: false },
    { target: 'src/x/g.ts', typeOnly: false },
    { target: 'src/x/h.ts', typeOnly: false },
    { target: 'src/x/i.ts', typeOnly: false },
  ]);
});

test('a file is named for what is in it: no utils, no barrels', () => {
  const vague = sources.filter(({ path }) => /(^|\/)(utils?|helpers?|common|misc)(\/|\.)/.test(path));
  const barrels = sources.filter(({ path }) => path.endsWith('/index.ts') && path !== 'src/index.ts');
  expect([...vague, ...barrels].map(({ path }) => path)).toEqual([]);
});

test('only the entry of the command line ends the process', () => {
  const ending = sources.filter(({ path, text }) => path !== 'src/cli.ts' && /\bprocess\.exit\(/.test(text));
  expect(ending.map(({ path }) => path)).toEqual([]);
});

test('no text names a folder of some machine or a package registry', () => {
  // Written so that this file does not find itself.
  const places =
    /[/](?:work|root)[/]|[/]home[/]\w|registry[.]npmjs|repo1?[.]maven|deb[.]debian|proxy[.]golang|pypi[.]org/;
  const naming = files
    .filter(({ text }) => places.test(text))
    .map(({ path, text }) => `${path}: ${places.exec(text)![0]}`);
  expect(naming).toEqual([]);
});

test('no file is longer than 300 lines', () => {
  const long = sources.filter(({ text }) => text.trimEnd().split('\n').length > FILE_LINES_MAX);
  expect(long.map(({ path }) => path)).toEqual([]);
});

test('unit tests need no dist/', () => {
  const tests = files.filter(({ path }) => /^test\/.*\.m?ts$/.test(path) && path !== 'test/structure.test.ts');
  const imports = new Map(tests.map(({ path, text }) => [path, importsOf(path, text).map(({ target }) => target)]));
  const isUnit = (path: string) =>
    /\.test\.ts$/.test(path) &&
    !/\.process\.test\.ts$|^test\/(integration|kafka|services|kubernetes|browser)\//.test(path);
  const needed = new Set(tests.map(({ path }) => path).filter(isUnit));
  for (const path of needed) for (const target of imports.get(path) ?? []) needed.add(target);
  expect([...needed].filter((path) => path.startsWith('dist/'))).toEqual([]);
  const naming = tests.filter(({ path, text }) => needed.has(path) && /resolve\('dist\b/.test(text));
  expect(naming.map(({ path }) => path)).toEqual([]);
});
