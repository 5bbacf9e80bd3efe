/**
 * `npm run bench:metrics`: the same load with and without the metrics endpoint, which is asked once a second where
 * there is one, in pairs that alternate. Prints the medians and the mean ratios with their intervals as Markdown on stdout.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Result } from '../src/result/result.ts';
import { median } from '../src/statistics/median.ts';
import { pairedRatio } from '../src/statistics/ratio.ts';
import { packageRoot } from '../test/kafka/java.ts';
import { type BenchTarget, embeddedTarget, kafkaTarget } from './targets.ts';

const USAGE = `npm run bench:metrics -- [options]
  --target kafka|embedded   the broker (default kafka: Apache Kafka started for it)
  --pairs N                 runs of each, alternating (default 10)
  --rate N                  messages a second (default 50000); 0: as fast as acknowledgements allow
  --seconds N               of each run (default 15)
`;

/** Prometheus asks every 15 s or so: this is more than it does. */
const SCRAPE_EVERY_MS = 1_000;
const PARTITIONS = 6;

/** What the endpoint must not change. */
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

async function measure(target: BenchTarget, { ratePerSec, seconds }: Load, hasEndpoint: boolean): Promise<Result> {
  const { value } = await target.withTopic(PARTITIONS, async (topic) => {
    const cli = join(packageRoot(), 'dist/src/cli.js');
    const load = ratePerSec === 0 ? ['-b'] : ['-r', String(ratePerSec)];
    const where = ['--bootstrap-servers', target.bootstrapServers, '--topic', topic];
    const output = ['--format', 'json', '--out', 'none', '--quiet', '--allow-invalid'];
    const metrics = hasEndpoint ? ['--metrics-port', '0'] : [];
    const args = [cli, 'bytes', ...load, '-t', String(seconds), ...where, ...output, ...metrics];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    const scraping = setInterval(() => {
      const url = /metrics at (\S+)/.exec(err)?.[1];
      // The process may end meanwhile.
      if (url !== undefined)
        fetch(url)
          .then((response) => response.text(), ignore)
          .catch(ignore);
    }, SCRAPE_EVERY_MS);
    const [code] = await once(child, 'close');
    clearInterval(scraping);
    if (code !== 0) throw new Error(`a run ended with ${code}: ${err}`);
    return JSON.parse(out) as Result;
  });
  return value;
}

function ignore(): void {}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      target: { type: 'string', default: 'kafka' },
      pairs: { type: 'string', default: '10' },
      rate: { type: 'string', default: '50000' },
      seconds: { type: 'string', default: '15' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(USAGE);
  const load = { ratePerSec: Number(values.rate), seconds: Number(values.seconds) };
  const target = await (values.target === 'embedded' ? embeddedTarget(PARTITIONS) : kafkaTarget());
  const results: Record<'without' | 'with', Result[]> = { without: [], with: [] };
  try {
    for (let pair = 0; pair < Number(values.pairs); pair++) {
      // Every other pair the other way round: what drifts with time falls on both alike.
      for (const kind of pair % 2 === 0 ? (['without', 'with'] as const) : (['with', 'without'] as const)) {
        const result = await measure(target, load, kind === 'with');
        results[kind].push(result);
        const shown = Object.entries(MEASURES).map(([name, of]) => `${name} ${of(result).toPrecision(4)}`);
        process.stderr.write(`pair ${pair + 1}, ${kind}: ${shown.join(', ')}\n`);
      }
    }
  } finally {
    await target.stop();
  }
  process.stdout.write(table(target, load, results));
}

function table(target: BenchTarget, load: Load, results: Readonly<Record<'without' | 'with', readonly Result[]>>) {
  const rate = load.ratePerSec === 0 ? 'as fast as acknowledgements allow' : `${load.ratePerSec} a second`;
  const rows = Object.entries(MEASURES).map(([name, of]) => {
    const [without, scraped] = [results.without.map(of), results.with.map(of)];
    const medians = [median(without), median(scraped)].map((value) => value.toPrecision(4));
    const found = pairedRatio(without, scraped);
    const ratio =
      found === null ? ['–', '–'] : [found.ratio.toPrecision(4), `${found.low.toFixed(3)} – ${found.high.toFixed(3)}`];
    return `| ${[name, ...medians, ...ratio].join(' | ')} |`;
  });
  const head = ['', 'without', 'asked each second', 'ratio', '95 % interval'];
  return [
    `${target.name}; ${rate}, ${load.seconds} s, ${results.with.length} pairs`,
    '',
    `| ${head.join(' | ')} |`,
    `| ${head.map(() => '---').join(' | ')} |`,
    ...rows,
    '',
  ].join('\n');
}

await main();
