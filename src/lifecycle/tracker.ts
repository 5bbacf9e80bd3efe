/**
 * Writes what a run sends into its database while it runs. Nothing is asked of the engine for it: a record is a function
 * of its index, and how many indexes each worker has handed over stands in shared memory.
 */
import type { OpenLoad, Plan, ScenarioPlan } from '../plan/plan.ts';
import { recordMs, recordTimeOf } from '../plan/record-time.ts';
import { ScheduleReader } from '../plan/schedule/schedule.ts';
import { COUNTER, controlOf, counterCell, LOAD, laneCounters, type RunMemory, WARMUP } from '../result/run-memory.ts';
import type { MessageState } from '../workload/built-in/message-lifecycle/state.ts';
import { leftAt } from '../workload/thinning.ts';
import { openRecords } from '../workload/workload.ts';
import type { MessageDatabase } from './message-database.ts';

export class Tracker {
  readonly #database: MessageDatabase;
  readonly #lanes: readonly LaneTracker[];
  readonly #startNs: number;

  constructor(database: MessageDatabase, plan: Plan, memory: RunMemory) {
    const { scenario, startNs } = plan.database!;
    this.#database = database;
    this.#startNs = startNs;
    const own = plan.scenarios.filter(({ name, record }) => (record.trail?.scenario ?? name) === scenario);
    this.#lanes = own.map((lane) => new LaneTracker(plan, lane, memory));
  }

  /** @param elapsedNs since the start of this run. */
  write(elapsedNs: number): void {
    // Read before the states: what is settled then is among them.
    const settled = Object.fromEntries(this.#lanes.map((lane) => [lane.name, lane.settled()]));
    const states = this.#lanes.flatMap((lane) => lane.news());
    const ended = this.#lanes.every((lane) => lane.isOver());
    this.#database.write(states, { elapsedMs: (this.#startNs + elapsedNs) / 1e6, ended, settled });
  }
}

class LaneTracker {
  readonly name: string;
  readonly #scenario: ScenarioPlan;
  readonly #workers: number;
  readonly #counters: readonly Float64Array[];
  /** Records of each worker that are in the database. */
  readonly #written: number[];
  readonly #read: ReturnType<typeof openRecords>;
  readonly #dueMs: (index: number) => number;
  #settled = 0;

  constructor({ seed, runTag, workers, clock }: Plan, scenario: ScenarioPlan, memory: RunMemory) {
    this.name = scenario.name;
    this.#scenario = scenario;
    this.#workers = workers;
    this.#counters = Array.from({ length: workers }, (_, worker) => laneCounters(memory, worker, scenario.lane));
    this.#written = this.#counters.map(() => 0);
    const reader = new ScheduleReader((scenario.load as OpenLoad).schedule);
    this.#dueMs = (index) => recordMs(recordTimeOf(clock, controlOf(memory).epoch[1]!), reader.dueNs(index));
    this.#read = openRecords(scenario.record, { seed, scenario: scenario.name, runTag }, this.#dueMs);
  }

  /** Of the whole scenario's records of this lane: those below have been acknowledged or given up. */
  settled(): number {
    const sent = this.#sum(COUNTER.sent);
    const done = this.#sum(COUNTER.acked) + this.#sum(COUNTER.failed) + this.#sum(COUNTER.unresolved);
    if (sent === done) this.#settled = this.#nextUnsent();
    const left = this.#scenario.record.trail?.thinning.left;
    return left === undefined ? this.#settled : leftAt(left, this.#settled);
  }

  /** What was handed over since the last time. */
  news(): MessageState[] {
    return this.#counters.flatMap((_, worker) => {
      const sent = this.#count(worker, COUNTER.sent);
      const from = this.#written[worker]!;
      this.#written[worker] = sent;
      return Array.from({ length: sent - from }, (_, i) => this.#state(worker + (from + i) * this.#workers));
    });
  }

  isOver(): boolean {
    return this.#sum(COUNTER.sent) >= this.#scenario.load.count;
  }

  #state(index: number): MessageState {
    return this.#read(index, this.#dueMs(index)).value as unknown as MessageState;
  }

  /** No worker has handed over this index or a later one of its own. */
  #nextUnsent(): number {
    const next = this.#counters.map((_, worker) => worker + this.#count(worker, COUNTER.sent) * this.#workers);
    return Math.min(this.#scenario.load.count, ...next);
  }

  #sum(counter: number): number {
    return this.#counters.reduce((sum, _, worker) => sum + this.#count(worker, counter), 0);
  }

  #count(worker: number, counter: number): number {
    const counters = this.#counters[worker]!;
    return counters[counterCell(WARMUP, counter)]! + counters[counterCell(LOAD, counter)]!;
  }
}
