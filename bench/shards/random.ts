/**
 * `node dist/bench/shards/random.js`: random profiles on the null transport, each in one process and in two or three.
 * Nothing in them depends on time, so that totals, the schedule of each second and the ledger must be equal. With
 * `--as-drawn` they are left as they are, with limits, shedding and stops: then every number must add up.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { stringify } from 'yaml';
import type { Result } from '../../src/result/result.ts';
import { type Keys, type RandomRun, randomRun } from '../../test/integration/random-profiles.ts';
import { type RunOptions, runCommand } from './command.ts';

const COUNTS = ['scheduled', 'sent', 'shed', 'unsent', 'acked', 'failed', 'unresolved', 'payloadBytes'] as const;
type Counts = Readonly<Record<(typeof COUNTS)[number], number>>;

const START_MS = 6_000;
/** Its schedule is when acknowledgements come. */
const CLOSED = 'max-throughput';

const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '1' },
    runs: { type: 'string', default: '200' },
    parallel: { type: 'string', default: '2' },
    'as-drawn': { type: 'boolean', default: false },
  },
});
const [from, runs, parallel] = [values.from, values.runs, values.parallel].map(Number);
const folder = mkdtempSync(join(tmpdir(), 'random-shards-'));
const waiting = Array.from({ length: runs! }, (_, i) => from! + i);
let failed = 0;
let refused = 0;
try {
  await Promise.all(Array.from({ length: parallel! }, work));
} finally {
  rmSync(folder, { recursive: true });
}
process.stdout.write(
  `${runs} random profiles${values['as-drawn'] ? ' as drawn' : ''}: ${failed} with differences, ${refused} refused in both\n`,
);
process.exitCode = failed > 0 ? 1 : 0;

async function work(): Promise<void> {
  for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
    const { isRefused, problems } = await check(seed);
    if (isRefused) refused++;
    if (problems.length > 0) failed++;
    const outcome = isRefused ? 'refused in both' : 'equal';
    process.stderr.write(`seed ${seed}: ${problems.length === 0 ? outcome : problems.join('; ')}\n`);
  }
}

interface Checked {
  /** Both ended before anything was sent, for the same reason. */
  readonly isRefused: boolean;
  /** What differs, or does not add up. */
  readonly problems: readonly string[];
}

async function check(seed: number): Promise<Checked> {
  const shards = 2 + (seed % 2);
  const drawn = withoutFailures(randomRun(seed));
  const { document, stopAfterMs } = values['as-drawn'] ? drawn : { document: timeless(drawn.document) };
  const profile = join(folder, `${seed}.yaml`);
  writeFileSync(profile, stringify({ version: 1, name: 'random', ...document }));
  // Processes start and agree first.
  const options = stopAfterMs === undefined ? {} : { stopAfterMs: START_MS + stopAfterMs };
  const whole = await outcomeOf([profile, '--quiet'], options);
  const split = await outcomeOf([profile, '--quiet', '--shards', String(shards)], options);
  if (typeof whole === 'string' || typeof split === 'string') {
    const isRefused = whole === split;
    return { isRefused, problems: isRefused ? [] : [whole, split].filter((each) => typeof each === 'string') };
  }
  const problems = sumsOf(split);
  if (values['as-drawn']) return { isRefused: false, problems };
  const isClosed = Object.values(document.scenarios as Keys).some((each) => (each as Keys).executor === CLOSED);
  const [of, other] = [factsOf(whole, isClosed), factsOf(split, isClosed)];
  const differences = Object.keys(of)
    .filter((name) => !isDeepStrictEqual(of[name], other[name]))
    .map((name) => `${name}: ${JSON.stringify(of[name])} in one process, ${JSON.stringify(other[name])} in ${shards}`);
  return { isRefused: false, problems: [...problems, ...differences] };
}

/** The result, or the errors it ended with. */
async function outcomeOf(args: readonly string[], options: RunOptions = {}): Promise<Result | string> {
  try {
    return await runCommand(args, options);
  } catch (error) {
    const lines = String((error as Error).message).split('\n');
    return lines.filter((line) => line.startsWith('error: ')).join('; ') || lines.join('; ');
  }
}

/** Which messages fail is drawn by each worker. */
function withoutFailures({ document, ...more }: RandomRun): RandomRun {
  const { failRate: _, ...nullTransport } = document.nullTransport as Keys;
  return { ...more, document: { ...document, nullTransport } };
}

/** The same without what the machine's speed decides: limits, what is shed, closed loops over a time, endless ones. */
function timeless(document: Keys): Keys {
  const { maxAcksPerSec: _, ...nullTransport } = document.nullTransport as Keys;
  const scenarios = Object.entries(document.scenarios as Readonly<Record<string, Keys>>).map(([name, scenario]) => {
    const { overload: _, duration, ...rest } = scenario;
    const isClosed = scenario.executor === CLOSED;
    const time = isClosed ? { messages: 2000 } : { ...(duration !== undefined && { duration }) };
    return [name, { ...rest, ...time, ...(duration === 'endless' && { duration: '500ms' }), gracefulStop: '60s' }];
  });
  return { ...document, nullTransport, scenarios: Object.fromEntries(scenarios) };
}

function factsOf(
  { totals, warmup, scenarios, series, ledger }: Result,
  isClosed: boolean,
): Readonly<Record<string, unknown>> {
  const scheduled = series.map((row) => row.scheduled);
  return {
    totals,
    warmup: warmup?.totals,
    scenarios: Object.fromEntries(Object.entries(scenarios).map(([name, each]) => [name, each.totals])),
    ...(!isClosed && { scheduled: scheduled.slice(0, scheduled.findLastIndex((count) => count > 0) + 1) }),
    ledger: [ledger.complete, notAckedOf(ledger)],
  };
}

function notAckedOf({ notAcked }: Result['ledger']): string[] {
  return notAcked
    .flatMap(({ scenario, from, to, step, status }) =>
      Array.from({ length: (to - from) / step + 1 }, (_, k) => `${scenario} ${status} ${from + k * step}`),
    )
    .sort();
}

/** Every number of the result that says the same thing says the same. */
function sumsOf({ totals, warmup, scenarios, series, ledger, shards }: Result): string[] {
  const problems: string[] = [];
  const expect = (what: string, is: number, should: number) => {
    if (is !== should) problems.push(`${what} is ${is}, should be ${should}`);
  };
  const parts = Object.entries(scenarios);
  const all = (count: keyof Counts) => totals[count] + (warmup?.totals[count] ?? 0);
  for (const [name, each] of [
    ['totals', totals] as const,
    ...parts.map(([key, part]) => [key, part.totals] as const),
  ]) {
    expect(`${name} scheduled`, each.sent + each.shed + each.unsent, each.scheduled);
    expect(`${name} sent`, each.acked + each.failed + each.unresolved, each.sent);
  }
  for (const count of COUNTS) {
    expect(
      `${count} of scenarios`,
      sum(parts, ([, part]) => part.totals[count]),
      totals[count],
    );
    expect(
      `${count} of shards`,
      sum(shards!.shards, (shard) => shard.totals[count]),
      all(count),
    );
  }
  for (const count of ['sent', 'acked', 'failed'] as const) {
    expect(
      `${count} of seconds`,
      sum(series, (row) => row[count]),
      all(count),
    );
    for (const { shard, series: own, totals: of } of shards!.shards) {
      expect(
        `${count} of the seconds of shard ${shard}`,
        sum(own, (row) => row[count]),
        of[count],
      );
    }
  }
  if (!ledger.complete) problems.push('the ledger is incomplete');
  const named = (...statuses: string[]) => {
    const ranges = ledger.notAcked.filter(({ status }) => statuses.includes(status));
    return sum(ranges, ({ from: first, to, step }) => (to - first) / step + 1);
  };
  expect('shed in the ledger', named('shed'), all('shed'));
  expect('unsent in the ledger', named('unsent'), all('unsent'));
  expect('failed in the ledger', named('not-persisted'), all('failed'));
  expect('unresolved in the ledger', named('possibly-persisted', 'persisted'), all('unresolved'));
  if (shards!.coverage !== 1) problems.push(`coverage is ${shards!.coverage}`);
  return problems;
}

function sum<T>(of: readonly T[], value: (each: T) => number): number {
  return of.reduce((all, each) => all + value(each), 0);
}
