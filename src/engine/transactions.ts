/**
 * Transactions of one lane of one worker, one after another:
 *
 *   idle ─▶ open ─▶ closing ─▶ ending ─▶ idle          at most one is open at a time
 *           sends   waits for  commits or
 *                   reports    aborts
 *
 * A commit that is called while reports are outstanding would wait for them and not read them. So nothing is sent from
 * the last message of a transaction until all of it is reported on, and only then it ends. The end is asked for in calls
 * of a few milliseconds, again until it is there: other lanes of the worker go on.
 */
import type { Clock } from '../clock.ts';
import type { LanePlan } from '../plan/plan.ts';
import type { TransactionBook } from '../recorder/transaction-book.ts';
import { ENGINE_FACILITY, type LogSink, type Transactional, type TransactionError } from '../transport/transport.ts';
import { NS_PER_MS, NS_PER_SEC, NS_PER_US } from '../units.ts';
import { CounterRng } from '../workload/random.ts';

/** One that does not fill is committed after this time, and in any case long before the broker gives it up. */
const OPEN_NS_MAX = NS_PER_SEC;
const TIMEOUT_SHARE = 3;
const TRANSACTION_TIMEOUT_MS_DEFAULT = 60_000;
/** A lane alone in its worker has nothing else to do; beside others it takes no more than they can spare. */
const CALL_MS_ALONE = 10;
const CALL_MS = 1;
/** Beside more than this, the loop's own sleep is the wait for a commit: each of their calls would wait in turn. */
const CALLING_MAX = 4;
/** As a commit would, the client is asked not to let the last messages linger. It heeds it only while the call lasts. */
const FLUSH_MS = 1;
/** A call that timed out before it began is not resumed: its late answer may confuse the next one, which is called again. */
const CALL_AGAIN: ReadonlySet<number> = new Set([-172, -173, -177]);
const CALLS_AGAIN_MAX = 100;
/** Syslog's. */
const WARNING = 4;

export interface TransactionsOptions {
  readonly scenario: LanePlan;
  /** Its number among the lanes of its worker, for the transport. */
  readonly lane: number;
  readonly spec: NonNullable<LanePlan['transactions']>;
  readonly calls: Transactional;
  readonly book: TransactionBook;
  readonly worker: number;
  readonly seed: number;
  /** Lanes of its worker, itself among them. */
  readonly lanes: number;
  /** How long the client holds messages back to fill its batches. */
  readonly lingerNs: number;
  readonly clock: Clock;
  readonly timeoutMs?: number;
  readonly onLog?: LogSink;
}

type State = 'idle' | 'open' | 'closing' | 'ending';

export class Transactions {
  /** Why there can be no further one. */
  failure: string | undefined;
  /** Committed and aborted ones. */
  ended = 0;
  /** Spent in calls that wait, since the loop last asked. */
  waitedNs = 0;
  /** Of it with nothing of the lane in flight. */
  endingNs = 0;
  readonly #options: TransactionsOptions;
  readonly #draws: CounterRng;
  readonly #openNsMax: number;
  #state: State = 'idle';
  #number = 0;
  #left = 0;
  #dueNs = 0;
  #aborts = false;
  #isForced = false;
  /** Later all of it is sent in any case. 0: that is over. */
  #lingersUntilNs = 0;
  #endCalledNs = 0;
  #nextCallNs = 0;
  #callsAgain = 0;
  /** No more messages come: there is nothing else to do. */
  #isLast = false;

  constructor(options: TransactionsOptions) {
    const { scenario, seed, worker, timeoutMs = TRANSACTION_TIMEOUT_MS_DEFAULT } = options;
    this.#options = options;
    this.#draws = new CounterRng(seed, scenario.name, 'transactions', String(worker));
    this.#openNsMax = Math.min(OPEN_NS_MAX, (timeoutMs * NS_PER_MS) / TIMEOUT_SHARE);
  }

  /** Messages that the open transaction takes, or the next one where none is. */
  get room(): number {
    return this.#state === 'idle' ? this.#options.spec.messages : this.#left;
  }

  /** All of it is sent, and it has not ended. */
  get isEnding(): boolean {
    return this.#state === 'closing' || this.#state === 'ending';
  }

  /** Its end was asked for and is not there. */
  get isCommitting(): boolean {
    return this.#state === 'ending';
  }

  /** When it wants to be looked at, ns from run start; 0: at once. */
  get dueNs(): number {
    if (this.#state === 'idle') return Number.POSITIVE_INFINITY;
    if (this.#state === 'open') return this.#left === 0 ? 0 : this.#dueNs;
    if (this.#state === 'ending') return this.#nextCallNs;
    return this.#lingersUntilNs === 0 ? Number.POSITIVE_INFINITY : 0;
  }

  /** The n messages from index `first` on are about to be sent. @returns false where there can be no transaction. */
  take(first: number, n: number, nowNs: number): boolean {
    if (this.#state === 'idle' && !this.#begin(nowNs)) return false;
    this.#options.book.sent(first, n);
    this.#left -= n;
    return true;
  }

  #begin(nowNs: number): boolean {
    const { calls, lane, book, spec } = this.#options;
    const error = calls.begin(lane);
    if (error !== undefined) {
      this.#fail('cannot begin', error);
      return false;
    }
    book.begin();
    this.#state = 'open';
    this.#left = spec.messages;
    this.#dueNs = nowNs + this.#openNsMax;
    this.#aborts = this.#draws.uniform(this.#number) < spec.abortRate;
    this.#isForced = false;
    this.#number += 1;
    return true;
  }

  /** A message of it failed: the transaction cannot be committed, and takes no more. */
  close(): void {
    if (this.#state === 'open') this.#left = 0;
  }

  /** No more messages come. @param aborts a run that was stopped does not commit half of what belongs together. */
  finish(aborts: boolean): void {
    this.#isLast = true;
    if (this.#state !== 'open') return;
    this.#left = 0;
    this.#aborts ||= aborts;
  }

  /** Goes on with what is to be done now. @param held messages that the client's full queue refused. */
  advance(nowNs: number, held: number, inFlight: number): void {
    if (this.#state === 'open' && held === 0 && (this.#left === 0 || nowNs >= this.#dueNs)) {
      this.#state = 'closing';
      this.#lingersUntilNs = nowNs + this.#options.lingerNs;
    }
    if (this.#state === 'closing') {
      if (inFlight === 0) this.#endCalledNs = this.#startEnding();
      else if (nowNs < this.#lingersUntilNs) this.#flush();
      else this.#lingersUntilNs = 0;
    }
    if (this.#state === 'ending') this.#end();
  }

  #flush(): void {
    const { calls, lane, clock } = this.#options;
    const calledNs = clock();
    calls.flush(lane, FLUSH_MS);
    this.waitedNs += clock() - calledNs;
  }

  #startEnding(): number {
    this.#state = 'ending';
    this.#callsAgain = 0;
    this.#nextCallNs = 0;
    return this.#options.clock();
  }

  #end(): void {
    const { calls, lane, lanes, clock, book } = this.#options;
    const timeoutMs = lanes === 1 ? CALL_MS_ALONE : CALL_MS;
    const calledNs = clock();
    const sleeps = lanes > CALLING_MAX && !this.#isLast;
    const error = this.#aborts ? calls.abort(lane, timeoutMs) : calls.commit(lane, sleeps ? 0 : timeoutMs);
    const nowNs = clock();
    this.#nextCallNs = sleeps ? nowNs + NS_PER_MS : 0;
    this.waitedNs += nowNs - calledNs;
    this.endingNs += nowNs - calledNs;
    if (error === undefined) {
      if (this.#aborts) book.aborted(this.#isForced);
      else book.committed((nowNs - this.#endCalledNs) / NS_PER_US);
      this.ended += 1;
      this.#state = 'idle';
    } else if (error.isRetriable && !error.isFatal) {
      this.#callsAgain = 0;
    } else if (error.needsAbort && !error.isFatal) {
      this.#note(error);
      this.#aborts = true;
      this.#isForced = true;
      this.#callsAgain = 0;
    } else if (error.isFatal || !CALL_AGAIN.has(error.code) || ++this.#callsAgain > CALLS_AGAIN_MAX) {
      this.#fail(this.#aborts ? 'cannot be aborted' : 'cannot be committed', error);
    }
  }

  /** The run is over: whether it is committed nobody has said. */
  giveUp(): void {
    if (this.#state === 'idle') return;
    this.#options.book.undecided();
    this.#state = 'idle';
  }

  #note({ code, name, text }: TransactionError): void {
    const { book, clock, onLog, scenario } = this.#options;
    if (book.error(code, name, text, clock())) {
      const message = `transaction ${this.#number} of a client of ${scenario.name} is aborted: ${text} (${name}); more like it are counted`;
      onLog?.({ level: WARNING, facility: ENGINE_FACILITY, message });
    }
  }

  /** The open transaction, if any, stays open until the end of the run: what is in flight still reports. */
  #fail(what: string, error: TransactionError): void {
    const { book, clock } = this.#options;
    book.error(error.code, error.name, error.text, clock());
    this.failure = `a transaction ${what}: ${error.text} (${error.name})`;
  }
}
