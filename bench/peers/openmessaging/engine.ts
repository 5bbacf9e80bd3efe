/** The engine with the same workload, as a person runs it. */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { LatencySummary } from '../../../src/result/latency-summary.ts';
import type { Result } from '../../../src/result/result.ts';
import { packageRoot } from '../../../test/kafka/java.ts';
import { topicNames, withAdmin } from '../../../test/kafka/topics.ts';
import { msOf } from '../../shards/pairs.ts';
import { sampleProcess } from './sampled-process.ts';
import {
  CONSUMER,
  deleteTopics,
  type Latency,
  MESSAGE_BYTES,
  type Measured,
  NOT_MEASURED,
  type Phases,
  PRODUCER,
  TOPIC_CONFIG,
  type Workload,
} from './workload.ts';

/** Topics, clients and groups until the load begins, and its end. */
const AROUND_MS = 60_000;

export async function runEngine(servers: string, workload: Workload, phases: Phases): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'openmessaging-'));
  const prefix = `bench-${randomUUID()}-`;
  try {
    const [profile, out] = [join(folder, 'profile.yaml'), join(folder, 'result')];
    writeFileSync(profile, stringify(profileOf(servers, workload, phases, prefix)));
    const args = [join(packageRoot(), 'dist/src/cli.js'), 'run', profile, '--out', out, '--quiet', '--allow-invalid'];
    const limitMs = (phases.warmup + phases.load) * 1000 + AROUND_MS;
    const run = await sampleProcess({ program: process.execPath, args }, { limitMs });
    if (run.code !== 0 || !existsSync(join(out, 'result.json'))) {
      const how = run.code === null ? `did not end within ${limitMs / 1000} s` : `ended with ${run.code}`;
      throw new Error(`the engine ${how}:\n${run.output}`);
    }
    const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result;
    await checkStored(servers, prefix, result);
    const fromMs = Date.parse(result.run.startedAt) + result.phases.warmup * 1000;
    const cpus = run.cpuSecondsBetween(fromMs, fromMs + result.phases.load * 1000) / result.phases.load;
    return measuredOf(workload, result, cpus, run.peakRssBytes);
  } finally {
    rmSync(folder, { recursive: true });
    await deleteTopics(servers, prefix);
  }
}

/** @throws Error unless the topics hold what was acknowledged, each the same number of records but for one. */
async function checkStored(servers: string, prefix: string, { totals, warmup }: Result): Promise<void> {
  const topics = (await topicNames(servers)).filter((name) => name.startsWith(prefix));
  const stored = await withAdmin(servers, (admin) =>
    Promise.all(
      topics.map(async (topic) => {
        const offsets = await admin.fetchTopicOffsets(topic);
        return offsets.reduce((sum, { high }) => sum + Number(high), 0);
      }),
    ),
  );
  const [min, max] = [Math.min(...stored), Math.max(...stored)];
  const sum = stored.reduce((a, b) => a + b, 0);
  const acked = totals.acked + (warmup?.totals.acked ?? 0);
  if (sum !== acked || max - min > 1) {
    throw new Error(`${acked} acknowledged, ${sum} stored in ${topics.length} topics, ${min} to ${max} in each`);
  }
}

function measuredOf(workload: Workload, result: Result, cpus: number, peakRssBytes: number): Measured {
  const { latency, rate, verdict } = result;
  const hasSchedule = workload.ratePerSec !== undefined;
  return {
    ackedPerSec: rate.achievedPerSec,
    reportedPerSec: rate.achievedPerSec,
    service: latencyOf(latency.service),
    delay: hasSchedule ? latencyOf(latency.scheduleLag) : NOT_MEASURED,
    response: hasSchedule ? latencyOf(latency.response) : NOT_MEASURED,
    cpuSecondsPerMillion: (cpus / rate.achievedPerSec) * 1e6,
    peakRssBytes,
    verdict: verdict.status,
  };
}

function latencyOf({ p50, p99, max }: LatencySummary): Latency {
  return { p50: msOf(p50), p99: msOf(p99), max: msOf(max) };
}

function profileOf(servers: string, workload: Workload, phases: Phases, prefix: string) {
  const { topics, partitionsPerTopic, clients, ratePerSec } = workload;
  const pattern = topics === 1 ? `${prefix}0` : `${prefix}{0..${topics - 1}}`;
  const executor =
    ratePerSec === undefined ? { executor: 'max-throughput' } : { executor: 'constant-arrival-rate', rate: ratePerSec };
  return {
    version: 1,
    name: 'bench-openmessaging',
    workers: 1,
    kafka: { 'bootstrap.servers': servers },
    producer: PRODUCER,
    consumer: CONSUMER,
    topics: { [pattern]: { partitions: partitionsPerTopic, replicationFactor: 1, config: TOPIC_CONFIG } },
    scenarios: {
      load: {
        ...{ workload: 'bytes', topic: pattern, key: 'none', params: { size: MESSAGE_BYTES } },
        ...executor,
        clients,
        warmup: `${phases.warmup}s`,
        duration: `${phases.warmup + phases.load}s`,
      },
    },
    // It reads all topics of the run.
    consumers: { subscription: {} },
  };
}
