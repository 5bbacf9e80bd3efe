/** Scenarios over many topics on Apache Kafka: created in batches, all sent to, and gone again where the profile wants that. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { run } from '../../dist/src/index.js';
import { profileFile } from '../integration/profile-file.ts';
import { describeKafka } from './describe-kafka.ts';
import { createTopic, topicNames, topicOffsets } from './topics.ts';

const TOPICS = 200;

describeKafka('a scenario over many topics', (servers) => {
  const prefix = () => `many-${randomUUID().slice(0, 8)}-`;
  const profileOf = (pattern: string, topic: object, scenario: object = {}) =>
    profileFile(
      {},
      {
        kafka: { 'bootstrap.servers': servers },
        topics: { [pattern]: topic },
        scenarios: {
          s: {
            ...{ workload: 'bytes', params: { size: 100 }, topic: pattern, gracefulStop: '60s' },
            ...{ executor: 'constant-arrival-rate', rate: 1_000, duration: '1s', ...scenario },
          },
        },
      },
    );
  const ownTopics = async (name: string) => (await topicNames(servers)).filter((each) => each.startsWith(name));

  test('creates what is missing, keeps what was there, and deletes only what it created', async () => {
    const name = prefix();
    await createTopic(servers, `${name}7`, { partitions: 2 });
    const notes: string[] = [];
    const warnings: string[] = [];
    const during: string[] = [];
    const { result } = await run(profileOf(`${name}{0..${TOPICS - 1}}`, { partitions: 2, cleanup: true }), {
      ...{ env: {}, allowInvalid: true },
      onNote: (note) => notes.push(note),
      onWarning: (warning) => warnings.push(warning),
      observers: [{ start: () => void ownTopics(name).then((found) => during.push(...found)) }],
    });
    expect(result.totals).toMatchObject({ sent: 1_000, acked: 1_000, failed: 0 });
    expect(result.ledger.partitions).toHaveLength(2 * TOPICS);
    expect(during).toHaveLength(TOPICS);
    expect(notes.filter((note) => note.startsWith('created '))).toEqual([
      expect.stringMatching(/^created 199 topics with 398 partitions in /),
    ]);
    expect(notes.at(-1)).toMatch(/and 196 more deleted: they were created for this run \(cleanup: true\)$/);
    expect(warnings.filter((warning) => warning.includes('partitions'))).toEqual([]);
    expect(await ownTopics(name)).toEqual([`${name}7`]);
    expect(await topicOffsets(servers, `${name}7`)).toHaveLength(2);
  });

  test('a stopped run deletes them too; without cleanup they stay', async () => {
    const name = prefix();
    const pattern = `${name}{0..4}`;
    const stop = new AbortController();
    const start = () => void setTimeout(() => stop.abort({ by: 'SIGINT', reason: 'a test' }), 200);
    const options = { env: {}, allowInvalid: true } as const;
    const stopped = profileOf(pattern, { partitions: 1, cleanup: true }, { duration: '5m' });
    await run(stopped, { ...options, signal: stop.signal, observers: [{ start }] });
    expect(await ownTopics(name)).toEqual([]);
    await run(profileOf(pattern, { partitions: 1 }), options);
    expect(await ownTopics(name)).toHaveLength(5);
  });

  test('what the cluster refuses is named, and what was created before goes again', async () => {
    const name = prefix();
    const refused = run(profileOf(`${name}{0..149}`, { cleanup: true, config: { 'cleanup.policy': 'shred' } }), {
      env: {},
    });
    await expect(refused).rejects.toThrow(/^topics .* and \d+ more cannot be made: .*\(INVALID_CONFIG\)/);
    const never = run(profileOf(`${name}{0..149}`, { create: 'never' }), { env: {} });
    await expect(never).rejects.toThrow(
      /^topics .*-0, .*-1, .*-2 and 147 more do not exist: the profile has create: never/,
    );
    expect(await ownTopics(name)).toEqual([]);
  });
});
