/** Readers, writers and brokers whose clocks are apart: processes under libfaketime (Debian's `faketime`) on Apache Kafka. */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Result } from '../../src/result/result.ts';
import { killCommands, startCommand } from '../integration/command.ts';
import { describeKafka } from './describe-kafka.ts';
import { collect } from './java.ts';
import { createTopic, topicNames, topicOffsets } from './topics.ts';

afterAll(killCommands);

const FAKETIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';
const APPEND_TIME = { config: { 'message.timestamp.type': 'LogAppendTime' } };

/** A process whose wall clock is ahead by so much. */
const ahead = (seconds: number) => ({
  ...{ LD_PRELOAD: FAKETIME, FAKETIME: `+${seconds}`, FAKETIME_NO_CACHE: '1' },
  ...{ FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1' },
});

describeKafka('clocks that are apart', (servers) => {
  async function write(topic: string, aheadS = 0): Promise<void> {
    const lines = Array.from({ length: 100 }, (_, i) => `record ${i}\n`).join('');
    const env = Object.entries(aheadS === 0 ? {} : ahead(aheadS)).map(([name, value]) => `${name}=${value}`);
    // This test once did not end: its limit tells whether it was the writer.
    await collect('timeout', ['30', 'env', ...env, 'kcat', '-P', '-b', servers, '-t', topic], lines);
  }

  /** A run that only reads, as a process of its own. */
  async function read(group: Readonly<Record<string, unknown>>, env = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'clocks-'));
    const profile = join(folder, 'read.yaml');
    const out = join(folder, 'out');
    writeFileSync(profile, stringify({ version: 1, consumers: { reader: { group: 'none', ...group } } }));
    const run = await startCommand(['run', profile, '--bootstrap-servers', servers, '--out', out], env).ended;
    const result = () => JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result;
    return { ...run, reader: () => result().consumers!.reader! };
  }

  test.skipIf(!existsSync(FAKETIME))('a reader ahead of the broker: probe records bound by how much', async () => {
    const [topic, probes] = [randomUUID(), randomUUID()];
    await createTopic(servers, topic, { partitions: 2, ...APPEND_TIME });
    await write(topic);
    const { code, err, reader } = await read(
      { topics: [topic], clockProbe: { topic: probes, create: true } },
      ahead(0.25),
    );
    expect(code, err).toBe(0);
    const { clock, consumed } = reader();
    expect(consumed).toBe(100);
    expect(clock.note).toContain(`by 20 probe records to ${probes} this machine's clock is`);
    expect(clock.source).toBe('log-append-time');
    expect(clock.offset!.minUs).toBeLessThanOrEqual(250_000);
    // The run's clock begins at a whole millisecond: up to one behind the machine's.
    expect(clock.offset!.maxUs).toBeGreaterThanOrEqual(249_000);
    expect(clock.offsetMaxUs).toBe(clock.offset!.maxUs);
    // What was made for the run is gone.
    expect(await topicNames(servers)).not.toContain(probes);
  });

  test.skipIf(!existsSync(FAKETIME))(
    'a writer ahead of the reader: negative latencies bound by how much',
    { retry: 1 },
    async () => {
      const [topic, probes] = [randomUUID(), randomUUID()];
      await createTopic(servers, topic);
      await createTopic(servers, probes, APPEND_TIME);
      const startedMs = performance.now();
      await write(topic, 600);
      const { code, err, reader } = await read({ topics: [topic], clockProbe: { topic: probes } });
      const tookUs = (performance.now() - startedMs) * 1_000;
      expect(code, err).toBe(0);
      const { clock, negative, consumed, endToEnd } = reader();
      expect({ consumed, negative: negative.count, latencies: endToEnd!.count }).toEqual({
        ...{ consumed: 100, negative: 100, latencies: 100 },
      });
      expect(clock).toMatchObject({ source: 'create-time', offsetMaxUs: null, offset: { minUs: null } });
      // True to what the offset is, and no further off than writing and reading took, and a millisecond.
      expect(clock.offset!.maxUs).toBeGreaterThanOrEqual(-600_000_000 - 1_000);
      expect(clock.offset!.maxUs).toBeLessThanOrEqual(-600_000_000 + tookUs + 1_000);
      expect(clock.offset!.maxUs).toBe(negative.minUs);
      expect(clock.note).toContain("behind the writer's");
      expect(clock.note).toContain(`20 probe records to ${probes}, which says nothing of the writer's`);
      expect((await topicOffsets(servers, probes)).map(({ high }) => high)).toEqual([20]);
    },
  );

  test('a probe topic that cannot say the time ends the run, and keeps what is there', async () => {
    const [topic, plain] = [randomUUID(), randomUUID()];
    await createTopic(servers, topic, APPEND_TIME);
    await createTopic(servers, plain);
    const missing = await read({ topics: [topic], clockProbe: { topic: `${topic}-clock` } });
    expect([missing.code, missing.err]).toEqual([1, expect.stringContaining('-clock for clock probes does not exist')]);
    const byWriter = await read({ topics: [topic], clockProbe: { topic: plain } });
    expect(byWriter.code).toBe(1);
    expect(byWriter.err).toContain('message.timestamp.type is not LogAppendTime');
    const existing = await read({ topics: [topic], clockProbe: { topic: plain, create: true } });
    expect([existing.code, existing.err]).toEqual([1, expect.stringContaining(`topic ${plain} exists`)]);
    expect(await topicNames(servers)).toContain(plain);
  });
});
