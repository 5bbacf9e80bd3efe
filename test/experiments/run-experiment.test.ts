import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LoadError } from '../../src/errors.ts';
import type { ChildRun, ChildRunOptions } from '../../src/experiments/child-run.ts';
import type { ExperimentState } from '../../src/experiments/experiment-directory.ts';
import type { PlannedExperiment } from '../../src/experiments/plan-experiment.ts';
import { cellRuns, type RunExperimentOptions, runExperiment } from '../../src/experiments/run-experiment.ts';
import { resultOf } from '../compare/results.ts';

const CELLS = ['a', 'b', 'c'];
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'experiment-'));
  mkdirSync(join(directory, 'runs'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const planned = {
  kind: 'sweep',
  name: 'x',
  profile: 'bytes',
  cells: CELLS.map((name) => ({
    name,
    factors: { f: name },
    overrides: { set: [`f=${name}`] },
    profileHash: name,
    durationNs: 1e9,
    topics: { t: { partitions: 1, replicationFactor: 1, create: 'if-missing', config: {} } },
    properties: {},
    target: 'kafka',
  })),
  seed: 1,
  repeat: 3,
  maxRepeat: 20,
  baseline: 'a',
  cwd: '/',
} as unknown as PlannedExperiment;

const state = {
  id: '0123456789abcdef',
  kind: 'sweep',
  name: 'x',
  cells: planned.cells.map(({ name, factors, profileHash }) => ({ name, factors, profileHash })),
} as unknown as ExperimentState;

type Outcome = 'ok' | 'limited' | 'no result' | 'disk full' | 'stopped';

interface Call {
  readonly cell: string;
  readonly out: string;
  readonly topicSuffix: string | undefined;
  readonly shards: string | undefined;
}

/** Stands in for `load run`: writes a result as that does, or fails. */
function fakeChild(outcome: (cell: string, call: number) => Outcome = () => 'ok') {
  const calls: Call[] = [];
  const child = async ({ args, out }: ChildRunOptions): Promise<ChildRun> => {
    const cell = /^--set=f=(.*)/.exec(args[1]!)![1]!;
    const topicSuffix = args.findLast((arg) => arg.startsWith('--topic-suffix='))?.split('=')[1];
    const shards = args.find((arg) => arg.startsWith('--shards='));
    calls.push({ cell, out: out.slice(directory.length + 1), topicSuffix, shards });
    const what = outcome(cell, calls.length);
    const ended = { stderrTail: '', warnings: ['a warning'], wallMs: 5 };
    if (what === 'no result') return { ...ended, exitCode: 1, result: null, stderrTail: 'error: it broke' };
    if (what === 'disk full')
      return { ...ended, exitCode: 1, result: null, stderrTail: 'error: ENOSPC: no space left' };
    const result = resultOf();
    const status = what === 'limited' ? 'GENERATOR_LIMITED' : 'VALID';
    const own = {
      ...result,
      run: { ...result.run, id: `id${calls.length}` },
      verdict: { status, reasons: ['why'] },
    } as const;
    writeFileSync(join(out, 'result.json'), JSON.stringify(own));
    return { ...ended, exitCode: what === 'limited' ? 3 : 0, result: own };
  };
  return { calls, child };
}

const run = (options: Partial<RunExperimentOptions> = {}, more: Partial<PlannedExperiment> = {}) =>
  runExperiment({ ...planned, ...more }, state, { directory, child: fakeChild().child, ...options });

const entriesOf = () =>
  readFileSync(join(directory, 'runs.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { run: number; attempt: number; round: number; cell: string; path: string });

const placesOf = () => entriesOf().map(({ run, attempt, round, cell }) => `${run}.${attempt} ${round} ${cell}`);

describe('rounds', () => {
  test('a burn-in of the baseline that is not kept, then every cell once a round', async () => {
    const { calls, child } = fakeChild();
    const { runs, rounds, failure, interrupted } = await run({ child });
    expect([rounds, failure, interrupted]).toEqual([3, undefined, undefined]);
    expect(calls[0]).toMatchObject({ cell: 'a', out: 'runs/burn-in' });
    expect(calls).toHaveLength(10);
    expect(runs.map(({ entry }) => entry.path)).toEqual(Array.from({ length: 9 }, (_, i) => `runs/00${i + 1}`));
    for (const { name, set } of cellRuns(state, runs)) {
      expect(set.runs.map(({ round }) => round)).toEqual([1, 2, 3]);
      expect(set).toMatchObject({ label: name, kind: 'cell', experiment: state.id });
    }
    expect(readdirSync(join(directory, 'runs'))).not.toContain('burn-in');
  });

  test('auto: until it is decided, or the most rounds are done', async () => {
    const looked: number[] = [];
    const isDecided = (_: unknown, rounds: number) => looked.push(rounds) === 2;
    expect((await run({ isDecided }, { repeat: 'auto' })).rounds).toBe(2);
    rmSync(join(directory, 'runs.jsonl'));
    expect((await run({ isDecided: () => false }, { repeat: 'auto', maxRepeat: 4 })).rounds).toBe(4);
  });

  test('warnings of all runs, each once', async () => {
    const warnings: string[] = [];
    await run({ onWarning: (warning) => warnings.push(warning) });
    expect(warnings).toEqual(['a warning']);
  });
});

describe('a run that does not count', () => {
  test.each<Outcome>(['limited', 'no result'])(
    '%s: goes on, is repeated once at the end, and both are kept',
    async (what) => {
      let failed = 0;
      const { child } = fakeChild((cell) => (cell === 'b' && failed++ === 0 ? what : 'ok'));
      const { runs } = await run({ child });
      expect(runs).toHaveLength(10);
      const [bad, again] = [runs.find(({ record }) => record.status !== 'ok')!, runs.at(-1)!];
      expect(again.entry).toMatchObject({ run: bad.entry.run, round: bad.entry.round, attempt: 2, cell: 'b' });
      expect(again.entry.path).toBe(`${bad.entry.path}-2`);
      const [, b] = cellRuns(state, runs);
      expect(b!.set.runs.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok']);
      const attempts = b!.set.runs.map(({ round, attempt }) =>
        round === bad.entry.round ? attempt === 2 : attempt === 1,
      );
      expect(attempts).toEqual([true, true, true]);
      if (what === 'no result') expect(bad.record.reason).toBe('it broke');
    },
  );

  test('a cell that always fails is reported, and no run of it a third time', async () => {
    const { child, calls } = fakeChild((cell) => (cell === 'b' ? 'no result' : 'ok'));
    const { runs } = await run({ child });
    expect(calls.filter(({ cell }) => cell === 'b')).toHaveLength(6);
    expect(cellRuns(state, runs)[1]!.set.runs.map(({ status }) => status)).toEqual(['failed', 'failed', 'failed']);
    await run({ child });
    expect(calls).toHaveLength(13);
  });

  test('a full disk is not a finding: finished runs are kept', async () => {
    const { child } = fakeChild((_, call) => (call === 5 ? 'disk full' : 'ok'));
    const { runs, failure } = await run({ child });
    expect(failure).toMatchObject({ code: 'DISK_FULL' });
    expect(runs).toHaveLength(3);
    await run();
    expect(placesOf()).toHaveLength(9);
  });
});

describe('gone on with, the runs are those of an undisturbed experiment', () => {
  async function undisturbed(): Promise<string[]> {
    await run();
    const places = placesOf();
    rmSync(directory, { recursive: true });
    mkdirSync(join(directory, 'runs'), { recursive: true });
    return places;
  }

  test.each([1, 2, 5, 9])('killed in call %i', async (killed) => {
    const places = await undisturbed();
    const { child } = fakeChild();
    let call = 0;
    const dying = async (options: ChildRunOptions) => {
      if (++call === killed) {
        writeFileSync(join(options.out, 'run.json'), '{}');
        throw new Error('killed');
      }
      return child(options);
    };
    await expect(run({ child: dying })).rejects.toThrow('killed');
    // As a process that is killed while it writes leaves it.
    appendFileSync(join(directory, 'runs.jsonl'), '{"run": 9, "att');
    const { runs } = await run();
    expect(runs.map(({ entry }) => `${entry.run}.${entry.attempt} ${entry.round} ${entry.cell}`)).toEqual(places);
    expect(existsSync(join(directory, runs[0]!.entry.path, 'run.json'))).toBe(false);
  });

  test('a run whose result is not whole is run again', async () => {
    await run();
    writeFileSync(join(directory, 'runs/004/result.json'), '{"run": {"id":');
    const { calls, child } = fakeChild();
    const { runs } = await run({ child });
    expect(calls.map(({ out }) => out)).toEqual(['runs/burn-in', 'runs/004']);
    expect(runs).toHaveLength(9);
  });

  test('where nothing is left, nothing is run, not even a burn-in', async () => {
    await run();
    const { calls, child } = fakeChild();
    expect((await run({ child })).runs).toHaveLength(9);
    expect(calls).toEqual([]);
  });

  test('more rounds are added to those there are', async () => {
    await run();
    expect((await run({}, { repeat: 4 })).runs).toHaveLength(12);
  });
});

test('interrupted: the run under way is not counted, and leaves nothing', async () => {
  const stop = new AbortController();
  const { child } = fakeChild((_, call) => {
    if (call === 4) stop.abort();
    return call === 4 ? 'stopped' : 'ok';
  });
  const { runs, interrupted } = await run({ child, signal: stop.signal });
  expect(interrupted).toBe(true);
  expect(runs).toHaveLength(2);
  expect(readdirSync(join(directory, 'runs'))).toEqual(['001', '002']);
});

test('every run is split over as many processes as asked for, the burn-in too', async () => {
  const { calls, child } = fakeChild();
  await run({ child }, { shards: 3 });
  expect(new Set(calls.map(({ shards }) => shards))).toEqual(new Set(['--shards=3']));
  const whole = fakeChild();
  await run({ child: whole.child }, { repeat: 4 });
  expect(whole.calls.map(({ shards }) => shards)).toEqual([undefined, undefined, undefined, undefined]);
});

describe('a real cluster', () => {
  function fakeCluster(goneAt = Number.POSITIVE_INFINITY) {
    const log: string[] = [];
    let settles = 0;
    return {
      log,
      cluster: {
        async settle() {
          if (++settles >= goneAt) throw new LoadError('BROKER_GONE', 'gone');
          return { waitedMs: 7, reached: true };
        },
        before: async (topics: readonly string[], isAgain: boolean) => void log.push(`before ${topics} ${isAgain}`),
        after: async (topics: readonly string[]) => void log.push(`after ${topics}`),
      },
    };
  }

  test('each run has its own topics, which are deleted after it, whatever came of it', async () => {
    const { log, cluster } = fakeCluster();
    const { child, calls } = fakeChild((cell) => (cell === 'b' ? 'no result' : 'ok'));
    const { runs } = await run({ cluster, child }, { repeat: 1 });
    const suffixes = calls.map(({ topicSuffix }) => topicSuffix);
    expect(new Set(suffixes).size).toBe(calls.length);
    expect(log).toEqual(suffixes.flatMap((suffix) => [`before t${suffix} false`, `after t${suffix}`]));
    expect(suffixes[1]).toBe('-01234567-001');
    expect(runs.map(({ entry }) => entry.settle)).toEqual(Array(4).fill({ waitedMs: 7, reached: true }));
  });

  test('after a suffix of the caller’s own', async () => {
    const { cluster } = fakeCluster();
    const { child, calls } = fakeChild();
    const cells = planned.cells.map((cell) => ({ ...cell, overrides: { ...cell.overrides, topicSuffix: '-own' } }));
    const setLast = async (options: ChildRunOptions) =>
      child({ ...options, args: [options.args[0]!, ...options.args.slice(2)] });
    await run({ cluster, child: setLast }, { repeat: 1, cells });
    expect(calls.map(({ topicSuffix }) => topicSuffix)).toContain('-own-01234567-001');
  });

  test('what a killed attempt left may be deleted', async () => {
    mkdirSync(join(directory, 'runs/002'));
    const { log, cluster } = fakeCluster();
    await run({ cluster }, { repeat: 1 });
    expect(log.filter((line) => line.endsWith('true'))).toEqual(['before t-01234567-002 true']);
  });

  test('a topic that may not be made is shared, with a warning', async () => {
    const { log, cluster } = fakeCluster();
    const { child, calls } = fakeChild();
    const topics = { t: { partitions: 1, replicationFactor: 1, create: 'never', config: {} } } as const;
    const cells = planned.cells.map((cell) => ({ ...cell, topics }));
    const warnings: string[] = [];
    await run({ cluster, child, onWarning: (text) => warnings.push(text) }, { repeat: 1, cells });
    expect(new Set(calls.map(({ topicSuffix }) => topicSuffix))).toEqual(new Set([undefined]));
    expect(new Set(log)).toEqual(new Set(['before  false', 'after ']));
    expect(warnings[0]).toMatch(/^topic t: create: never, so all runs share/);
  });

  test('the broker is gone: a run that failed with it is no finding, and the rest can be gone on with', async () => {
    // After three runs and the pauses before them.
    const { cluster } = fakeCluster(5);
    const { child } = fakeChild((_, call) => (call === 5 ? 'no result' : 'ok'));
    const { runs, failure } = await run({ cluster, child });
    expect(failure?.code).toBe('BROKER_GONE');
    expect(runs).toHaveLength(3);
    expect((await run({ cluster: fakeCluster().cluster })).runs).toHaveLength(9);
  });
});
