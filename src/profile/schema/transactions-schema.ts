/** The `transactions` key of a scenario: how it is written, and which client properties go with it. */
import { z } from 'zod';
import { integer, real } from '../../value-schema.ts';
import type { Path } from '../document.ts';
import type { Problems } from '../problems.ts';
import type { ClientProperties, TransactionsSpec } from '../profile.ts';

export const TRANSACTIONAL_ID = 'transactional.id';

export const transactionsSchema = z
  .strictObject({
    messages: integer(1).prefault(100).describe('Messages of a transaction at most.'),
    abortRate: real(0, 1)
      .prefault(0)
      .describe('Share of transactions that are aborted on purpose, drawn from the seed.'),
  })
  .optional()
  .describe(
    'Sends in transactions, each worker as a producer of its own: see [transactions.md](transactions.md). Implies `acks: all` and `enable.idempotence: true`.',
  );

/** What a transactional producer needs, where the profile may say otherwise. */
const NEEDS: readonly (readonly [name: string, fits: (value: string) => boolean, need: string])[] = [
  ['acks', (value) => value === 'all' || value === '-1', '`acks: all`'],
  ['enable.idempotence', (value) => value === 'true', '`enable.idempotence: true`'],
  ['max.in.flight.requests.per.connection', (value) => Number(value) <= 5, 'at most 5 requests in flight'],
  ['retries', (value) => Number(value) > 0, 'retries'],
];

export interface TransactionBlocks {
  readonly kafka: ClientProperties;
  readonly producer: ClientProperties;
  readonly scenarios: Readonly<Record<string, Pick<TransactionalScenario, 'transactions' | 'producer'>>>;
}

interface TransactionalScenario {
  readonly transactions?: TransactionsSpec;
  readonly producer: ClientProperties;
}

/** Properties that contradict transactions, a target without them, and a transactional.id that nothing uses. */
export function checkTransactions({ kafka, producer, scenarios }: TransactionBlocks, problems: Problems): void {
  const entries = Object.entries(scenarios);
  for (const [name, scenario] of entries) {
    const path: Path = ['scenarios', name];
    if (scenario.transactions === undefined) {
      if (TRANSACTIONAL_ID in scenario.producer) unusedId([...path, 'producer'], problems);
      continue;
    }
    if (kafka['bootstrap.servers'] === 'null') {
      problems.add([...path, 'transactions'], {
        message: 'the null transport has no transactions',
        hint: 'use bootstrap.servers: embedded, or a Kafka cluster',
      });
    }
    for (const [property, fits, need] of NEEDS) {
      const block = property in scenario.producer ? scenario.producer : property in producer ? producer : kafka;
      const value = block[property];
      if (value === undefined || fits(value)) continue;
      const at: Path =
        block === scenario.producer ? [...path, 'producer'] : [block === producer ? 'producer' : 'kafka'];
      problems.add([...at, property], {
        message: `transactions of scenario ${name} need ${need}, not \`${property}: ${value}\``,
        hint: 'remove this property, or `transactions`',
      });
    }
  }
  if (!(TRANSACTIONAL_ID in producer) || entries.some(([, { transactions }]) => transactions !== undefined)) return;
  unusedId(['producer'], problems);
}

function unusedId(block: Path, problems: Problems): void {
  problems.add([...block, TRANSACTIONAL_ID], {
    message: 'without `transactions` no producer uses it',
    hint: 'add to the scenario: transactions: { messages: 100 }',
  });
}
