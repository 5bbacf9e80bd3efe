/** Anomalous records on Apache Kafka: what kcat reads is what the ground truth lists. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../../dist/src/index.js';
import { profileFile } from '../integration/profile-file.ts';
import { describeKafka } from './describe-kafka.ts';
import { readWithKcat } from './readers.ts';

interface Entry {
  readonly kind: string;
  readonly key: string;
  readonly timestampMs: number;
  readonly status: string;
}

describeKafka('anomalies on Apache Kafka', (bootstrapServers) => {
  // Handed over in batches, and one by one.
  test.each([
    ['in batches', {}],
    ['with headers and record timestamps', { headers: { source: 'test' }, recordTimestamp: 'intended' }],
  ])('a compacted topic has the tombstones that the ground truth lists: %s', async (_how, more) => {
    const topic = randomUUID();
    const anomalies = { tombstones: 0.1, duplicates: { rate: 0.05 }, late: { rate: 0.05, by: '5m' }, malformed: 0.05 };
    const scenario = { executor: 'constant-arrival-rate', rate: 1000, duration: '1s', anomalies };
    const profile = profileFile(
      { workload: 'atm', params: {}, topic, ...scenario, ...more },
      {
        kafka: { 'bootstrap.servers': bootstrapServers },
        topics: { [topic]: { partitions: 3, config: { 'cleanup.policy': 'compact' } } },
        workers: 2,
      },
    );
    const groundTruth = join(mkdtempSync(join(tmpdir(), 'anomalous-')), 'truth.jsonl');
    const { result } = await run(profile, { env: {}, groundTruth, allowInvalid: true });
    expect(result.totals).toMatchObject({ acked: 1000, failed: 0 });
    const [, ...lines] = readFileSync(groundTruth, 'utf8').trimEnd().split('\n');
    const tombstones = lines.map((line): Entry => JSON.parse(line)).filter(({ kind }) => kind === 'tombstone');
    expect(tombstones.length).toBeGreaterThan(50);
    expect(tombstones.every(({ status }) => status === 'acked')).toBe(true);

    const stored = await readWithKcat(bootstrapServers, topic);
    expect(stored).toHaveLength(1000);
    const isDated = 'recordTimestamp' in more;
    const textOf = (key: string, timestampMs: number) => `${key} ${isDated ? timestampMs : ''}`;
    const found = stored.filter(({ value }) => value === null);
    expect(found.map(({ key, timestamp }) => textOf(key!.toString(), timestamp)).sort()).toEqual(
      tombstones.map(({ key, timestampMs }) => textOf(key, timestampMs)).sort(),
    );
    const bytes = stored.reduce((sum, { key, value }) => sum + key!.length + (value?.length ?? 0), 0);
    expect(result.totals.payloadBytes).toBe(bytes);
  });
});
