/** What became of one lane's transactions: counts and commit latencies in shared memory, and which messages did not count. */
import type { LanePlan } from '../plan/plan.ts';
import { record } from './histogram.ts';
import { Ledger } from './ledger.ts';
import type { LedgerRange, TransactionErrorCount, UncommittedRange } from './measurement.ts';
import { commitHistogram, laneCounters, type RunMemory, TRANSACTION } from './run-memory.ts';

const STATUSES = ['aborted', 'undecided'] as const;

export interface TransactionBookOptions {
  readonly scenario: LanePlan;
  /** Its place in the memory. */
  readonly thread: number;
  readonly worker: number;
  readonly workers: number;
  readonly memory: RunMemory;
}

export class TransactionBook {
  readonly #options: TransactionBookOptions;
  readonly #counters: Float64Array;
  readonly #latency: Float64Array;
  readonly #ledger = new Ledger<UncommittedRange['status']>(STATUSES);
  readonly #errors = new Map<string, { readonly error: Omit<TransactionErrorCount, 'count'>; count: number }>();
  /** Of the open transaction, of which only one is open at a time: messages acknowledged, and the local numbers it has. */
  #messages = 0;
  #from = 0;
  #to = -1;

  constructor(options: TransactionBookOptions) {
    const { memory, thread, scenario } = options;
    this.#options = options;
    this.#counters = laneCounters(memory, thread, scenario.lane);
    this.#latency = commitHistogram(memory, thread, scenario.lane);
  }

  begin(): void {
    this.#messages = 0;
    this.#to = -1;
  }

  acknowledged(count: number): void {
    this.#messages += count;
  }

  /** The n messages from index `first` on belong to it. */
  sent(first: number, n: number): void {
    const { worker, workers } = this.#options;
    const from = (first - worker) / workers;
    if (this.#to < 0) this.#from = from;
    this.#to = from + n - 1;
  }

  committed(latencyUs: number): void {
    record(this.#latency, latencyUs, 1);
    this.#counters[TRANSACTION.committed]! += 1;
    this.#counters[TRANSACTION.committedMessages]! += this.#messages;
  }

  /** @param isForced an error did not allow anything else. */
  aborted(isForced: boolean): void {
    this.#counters[TRANSACTION.aborted]! += 1;
    if (isForced) this.#counters[TRANSACTION.forced]! += 1;
    this.#counters[TRANSACTION.abortedMessages]! += this.#messages;
    this.#note('aborted');
  }

  undecided(): void {
    this.#counters[TRANSACTION.undecided]! += 1;
    this.#counters[TRANSACTION.undecidedMessages]! += this.#messages;
    this.#note('undecided');
  }

  /** @returns whether it is the first of its kind. */
  error(code: number, name: string, example: string, atNs: number): boolean {
    const known = this.#errors.get(name);
    if (known !== undefined) known.count += 1;
    else this.#errors.set(name, { error: { code, name, firstAtNs: atNs, example }, count: 1 });
    return known === undefined;
  }

  /** Acknowledged messages that were not committed. @param notAcked ranges of this worker's ledger. */
  notCommitted(notAcked: readonly LedgerRange[]): UncommittedRange[] {
    const { scenario, worker, workers } = this.#options;
    return this.#ledger.ranges(scenario.name, worker, workers).flatMap((range) => without(range, notAcked));
  }

  get complete(): boolean {
    return this.#ledger.complete;
  }

  errors(): TransactionErrorCount[] {
    return [...this.#errors.values()].map(({ error, count }) => ({ ...error, count }));
  }

  #note(status: UncommittedRange['status']): void {
    if (this.#messages > 0) this.#ledger.add(this.#from, this.#to, status);
  }
}

/** What is left of a range where `taken`, in order and of the same step, is taken out. */
function without(range: UncommittedRange, taken: readonly LedgerRange[]): UncommittedRange[] {
  const left: UncommittedRange[] = [];
  let { from } = range;
  for (const each of taken) {
    if (each.to < from || each.from > range.to) continue;
    if (each.from > from) left.push({ ...range, from, to: each.from - each.step });
    from = Math.max(from, each.to + each.step);
  }
  if (from <= range.to) left.push({ ...range, from });
  return left;
}
