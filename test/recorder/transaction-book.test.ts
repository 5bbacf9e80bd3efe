import { expect, test } from 'vitest';
import { allocateRunMemory, laneCounters, TRANSACTION } from '../../src/recorder/run-memory.ts';
import { TransactionBook } from '../../src/recorder/transaction-book.ts';
import { constantLoad, scenarioPlan } from '../engine/fixture.ts';

test('producers of one scenario count each its own messages, and their sum is the scenario’s', () => {
  const memory = allocateRunMemory(1, 1, 10, { transactions: true });
  const scenario = scenarioPlan(0, constantLoad(100, 1));
  const [a, b] = [0, 1].map((worker) => new TransactionBook({ scenario, thread: 0, worker, workers: 2, memory }));
  for (const book of [a!, b!]) book.begin();
  a!.sent(0, 3);
  b!.sent(1, 4);
  a!.acknowledged(3);
  b!.acknowledged(4);
  a!.committed(100);
  b!.aborted(false);
  const cells = laneCounters(memory, 0, 0);
  expect([cells[TRANSACTION.committedMessages], cells[TRANSACTION.abortedMessages]]).toEqual([3, 4]);
  expect(b!.notCommitted([])).toEqual([{ scenario: scenario.name, from: 1, to: 7, step: 2, status: 'aborted' }]);
});
