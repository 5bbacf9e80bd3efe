/** An experiment on a real cluster: topics of its own, pauses, and a broker that goes away. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { killCommands, startCommand, until } from '../integration/command.ts';
import { type Kafka, startKafka } from './cluster.ts';
import { describeKafka } from './describe-kafka.ts';
import { createTopic, topicNames, topicOffsets } from './topics.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sweep-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
afterAll(killCommands);

const start = (...args: readonly string[]) => startCommand(args, {}, { cwd: folder });

function entries(): { topicSuffix: string; settle: { waitedMs: number }; exitCode: number; cell: string }[] {
  const text = readFileSync(join(folder, 'x/runs.jsonl'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const command = (servers: string, ...more: readonly string[]) => [
  ...['sweep', 'bytes', '--bootstrap-servers', servers, '-r', '100', '-t', '1s', '-o', 'x', '--settle', '5s'],
  ...more,
];

describeKafka('on Apache Kafka', (servers) => {
  test('fresh topics with the settings of the profile are deleted after their run, and no others', async () => {
    const topic = `sweep-${process.pid}`;
    // The one without a suffix is somebody's, and so is one that looks like a run's.
    for (const name of [topic, `${topic}-abc-001`]) await createTopic(servers, name);
    // Other files make and delete topics meanwhile.
    const ownTopics = async () => (await topicNames(servers)).filter((name) => name.startsWith(topic)).toSorted();
    const before = await ownTopics();
    const vary = ['--vary', `topics.${topic}.partitions=2,3`, '--set', `topics.${topic}.config.retention.ms=60000`];
    const running = start(...command(servers, '--topic', topic, ...vary, '--repeat', '1'));
    const seen = new Set<string>();
    await until(async () => {
      for (const name of await ownTopics()) seen.add(name);
      return /run 2\/2: /.test(running.said.err);
    }, running);
    const { code, err } = await running.ended;
    expect([0, 3], err).toContain(code);
    const runs = entries();
    expect(new Set(runs.map(({ topicSuffix }) => topicSuffix)).size).toBe(runs.length);
    expect([...seen].some((name) => name.endsWith(runs[0]!.topicSuffix))).toBe(true);
    expect(await ownTopics()).toEqual(before);
    expect(await topicOffsets(servers, topic)).toEqual([{ low: 0, high: 0 }]);
    for (const { settle } of runs) expect(settle.waitedMs).toBeGreaterThan(0);
    expect(JSON.parse(readFileSync(join(folder, 'x/experiment.json'), 'utf8')).idleUs).toBeGreaterThan(0);
    const { ledger } = JSON.parse(readFileSync(join(folder, 'x/runs/001/result.json'), 'utf8'));
    expect(ledger.partitions).toHaveLength(Number(/partitions=(\d)/.exec(runs[0]!.cell)![1]));
  });

  test('the broker is gone in the middle: ends with 1 after --settle, says so, and is gone on with', async () => {
    let kafka: Kafka | undefined;
    try {
      kafka = await startKafka({ heapMb: 256 });
      const args = command(kafka.bootstrapServers, '--repeat', '3');
      const running = start(...args);
      await until(() => /run 1\/3: .*\n(.*\n)*run 2\/3 .*left/.test(running.said.err), running);
      await kafka.kill();
      const { code, err } = await running.ended;
      expect(code).toBe(1);
      expect(err).toMatch(/error: .*(does not answer|no broker)/);
      expect(err).toContain('--resume');
      expect(entries()).toHaveLength(1);
      await kafka.restart();
      const resumed = await start(...args, '--resume').ended;
      expect([0, 3]).toContain(resumed.code);
      expect(entries().length).toBeGreaterThanOrEqual(3);
      expect((await topicNames(kafka.bootstrapServers)).filter((name) => !name.startsWith('__'))).toEqual([]);
    } finally {
      await kafka?.stop();
    }
  });
});
