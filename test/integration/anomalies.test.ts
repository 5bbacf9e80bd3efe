/**
 * The ground truth put to its use: a topic full of anomalies is read back, what is wrong is found by looking at the records
 * alone, and the finds must be what the file lists, no more and no less.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import avsc from 'avsc';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../../dist/src/index.js';
import { EMBEDDED_READER_PROPERTIES, LibrdkafkaConsumer } from '../../dist/src/transport/librdkafka/consumer.js';
import { workloads } from '../../src/workload/built-in/built-in.ts';
import { parseTextMark } from '../../src/workload/encoding/mark.ts';
import { killCommands, linesOf, startCluster, startCommand } from './command.ts';
import { profileFile } from './profile-file.ts';

const SCHEMA_ID = 1;
const LATE_MIN_MS = 60_000;
const ANOMALIES = {
  tombstones: 0.04,
  duplicates: { rate: 0.08, within: 30 },
  late: { rate: 0.06, by: { min: '1m', max: '10m' } },
  malformed: 0.05,
};

afterAll(killCommands);

let servers: string;
beforeAll(async () => {
  servers = await startCluster();
});

interface Entry {
  readonly kind: 'tombstone' | 'duplicate' | 'late' | 'malformed';
  readonly index: number;
  readonly key: string;
  readonly mark?: string;
  readonly timestampMs: number;
  readonly status: string;
  readonly original?: number;
  readonly originalStatus?: string;
  readonly lateMs?: number;
  readonly how?: string;
  readonly bytes?: number;
}

/** Runs the scenario at two workers; how many messages were acknowledged, and what its ground truth says. */
async function runMessy(scenario: Readonly<Record<string, unknown>>, more: Readonly<Record<string, unknown>> = {}) {
  const profile = profileFile(
    { workload: 'atm', params: {}, anomalies: ANOMALIES, ...scenario },
    { topics: { [scenario.topic as string]: { partitions: 4 } }, workers: 2, ...more },
  );
  const out = mkdtempSync(join(tmpdir(), 'anomalous-'));
  const args = [
    'run',
    profile,
    '--bootstrap-servers',
    servers,
    '--out',
    out,
    '--format',
    'json',
    '--quiet',
    '--allow-invalid',
  ];
  const { code, out: said, err } = await startCommand(args).ended;
  expect(code, err).toBe(0);
  const result = JSON.parse(said);
  const [head, ...entries] = linesOf(readFileSync(join(out, 'ground-truth.jsonl'), 'utf8')).map((line) =>
    JSON.parse(line),
  );
  const { id, profileHash, seed, startedAt } = result.run;
  expect(head).toEqual({ version: 1, run: { id, profile: 'test', profileHash, seed, startedAt }, complete: true });
  return { result, entries: entries as Entry[] };
}

interface Found {
  readonly key: string;
  readonly partition: number;
  readonly timestampMs: number;
  readonly value: Buffer | null;
}

/** With the project's own consumer: raw bytes, whatever they mean. */
async function readAll(topic: string, count: number): Promise<Found[]> {
  const properties = {
    'bootstrap.servers': servers,
    'group.id': `score-${topic}`,
    'auto.offset.reset': 'earliest',
    ...EMBEDDED_READER_PROPERTIES,
  };
  const consumer = new LibrdkafkaConsumer({ properties, topics: [topic], onLog: () => {} });
  const found: Found[] = [];
  try {
    while (found.length < count) {
      const ready = await consumer.poll(100);
      const { records } = consumer;
      for (let i = 0; i < ready; i++) {
        const value = records.value(i);
        found.push({
          key: Buffer.from(records.key(i)!).toString(),
          partition: records.partition[i]!,
          timestampMs: records.timestampMs(i),
          value: value && Buffer.from(value),
        });
      }
    }
    expect(await consumer.poll(200)).toBe(0);
  } finally {
    await consumer.close();
  }
  return found;
}

interface AtmRecord {
  readonly transaction_id: string;
  readonly timestamp: number;
}

const type = avsc.Type.forSchema(workloads.atm!.avroSchema as unknown as avsc.Schema);

/** As a strict consumer does; or why it cannot. */
function decode(value: Buffer, format: 'avro' | 'json'): { record: AtmRecord } | { how: string } {
  if (format === 'avro' && value[0] !== 0) return { how: 'magic-byte' };
  if (format === 'avro' && value.readInt32BE(1) !== SCHEMA_ID) return { how: 'schema-id' };
  try {
    return { record: format === 'avro' ? type.fromBuffer(value.subarray(5)) : JSON.parse(value.toString()) };
  } catch {
    return { how: 'truncated' };
  }
}

const sorted = (texts: readonly string[]) => texts.toSorted();

/** Finds the anomalies in the records and compares them with the truth. `isDated`: the Kafka timestamp is the record's own. */
function score(found: readonly Found[], entries: readonly Entry[], format: 'avro' | 'json', isDated: boolean): void {
  const of = (kind: Entry['kind']) => entries.filter((entry) => entry.kind === kind);
  for (const kind of ['tombstone', 'duplicate', 'late', 'malformed'] as const) {
    expect(of(kind).length, kind).toBeGreaterThan(20);
  }
  const time = (ms: number) => (isDated ? String(ms) : '');

  const tombstones = found.filter(({ value }) => value === null);
  expect(sorted(tombstones.map(({ key, timestampMs }) => `${key} ${time(timestampMs)}`))).toEqual(
    sorted(of('tombstone').map(({ key, timestampMs }) => `${key} ${time(timestampMs)}`)),
  );

  const malformed: string[] = [];
  const byIndex = new Map<number, { found: Found; record: AtmRecord }[]>();
  for (const each of found) {
    if (each.value === null) continue;
    const decoded = decode(each.value, format);
    if ('how' in decoded) {
      malformed.push(`${each.key} ${decoded.how} ${each.value.length} ${time(each.timestampMs)}`);
      continue;
    }
    const { index } = parseTextMark(decoded.record.transaction_id)!;
    const same = byIndex.get(index);
    if (same === undefined) byIndex.set(index, [{ found: each, record: decoded.record }]);
    else same.push({ found: each, record: decoded.record });
  }
  expect(sorted(malformed)).toEqual(
    sorted(of('malformed').map(({ key, how, bytes, timestampMs }) => `${key} ${how} ${bytes} ${time(timestampMs)}`)),
  );

  // A record that comes n + 1 times has n duplicates; they are the same in all.
  const repeated: number[] = [];
  for (const [index, same] of byIndex) {
    const [first, ...again] = same.map(
      ({ found: { key, partition, value } }) => `${partition} ${key} ${value!.toString('hex')}`,
    );
    for (const each of again) {
      expect(each).toBe(first);
      repeated.push(index);
    }
  }
  const byNumber = (a: number, b: number) => a - b;
  expect(repeated.toSorted(byNumber)).toEqual(
    of('duplicate')
      .map(({ original }) => original!)
      .toSorted(byNumber),
  );
  for (const { mark, original, originalStatus } of of('duplicate')) {
    expect([parseTextMark(mark!)!.index, originalStatus]).toEqual([original, 'acked']);
  }

  const late = new Map(of('late').map((entry) => [entry.index, entry]));
  for (const [index, same] of byIndex) {
    for (const { found: each, record } of same) {
      const entry = late.get(index);
      if (isDated) expect(each.timestampMs).toBe(record.timestamp);
      // In a simulated day the clock of the wall says nothing.
      else expect(each.timestampMs - record.timestamp >= LATE_MIN_MS).toBe(entry !== undefined);
      if (entry === undefined) continue;
      expect([each.key, record.transaction_id, record.timestamp]).toEqual([entry.key, entry.mark, entry.timestampMs]);
      expect(same).toHaveLength(1);
      late.delete(index);
    }
  }
  expect([...late.keys()]).toEqual([]);
  expect(entries.every(({ status }) => status === 'acked')).toBe(true);
}

const constant = { executor: 'constant-arrival-rate', rate: 1000, duration: '1500ms' };

test.each([
  ['avro', { payload: { mode: 'fresh' } }, false],
  ['headers', { payload: { mode: 'pooled' }, headers: { source: 'test' } }, false],
  ['json', { payload: { mode: 'pooled' }, format: 'json', recordTimestamp: 'intended', arrivals: 'poisson' }, true],
] as const)('every anomalous record of two workers is found, and no other: %s', async (topic, scenario, isDated) => {
  const { result, entries } = await runMessy({ ...scenario, ...constant, topic });
  const { acked, payloadBytes } = result.totals;
  const found = await readAll(topic, acked);
  score(found, entries, 'format' in scenario ? scenario.format : 'avro', isDated);
  expect(payloadBytes).toBe(found.reduce((sum, { key, value }) => sum + key.length + (value?.length ?? 0), 0));
  expect(result.run.notes.join('\n')).toContain(': anomalies: 4 % tombstones');
});

test('a day filled in is as anomalous, on its own clock', async () => {
  const start = '2026-03-08T00:00:00Z';
  const { result, entries } = await runMessy(
    { topic: 'day', executor: 'constant-arrival-rate', rate: '60/h', duration: '24h' },
    { clock: { start, speed: 'max' } },
  );
  expect(result.totals.acked).toBe(24 * 60);
  const found = await readAll('day', 24 * 60);
  score(found, entries, 'avro', true);
  // One a minute: late by more than none is not where the minute says.
  for (const { index, timestampMs, lateMs } of entries.filter(({ kind }) => kind === 'late')) {
    expect(timestampMs).toBe(Date.parse(start) + index * 60_000 - lateMs!);
  }
});

test('the file goes where it is told; without anomalies there is none', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'anomalous-'));
  const profile = (anomalies: object) => {
    const scenario = { workload: 'bytes', params: {}, executor: 'constant-arrival-rate', rate: 100, duration: '1s' };
    return profileFile({ ...scenario, topic: 'none', anomalies }, { topics: {} });
  };
  const file = join(directory, 'truth.jsonl');
  const args = ['--bootstrap-servers', servers, '--quiet', '--allow-invalid', '--out', 'none', '--ground-truth', file];
  const late = profile({ late: { rate: 1, by: '1h' } });
  expect((await startCommand(['run', late, ...args]).ended).code).toBe(0);
  expect(linesOf(readFileSync(file, 'utf8'))).toHaveLength(101);

  const clean = await startCommand(['run', profile({}), ...args]).ended;
  expect([clean.code, clean.out]).toEqual([2, '']);
  expect(clean.err).toContain('--ground-truth: these records have no ground truth');

  writeFileSync(join(directory, 'a-file'), '');
  const nowhere = join(directory, 'a-file', 'truth.jsonl');
  const refused = await startCommand(['run', late, ...args.slice(0, -1), nowhere]).ended;
  expect([refused.code, refused.out]).toEqual([1, '']);
  expect(refused.err).toContain(`cannot write the ground truth to ${nowhere}`);
});

test('a ground truth that cannot be written any more does not take the result with it', async () => {
  const [out, gone] = [mkdtempSync(join(tmpdir(), 'anomalous-')), mkdtempSync(join(tmpdir(), 'anomalous-'))];
  const scenario = {
    workload: 'atm',
    params: {},
    topic: 't',
    executor: 'constant-arrival-rate',
    rate: 100,
    duration: '1s',
  };
  const report = await run(profileFile({ ...scenario, anomalies: { tombstones: 0.5 } }), {
    env: {},
    out,
    groundTruth: join(gone, 'truth.jsonl'),
    onReady: () => rmSync(gone, { recursive: true }),
  });
  expect(report.result.totals.acked).toBe(100);
  expect(report.writeError).toMatchObject({ code: 'GROUND_TRUTH', exitCode: 1 });
  expect(report.files).toHaveLength(6);
  expect(readdirSync(out).sort()).toEqual([
    'histograms.hlog',
    'profile.yaml',
    'report.html',
    'result.json',
    'series.csv',
    'verify.json',
  ]);
});

test('what failed is in the ground truth as failed, what was not sent is not there', async () => {
  const out = mkdtempSync(join(tmpdir(), 'anomalous-'));
  const executor = { executor: 'constant-arrival-rate', rate: 2000, duration: '2s', gracefulStop: '1s' };
  const scenario = { workload: 'atm', params: {}, topic: 't', ...executor, anomalies: ANOMALIES };
  const nullTransport = { latencyMs: 1, failRate: 0.25, maxAcksPerSec: 300 };
  const producer = { 'queue.buffering.max.messages': 200 };
  const document = { kafka: { 'bootstrap.servers': 'null' }, nullTransport, producer, workers: 2 };
  const { result } = await run(profileFile(scenario, document), { env: {}, out, allowInvalid: true });
  const { acked, failed, unsent, scheduled } = result.totals;
  expect(unsent).toBeGreaterThan(100);
  const [, ...entries] = linesOf(readFileSync(join(out, 'ground-truth.jsonl'), 'utf8')).map((line) => JSON.parse(line));
  const statuses = new Map<number, string>(entries.map(({ index, status }: Entry) => [index, status]));
  const notAcked = (index: number) =>
    result.ledger.notAcked.find(({ from, to, step }) => index >= from && index <= to && (index - from) % step === 0);
  const TOLD: Record<string, string | undefined> = { 'not-persisted': 'failed', unsent: undefined };
  const counts = { acked: 0, failed: 0 };
  for (const [index, status] of statuses) {
    const range = notAcked(index);
    expect(status).toBe(range === undefined ? 'acked' : TOLD[range.status]);
    counts[status as 'acked']++;
  }
  // As large a share of each as of all records.
  const share = 0.23;
  for (const [kind, all] of Object.entries({ acked, failed })) {
    const deviation = Math.sqrt(all * share * (1 - share));
    expect(Math.abs(counts[kind as 'acked'] - all * share)).toBeLessThan(5 * deviation);
  }
  expect(scheduled).toBe(4000);
});
