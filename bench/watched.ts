/**
 * `npm run bench:metrics`, `npm run bench:live`: the same load with and without somebody who watches it, or who reads and
 * verifies every record, in rounds that alternate. Prints the medians and the mean ratios with their intervals as Markdown on stdout.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Result } from '../src/result/result.ts';
import { median } from '../src/statistics/median.ts';
import { pairedRatio } from '../src/statistics/ratio.ts';
import { packageRoot } from '../test/kafka/java.ts';
import { type BenchTarget, embeddedTarget, kafkaTarget, nullTarget } from './targets.ts';

const USAGE = `npm run bench:live -- [options]
  --with LIST                     of metrics, web, terminal, verify: how the run is watched
  --target kafka|embedded|null    the broker (default kafka: Apache Kafka started for it)
  --pairs N                       runs of each, alternating (default 10)
  --rate N                        messages a second (default 50000); 0: as fast as acknowledgements allow
  --seconds N                     of each run (default 15)
Runs start from dist/: do not build meanwhile.
`;

/** Prometheus asks every 15 s or so: this is more than it does. */
const SCRAPE_EVERY_MS = 1_000;
const PARTITIONS = 6;

interface Watching {
  readonly title: string;
  readonly flags: readonly string[];
  /** On a terminal of its own. */
  readonly onTerminal?: true;
  /** What is done with the address that the run prints; ends with the run. Without it the run watches itself. */
  readonly watch?: (url: string, run: ChildProcess) => void;
  /** Whether it took place. */
  readonly isDone?: (result: Result) => boolean;
}

const WITHOUT: Watching = { title: 'without', flags: ['--quiet'] };

const WATCHING: Readonly<Record<string, Watching>> = {
  metrics: { title: 'asked each second', flags: ['--quiet', '--metrics-port', '0'], watch: scrape },
  web: { title: 'a live page open', flags: ['--quiet', '--web'], watch: openPage },
  terminal: { title: 'live view on a terminal', flags: [], onTerminal: true },
  verify: { title: 'every record verified', flags: ['--quiet', '--verify'], isDone: isVerified },
};

/** What watching must not change. */
const MEASURES = {
  'acked a second': (result) => result.rate.achievedPerSec,
  'response p50, ms': (result) => msOf(result.latency.response.p50),
  'response p99, ms': (result) => msOf(result.latency.response.p99),
  'response p99.9, ms': (result) => msOf(result.latency.response.p999),
  'schedule lag p99, ms': (result) => msOf(result.latency.scheduleLag.p99),
  'CPU s per million': (result) => result.client.cpuSecondsPerMillion ?? Number.NaN,
} as const satisfies Readonly<Record<string, (result: Result) => number>>;

interface Load {
  readonly ratePerSec: number;
  readonly seconds: number;
}

/** A percentile among messages that were not acknowledged has no value: such a run is not a measurement. */
function msOf(us: Result['latency']['response']['p50']): number {
  return typeof us === 'number' ? us / 1e3 : Number.NaN;
}

function scrape(url: string, run: ChildProcess): void {
  const scraping = setInterval(() => {
    // The process may end meanwhile.
    fetch(url)
      .then((response) => response.text(), ignore)
      .catch(ignore);
  }, SCRAPE_EVERY_MS);
  run.once('close', () => clearInterval(scraping));
}

function openPage(url: string): void {
  get(new URL('/events', url), { agent: false }, (response) => response.on('error', ignore).resume()).on(
    'error',
    ignore,
  );
}

function ignore(): void {}

function isVerified({ verification = {} }: Result): boolean {
  const all = Object.values(verification);
  return all.length > 0 && all.every(({ refused, consumed }) => refused === undefined && consumed > 0);
}

async function measure(target: BenchTarget, { ratePerSec, seconds }: Load, watching: Watching): Promise<Result> {
  const out = mkdtempSync(join(tmpdir(), 'watched-'));
  try {
    await target.withTopic(PARTITIONS, async (topic) => {
      const load = ratePerSec === 0 ? ['-b'] : ['-r', String(ratePerSec)];
      const where = ['--bootstrap-servers', target.bootstrapServers, '--topic', topic];
      const output = ['--out', out, '--allow-invalid', ...watching.flags];
      const args = [
        join(packageRoot(), 'dist/src/cli.js'),
        'bytes',
        ...load,
        '-t',
        String(seconds),
        ...where,
        ...output,
      ];
      const child = watching.onTerminal ? onTerminal(args) : spawn(process.execPath, args);
      let said = '';
      let isWatched = false;
      for (const stream of [child.stdout, child.stderr]) {
        stream!.setEncoding('utf8').on('data', (text: string) => {
          said = (said + text).slice(-10_000);
          const url = / at (http:\S+)\n/.exec(said)?.[1];
          if (url === undefined || isWatched) return;
          isWatched = true;
          watching.watch?.(url, child);
        });
      }
      const [code] = await once(child, 'close');
      if (code !== 0) throw new Error(`a run ended with ${code}: ${said}`);
      if (watching.watch !== undefined && !isWatched) throw new Error(`nothing to watch: ${said}`);
    });
    const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result;
    if (watching.isDone?.(result) === false) throw new Error(`a run was not watched: ${watching.title}`);
    return result;
  } finally {
    rmSync(out, { recursive: true });
  }
}

/** util-linux's `script` gives it one, of 100 columns. */
function onTerminal(args: readonly string[]): ChildProcess {
  const words = ['stty cols 100 rows 40;', process.execPath, ...args].join(' ');
  return spawn('script', ['-qec', words, '/dev/null'], { env: { ...process.env, TERM: 'xterm-256color' } });
}

async function openTarget(name: string): Promise<BenchTarget> {
  if (name === 'null') return nullTarget();
  return name === 'embedded' ? embeddedTarget(PARTITIONS) : kafkaTarget();
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      with: { type: 'string', default: '' },
      target: { type: 'string', default: 'kafka' },
      pairs: { type: 'string', default: '10' },
      rate: { type: 'string', default: '50000' },
      seconds: { type: 'string', default: '15' },
      help: { type: 'boolean', default: false },
    },
  });
  const watched = values.with.split(',').map((name) => WATCHING[name]);
  if (values.help || watched.includes(undefined)) return void process.stdout.write(USAGE);
  const kinds = [WITHOUT, ...(watched as Watching[])];
  const load = { ratePerSec: Number(values.rate), seconds: Number(values.seconds) };
  const target = await openTarget(values.target);
  const results = new Map<Watching, Result[]>(kinds.map((kind) => [kind, []]));
  try {
    for (let pair = 0; pair < Number(values.pairs); pair++) {
      // Every other round the other way round: what drifts with time falls on all alike.
      for (const kind of pair % 2 === 0 ? kinds : kinds.toReversed()) {
        const result = await measure(target, load, kind);
        results.get(kind)!.push(result);
        const shown = Object.entries(MEASURES).map(([name, of]) => `${name} ${of(result).toPrecision(4)}`);
        process.stderr.write(`pair ${pair + 1}, ${kind.title}: ${shown.join(', ')}\n`);
      }
    }
  } finally {
    await target.stop();
  }
  const [without, ...others] = kinds.map((kind) => results.get(kind)!);
  const tables = others.map((runs, i) => table(kinds[i + 1]!.title, without!, runs));
  process.stdout.write([describe(target, load, without!.length), ...tables, ''].join('\n\n'));
}

function describe(target: BenchTarget, { ratePerSec, seconds }: Load, pairs: number): string {
  const rate = ratePerSec === 0 ? 'as fast as acknowledgements allow' : `${ratePerSec} a second`;
  return `${target.name}; ${rate}, ${seconds} s, ${pairs} pairs`;
}

function table(title: string, without: readonly Result[], watched: readonly Result[]): string {
  const rows = Object.entries(MEASURES).map(([name, of]) => {
    const [base, other] = [without.map(of), watched.map(of)];
    const medians = [median(base), median(other)].map((value) => value.toPrecision(4));
    const found = pairedRatio(base, other);
    const ratio =
      found === null ? ['–', '–'] : [found.ratio.toPrecision(4), `${found.low.toFixed(3)} – ${found.high.toFixed(3)}`];
    return `| ${[name, ...medians, ...ratio].join(' | ')} |`;
  });
  const head = ['', 'without', title, 'ratio', '95 % interval'];
  return [`| ${head.join(' | ')} |`, `| ${head.map(() => '---').join(' | ')} |`, ...rows].join('\n');
}

await main();
