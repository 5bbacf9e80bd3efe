/** A run's database from its opening to what is said of it at the end. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LoadError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import type { MessageSummary } from '../recorder/message-summary.ts';
import type { RunReader } from '../recorder/reader.ts';
import { phoneBookOf } from '../workload/built-in/message-lifecycle/message-lifecycle.ts';
import { type DatabaseCounts, MessageDatabase } from './message-database.ts';
import { Tracker } from './tracker.ts';

/** While a run goes on: its progress is shown by the same thread. */
const LOCKED_MS_MAX = 50;

/** The database that nobody named, in a result directory: it is one run's alone. */
const UNASKED_FILE = 'messages.db';

export class Recorder {
  readonly #database: MessageDatabase;
  #tracker: Tracker | undefined;
  #isBehind = false;
  #live: MessageSummary | undefined;

  /** @throws LoadError where there is no SQLite or no such file; InputError where another process writes it. */
  constructor(plan: Plan, profileHash: string, file = plan.database!.file!) {
    const { scenario } = plan.database!;
    const { record } = plan.lanes.find(({ name, record: each }) => (each.trail?.scenario ?? name) === scenario)!;
    const book = phoneBookOf(record);
    this.#database = new MessageDatabase(file);
    try {
      const { runTag, name: profile, clock } = plan;
      this.#database.begin({ runTag, profile, profileHash, plannedAtMs: clock.originMs }, book.entries());
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /**
   * A new one in the result directory, in place of an earlier run's. Nobody asked for it: where it cannot be had, the run goes on
   * without.
   */
  static openUnasked(
    plan: Plan,
    profileHash: string,
    directory: string,
    warn: (warning: string) => void,
  ): Recorder | undefined {
    const file = join(directory, UNASKED_FILE);
    try {
      if (existsSync(file)) {
        // Not another process's, nor another program's.
        new MessageDatabase(file).close();
        for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
      }
      return new Recorder(plan, profileHash, file);
    } catch (error) {
      if (!(error instanceof LoadError)) throw error;
      warn(`no database: ${error.message}`);
      return undefined;
    }
  }

  get file(): string {
    return this.#database.file;
  }

  /** As of the last `write`, without going through the rows; undefined before the first. */
  get live(): MessageSummary | undefined {
    return this.#live;
  }

  ready(plan: Plan, reader: RunReader): void {
    this.#tracker = new Tracker(this.#database, plan, reader);
  }

  /** Once a second. A file that cannot be written now is told of once; what is missing there is written later. */
  write(elapsedNs: number, warn: (warning: string) => void): void {
    try {
      this.#tracker?.write(elapsedNs, LOCKED_MS_MAX);
      if (this.#tracker !== undefined) this.#live = this.#summary(this.#tracker.counts());
      this.#isBehind = false;
    } catch (error) {
      if (!(error instanceof LoadError && error.code === 'SQLITE')) throw error;
      if (!this.#isBehind) warn(`${error.message}; trying again every second`);
      this.#isBehind = true;
    }
  }

  /** At the end. Where the file is not whole: why, as the measurement is not to be lost with it. */
  finish(elapsedNs: number): { readonly messages?: MessageSummary; readonly error?: LoadError } {
    try {
      this.#tracker?.write(elapsedNs);
      this.#live = this.#summary(this.#database.counts());
      return { messages: this.#live };
    } catch (error) {
      if (!(error instanceof LoadError && error.code === 'SQLITE')) throw error;
      return { error };
    }
  }

  #summary({ states: counted, carriers: uses, phoneNumbers, bytes }: DatabaseCounts): MessageSummary {
    const states = { sent: 0, delayed: 0, delivered: 0, failed: 0, ...counted };
    const messages = Object.values(states).reduce((sum, count) => sum + count, 0);
    const active = states.sent + states.delayed;
    const carriers = Object.fromEntries(Object.entries(uses).toSorted(([, a], [, b]) => b - a));
    const { starts } = this.#database.saved()!;
    return { file: this.#database.file, bytes, messages, states, active, carriers, phoneNumbers, starts };
  }

  close(): void {
    this.#database.close();
  }
}
