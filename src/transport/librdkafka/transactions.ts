/**
 * Transactions of librdkafka's producers, one client a lane. Commit and abort can be called again until they are done.
 * An abort needs no thread: librdkafka takes any answer that it has forgotten for an abort's.
 */
import { EXIT, LoadError } from '../../errors.ts';
import { CommitThread, UNDER_WAY } from '../commit-thread.ts';
import type { Transactional, TransactionError } from '../transport.ts';
import type { Client } from './client.ts';
import { type Librdkafka, librdkafka, type Pointer } from './library.ts';
import { takeTransactionError } from './transaction-error.ts';

/** Each is a thread of Node.js with a memory of its own. Of more clients, those that commit at the same time take turns. */
const THREADS_MAX = 8;

const CODE = {
  timedOut: -185,
  coordinatorNotAvailable: 15,
  notCoordinator: 16,
  clusterAuthorization: 31,
  invalidTransactionTimeout: 50,
  transactionalIdAuthorization: 53,
  producerFenced: 90,
} as const;

const HINTS: Readonly<Record<number, string>> = {
  [CODE.timedOut]: coordinatorHint(),
  [CODE.coordinatorNotAvailable]: coordinatorHint(),
  [CODE.notCoordinator]: coordinatorHint(),
  [CODE.clusterAuthorization]: 'brokers before 2.8 need the right IdempotentWrite on the cluster',
  [CODE.invalidTransactionTimeout]:
    'set producer.transaction.timeout.ms to at most transaction.max.timeout.ms of the brokers',
  [CODE.transactionalIdAuthorization]:
    'allow this user Write and Describe on it, or set producer.transactional.id to a prefix that is allowed',
  [CODE.producerFenced]: 'another producer uses this transactional.id',
};

function coordinatorHint(): string {
  return 'is transaction.state.log.replication.factor above the number of brokers that are up?';
}

export interface TransactionalLane {
  readonly name: string;
  readonly transactionalId: string;
  readonly client: Pointer;
}

type Properties = Readonly<Record<string, string>>;

interface SentLane {
  readonly name?: string;
  readonly topic: string;
  readonly client: number;
  readonly transactions?: object;
}

/** By the number of the lane. */
export function transactionalLanes(
  { lanes, clients }: { readonly lanes: readonly SentLane[]; readonly clients: readonly Properties[] },
  opened: readonly Pick<Client, 'handle'>[],
): Map<number, TransactionalLane> {
  const found = new Map<number, TransactionalLane>();
  lanes.forEach(({ topic, name = topic, client, transactions }, lane) => {
    if (transactions === undefined) return;
    const transactionalId = clients[client]!['transactional.id'] ?? '';
    found.set(lane, { name, transactionalId, client: opened[client]!.handle });
  });
  return found;
}

export class LibrdkafkaTransactions implements Transactional {
  readonly #rd: Librdkafka = librdkafka();
  readonly #lanes: ReadonlyMap<number, TransactionalLane>;
  readonly #threads: readonly CommitThread[];
  readonly #idle: CommitThread[];
  /** By lane, those that commit for it. */
  readonly #committing = new Map<number, CommitThread>();

  /** @throws LoadError TRANSACTIONS where a lane's client gets no producer id within `timeoutMs`. */
  constructor(lanes: ReadonlyMap<number, TransactionalLane>, timeoutMs: number) {
    this.#lanes = lanes;
    this.#threads = Array.from({ length: Math.min(lanes.size, THREADS_MAX) }, () => new CommitThread());
    this.#idle = [...this.#threads];
    try {
      this.#begin(timeoutMs);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #begin(timeoutMs: number): void {
    for (const thread of this.#threads) thread.awaitStart();
    for (const { name, transactionalId, client } of this.#lanes.values()) {
      const error = this.#taken(this.#rd.initTransactions(client, timeoutMs));
      if (error === undefined) continue;
      const within = error.code === CODE.timedOut ? ` within ${timeoutMs / 1000} s` : '';
      throw new LoadError(
        'TRANSACTIONS',
        `scenario ${name}: no transactions for transactional.id ${transactionalId}${within}: ${error.text} (${error.name})`,
        { exitCode: EXIT.failed, hint: HINTS[error.code] ?? 'the brokers must allow transactions' },
      );
    }
  }

  begin(lane: number): TransactionError | undefined {
    return this.#taken(this.#rd.beginTransaction(this.#client(lane)));
  }

  commit(lane: number, timeoutMs: number): TransactionError | undefined {
    const thread = this.#committing.get(lane) ?? this.#idle.pop();
    if (thread === undefined) return UNDER_WAY;
    this.#committing.set(lane, thread);
    const error = thread.commit(this.#client(lane), timeoutMs);
    if (error === UNDER_WAY) return error;
    this.#committing.delete(lane);
    this.#idle.push(thread);
    return error;
  }

  abort(lane: number, timeoutMs: number): TransactionError | undefined {
    return this.#taken(this.#rd.abortTransaction(this.#client(lane), timeoutMs));
  }

  flush(lane: number, timeoutMs: number): void {
    this.#rd.flush(this.#client(lane), timeoutMs);
  }

  #client(lane: number): Pointer {
    return this.#lanes.get(lane)!.client;
  }

  #taken(error: Pointer | null): TransactionError | undefined {
    return takeTransactionError(this.#rd, error);
  }

  /** Before their clients are closed. */
  close(): void {
    for (const thread of this.#threads) thread.close();
  }
}
