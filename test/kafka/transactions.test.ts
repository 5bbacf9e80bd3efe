/** Transactions on Apache Kafka, as a consumer that is not ours sees them. */
import { randomUUID } from 'node:crypto';
import { Kafka } from 'kafkajs';
import { expect, test } from 'vitest';
import { run } from '../../dist/src/index.js';
import type { Result } from '../../src/result/result.ts';
import { parseTextMark } from '../../src/workload/encoding/mark.ts';
import { profileFile } from '../integration/profile-file.ts';
import { describeKafka } from './describe-kafka.ts';
import { readWithKcat } from './readers.ts';

describeKafka('transactions on Apache Kafka', (bootstrapServers) => {
  function profileOf(topic: string, scenario: Readonly<Record<string, unknown>>, more: object = {}): string {
    return profileFile(
      { workload: 'atm', params: {}, topic, format: 'json', ...scenario },
      { topics: { [topic]: { partitions: 3 } }, kafka: { 'bootstrap.servers': bootstrapServers }, ...more },
    );
  }

  const quiet = { env: {}, allowInvalid: true, onWarning: () => {} } as const;

  async function indexesIn(topic: string, isolation: 'read_committed' | 'read_uncommitted'): Promise<number[]> {
    const stored = await readWithKcat(bootstrapServers, topic, isolation);
    const ids = stored.map(({ value }) => JSON.parse(value!.toString()).transaction_id as string);
    return ids.map((id) => parseTextMark(id)!.index).sort((a, b) => a - b);
  }

  /** The indexes that the ledger names as acknowledged and not committed. */
  function uncommitted({ ledger }: Result): Set<number> {
    const indexes = new Set<number>();
    for (const { from, to, step } of ledger.notCommitted!) for (let i = from; i <= to; i += step) indexes.add(i);
    return indexes;
  }

  test('a read_committed consumer sees exactly the committed messages, read_uncommitted both', async () => {
    const topic = randomUUID();
    const { result, exitCode } = await run(
      profileOf(
        topic,
        {
          executor: 'constant-arrival-rate',
          rate: 1000,
          duration: '4s',
          transactions: { messages: 50, abortRate: 0.2 },
        },
        {
          workers: 2,
          producer: { 'transactional.id': 'orders' },
          consumers: {
            clean: { verify: true },
            dirty: { verify: true, config: { 'isolation.level': 'read_uncommitted' } },
          },
        },
      ),
      quiet,
    );
    const transactions = result.scenarios.s!.transactions!;
    expect(transactions).toMatchObject({ producers: 2, forced: 0, undecided: 0, errors: [] });
    expect(transactions.aborted).toBeGreaterThan(0);
    expect(transactions.commitLatency.count).toBe(transactions.committed);
    expect(result.totals.acked).toBe(4000);
    const aborted = uncommitted(result);
    expect(aborted.size).toBe(transactions.abortedMessages);
    const all = Array.from({ length: 4000 }, (_, i) => i);
    expect(await indexesIn(topic, 'read_uncommitted')).toEqual(all);
    expect(await indexesIn(topic, 'read_committed')).toEqual(all.filter((i) => !aborted.has(i)));
    const right = { expected: 4000 - aborted.size, lost: 0, duplicated: 0, outOfOrder: 0, corrupted: 0, foreign: 0 };
    expect(result.verification!.s!.groups).toMatchObject({
      clean: { ...right, consumed: 4000 - aborted.size, notAckedInLog: 0, abortedInLog: 0 },
      dirty: { ...right, consumed: 4000, notAckedInLog: 0, abortedInLog: aborted.size, abortedAllowed: true },
    });
    expect(result.verification!.s!.abortedInLog).toBe(aborted.size);
    expect(exitCode).toBe(0);
  });

  // It is committed when it has been open for a second: a stop that a busy machine brings later meets another state.
  const inTime = { retry: 2 };
  test('stopped in the middle: the open transaction is aborted, nobody waits for its time-out', inTime, async () => {
    const topic = randomUUID();
    const stop = new AbortController();
    const { result } = await run(
      profileOf(topic, {
        executor: 'constant-arrival-rate',
        rate: 200,
        duration: '1m',
        transactions: { messages: 5000 },
      }),
      { ...quiet, signal: stop.signal, onProgress: ({ acked }) => acked > 0 && stop.abort() },
    );
    const transactions = result.scenarios.s!.transactions!;
    expect(transactions).toMatchObject({ undecided: 0, aborted: 1 });
    const committed = await indexesIn(topic, 'read_committed');
    expect(committed).toHaveLength(transactions.committedMessages);
    expect(await indexesIn(topic, 'read_uncommitted')).toHaveLength(result.totals.acked);
  });

  test('another producer with the same transactional.id ends the lane, and what it had open is undecided', async () => {
    const topic = randomUUID();
    const prefix = randomUUID();
    const client = new Kafka({ brokers: [bootstrapServers], logLevel: 0 });
    let fencing: Promise<void> | undefined;
    const { result } = await run(
      profileOf(
        topic,
        { executor: 'constant-arrival-rate', rate: 500, duration: '6s', transactions: { messages: 100 } },
        { producer: { 'transactional.id': prefix } },
      ),
      {
        ...quiet,
        observers: [
          {
            second: ({ plan }: { plan: { runTag: string } }) => {
              fencing ??= fence(client, `${prefix}-${plan.runTag}-s-0`);
              return undefined;
            },
          },
        ],
      },
    );
    await fencing;
    const transactions = result.scenarios.s!.transactions!;
    expect(transactions.undecided).toBe(1);
    expect(result.verdict.reasons.join('\n')).toMatch(/stopped on worker 0: a transaction cannot .*FENCED/);
    const left = uncommitted(result);
    const committed = await indexesIn(topic, 'read_committed');
    expect(committed.filter((i) => !left.has(i))).toHaveLength(transactions.committedMessages);
  });

  test('a transactional.id that may not begin says why, before anything is sent', async () => {
    const topic = randomUUID();
    const profile = profileOf(
      topic,
      { executor: 'constant-arrival-rate', rate: 10, duration: '1s', transactions: {} },
      { producer: { 'transaction.timeout.ms': 2_000_000_000 } },
    );
    await expect(run(profile, quiet)).rejects.toThrow(
      /scenario s: no transactions for transactional.id load-[0-9a-f]{16}-s-0: .*transaction timeout/i,
    );
  });
});

async function fence(client: Kafka, transactionalId: string): Promise<void> {
  const producer = client.producer({ transactionalId, maxInFlightRequests: 1, idempotent: true });
  await producer.connect();
  const transaction = await producer.transaction();
  await transaction.abort();
  await producer.disconnect();
}
