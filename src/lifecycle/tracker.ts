/**
 * Writes what a run sends into its database while it runs. Nothing is asked of the engine for it: a record is a function
 * of its index, and how many indexes each worker has sent stands in shared memory.
 */
import type { LanePlan, OpenLoad, Plan } from '../plan/plan.ts';
import { recordMs, recordTimeOf } from '../plan/record-time.ts';
import { workerOf } from '../plan/shard.ts';
import { indexesBetween, type RunReader } from '../recorder/reader.ts';
import { ScheduleReader } from '../schedule/schedule.ts';
import { NS_PER_MS } from '../units.ts';
import { STATUS_BEFORE, STATUS_OF, type TrailName } from '../workload/built-in/message-lifecycle/outcomes.ts';
import type { MessageState } from '../workload/built-in/message-lifecycle/state.ts';
import { leftAt } from '../workload/thinning.ts';
import { openRecords } from '../workload/workload.ts';
import type { DatabaseCounts, MessageDatabase } from './message-database.ts';

export class Tracker {
  readonly #database: MessageDatabase;
  readonly #lanes: readonly LaneTracker[];
  readonly #startNs: number;
  /** As the database itself would count them. */
  readonly #states: Record<string, number>;
  readonly #carriers: Record<string, number>;
  readonly #phoneNumbers: number;

  constructor(database: MessageDatabase, plan: Plan, reader: RunReader) {
    const { scenario, startNs } = plan.database!;
    this.#database = database;
    this.#startNs = startNs;
    const own = plan.lanes.filter(({ name, record }) => (record.trail?.scenario ?? name) === scenario);
    this.#lanes = own.map((lane) => new LaneTracker(plan, lane, reader));
    const { states, carriers, phoneNumbers } = database.counts();
    this.#states = { ...states };
    this.#carriers = { ...carriers };
    this.#phoneNumbers = phoneNumbers;
  }

  /**
   * @param elapsedNs since the start of this run.
   * @param waitMs for whoever else has the file locked.
   * @throws LoadError where it cannot be written; the next time then writes this as well.
   */
  write(elapsedNs: number, waitMs?: number): void {
    const readings = this.#lanes.map((lane) => lane.read());
    const now = {
      elapsedMs: (this.#startNs + elapsedNs) / NS_PER_MS,
      ended: readings.every(({ isOver }) => isOver),
      settled: Object.fromEntries(this.#lanes.map(({ name }, i) => [name, readings[i]!.settled])),
    };
    const states = this.#lanes.map((lane, i) => lane.since(readings[i]!));
    this.#database.write(states.flat(), now, waitMs);
    for (const [i, lane] of this.#lanes.entries()) {
      lane.written(readings[i]!);
      this.#count(lane.place, states[i]!);
    }
  }

  /** What the database holds, counted along: it may have millions of rows. */
  counts(): DatabaseCounts {
    // Where a worker is late, a later state of a message may be counted before an earlier one.
    const states = Object.fromEntries(Object.entries(this.#states).map(([state, n]) => [state, Math.max(0, n)]));
    return { states, carriers: { ...this.#carriers }, phoneNumbers: this.#phoneNumbers, bytes: this.#database.bytes() };
  }

  #count(place: 'sent' | TrailName, states: readonly MessageState[]): void {
    const add = (counts: Record<string, number>, name: string, n: number) => {
      counts[name] = (counts[name] ?? 0) + n;
    };
    const before = STATUS_BEFORE[place];
    add(this.#states, STATUS_OF[place], states.length);
    if (before !== undefined) add(this.#states, before, -states.length);
    else for (const { carrier } of states) add(this.#carriers, carrier, 1);
  }
}

interface LaneReading {
  /** By producer: records sent. */
  readonly sent: readonly number[];
  /** Of the whole scenario's records of this lane: those below have been acknowledged or given up. */
  readonly settled: number;
  /** None of its records is still to come, or on its way. */
  readonly isOver: boolean;
}

class LaneTracker {
  readonly name: string;
  readonly place: 'sent' | TrailName;
  readonly #scenario: LanePlan;
  readonly #reader: RunReader;
  /** Records of each producer that are in the database. */
  #written: readonly number[] = [];
  readonly #plan: Plan;
  readonly #read: ReturnType<typeof openRecords>;
  readonly #dueMs: (index: number) => number;

  constructor(plan: Plan, scenario: LanePlan, reader: RunReader) {
    const { seed, runTag, clock } = plan;
    this.#plan = plan;
    this.name = scenario.name;
    this.place = (scenario.record.trail?.name ?? 'sent') as 'sent' | TrailName;
    this.#scenario = scenario;
    this.#reader = reader;
    const schedule = new ScheduleReader((scenario.load as OpenLoad).schedule);
    this.#dueMs = (index) => recordMs(recordTimeOf(clock, reader.startedAtMs), schedule.dueNs(index));
    this.#read = openRecords(scenario.record, { seed, scenario: scenario.name, runTag }, this.#dueMs);
  }

  read(): LaneReading {
    // Before the counts: what is settled was sent by then, and so is counted as sent.
    const settledTo = this.#reader.settled(this.#scenario);
    const sent = this.#reader.sentByProducer(this.#scenario);
    const { acked, failed, unresolved } = this.#reader.counts({ lanes: [this.#scenario] });
    const { count } = this.#scenario.load;
    const end = Math.min(
      ...settledTo.map((number, thread) => workerOf(this.#plan, thread) + number * this.#plan.workers),
    );
    const left = this.#scenario.record.trail?.thinning.left;
    const settled = left === undefined ? end : leftAt(left, end);
    return { sent, settled, isOver: acked + failed + unresolved >= count };
  }

  /** What was sent after what is written. */
  since({ sent }: LaneReading): MessageState[] {
    return indexesBetween(this.#plan, this.#scenario, this.#written, sent).map((index) => this.#state(index));
  }

  written({ sent }: LaneReading): void {
    this.#written = sent;
  }

  #state(index: number): MessageState {
    return this.#read(index, this.#dueMs(index)).value as unknown as MessageState;
  }
}
