/**
 * `npm run bench:peers`: the engine and every other client that can be had, in turn on the same broker with the same
 * load, alternating. Prints a Markdown table of medians on stdout; progress goes to stderr.
 *
 * Start-up is taken out of everybody's numbers in the same way: each client also runs with a single message, and what
 * that took is subtracted, so that (messages − 1) ÷ (seconds − seconds of one) is left, and likewise for CPU.
 */
import { cpus, release, totalmem, type } from 'node:os';
import { parseArgs } from 'node:util';
import { median } from '../src/statistics/median.ts';
import { pairedRatio } from '../src/statistics/ratio.ts';
import { engine } from './peers/engine.ts';
import { java } from './peers/java.ts';
import { javascriptPeers } from './peers/javascript.ts';
import { measureProcess, type ProcessRun } from './peers/measure.ts';
import { LIBRDKAFKA_PROPERTIES, LOAD, type Peer, PeerUnavailable, type Report } from './peers/peer.ts';
import { rdkafkaPerformance } from './peers/rdkafka-performance.ts';
import { type BenchTarget, embeddedTarget, kafkaTarget } from './targets.ts';

const USAGE = `npm run bench:peers -- [options]
  --target kafka|embedded   the broker (default kafka: Apache Kafka started for it)
  --rounds N                runs of each client, alternating (default 5)
  --pairs N                 only the engine and rdkafka_performance, N pairs, with an interval of their ratio
  --only TEXT[,TEXT]        only clients whose name contains one of these
  --workers N|auto          the engine's workers (default auto)
  --scale F                 messages of each run times F (default 1)
`;

/** Runs with one message, to learn the start-up. */
const START_UP_RUNS = 3;

interface Run extends Report, ProcessRun {}

/** Start-up apart. */
interface Measured {
  readonly ackedPerSec: number;
  readonly cpuSecondsPerMillion: number;
  readonly peakRssBytes: number | undefined;
}

interface Contender {
  readonly peer: Peer;
  readonly startUp: { readonly seconds: number; readonly cpuSeconds: number };
  readonly measured: Measured[];
}

const print = (line: string) => process.stderr.write(`${line}\n`);

async function runOnce(target: BenchTarget, peer: Peer, messages: number): Promise<Run> {
  const { value, stored } = await target.withTopic(LOAD.partitions, async (topic) => {
    const run = await measureProcess(await peer.command(target, topic, messages));
    return { ...run, ...peer.report(run.stdout) };
  });
  if (value.acked !== messages || (stored !== undefined && stored !== messages)) {
    throw new Error(`${peer.name}: of ${messages} messages ${value.acked} were acknowledged and ${stored} are stored`);
  }
  return value;
}

/** The reason if the client is not available or does not work with this broker. */
async function enter(target: BenchTarget, peer: Peer): Promise<Contender | string> {
  try {
    await peer.prepare();
    const runs: Run[] = [];
    for (let i = 0; i < START_UP_RUNS; i++) runs.push(await runOnce(target, peer, 1));
    const startUp = {
      // The one message waited for the linger, as messages do in the full run.
      seconds: Math.max(0, median(runs.map((run) => run.seconds)) - LOAD.lingerMs / 1000),
      cpuSeconds: median(runs.map((run) => run.cpuSeconds)),
    };
    print(`${peer.name}: start-up ${startUp.seconds.toFixed(3)} s, ${startUp.cpuSeconds.toFixed(2)} s CPU`);
    return { peer, startUp, measured: [] };
  } catch (error) {
    const reason = error instanceof PeerUnavailable ? error.message : `it failed: ${error}`;
    print(`${peer.name}: left out, ${reason}`);
    return reason.split('\n')[0]!;
  }
}

async function runRound(target: BenchTarget, contenders: readonly Contender[], round: number, scale: number) {
  // Every other round backwards: what drifts with time falls on both ends alike.
  for (const { peer, startUp, measured } of round % 2 === 0 ? contenders : contenders.toReversed()) {
    const messages = Math.max(1000, Math.round(peer.messages * scale));
    const run = await runOnce(target, peer, messages);
    measured.push({
      ackedPerSec: messages / (run.seconds - startUp.seconds),
      cpuSecondsPerMillion: ((run.cpuSeconds - startUp.cpuSeconds) / messages) * 1e6,
      peakRssBytes: run.peakRssBytes,
    });
    const { ackedPerSec, cpuSecondsPerMillion } = measured.at(-1)!;
    print(
      `round ${round + 1}  ${peer.name}: ${millions(ackedPerSec)} acked/s, ${cpuSecondsPerMillion.toFixed(2)} CPU s/M`,
    );
  }
}

const millions = (perSec: number) => `${(perSec / 1e6).toFixed(3)}M`;

/** Of two clients run by run, because what disturbs one run of a round often disturbs the next one too. */
function ratios(one: Contender, other: Contender, pick: (run: Measured) => number): number[] {
  return one.measured.map((run, round) => pick(run) / pick(other.measured[round]!));
}

const perSec = (run: Measured) => run.ackedPerSec;
const cpu = (run: Measured) => run.cpuSecondsPerMillion;

function table(contenders: readonly Contender[]): string {
  const first = contenders[0]!;
  const rows = contenders.map((contender) => {
    const { peer, measured } = contender;
    const rates = measured.map(perSec);
    const peaks = measured.flatMap(({ peakRssBytes }) => (peakRssBytes === undefined ? [] : [peakRssBytes]));
    return [
      peer.name,
      millions(median(rates)),
      `${millions(Math.min(...rates))} – ${millions(Math.max(...rates))}`,
      `${median(ratios(first, contender, perSec)).toFixed(2)}×`,
      median(measured.map(cpu)).toFixed(2),
      peaks.length === 0 ? '' : `${Math.round(Math.max(...peaks) / 2 ** 20)} MiB`,
    ];
  });
  const titles = ['client', 'acked msg/s', 'min – max', `${first.peer.name} ÷ it`, 'CPU s per million', 'peak memory'];
  return [titles, titles.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function pairs([one, other]: readonly Contender[]): string {
  const line = (title: string, pick: (run: Measured) => number) => {
    const [ones, others] = [one!.measured.map(pick), other!.measured.map(pick)];
    const found = pairedRatio(others, ones);
    if (found === null) return `- ${title}: no ratio of ${ones.length} pairs`;
    const interval = `95 % interval ${found.low.toFixed(3)} to ${found.high.toFixed(3)}`;
    return `- ${title}: mean ratio ${found.ratio.toFixed(3)} of ${found.n} pairs, ${interval}`;
  };
  const lines = [line('acked msg/s', perSec), line('CPU s per million', cpu)];
  return `${one!.peer.name} ÷ ${other!.peer.name}:\n\n${lines.join('\n')}`;
}

function conditions(
  target: BenchTarget,
  contenders: readonly Contender[],
  leftOut: readonly string[],
  rounds: number,
): string {
  const processor = cpus();
  const properties = Object.entries(LIBRDKAFKA_PROPERTIES).map(([name, value]) => `${name}=${value}`);
  return [
    `Target: ${target.name}; ${LOAD.partitions} partitions; ${LOAD.messageBytes} B keyless records, acks=${LOAD.acks}, no compression; ${rounds} alternating runs each, start-up apart.`,
    `Machine: ${processor.length} × ${processor[0]!.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}, Node ${process.versions.node}.`,
    `librdkafka properties: ${properties.join(' ')}.`,
    ...contenders.map(({ peer }) => `- ${peer.name}: ${peer.settings}.`),
    ...leftOut.map((line) => `- Left out: ${line}`),
  ].join('\n');
}

async function main(): Promise<void> {
  const { values: options } = parseArgs({
    options: {
      target: { type: 'string', default: 'kafka' },
      rounds: { type: 'string', default: '5' },
      pairs: { type: 'string' },
      only: { type: 'string' },
      workers: { type: 'string', default: 'auto' },
      scale: { type: 'string', default: '1' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (options.help) {
    process.stdout.write(USAGE);
    return;
  }
  const own = engine(options.workers === 'auto' ? 'auto' : Number(options.workers));
  const all = options.pairs ? [own, rdkafkaPerformance] : [own, rdkafkaPerformance, java, ...javascriptPeers];
  const only = options.only?.split(',');
  const chosen = all.filter((peer) => only?.some((text) => peer.name.includes(text)) ?? true);
  const rounds = Number(options.pairs ?? options.rounds);

  const target = options.target === 'embedded' ? await embeddedTarget(LOAD.partitions) : await kafkaTarget();
  try {
    const contenders: Contender[] = [];
    const leftOut: string[] = [];
    for (const peer of chosen) {
      const entered = await enter(target, peer);
      if (typeof entered === 'string') leftOut.push(`${peer.name}: ${entered}`);
      else contenders.push(entered);
    }
    if (contenders.length === 0) throw new Error('none of the clients can be had here');
    for (let round = 0; round < rounds; round++) await runRound(target, contenders, round, Number(options.scale));
    const parts = [conditions(target, contenders, leftOut, rounds), table(contenders)];
    if (options.pairs && contenders.length === 2) parts.push(pairs(contenders));
    process.stdout.write(`${parts.join('\n\n')}\n`);
  } finally {
    await target.stop();
  }
}

await main();
