/** Scenarios drawn at random, each with a topic of its own, and what a reader must find there: what samples say. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { stringify } from 'yaml';
import { run } from '../../dist/src/index.js';
import { recordTimeAt } from '../../src/commands/record-payloads.ts';
import type { LanePlan, Plan } from '../../src/plan/plan.ts';
import { openEncoder } from '../../src/workload/workload.ts';
import { directoryOf } from '../workload/own-files.ts';
import { ownKeysFiles } from '../workload/own-keys.ts';
import { librdkafkaPartition } from '../workload/partitioner-oracle.ts';
import { Draws, type Keys } from './random-profiles.ts';

const SCENARIOS = 8;

export interface Found {
  readonly topic: string;
  readonly partition: number;
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

const OWN: readonly Keys[] = [
  { workload: { file: './rows.jsonl' }, key: 'k' },
  { workload: { file: './rows.jsonl', schema: './rows.avsc' }, key: 'k' },
  { workload: './rows.ts' },
  { workload: { schema: './keyed.avsc' }, key: 'k', fields: { k: { length: [0, 2] } } },
  { workload: 'atm' },
  { workload: 'web-events', key: 'user_id' },
  { workload: 'bytes', params: { size: 10, sizeMax: 300 } },
];

function scenario(draws: Draws, topic: string): Keys {
  const own = draws.pick(OWN);
  const { workload } = own;
  const key = draws.chance(0.75) ? {} : { key: draws.pick(['none', { uniform: 20 }]) };
  const all = { ...own, ...key } as Keys;
  const isKeyed = all.key !== 'none' && (all.key !== undefined || workload !== 'bytes');
  const isPooled = !(typeof workload === 'object' && 'file' in workload!) && draws.chance(0.4);
  return {
    ...all,
    topic,
    ...(typeof workload === 'string' && !workload.endsWith('.ts') && workload !== 'bytes'
      ? { format: draws.pick(['avro', 'json']) }
      : {}),
    ...draws.pick([
      { executor: 'constant-arrival-rate', rate: 400, duration: '500ms' },
      { executor: 'burst', size: 100, every: '200ms', bursts: 2 },
    ]),
    ...(isPooled && {
      payload: {
        mode: 'pooled',
        poolSize: typeof workload === 'string' && /^[a-z-]+$/.test(workload) ? 'auto' : draws.between(1, 60),
      },
    }),
    ...(draws.chance(0.4) && { headers: { source: 'test' } }),
    ...(draws.chance(0.3) && { mark: 'header' }),
    recordTimestamp: draws.pick(['client', 'intended']),
    producer: {
      partitioner: draws.pick([
        ...['consistent', 'consistent_random', 'murmur2', 'murmur2_random', 'fnv1a', 'fnv1a_random', 'random'],
      ]),
      'batch.size': draws.pick([1, 1000, 1_000_000]),
      'sticky.partitioning.linger.ms': draws.pick([0, 10]),
    },
    ...(workload !== 'bytes' && draws.chance(0.4) && { anomalies: anomalies(draws, isKeyed) }),
    // What is sent is the same, whoever sends it.
    ...(draws.chance(0.4) && { clients: draws.pick([2, 4, 6]) }),
  };
}

function anomalies(draws: Draws, isKeyed: boolean): Keys {
  return {
    tombstones: isKeyed ? 0.1 : 0,
    duplicates: { rate: 0.2, within: draws.between(1, 40) },
    late: { rate: 0.1, by: '1m' },
    malformed: 0.1,
  };
}

/** Topics and their partitions; the same for the same seed. */
export function randomTopics(seed: number): Readonly<Record<string, { readonly partitions: number }>> {
  const draws = new Draws(seed);
  const names = Array.from({ length: SCENARIOS }, (_, i) => `records-${seed}-${i}`);
  return Object.fromEntries(names.map((name) => [name, { partitions: draws.between(1, 7) }]));
}

/** Sends the random scenarios of the seed in one run, and compares what is read with what was to be sent. */
export async function expectSamples(
  seed: number,
  bootstrapServers: string,
  read: (topics: readonly string[], count: number) => Promise<readonly Found[]>,
): Promise<void> {
  const draws = new Draws(seed + 1000);
  const topics = randomTopics(seed);
  const scenarios = Object.fromEntries(Object.keys(topics).map((topic, i) => [`s${i}`, scenario(draws, topic)]));
  const kafka = { 'bootstrap.servers': bootstrapServers };
  const profile = join(directoryOf(ownKeysFiles), 'profile.yaml');
  writeFileSync(profile, stringify({ version: 1, name: 'records', seed, workers: 2, kafka, topics, scenarios }));
  let plan: Plan | undefined;
  const { result } = await run(profile, {
    ...{ env: {}, allowInvalid: true },
    onReady: (ready) => {
      plan = ready as unknown as Plan;
    },
  });
  expect(result.totals).toMatchObject({ acked: result.totals.scheduled, failed: 0 });
  const all = await read(Object.keys(topics), result.totals.scheduled);
  for (const each of plan!.lanes) {
    const said = sampled(plan!, each, Date.parse(result.run.startedAt));
    const found = all.filter(({ topic }) => topic === each.topic);
    const what = JSON.stringify({ seed, ...scenarios[each.name] });
    expect(found.map((one) => textOf(each, one)).sort(), what).toEqual(said);
    for (const { key, partition } of found) {
      const { partitioner, partitions } = each;
      expect(partition, what).toBe(librdkafkaPartition(partitioner, key, partitions) ?? partition);
    }
  }
}

/** What a reader will find of each record, by index. */
export function sampledRecords(plan: Plan, scenario: LanePlan, startedAtMs: number) {
  const { name, record, load } = scenario;
  const dueMs = (index: number) => recordTimeAt(plan, scenario, index, startedAtMs);
  const encode = openEncoder(record, { seed: plan.seed, scenario: name, runTag: plan.runTag }, dueMs);
  return Array.from({ length: load.count }, (_, index) => {
    const { key, payload, timestampMs } = encode(index, dueMs(index));
    // The encoder writes the next record into the same memory.
    const copy = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes);
    return { key: copy(key), value: copy(payload), timestamp: timestampMs };
  });
}

/** The same, sorted. */
function sampled(plan: Plan, scenario: LanePlan, startedAtMs: number): string[] {
  return sampledRecords(plan, scenario, startedAtMs)
    .map((each) => textOf(scenario, each))
    .sort();
}

function textOf({ recordTimestamp }: LanePlan, { key, value, timestamp }: Omit<Found, 'topic' | 'partition'>): string {
  const time = recordTimestamp === 'intended' ? timestamp : '-';
  return `${time} ${key?.toString('hex') ?? 'null'} ${value?.toString('hex') ?? 'null'}`;
}
