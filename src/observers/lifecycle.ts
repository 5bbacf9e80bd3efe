/** Writes the messages of a run into its lifecycle database while they are sent. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding, Observation, Observer, ReadyRun, Second } from '../coordinator/observer.ts';
import { LoadError } from '../errors.ts';
import { type DatabaseCounts, MessageDatabase } from '../lifecycle/message-database.ts';
import { Tracker } from '../lifecycle/tracker.ts';
import type { Plan } from '../plan/plan.ts';
import type { MessageSummary } from '../recorder/message-summary.ts';
import { makeDirectoryOf } from '../report/result-directory.ts';
import { phoneBookOf } from '../workload/built-in/message-lifecycle/message-lifecycle.ts';

/** While a run goes on: its progress is shown by the same thread. */
const LOCKED_MS_MAX = 50;

/** The database that nobody named, in a result directory: it is one run's alone. */
const UNNAMED_FILE = 'messages.db';

export interface LifecycleOptions {
  readonly profileHash: string;
  /** Where a database that has no name of its own belongs. */
  readonly directory: string | undefined;
  readonly warn: (warning: string) => void;
}

export class LifecycleObserver implements Observer {
  readonly readsSettled = true;
  readonly #options: LifecycleOptions;
  #database: MessageDatabase | undefined;
  #tracker: Tracker | undefined;
  #isBehind = false;

  /**
   * A database that has a name is open from here on; one without is opened when the run is ready: before that nothing may
   * come of the run, and its directory goes again.
   * @throws LoadError where there is no SQLite or no such file; InputError where another process writes it.
   */
  constructor(plan: Plan, options: LifecycleOptions) {
    this.#options = options;
    const { file } = plan.database!;
    if (file !== null) {
      makeDirectoryOf(file);
      this.#database = openDatabase(plan, options.profileHash, file);
    }
  }

  ready({ plan, reader }: ReadyRun): string | undefined {
    this.#database ??= this.#openUnnamed(plan);
    if (this.#database === undefined) return undefined;
    this.#tracker = new Tracker(this.#database, plan, reader);
    return `database ${this.#database.file}: each message and its state, every second`;
  }

  /** In place of an earlier run's. Nobody asked for it: where it is not available, the run goes on without. */
  #openUnnamed(plan: Plan): MessageDatabase | undefined {
    const { directory, profileHash, warn } = this.#options;
    if (directory === undefined) return undefined;
    const file = join(directory, UNNAMED_FILE);
    try {
      if (existsSync(file)) {
        // Not another process's, nor another program's.
        new MessageDatabase(file).close();
        for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
      }
      return openDatabase(plan, profileHash, file);
    } catch (error) {
      if (!(error instanceof LoadError)) throw error;
      warn(`no database: ${error.message}`);
      return undefined;
    }
  }

  /** A file that cannot be written now is reported once; what is missing there is written later. */
  second({ elapsedNs }: Pick<Second, 'elapsedNs'>): Observation | undefined {
    if (this.#tracker === undefined) return undefined;
    try {
      this.#tracker.write(elapsedNs, LOCKED_MS_MAX);
      this.#isBehind = false;
      return { progress: { database: summaryOf(this.#database!, this.#tracker.counts()) } };
    } catch (error) {
      if (!isSqliteError(error)) throw error;
      if (!this.#isBehind) this.#options.warn(`${error.message}; trying again every second`);
      this.#isBehind = true;
      return undefined;
    }
  }

  finish({ loadEndNs }: { readonly loadEndNs: number }): Finding {
    if (this.#database === undefined) return {};
    try {
      this.#tracker?.write(loadEndNs);
      const messages = summaryOf(this.#database, this.#database.counts());
      return { progress: { database: messages }, result: { messages } };
    } catch (error) {
      if (!isSqliteError(error)) throw error;
      return { error };
    }
  }

  close(): void {
    this.#database?.close();
  }
}

function openDatabase(plan: Plan, profileHash: string, file: string): MessageDatabase {
  const { scenario } = plan.database!;
  const { record } = plan.lanes.find(({ name, record: each }) => (each.trail?.scenario ?? name) === scenario)!;
  const book = phoneBookOf(record);
  const database = new MessageDatabase(file);
  try {
    const { runTag, name: profile, clock } = plan;
    database.begin({ runTag, profile, profileHash, plannedAtMs: clock.originMs }, book.entries());
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function isSqliteError(error: unknown): error is LoadError {
  return error instanceof LoadError && error.code === 'SQLITE';
}

function summaryOf(
  database: MessageDatabase,
  { states: counted, carriers: uses, phoneNumbers, bytes }: DatabaseCounts,
): MessageSummary {
  const states = { sent: 0, delayed: 0, delivered: 0, failed: 0, ...counted };
  const messages = Object.values(states).reduce((sum, count) => sum + count, 0);
  const active = states.sent + states.delayed;
  const carriers = Object.fromEntries(Object.entries(uses).toSorted(([, a], [, b]) => b - a));
  const { starts } = database.saved()!;
  return { file: database.file, bytes, messages, states, active, carriers, phoneNumbers, starts };
}
