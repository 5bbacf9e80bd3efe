/** A rehearsal on the embedded cluster: faults at their times, in the result, and seen by the measurement. */
import { expect, test } from 'vitest';
import { run } from '../../dist/src/index.js';
import { profileFile } from './profile-file.ts';

const quiet = { env: {}, allowInvalid: true, onWarning: () => {} } as const;

test('a broker that is down is an outage of some partitions, and all messages arrive', async () => {
  const profile = profileFile(
    { executor: 'constant-arrival-rate', rate: 200, duration: '4s', workload: 'atm', params: {} },
    {
      // Leaders are drawn: of so many partitions broker 1 has some.
      topics: { t: { partitions: 24 } },
      embedded: { brokers: 3 },
      producer: { 'reconnect.backoff.ms': 20, 'reconnect.backoff.max.ms': 50 },
      faults: [{ at: '1s', for: '2s', down: [1] }],
    },
  );
  const { result } = await run(profile, quiet);
  expect(result.events).toMatchObject([{ kind: 'fault', text: 'broker 1 down' }]);
  const [{ at, until }] = result.events as unknown as [{ at: number; until: number }];
  expect([Math.round(at), Math.round(until)]).toEqual([1, 3]);
  expect(result.outages).toMatchObject([{ partial: true }]);
  const [{ from, to }] = result.outages as unknown as [{ from: number; to: number }];
  expect(from).toBeGreaterThan(0.7);
  expect(to).toBeGreaterThan(until - 0.1);
  expect(result.totals).toMatchObject({ acked: 800, failed: 0, unresolved: 0 });
});

test('a transaction whose end is refused is aborted, and the next one is committed', async () => {
  const profile = profileFile(
    { executor: 'constant-arrival-rate', rate: 200, duration: '2s', transactions: { messages: 20 } },
    { faults: [{ at: '800ms', errors: { endTxn: 'INVALID_TXN_STATE' } }] },
  );
  const { result } = await run(profile, quiet);
  const transactions = result.scenarios.s!.transactions!;
  expect(result.events).toMatchObject([{ text: 'INVALID_TXN_STATE for 1 endTxn request of each broker' }]);
  expect(transactions.committedMessages + transactions.abortedMessages + transactions.undecidedMessages).toBe(
    result.totals.acked,
  );
  expect(transactions.errors).toMatchObject([{ name: 'INVALID_TXN_STATE', count: 1 }]);
});
