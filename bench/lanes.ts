/**
 * `npm run bench:lanes`: one rate from one scenario and from many, in rounds that alternate. Prints the medians and the mean
 * ratios to the first number of scenarios, with their intervals, as Markdown on stdout.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Result } from '../src/result/result.ts';
import { median } from '../src/statistics/median.ts';
import { pairedRatio } from '../src/statistics/ratio.ts';
import { scenarioTag } from '../src/workload/encoding/mark.ts';
import { packageRoot } from '../test/kafka/java.ts';
import { type BenchTarget, embeddedTarget, nullTarget } from './targets.ts';

const USAGE = `npm run bench:lanes -- [options]
  --lanes LIST               numbers of scenarios; the first one is the base (default 1,1000)
  --rate N                   messages a second of all of them (default 25000)
  --arrivals spread|constant|poisson  rates from 80 to 120 % of the mean, so that due times spread; all the same, so that
                             all are due at the same moments; or arrivals by chance (default spread)
  --target null|embedded     the broker, embedded: in a process of its own (default null)
  --topics one|each          one topic for all, or one for each scenario (default one)
  --pairs N                  runs of each, alternating (default 10)
  --seconds N                of each run (default 10)
  --cli FILE                 another build to run (default dist/src/cli.js)
Runs start from dist/: do not build meanwhile.
`;

interface Options {
  readonly ratePerSec: number;
  readonly seconds: number;
  readonly arrivals: string;
  readonly topics: string;
  readonly cli: string;
}

interface Run {
  readonly result: Result;
  /** From the process's start to the run's. */
  readonly startSeconds: number;
}

const MEASURES = {
  'CPU s per million': ({ result }) => result.client.cpuSecondsPerMillion ?? Number.NaN,
  'loop, CPU s per million': ({ result }) => secondsPerMillion(result, /^loop/),
  'client threads, CPU s per million': ({ result }) => secondsPerMillion(result, /^rdk/),
  'main thread, CPU s per million': ({ result }) => secondsPerMillion(result, /^main/),
  'schedule lag p99, ms': ({ result: { latency } }) => msOf(latency.scheduleLag.p99),
  'memory, MiB': ({ result }) => result.client.maxRssBytes / 2 ** 20,
  'start, s': ({ startSeconds }) => startSeconds,
} as const satisfies Readonly<Record<string, (run: Run) => number>>;

function secondsPerMillion({ client: { threads }, totals, phases }: Result, name: RegExp): number {
  const percent = (threads ?? []).reduce((sum, thread) => sum + (name.test(thread.name) ? (thread.cpuPct ?? 0) : 0), 0);
  return ((percent / 100) * phases.load * 1e6) / totals.acked;
}

function msOf(us: Result['latency']['response']['p50']): number {
  return typeof us === 'number' ? us / 1e3 : Number.NaN;
}

/** Names whose marks differ: a mark has 16 bits of its scenario's name. */
function scenarioNames(count: number): string[] {
  const names = new Map<string, string>();
  for (let i = 0; names.size < count; i++) names.set(scenarioTag(`s${i}`), `s${i}`);
  return [...names.values()];
}

const topicOf = (i: number, topics: string) => (topics === 'one' ? 'bench' : `bench-${i}`);

function profile(target: BenchTarget, lanes: number, { ratePerSec, seconds, arrivals, topics }: Options): string {
  const scenarios = scenarioNames(lanes).map((name, i) => {
    const part = arrivals === 'spread' && lanes > 1 ? 0.8 + (0.4 * i) / (lanes - 1) : 1;
    return [
      name,
      {
        workload: 'bytes',
        topic: topicOf(i, topics),
        executor: 'constant-arrival-rate',
        rate: (part * ratePerSec) / lanes,
        duration: `${seconds}s`,
        ...(arrivals === 'poisson' && { arrivals }),
      },
    ];
  });
  return JSON.stringify({
    version: 1,
    workers: 1,
    kafka: { 'bootstrap.servers': target.bootstrapServers },
    scenarios: Object.fromEntries(scenarios),
  });
}

async function measure(target: BenchTarget, lanes: number, options: Options): Promise<Run> {
  const directory = mkdtempSync(join(tmpdir(), 'lanes-'));
  try {
    const file = join(directory, 'profile.json');
    writeFileSync(file, profile(target, lanes, options));
    const out = join(directory, 'out');
    const startedMs = Date.now();
    const child = spawn(process.execPath, [options.cli, file, '--out', out, '--quiet', '--allow-invalid']);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-10_000);
      });
    }
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`a run ended with ${code}: ${said}`);
    const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result;
    return { result, startSeconds: (Date.parse(result.run.startedAt) - startedMs) / 1000 };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      lanes: { type: 'string', default: '1,1000' },
      rate: { type: 'string', default: '25000' },
      arrivals: { type: 'string', default: 'spread' },
      target: { type: 'string', default: 'null' },
      topics: { type: 'string', default: 'one' },
      pairs: { type: 'string', default: '10' },
      seconds: { type: 'string', default: '10' },
      cli: { type: 'string', default: join(packageRoot(), 'dist/src/cli.js') },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(USAGE);
  const { arrivals, topics, cli } = values;
  const options: Options = { ratePerSec: Number(values.rate), seconds: Number(values.seconds), arrivals, topics, cli };
  const counts = values.lanes.split(',').map(Number);
  const names = Array.from({ length: topics === 'one' ? 1 : Math.max(...counts) }, (_, i) => topicOf(i, topics));
  const target = values.target === 'null' ? nullTarget() : await embeddedTarget(1, names);
  const runs = new Map<number, Run[]>(counts.map((count) => [count, []]));
  try {
    for (let pair = 0; pair < Number(values.pairs); pair++) {
      // Every other round the other way round: what drifts with time falls on all alike.
      for (const count of pair % 2 === 0 ? counts : counts.toReversed()) {
        const run = await measure(target, count, options);
        runs.get(count)!.push(run);
        const shown = Object.entries(MEASURES).map(([name, of]) => `${name} ${of(run).toPrecision(4)}`);
        process.stderr.write(`pair ${pair + 1}, ${count}: ${shown.join(', ')}\n`);
      }
    }
  } finally {
    await target.stop();
  }
  const what = `${target.name}, topics: ${topics}; ${options.ratePerSec} a second, ${arrivals}, ${options.seconds} s`;
  const [base, ...others] = counts;
  const tables = others.map((count) => table(base!, count, runs));
  process.stdout.write([`${what}, ${values.pairs} pairs`, ...tables, ''].join('\n\n'));
}

function table(base: number, count: number, runs: ReadonlyMap<number, readonly Run[]>): string {
  const rows = Object.entries(MEASURES).map(([name, of]) => {
    const [one, other] = [runs.get(base)!.map(of), runs.get(count)!.map(of)];
    const medians = [median(one), median(other)].map((value) => value.toPrecision(4));
    const found = pairedRatio(one, other);
    const ratio =
      found === null ? ['–', '–'] : [found.ratio.toPrecision(4), `${found.low.toFixed(3)} – ${found.high.toFixed(3)}`];
    return `| ${[name, ...medians, ...ratio].join(' | ')} |`;
  });
  const head = ['', `scenarios: ${base}`, `scenarios: ${count}`, 'ratio', '95 % interval'];
  return [`| ${head.join(' | ')} |`, `| ${head.map(() => '---').join(' | ')} |`, ...rows].join('\n');
}

await main();
