/** A recorded run as its shards send it, and what is made of that. */
import { buildPlan } from '../../src/plan/build-plan.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { ScenarioProfile } from '../../src/profile/profile.ts';
import type { RunMeasurement } from '../../src/recorder/measurement.ts';
import { mergeRun } from '../../src/result/merge.ts';
import type { Result } from '../../src/result/result.ts';
import { Collector } from '../../src/shards/collector.ts';
import { shardFeed } from '../../src/shards/feed.ts';
import { profileOf, scenarioOf } from '../plan/profile.ts';
import { facts } from '../result/run.ts';
import { RUN_TAG } from '../workload/fixture.ts';
import { type Message, RecordedProcess, SEC, STARTED_AT_MS, shardOf } from './recorded-run.ts';

const measure = () => ({ bytesMean: 100, weightsDenominator: 1 });
export const TOPICS = { lost: [], unknown: [] };

export function planOf(scenarios: Record<string, Partial<ScenarioProfile>>, workers: number): Plan {
  const profile = profileOf({
    workers,
    scenarios: Object.fromEntries(Object.entries(scenarios).map(([name, one]) => [name, scenarioOf(one)])),
  });
  return buildPlan(profile, { cores: 8, runTag: RUN_TAG, nowMs: STARTED_AT_MS, measure });
}

/** One process with all workers. */
export function runOne(
  plan: Plan,
  messages: readonly Message[],
  stopNs: number,
  stop: Partial<RunMeasurement>,
): Result {
  const one = new RecordedProcess(plan, messages, stopNs);
  for (let second = 0; second < one.seconds; second++) one.pass(second);
  return mergeRun(facts(plan.lanes, { plan }), { ...one.finish(stop), topics: TOPICS }).result;
}

export interface SendingProcess {
  readonly shard: number;
  /** 16 hex digits; by default that of the shard's first process. */
  readonly instance?: string;
  readonly joinedNs?: number;
  /** Of all its workers; by default each has its own. */
  readonly beganNs?: number;
  /** It is gone before it tells of this second. */
  readonly killedIn?: number;
  /** It ends here, and tells so: what it had left is unsent. */
  readonly stoppedNs?: number;
  /** What it measured beside its messages. */
  readonly measured?: Partial<RunMeasurement>;
}

/** What processes send of the same run, in the order in which they do; by default one for each shard. */
export async function sendAll(
  plan: Plan,
  shards: number,
  messages: readonly Message[],
  stopNs: number,
  senders: readonly SendingProcess[] = Array.from({ length: shards }, (_, shard) => ({ shard })),
): Promise<Uint8Array[]> {
  const sent: Uint8Array[] = [];
  const processes = senders.map((sender) => {
    const { joinedNs, stoppedNs = stopNs } = sender;
    const own = messages.map((each) => (each.sentNs < stoppedNs ? each : { ...each, fate: 'unsent' as const }));
    const of = stoppedNs < stopNs ? own : messages;
    const process = new RecordedProcess(shardOf(plan, sender.shard, shards), of, stoppedNs, joinedNs);
    if (sender.beganNs !== undefined) process.begin(sender.beganNs);
    const instance = sender.instance ?? firstOf(sender.shard);
    const feed = shardFeed({ instance, send: async (message) => void sent.push(message) });
    feed.ready!({ plan: process.plan, reader: process.reader });
    return { process, feed, sender };
  });
  const seconds = Math.max(...processes.map(({ process }) => process.seconds));
  for (let second = 0; second < seconds; second++) {
    for (const { process, feed, sender } of processes) {
      const { joinedNs = 0, killedIn = Number.POSITIVE_INFINITY, measured = {} } = sender;
      if (second >= killedIn || (second + 1) * SEC <= joinedNs) continue;
      const rows = process.pass(second);
      if (rows !== undefined) {
        feed.second!({ plan: process.plan, reader: process.reader, elapsedNs: (second + 1) * SEC, ...rows });
      } else if (second === process.seconds - 1) await feed.finish!(process.finish(measured));
    }
  }
  return sent;
}

/** The instance of a shard's first process. */
export function firstOf(shard: number): string {
  return shard.toString(16).padStart(16, '0');
}

export function collect(plan: Plan, shards: number, messages: readonly Uint8Array[]) {
  const collector = new Collector({ plan, shards, startedAtMs: STARTED_AT_MS, bus: 'directory' });
  for (const message of messages) collector.add(message);
  return collector;
}

export function merged(plan: Plan, collector: Collector): Result {
  const startOffsets = [{ topic: 'load', partition: 0, startOffset: 0 }];
  const { measurement, shards } = collector.measurement({ topics: TOPICS, startOffsets });
  return mergeRun(facts(plan.lanes, { plan, shards }), measurement).result;
}

/** What depends on the messages alone. CPU is of processes; means are sums of floats, in another order. */
export function comparable({ verdict: _, environment: __, shards: ___, client, series, ...result }: Result) {
  return JSON.parse(
    JSON.stringify({
      ...result,
      client: { ...client, cpuSeconds: 0, cpuSecondsPerMillion: 0, maxRssBytes: 0, threads: [] },
      series: series.map((row) => ({ ...row, cpuPct: 0 })),
    }),
    (key, value) => (key === 'mean' && typeof value === 'number' ? Number(value.toPrecision(12)) : value),
  );
}

/** When the last load ends that ends by itself; of others, after a while. */
export function stopOf({ lanes }: Plan): number {
  const ends = lanes.map(({ load }) => (load.kind === 'open' && load.endless !== true ? load.endNs : 0));
  return Math.max(5 * SEC, ...ends);
}

/** A generator of numbers from 0 to 1. */
export function mulberry(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
