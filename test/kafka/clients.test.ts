/** Many clients of one scenario on Apache Kafka: what is stored is the one schedule, in the order of each. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { run } from '../../dist/src/index.js';
import { parseTextMark } from '../../src/workload/encoding/mark.ts';
import { profileFile } from '../integration/profile-file.ts';
import { describeKafka } from './describe-kafka.ts';
import { readWithKcat } from './readers.ts';

const CLIENTS = 50;
const MESSAGES = 6_000;
const quiet = { env: {}, allowInvalid: true, onWarning: () => {} } as const;

describeKafka('clients of a scenario on Apache Kafka', (bootstrapServers) => {
  function profileOf(topic: string, scenario: object = {}, more: object = {}): string {
    return profileFile(
      {
        ...{ workload: 'atm', params: {}, topic, format: 'json', key: 'none', clients: CLIENTS },
        ...{ executor: 'constant-arrival-rate', rate: MESSAGES / 3, duration: '3s', ...scenario },
      },
      { topics: { [topic]: { partitions: 4 } }, kafka: { 'bootstrap.servers': bootstrapServers }, workers: 2, ...more },
    );
  }

  /** The indexes in each partition, in the order of the log. */
  async function logsOf(topic: string): Promise<number[][]> {
    const logs: number[][] = [[], [], [], []];
    for (const { partition, value } of await readWithKcat(bootstrapServers, topic, 'read_committed')) {
      logs[partition]!.push(parseTextMark(JSON.parse(value!.toString()).transaction_id as string)!.index);
    }
    return logs;
  }

  test('fifty send each message once, each its own in order', async () => {
    const topic = randomUUID();
    const { result } = await run(profileOf(topic, {}, { consumers: { all: { verify: true } } }), quiet);
    expect(result.totals).toMatchObject({ scheduled: MESSAGES, sent: MESSAGES, acked: MESSAGES, failed: 0, unsent: 0 });
    expect(result.verification!.s).toMatchObject({ expected: MESSAGES, lost: 0, duplicated: 0, outOfOrder: 0 });
    const logs = await logsOf(topic);
    expect(logs.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: MESSAGES }, (_, i) => i));
    for (const log of logs) {
      for (let client = 0; client < CLIENTS; client++) {
        const own = log.filter((index) => index % CLIENTS === client);
        expect(own).toEqual(own.toSorted((a, b) => a - b));
      }
    }
    // Were they one client, a partition had its messages in the order of their indexes.
    expect(logs.some((log) => log.some((index, i) => i > 0 && index < log[i - 1]!))).toBe(true);
  });

  test('fifty have transactions of their own, of which a read_committed consumer sees those that were committed', async () => {
    const topic = randomUUID();
    const { result } = await run(profileOf(topic, { transactions: { messages: 20, abortRate: 0.2 } }), quiet);
    const transactions = result.scenarios.s!.transactions!;
    expect(transactions).toMatchObject({ producers: CLIENTS, forced: 0, undecided: 0, errors: [] });
    expect(transactions.committedMessages + transactions.abortedMessages).toBe(MESSAGES);
    const aborted = new Set<number>();
    for (const { from, to, step } of result.ledger.notCommitted!) for (let i = from; i <= to; i += step) aborted.add(i);
    expect(aborted.size).toBe(transactions.abortedMessages);
    const committed = Array.from({ length: MESSAGES }, (_, i) => i).filter((index) => !aborted.has(index));
    expect((await logsOf(topic)).flat().sort((a, b) => a - b)).toEqual(committed);
  });
});
