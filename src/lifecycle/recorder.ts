/** A run's database from its opening to what is said of it at the end. */
import type { Plan } from '../plan/plan.ts';
import type { MessageSummary } from '../result/message-summary.ts';
import type { RunMemory } from '../result/run-memory.ts';
import { phoneBookOf } from '../workload/built-in/message-lifecycle/message-lifecycle.ts';
import { MessageDatabase } from './message-database.ts';
import { Tracker } from './tracker.ts';

export class Recorder {
  readonly #database: MessageDatabase;
  #tracker: Tracker | undefined;

  /** @throws LoadError where there is no SQLite or no such file; InputError where another process writes it. */
  constructor(plan: Plan, profileHash: string) {
    const { file, scenario } = plan.database!;
    const { record } = plan.scenarios.find(({ name, record: each }) => (each.trail?.scenario ?? name) === scenario)!;
    const book = phoneBookOf(record);
    this.#database = new MessageDatabase(file);
    try {
      const isNew = this.#database.saved() === undefined;
      const { runTag, name: profile, clock } = plan;
      this.#database.begin({ runTag, profile, profileHash, plannedAtMs: clock.originMs });
      if (isNew) this.#database.addPhoneNumbers(book.entries());
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  ready(plan: Plan, memory: RunMemory): void {
    this.#tracker = new Tracker(this.#database, plan, memory);
  }

  /** Once a second, and at the end. */
  write(elapsedNs: number): void {
    this.#tracker?.write(elapsedNs);
  }

  summary(): MessageSummary {
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
