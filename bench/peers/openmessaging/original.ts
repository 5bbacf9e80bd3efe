/** The OpenMessaging Benchmark itself, built from its source: docs/performance.md has the commands. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { US_PER_MS } from '../../../src/units.ts';
import { sampleProcess } from './sampled-process.ts';
import {
  CONSUMER,
  deleteTopics,
  MESSAGE_BYTES,
  type Measured,
  NOT_MEASURED,
  type Phases,
  PRODUCER,
  TOPIC_CONFIG,
  type Workload,
} from './workload.ts';

/** Its `bin/benchmark`, with a heap of 1 GiB in place of 4. */
export const JVM = ['-Xms1G', '-Xmx1G', '-XX:+UseG1GC'];

/** Of its own max-rate workloads: every message is due at once, and the producer's buffer holds it back. */
const UNREACHABLE_PER_SEC = 10_000_000;

/** It looks at its clock once in so many seconds. */
export const PERIOD_SECONDS = 10;

/** Java, topics, clients and groups until the load begins, and their end. */
const AROUND_MS = 60_000;

/** Of its result; publish latencies are ms, publish delays µs. */
interface OriginalResult {
  readonly publishRate: readonly number[];
  readonly publishErrorRate: readonly number[];
  readonly aggregatedPublishLatency50pct: number;
  readonly aggregatedPublishLatency99pct: number;
  readonly aggregatedPublishLatencyMax: number;
  readonly aggregatedPublishDelayLatency50pct: number;
  readonly aggregatedPublishDelayLatency99pct: number;
  readonly aggregatedPublishDelayLatencyMax: number;
}

/** What is wrong with `folder` as a built peer; undefined: nothing. */
export function problemOf(folder: string): string | undefined {
  const isBuilt = existsSync(join(folder, 'classes/io/openmessaging/benchmark/Benchmark.class'));
  if (isBuilt && existsSync(join(folder, 'lib'))) return undefined;
  return `--peer ${folder}: there is no built OpenMessaging Benchmark, which has folders classes/ and lib/; docs/performance.md, "OpenMessaging Benchmark", has the commands that build it`;
}

export async function runOriginal(
  peer: string,
  servers: string,
  workload: Workload,
  phases: Phases,
): Promise<Measured> {
  const cwd = mkdtempSync(join(tmpdir(), 'openmessaging-'));
  try {
    writeFileSync(join(cwd, 'driver.yaml'), stringify(driver(servers)));
    writeFileSync(join(cwd, 'workload.yaml'), stringify(load(workload, phases)));
    writeFileSync(join(cwd, 'payload'), randomBytes(MESSAGE_BYTES));
    const files = ['-d', 'driver.yaml', '-o', 'result.json', 'workload.yaml'];
    const classpath = `${join(peer, 'classes')}:${join(peer, 'lib/*')}`;
    const args = [...JVM, '-cp', classpath, 'io.openmessaging.benchmark.Benchmark', ...files];
    const limitMs = (phases.warmup + phases.load) * 1000 + 2 * AROUND_MS;
    // When it read its counters, and when the load phase of its report began.
    const read: number[] = [];
    let startedMs = 0;
    const onLine = (line: string) => {
      if (line.includes('Pub rate')) read.push(Date.now());
      if (line.includes('Starting benchmark traffic')) startedMs = Date.now();
    };
    // Idle threads keep it alive for a minute after its producers and consumers are closed and its result is written.
    let result: OriginalResult | undefined;
    const isDone = () => {
      result = readResult(join(cwd, 'result.json'));
      return result !== undefined;
    };
    const run = await sampleProcess({ program: 'java', args }, { cwd, limitMs, onLine, isDone });
    if (result === undefined) {
      throw new Error(
        `the OpenMessaging Benchmark wrote no result within ${limitMs / 1000} s (are its durations seconds? docs/performance.md):\n${run.output}`,
      );
    }
    const warmupRows = phases.warmup / PERIOD_SECONDS;
    const [fromMs, toMs] = [read[warmupRows - 1]!, read.at(-1)!];
    // A row's rate is the messages since the last look at the counters over the seconds since the last row. After the
    // warm-up the two differ by the time it takes to sum the warm-up up.
    const messages = (mean(result.publishRate) * (toMs - startedMs)) / 1000;
    return {
      ...reported(result, workload),
      ackedPerSec: (messages / (toMs - fromMs)) * 1000,
      cpuSecondsPerMillion: (run.cpuSecondsBetween(fromMs, toMs) / messages) * 1e6,
      peakRssBytes: run.peakRssBytes,
    };
  } finally {
    rmSync(cwd, { recursive: true });
    await deleteTopics(servers, 'test-topic-');
  }
}

/** undefined: it is not there, or not complete. */
function readResult(file: string): OriginalResult | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as OriginalResult;
  } catch {
    return undefined;
  }
}

function reported(result: OriginalResult, { ratePerSec }: Workload) {
  const errorsPerSec = mean(result.publishErrorRate);
  return {
    reportedPerSec: mean(result.publishRate),
    service: {
      p50: result.aggregatedPublishLatency50pct,
      p99: result.aggregatedPublishLatency99pct,
      max: result.aggregatedPublishLatencyMax,
    },
    delay:
      ratePerSec === undefined
        ? NOT_MEASURED
        : {
            p50: result.aggregatedPublishDelayLatency50pct / US_PER_MS,
            p99: result.aggregatedPublishDelayLatency99pct / US_PER_MS,
            max: result.aggregatedPublishDelayLatencyMax / US_PER_MS,
          },
    response: NOT_MEASURED,
    verdict: errorsPerSec === 0 ? 'no publish errors' : `${errorsPerSec} publish errors/s`,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function driver(servers: string) {
  const properties = (of: Readonly<Record<string, string>>) =>
    Object.entries(of)
      .map(([name, value]) => `${name}=${value}\n`)
      .join('');
  return {
    name: 'Kafka',
    driverClass: 'io.openmessaging.benchmark.driver.kafka.KafkaBenchmarkDriver',
    replicationFactor: 1,
    topicConfig: properties(TOPIC_CONFIG),
    commonConfig: properties({ 'bootstrap.servers': servers }),
    producerConfig: properties(PRODUCER),
    consumerConfig: properties({ 'auto.offset.reset': 'earliest', 'enable.auto.commit': 'false', ...CONSUMER }),
  };
}

function load({ title, topics, partitionsPerTopic, ratePerSec }: Workload, phases: Phases) {
  return {
    name: title,
    topics,
    partitionsPerTopic,
    messageSize: MESSAGE_BYTES,
    payloadFile: 'payload',
    subscriptionsPerTopic: 1,
    consumerPerSubscription: 1,
    producersPerTopic: 1,
    producerRate: ratePerSec ?? UNREACHABLE_PER_SEC,
    consumerBacklogSizeGB: 0,
    // Seconds in the peer as it is built for this bench.
    warmupDurationMinutes: phases.warmup,
    testDurationMinutes: phases.load,
  };
}
