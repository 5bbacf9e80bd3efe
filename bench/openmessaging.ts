/**
 * `npm run bench:omb`: the OpenMessaging Benchmark and the engine, in turn on the same Apache Kafka with the same
 * workloads. Prints a Markdown table of each workload on stdout; progress goes to stderr.
 */
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { runEngine } from './peers/openmessaging/engine.ts';
import { JVM, PERIOD_SECONDS, problemOf, runOriginal } from './peers/openmessaging/original.ts';
import { MESSAGE_BYTES, type Measured, type Phases, PRODUCER, type Workload } from './peers/openmessaging/workload.ts';
import { alternate, type Measures, pairTable } from './shards/pairs.ts';
import { kafkaTarget } from './targets.ts';

const USAGE = `npm run bench:omb -- --peer FOLDER [options]
  --peer FOLDER       a built OpenMessaging Benchmark: docs/performance.md has the commands
  --pairs N           runs of each, alternating (default 3)
  --rate N            messages a second of the first two workloads (default 20000)
  --clients N         producers of the engine over the 100 topics (default 1; the other has 100)
  --seconds N         measured of each run, a multiple of ${PERIOD_SECONDS} (default 10)
  --warmup N          seconds before them, likewise (default 10)
  --only LIST         of one-topic, many-topics, max-rate (default all)
Takes 1 minute a pair and workload. Runs start from dist/: do not build meanwhile.
`;

const MEASURES: Measures<Measured> = {
  'acked msg/s': (run) => run.ackedPerSec,
  'reported msg/s': (run) => run.reportedPerSec,
  'send to ack p50, ms': (run) => run.service.p50,
  'send to ack p99, ms': (run) => run.service.p99,
  'send to ack max, ms': (run) => run.service.max,
  'intended time to send p50, ms': (run) => run.delay.p50,
  'intended time to send p99, ms': (run) => run.delay.p99,
  'intended time to send max, ms': (run) => run.delay.max,
  'intended time to ack p50, ms': (run) => run.response.p50,
  'intended time to ack p99, ms': (run) => run.response.p99,
  'intended time to ack max, ms': (run) => run.response.max,
  'CPU s per million': (run) => run.cpuSecondsPerMillion,
  'peak memory, MiB': (run) => run.peakRssBytes / 2 ** 20,
};

const TITLES = ['OpenMessaging Benchmark', 'this engine'] as const;

function workloads(ratePerSec: number, clients: number): Readonly<Record<string, Workload>> {
  const oneTopic = { topics: 1, partitionsPerTopic: 16, clients: 1 };
  const producers = clients === 1 ? '1 producer of the engine' : `${clients} producers of the engine`;
  return {
    'one-topic': { title: '1 topic × 16 partitions', ...oneTopic, ratePerSec },
    'many-topics': {
      title: `100 topics × 1 partition, ${producers}`,
      ...{ topics: 100, partitionsPerTopic: 1, clients, ratePerSec },
    },
    'max-rate': {
      title: '1 topic × 16 partitions, as fast as acknowledgements allow',
      ...{ ...oneTopic, ratePerSec: undefined },
    },
  };
}

async function compare(peer: string, servers: string, workload: Workload, phases: Phases, pairs: number) {
  const sides = [
    { title: TITLES[0], run: () => runOriginal(peer, servers, workload, phases) },
    { title: TITLES[1], run: () => runEngine(servers, workload, phases) },
  ];
  process.stderr.write(`${workload.title}\n`);
  const results = await alternate(sides, pairs, MEASURES, ({ verdict }) => verdict);
  const load = workload.ratePerSec === undefined ? '' : `, ${workload.ratePerSec} msg/s in all`;
  const verdicts = results.map((runs, side) => `${TITLES[side]}: ${runs.map(({ verdict }) => verdict).join(', ')}`);
  return [`**${workload.title}**${load}`, pairTable(TITLES, results, MEASURES), `${verdicts.join('; ')}.`].join('\n\n');
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      peer: { type: 'string' },
      pairs: { type: 'string', default: '3' },
      rate: { type: 'string', default: '20000' },
      clients: { type: 'string', default: '1' },
      seconds: { type: 'string', default: '10' },
      warmup: { type: 'string', default: '10' },
      only: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return void process.stdout.write(USAGE);
  const { peer = '' } = values;
  const all = workloads(Number(values.rate), Number(values.clients));
  const names = values.only?.split(',') ?? Object.keys(all);
  const phases = { warmup: Number(values.warmup), load: Number(values.seconds) };
  const isWhole = (seconds: number) => seconds > 0 && seconds % PERIOD_SECONDS === 0;
  const isUsed = peer !== '' && names.every((name) => name in all) && isWhole(phases.warmup) && isWhole(phases.load);
  const problem = isUsed ? problemOf(peer) : USAGE;
  if (problem !== undefined) {
    process.stderr.write(`${problem}\n`);
    process.exitCode = 2;
    return;
  }
  const target = await kafkaTarget();
  try {
    process.stdout.write(`${conditions(target.name, phases, Number(values.pairs))}\n`);
    for (const name of names) {
      const part = await compare(peer, target.bootstrapServers, all[name]!, phases, Number(values.pairs));
      process.stdout.write(`\n${part}\n`);
    }
  } finally {
    await target.stop();
  }
}

function conditions(target: string, { warmup, load }: Phases, pairs: number): string {
  const properties = Object.entries(PRODUCER).map(([name, value]) => `${name}=${value}`);
  return [
    `${target}; records of ${MESSAGE_BYTES} B without key and compression, ${properties.join(' ')}; one subscription, read in the same process; ${pairs} pairs, ${warmup} s of warm-up and ${load} s measured.`,
    `Machine: ${availableParallelism()} × ${cpus()[0]!.model.trim()}, Node ${process.versions.node}; JVM of the OpenMessaging Benchmark: ${JVM.join(' ')}.`,
  ].join('\n');
}

await main();
