/** A run's database from its opening to what is said of it at the end. */
import { LoadError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import type { MessageSummary } from '../result/message-summary.ts';
import type { RunMemory } from '../result/run-memory.ts';
import { phoneBookOf } from '../workload/built-in/message-lifecycle/message-lifecycle.ts';
import { MessageDatabase } from './message-database.ts';
import { Tracker } from './tracker.ts';

/** While a run goes on: its progress is shown by the same thread. */
const LOCKED_MS_MAX = 50;

export class Recorder {
  readonly #database: MessageDatabase;
  #tracker: Tracker | undefined;
  #isBehind = false;

  /** @throws LoadError where there is no SQLite or no such file; InputError where another process writes it. */
  constructor(plan: Plan, profileHash: string) {
    const { file, scenario } = plan.database!;
    const { record } = plan.scenarios.find(({ name, record: each }) => (each.trail?.scenario ?? name) === scenario)!;
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

  ready(plan: Plan, memory: RunMemory): void {
    this.#tracker = new Tracker(this.#database, plan, memory);
  }

  /** Once a second. A file that cannot be written now is told of once; what is missing there is written later. */
  write(elapsedNs: number, warn: (warning: string) => void): void {
    try {
      this.#tracker?.write(elapsedNs, LOCKED_MS_MAX);
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
      return { messages: this.#summary() };
    } catch (error) {
      if (!(error instanceof LoadError && error.code === 'SQLITE')) throw error;
      return { error };
    }
  }

  #summary(): MessageSummary {
    const { states, carriers, phoneNumbers, bytes } = this.#database.counts();
    const messages = Object.values(states).reduce((sum, count) => sum + count, 0);
    const active = messages - (states.delivered ?? 0) - (states.failed ?? 0);
    const { starts } = this.#database.saved()!;
    return { file: this.#database.file, bytes, messages, states, active, carriers, phoneNumbers, starts };
  }

  close(): void {
    this.#database.close();
  }
}
