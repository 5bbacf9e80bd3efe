/** Scenarios over many topics on Apache Kafka: created in batches, all sent to, and gone again where the profile wants that. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { run } from '../../dist/src/index.js';
import type { Result } from '../../src/result/result.ts';
import { killCommands, startCommand, until } from '../integration/command.ts';
import { profileFile } from '../integration/profile-file.ts';
import { describeKafka } from './describe-kafka.ts';
import { createTopic, topicNames, topicOffsets } from './topics.ts';

const TOPICS = 200;

afterAll(killCommands);

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

  // The leaders of so many take the broker longer than it takes to see the first of them.
  const LEFT_EARLY = 2_000;

  test.each([
    ['', []],
    [' of shards', ['--shards', '2']],
  ])(
    'Ctrl-C while they are created%s: no more are, what there is goes again, and the error tells it',
    async (_, how) => {
      const name = prefix();
      const profile = profileOf(`${name}{0..${LEFT_EARLY - 1}}`, { partitions: 1, cleanup: true });
      const command = startCommand(['run', profile, ...how, '-o', 'none']);
      await until(async () => (await ownTopics(name)).length > 0, command);
      command.child.kill('SIGINT');
      const { code, err } = await command.ended;
      expect(code, err).toBe(130);
      expect(err).toContain('SIGINT: stopping before the start; repeat to exit immediately');
      expect(err).toMatch(/stopped before the start: interrupted; [\d,]+( of 2,000)? topics had been created/);
      expect(err).toMatch(/and [\d,]+ more deleted: they were created for this run/);
      expect(await ownTopics(name)).toEqual([]);
    },
  );

  test('two shards verify, and then their topics go once; those that were there stay, and `load verify` tells why', async () => {
    const name = prefix();
    await createTopic(servers, `${name}3`);
    const s = { workload: 'bytes', topic: `${name}{0..9}`, params: { size: 100 }, clients: 4, gracefulStop: '60s' };
    const profile = profileFile(
      {},
      {
        ...{ kafka: { 'bootstrap.servers': servers }, workers: 1, consumers: { all: { verify: true } } },
        topics: { [`${name}{0..9}`]: { partitions: 1, cleanup: true } },
        scenarios: { s: { ...s, executor: 'constant-arrival-rate', rate: 500, duration: '3s' } },
      },
    );
    const out = join(mkdtempSync(join(tmpdir(), 'cleaned-')), 'out');
    const { code, err } = await startCommand(['run', profile, '--shards', '2', '-o', out, '--allow-invalid']).ended;
    expect(code, err).toBe(0);
    const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result;
    expect(result.totals).toMatchObject({ scheduled: 1_500, acked: 1_500 });
    expect(result.verification!.s).toMatchObject({ expected: 1_500, lost: 0, duplicated: 0, outOfOrder: 0 });
    expect(err.match(/ and 6 more deleted: they were created for this run/g)).toHaveLength(1);
    expect(await ownTopics(name)).toEqual([`${name}3`]);
    const verified = await startCommand(['verify', out]).ended;
    expect(verified.code, verified.err).toBe(1);
    expect(verified.err).toContain(
      `${name}2 and 6 more do not exist: the run deleted those that it had created (cleanup: true)`,
    );
    expect(verified.err).toContain('set `verify: true` in the profile');
  });

  test('two shards stopped by Ctrl-C: their topics go as well', async () => {
    const name = prefix();
    const profile = profileOf(`${name}{0..9}`, { partitions: 1, cleanup: true }, { duration: '5m', rate: 200 });
    const command = startCommand(['run', profile, '--shards', '2', '-o', 'none']);
    await until(() => / load, .* acked of /.test(command.said.err), command);
    command.child.kill('SIGINT');
    const { code, err } = await command.ended;
    expect(code, err).toBe(130);
    expect(err.match(/ and 7 more deleted: they were created for this run/g)).toHaveLength(1);
    expect(await ownTopics(name)).toEqual([]);
  });
});
