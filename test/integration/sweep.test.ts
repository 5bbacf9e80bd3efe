/** Experiments end to end, with runs of a second: order, resuming, signals, directories, cells that fail. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { sweep } from '../../dist/src/index.js';
import { killCommands, startCommand, until } from './command.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sweep-'));
});
afterEach(async () => {
  await killCommands();
  rmSync(folder, { recursive: true, force: true });
});
afterAll(killCommands);

const BYTES = ['sweep', 'bytes', '--bootstrap-servers', 'null', '-r', '50', '-t', '0.5s', '--vary', 'size=10,20'];
const start = (...args: readonly string[]) => startCommand(args, {}, { cwd: folder });

interface Entry {
  readonly run: number;
  readonly attempt: number;
  readonly round: number;
  readonly cell: string;
  readonly id: string | null;
  readonly path: string;
  readonly reason?: string;
}

function entriesOf(directory: string): Entry[] {
  const file = join(folder, directory, 'runs.jsonl');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Entry);
}

/** Which run was of which cell; a busy machine may make one invalid. */
const firstAttempts = (directory: string) =>
  entriesOf(directory)
    .filter(({ attempt }) => attempt === 1)
    .map(({ run, round, cell }) => `${run} ${round} ${cell}`);

test('kill -9 in the middle, and gone on with: the same runs, each with its result', async () => {
  await start(...BYTES, '--repeat', '2', '-o', 'whole').ended;
  const killed = start(...BYTES, '--repeat', '2', '-o', 'killed');
  await until(() => entriesOf('killed').length === 2 && /run 3\/4 .*left/.test(killed.said.err), killed);
  killed.child.kill('SIGKILL');
  await killed.ended;
  const partial = await start('report', 'killed').ended;
  expect([0, 3]).toContain(partial.code);
  expect(partial.out).toMatch(/^bytes: 2 cells × 1 round, 2 runs/);
  const resumed = await start(...BYTES, '--repeat', '2', '-o', 'killed', '--resume').ended;
  expect([0, 3]).toContain(resumed.code);
  expect(resumed.err).not.toMatch(/run [12]\/4/);
  expect(firstAttempts('killed')).toEqual(firstAttempts('whole'));
  expect(firstAttempts('whole')).toHaveLength(4);
  for (const { id, path } of entriesOf('killed')) {
    expect(JSON.parse(readFileSync(join(folder, 'killed', path, 'result.json'), 'utf8')).run.id).toBe(id);
  }
});

test('Ctrl-C: the run under way drains and is not counted; without --out the last one is gone on with', async () => {
  const command = start(...BYTES.map((arg) => (arg === '0.5s' ? '2s' : arg)), '--repeat', '2');
  const directory = () => /directory: (\S+)/.exec(command.said.err)?.[1]?.replace(`${folder}/`, '') ?? '';
  await until(() => /run 2\/4 .*left/.test(command.said.err), command);
  await until(() => existsSync(join(folder, directory(), 'runs/002/run.json')), command);
  command.child.kill('SIGINT');
  const { code, err } = await command.ended;
  expect(code).toBe(130);
  expect(err).toContain('drains and is not counted');
  expect(entriesOf(directory())).toHaveLength(1);
  expect(existsSync(join(folder, directory(), 'runs/002'))).toBe(false);
  const again = start(...BYTES.map((arg) => (arg === '0.5s' ? '2s' : arg)), '--repeat', '2', '--resume');
  await until(() => /run 2\/4/.test(again.said.err), again);
  expect(again.said.err).toContain(directory());
});

test('a cell that fails does not end it: marked, repeated once, reported', async () => {
  // Larger than the client takes: nothing of the first cell is acknowledged.
  const vary = ['--vary', 'message.max.bytes=1000,100000', '--size', '5000'];
  const args = ['sweep', 'bytes', '-r', '50', '-t', '0.4s', ...vary, '--repeat', '1', '-o', 'x'];
  const { code, err, out } = await start(...args).ended;
  expect(code).toBe(3);
  const failing = entriesOf('x').filter(({ cell }) => cell === 'message.max.bytes=1000');
  expect(failing.map(({ attempt }) => attempt)).toEqual([1, 2]);
  expect(err).toMatch(/run \d\/2: failed: nothing was acknowledged/);
  expect(out).toMatch(/nothing was acknowledged/);
});

test('an embedded cluster of another process is gone in the middle: ends with 1 after --settle, and can be gone on with', async () => {
  const cluster = startCommand(['embedded']);
  await until(() => cluster.said.out.includes('\n'), cluster);
  const where = ['--bootstrap-servers', cluster.said.out.trim(), '--settle', '1s'];
  const args = ['sweep', 'bytes', ...where, '-r', '50', '-t', '2s', '--vary', 'size=10,20', '--repeat', '1', '-o', 'x'];
  const command = start(...args);
  await until(() => /run 2\/2 .*left/.test(command.said.err), command);
  cluster.child.kill('SIGKILL');
  const { code, err } = await command.ended;
  expect(code).toBe(1);
  expect(err).toMatch(/error: the broker does not answer: .*\n {2}finished runs are kept: /);
  expect(entriesOf('x').map(({ run, attempt }) => [run, attempt])).toEqual([[1, 1]]);
});

test('directories: never overwritten; only the same experiment is gone on with', async () => {
  const args = [...BYTES, '--repeat', '1', '-o', 'x'];
  await start(...args).ended;
  const before = readFileSync(join(folder, 'x/experiment.json'), 'utf8');
  const refused = await start(...args).ended;
  expect([refused.code, refused.err]).toEqual([
    2,
    expect.stringMatching(/x: an experiment is there already \(--resume/),
  ]);
  const nowhere = await start(...BYTES, '--out', 'none').ended;
  expect([nowhere.code, nowhere.err]).toEqual([2, expect.stringMatching(/^error: --out: an experiment is made of/)]);
  const other = await start(...args, '--resume', '--seed', '9').ended;
  expect(other.code).toBe(2);
  expect(other.err).toMatch(/experiment\.json: the seed is 42 there, and 9 here/);
  expect(readFileSync(join(folder, 'x/experiment.json'), 'utf8')).toBe(before);
  const none = await start(...BYTES, '--resume').ended;
  expect([none.code, none.err]).toEqual([2, expect.stringMatching(/^error: --resume: there is no experiment bytes/)]);
});

test('--plan sends nothing and writes nothing', async () => {
  const { code, out, err } = await start(...BYTES, '--plan', '--format', 'json').ended;
  expect([code, err]).toEqual([0, '']);
  expect(JSON.parse(out)).toMatchObject({ runs: 10, rounds: 5, baseline: 'size=10', cells: [{ seconds: 0.5 }, {}] });
  expect(existsSync(join(folder, 'load-results'))).toBe(false);
});

test('a program: its results are those on disk; without vary it repeats one profile', async () => {
  const ended: string[] = [];
  const common = { cwd: folder, env: { PATH: process.env.PATH }, out: 'x', repeat: 2 };
  const overrides = { bootstrapServers: 'null', rate: 50, duration: '0.5s' };
  const report = await sweep('bytes', {
    ...common,
    overrides,
    vary: [{ size: [10, 20], workers: [1, 2] }],
    goal: 'response_ms p(99)<5000, then throughput',
    onRunEnd: ({ cellName }, { path }) => ended.push(`${path} ${cellName}`),
  });
  expect(report.cells.map(({ name, set }) => [name, set.runs.length])).toEqual([
    ['size=10 workers=1', 2],
    ['size=20 workers=2', 2],
  ]);
  expect(ended.length).toBeGreaterThanOrEqual(4);
  expect(JSON.parse(readFileSync(join(folder, 'x/sweep.json'), 'utf8'))).toEqual(
    JSON.parse(JSON.stringify(report.sweep)),
  );
  expect(readFileSync(join(folder, 'x/runs.csv'), 'utf8').split('\n')).toHaveLength(report.sweep.runs.length + 2);
  const page = readFileSync(join(folder, 'x/report.html'), 'utf8');
  expect(page).toContain('href="runs/001/report.html"');
  expect(page).toMatch(/<script>\S/);
  const again = await start('report', 'x', '-o', 'x/sweep.json/again.html').ended;
  expect([again.code, again.err]).toEqual([1, expect.stringContaining('cannot write x/sweep.json/again.html')]);
  expect((await start('report', 'x', '-o', 'again.html').ended).out).toBe(again.out);
  expect(readFileSync(join(folder, 'again.html'), 'utf8').replaceAll('"x/runs/', '"runs/')).toBe(page);
  await expect(sweep('bytes', { ...common, overrides, varry: {} } as never)).rejects.toThrow('did you mean `vary`?');
  const repeated = await sweep('bytes', { ...common, out: 'y', overrides });
  expect(repeated.sweep.experiment).toMatchObject({ kind: 'repeat', cells: [{ name: 'all' }] });
});

test('run --repeat with a gate: judged against a baseline; what cannot be decided is said before anything runs', async () => {
  const run = ['run', 'bytes', '--bootstrap-servers', 'null', '-r', '50', '-t', '0.5s'];
  await start(...run, '--repeat', '2', '-o', 'base').ended;
  const gated = await start(...run, '--repeat', '2', '-o', 'new', '--baseline', 'base', '--gate', 'throughput -90%')
    .ended;
  expect([0, 3]).toContain(gated.code);
  expect(gated.out).toMatch(/throughput -90%/);
  expect(existsSync(join(folder, 'new/comparison.json'))).toBe(true);
  expect(readFileSync(join(folder, 'new/report.html'), 'utf8')).toContain('href="comparison.html"');
  const report = await start('report', 'new').ended;
  expect([report.code, report.out]).toEqual([gated.code, gated.out]);
  expect(report.err).toBe('page: new/report.html\npage: new/comparison.html\n');
  for (const [args, message] of [
    [['--repeat', '1', '--baseline', 'base', '--gate', 'throughput -5%'], 'one run cannot decide a gate'],
    [['--repeat', '2', '--gate', 'throughput -5%'], 'a gate needs runs to compare with'],
    [['--repeat', '2', '-r', '60', '--baseline', 'base'], 'not comparable: it is of another profile'],
    [['--gate', 'throughput -5%'], '--gate: is about repeated runs'],
    [['--repeat', '2', '--shard', '0/2'], '`--shards N` splits each of them over N processes'],
    [['--repeat', '2', '--dry-run'], '--dry-run: has no meaning with --repeat'],
  ] as const) {
    const { code, err } = await start(...run, ...args).ended;
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  }
});
