/** A member of a consumer group, through librdkafka: records come in batches and are read where they lie. */
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { LoadError } from '../../errors.ts';
import { MS_PER_SEC } from '../../units.ts';
import type { ConsumedRecords, Consumer, Standing } from '../consumer.ts';
import type { LogSink } from '../transport.ts';
import { type Client, closeClient, EVENT, logLineOf, openClient } from './client.ts';
import { ConsumedMessages, RECORDS_PER_POLL } from './consumed-messages.ts';
import { type Librdkafka, librdkafka, type Pointer } from './library.ts';
import { askPartitions } from './partition-list.ts';
import { QueueWaiter } from './queue-waiter.ts';
import { Rebalances } from './rebalances.ts';

export interface ConsumerOptions {
  /** librdkafka's names; `group.id` is among them. */
  readonly properties: Readonly<Record<string, string>>;
  readonly topics: readonly string[];
  readonly onLog: LogSink;
  /**
   * Called when the group takes partitions from this member: nobody gets them before it resolves, and what is finished
   * by then is committed. Needs `cooperative-sticky`. Without it they go at once.
   */
  readonly onRevoke?: (partitions: readonly number[]) => Promise<void>;
  /** How long a commit, or leaving the group, may take; 10 s by default. */
  readonly coordinatorMs?: number;
}

/**
 * For groups on the embedded cluster: after a member has come, left or died it waits for the session's length less a
 * second before the others go on (rdkafka_mock_cgrp.c), 44 seconds at librdkafka's default. Not shorter than a busy
 * machine may keep a process waiting: a member that is missed for so long is given its records a second time.
 */
export const EMBEDDED_GROUP_PROPERTIES = { 'session.timeout.ms': '3000', 'heartbeat.interval.ms': '500' };

/** The same for a group of one reader, to which nobody comes back: it is only waited for by itself. */
export const EMBEDDED_READER_PROPERTIES = { 'session.timeout.ms': '10000', 'heartbeat.interval.ms': '500' };

/**
 * With no coordinator a commit waits for one, some two sessions long: a minute and a half after Ctrl-C. One that comes
 * back takes seconds, and who stops containers gives them half a minute.
 */
const COORDINATOR_MS = 10_000;
const ANSWER_POLL_MS = 5;

const ANY_PARTITION = -1;
const NONE: ReadonlySet<number> = new Set();
const END = -1;
const BEGINNING = -2;
const STANDING_MS = 1_000;
/** Nothing was finished since the last commit. */
const NO_OFFSET = -168;
/** ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS: partitions are being given out. */
const REBALANCING = new Set([22, 27]);
const REBALANCE_POLL_MS = 100;
/**
 * What waiting does not mend: UNKNOWN_TOPIC_OR_PART, INVALID_GROUP_ID, TOPIC_, GROUP_ and CLUSTER_AUTHORIZATION_FAILED,
 * _AUTO_OFFSET_RESET (`auto.offset.reset: error`), _FATAL.
 */
const FINAL = new Set([3, 24, 29, 30, 31, -140, -150]);

export class LibrdkafkaConsumer implements Consumer {
  readonly #rd: Librdkafka = librdkafka();
  readonly #client: Client;
  /** Records, and, without `#rebalances`, all that the client wants done between them. */
  readonly #queue: Pointer;
  readonly #rebalances: Rebalances | undefined;
  readonly #topics: readonly string[];
  readonly #waiter: QueueWaiter;
  readonly #onLog: LogSink;
  readonly #messages: ConsumedMessages;
  readonly #coordinatorMs: number;
  #failure: LoadError | undefined;
  /** The coordinator did not answer in time. Freeing the client would wait for it: that is left to the end of the process. */
  #isStuck = false;

  constructor({ properties, topics, onLog, onRevoke, coordinatorMs = COORDINATOR_MS }: ConsumerOptions) {
    // What was fetched is not yet finished: `finish` says what a commit may cover.
    const owned = { 'enable.auto.offset.store': 'false' };
    const events = onRevoke === undefined ? EVENT.log : EVENT.log | EVENT.rebalance;
    this.#client = openClient({ ...properties, ...owned }, events, 'consumer');
    this.#topics = topics;
    this.#onLog = onLog;
    this.#coordinatorMs = coordinatorMs;
    const { handle } = this.#client;
    this.#rd.pollSetConsumer(handle);
    this.#queue = onRevoke === undefined ? this.#rd.queueConsumer(handle) : this.#rd.queueNew(handle);
    if (onRevoke !== undefined) {
      const onError = (code: number, text: string) => this.#onError(code, text);
      this.#rebalances = new Rebalances({ handle, records: this.#queue, onRevoke, onError, onLog });
    }
    this.#waiter = new QueueWaiter(
      this.#rebalances === undefined ? [this.#queue] : [this.#queue, this.#rebalances.queue],
    );
    this.#messages = new ConsumedMessages(this.#rd);
    this.join();
  }

  join(): void {
    const list: Pointer = this.#rd.partitionListNew(this.#topics.length);
    for (const topic of this.#topics) this.#rd.partitionListAdd(list, topic, ANY_PARTITION);
    const code: number = this.#rd.subscribe(this.#client.handle, list);
    this.#rd.partitionListDestroy(list);
    if (code !== 0) this.#failure = this.#failed(code, this.#rd.errorText(code));
  }

  leave(): void {
    this.#rd.unsubscribe(this.#client.handle);
  }

  get assigned(): ReadonlySet<number> {
    return this.#rebalances?.assigned ?? NONE;
  }

  async standing(topic: string, partitions: number): Promise<Standing | undefined> {
    const at = { handle: this.#client.handle, timeoutMs: STANDING_MS };
    const all = Array.from({ length: partitions }, (_, partition) => ({ topic, partition, offset: END }));
    const ends = await askPartitions(this.#rd.offsetsForTimes, at, all);
    const committed = await askPartitions(this.#rd.committed, at, all);
    if (ends === undefined || committed === undefined) return undefined;
    // Where nothing was committed so far the first record is the next one.
    const untouched = committed.flatMap((each) => (each.offset < 0 ? [{ ...each, offset: BEGINNING }] : []));
    const begins = await askPartitions(this.#rd.offsetsForTimes, at, untouched);
    if (begins === undefined) return undefined;
    const next = committed.map(({ offset }) => offset);
    for (const { partition, offset } of begins) next[partition] = offset;
    const standing = { next, ends: ends.map(({ offset }) => offset) };
    // A partition may be without a leader.
    return [...standing.next, ...standing.ends].every((offset) => offset >= 0) ? standing : undefined;
  }

  get records(): ConsumedRecords {
    return this.#messages;
  }

  async poll(timeoutMs: number, recordsMax = RECORDS_PER_POLL): Promise<number> {
    this.#messages.release();
    this.#readLog();
    this.#rebalances?.serve();
    if (this.#failure !== undefined) throw this.#failure;
    const ready = this.#take(recordsMax);
    if (ready > 0) {
      await setImmediate();
      return ready;
    }
    await this.#waiter.waitAsync(timeoutMs);
    this.#rebalances?.serve();
    return this.#take(recordsMax);
  }

  #take(recordsMax: number): number {
    const recordsUpTo = Math.min(recordsMax, RECORDS_PER_POLL);
    return this.#messages.take(this.#queue, recordsUpTo, (code, text) => this.#onError(code, text));
  }

  #onError(code: number, text: string): void {
    if (FINAL.has(code)) this.#failure ??= this.#failed(code, text);
    else this.#onLog({ level: 3, facility: this.#rd.errorName(code), message: text });
  }

  #failed(code: number, text: string): LoadError {
    return new LoadError('CONSUME', `reading cannot go on: ${text} (${this.#rd.errorName(code)})`);
  }

  #readLog(): void {
    for (;;) {
      const event = this.#rd.queuePoll(this.#client.queue, 0);
      if (event === null) return;
      const line = logLineOf(event);
      if (line !== undefined) this.#onLog(line);
      this.#rd.eventDestroy(event);
    }
  }

  stay(): void {
    this.#readLog();
    this.#rebalances?.serve();
    // Without that, revoking and assigning is librdkafka's own: nothing has to be taken for it.
    this.#messages.takeNone(this.#queue);
  }

  finish(count: number): number {
    return this.#messages.storeOffsets(count);
  }

  finishBefore(topic: string, partition: number, offset: number): void {
    const list: Pointer = this.#rd.partitionListNew(1);
    this.#rd.partitionListAdd(list, topic, partition);
    this.#rd.partitionListSetOffset(list, topic, partition, offset);
    this.#rd.offsetsStore(this.#client.handle, list);
    this.#rd.partitionListDestroy(list);
  }

  async commit(): Promise<void> {
    const endMs = performance.now() + this.#coordinatorMs;
    let code = await this.#commit();
    // What this member keeps it can commit once the others have what they get.
    while (this.#rebalances?.isRevoking === false && REBALANCING.has(code ?? 0) && performance.now() < endMs) {
      await sleep(REBALANCE_POLL_MS);
      this.#rebalances.serve();
      code = await this.#commit();
    }
    if (code === 0 || code === NO_OFFSET) return;
    const silence = `the group's coordinator does not answer within ${this.#coordinatorMs / MS_PER_SEC} s`;
    const why = code === undefined ? silence : this.#rd.errorText(code);
    throw new LoadError('COMMIT', `the offsets cannot be committed: ${why}`, {
      hint: 'the next consumer of this group reads the last records again',
    });
  }

  /** The coordinator's code; undefined where it does not answer in time. */
  async #commit(): Promise<number | undefined> {
    let code: number | undefined;
    await this.#answer(
      (queue) => this.#rd.commitQueue(this.#client.handle, null, queue, null, null),
      (event) => {
        code = event === null ? code : this.#rd.eventError(event);
        return code !== undefined;
      },
    );
    return code;
  }

  /**
   * Polls for what `ask` brings into its queue until `isOver`, as long as there is time. Not by the calls that wait for
   * it: a thread in one of them keeps the process from ending, whatever signal comes.
   */
  async #answer(ask: (queue: Pointer) => void, isOver: (event: Pointer | null) => boolean): Promise<void> {
    const endMs = performance.now() + this.#coordinatorMs;
    const queue = this.#rd.queueNew(this.#client.handle);
    ask(queue);
    for (;;) {
      const event = this.#rd.queuePoll(queue, 0);
      const isAnswered = isOver(event);
      if (event !== null) this.#rd.eventDestroy(event);
      this.#isStuck = !isAnswered && performance.now() > endMs;
      if (isAnswered || this.#isStuck) break;
      await sleep(ANSWER_POLL_MS);
    }
    this.#rd.queueDestroy(queue);
  }

  async close(): Promise<void> {
    this.#messages.release();
    await this.#rebalances?.close();
    const { handle } = this.#client;
    // After a fatal error it refuses, and there is nothing to leave.
    let refusal: Pointer | null = null;
    if (!this.#isStuck) {
      await this.#answer(
        (queue) => {
          refusal = this.#rd.consumerCloseQueue(handle, queue);
        },
        (event) => {
          if (event !== null) this.#rebalances?.answer(event);
          return refusal !== null || this.#rd.consumerClosed(handle) === 1;
        },
      );
    }
    if (refusal !== null) this.#rd.errorDestroy(refusal);
    this.#readLog();
    if (this.#isStuck) return;
    this.#rd.queueDestroy(this.#queue);
    closeClient(this.#client);
    this.#waiter.close();
  }
}
