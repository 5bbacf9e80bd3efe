/**
 * One run from what its shards send: adds up, in whatever order it comes and however often. A new collector that is given
 * the same messages knows the same.
 */
import { monotonicMs } from '../clock.ts';
import type { SecondRows } from '../coordinator/observer.ts';
import { progressOf } from '../coordinator/progress.ts';
import type { Plan } from '../plan/plan.ts';
import { STATE } from '../recorder/control-memory.ts';
import { EXTREMES } from '../recorder/histogram.ts';
import type { Progress } from '../recorder/progress.ts';
import type { RunReader } from '../recorder/reader.ts';
import type { ScenarioRow, SecondRow } from '../recorder/second-row.ts';
import { seriesSeconds } from '../recorder/series-seconds.ts';
import { NS_PER_SEC } from '../units.ts';
import { type DataMessage, decodeMessage, nextPlace, type SecondMessage } from './data-message.ts';
import { Instance } from './instance.ts';
import { type CollectedRun, type GivenFacts, mergedMeasurement } from './merged-measurement.ts';
import { MergedMemory } from './merged-memory.ts';
import { MergedRows, type RowCursor } from './merged-rows.ts';
import type { Hello, Ready } from './messages.ts';
import { ShardRows } from './shard-rows.ts';
import { byJoining, isOver, type ShardLook, type ShardState, stateOf } from './shard-state.ts';

/** A second is shown at the latest so long after it, whoever has not told of it yet. */
const SHOWN_AFTER_NS = 5 * NS_PER_SEC;

export interface CollectorOptions {
  /** Of the whole run, as it is run. */
  readonly plan: Plan;
  readonly shards: number;
  /** The run's zero, ms since 1970. */
  readonly startedAtMs: number;
  readonly bus: 'kafka' | 'directory';
  /** Monotonic, ms; for `waitingFor`. */
  readonly nowMs?: () => number;
}

export interface Look extends SecondRows {
  readonly progress: Progress;
}

export class Collector {
  readonly #options: CollectorOptions;
  readonly #nowMs: () => number;
  readonly #memory: MergedMemory;
  readonly #rows: MergedRows;
  readonly #shards: readonly ShardState[];
  #shown: RowCursor | undefined;
  #lastRow: SecondRow | undefined;
  #damaged = 0;

  constructor(options: CollectorOptions) {
    const { plan, shards, startedAtMs, nowMs = monotonicMs } = options;
    this.#options = options;
    this.#nowMs = nowMs;
    this.#memory = new MergedMemory(plan, shards, seriesSeconds(plan), startedAtMs);
    this.#rows = new MergedRows(plan, this.#memory.reader);
    const heardMs = nowMs();
    this.#shards = Array.from({ length: shards }, (_, shard) => ({
      ...{ shard, instances: [], hosts: new Map(), lossesBefore: new Map(), clocks: new Map() },
      ...{ rows: new ShardRows(), heardMs, absentFor: undefined },
    }));
  }

  /** Counters of a row for each shard; rows and histograms of all of them, the histograms as of the last look. */
  get reader(): RunReader {
    return this.#memory.reader;
  }

  /** The run's zero on the monotonic clock of this process, for readers of the memory. */
  set epochMs(epochMs: number) {
    this.#memory.epochMs = epochMs;
  }

  hello({ shard, instance, host, replaces }: Pick<Hello, 'shard' | 'instance' | 'host' | 'replaces'>): void {
    this.#shards[shard]?.hosts.set(instance, host);
    if (replaces !== undefined) this.#shards[shard]?.lossesBefore.set(instance, replaces);
  }

  ready({ shard, instance, clockOffset }: Pick<Ready, 'shard' | 'instance' | 'clockOffset'>): void {
    if (clockOffset !== null) this.#shards[shard]?.clocks.set(instance, clockOffset);
  }

  /** A message of the data channel. What is damaged, or of no shard of this run, counts as not sent. */
  add(bytes: Uint8Array): void {
    let message: DataMessage;
    try {
      message = decodeMessage(bytes);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#damaged++;
      return;
    }
    const state = this.#shards[message.shard];
    if (state === undefined || message.shards !== this.#options.shards) {
      this.#damaged++;
      return;
    }
    state.heardMs = this.#nowMs();
    const instance = this.#instanceOf(state, message.instance);
    if (message.kind === 'second') {
      if (!instance.hear(message)) return;
      const goesOn = instance.lostFor === undefined && instance.final === undefined;
      if (goesOn && state.instances.length === 1) this.#memory.add(state.shard, instance, message.cells);
      else this.#show(state);
      this.#addSecond(state, instance, message);
    } else if (instance.hearPart(message)) this.#show(state);
  }

  /** Nobody waits any longer for this process; for any of the shard where none is named. */
  lost(shard: number, instance: string | undefined, reason: string): void {
    const state = this.#shards[shard]!;
    if (instance === undefined) state.absentFor ??= reason;
    const lost = instance === undefined ? state.instances : [this.#instanceOf(state, instance)];
    for (const each of lost) each.lostFor ??= reason;
    if (state.instances.length === 0) this.#memory.giveUp(shard);
    else this.#show(state);
  }

  /** Messages that could not be read, or are of another run. */
  get damaged(): number {
    return this.#damaged;
  }

  /** All that will come has come. */
  get isComplete(): boolean {
    return this.#shards.every(isOver);
  }

  /** Shards that have more to tell, and how long each has said nothing. */
  waitingFor(): { shard: number; silentMs: number }[] {
    const nowMs = this.#nowMs();
    const waiting = this.#shards.filter((state) => !isOver(state));
    return waiting.map(({ shard, heardMs }) => ({ shard, silentMs: nowMs - heardMs }));
  }

  /**
   * The seconds that are complete since the last call, and where the run stands.
   * @param elapsedNs since run start: what is too long ago is shown as far as it is known.
   */
  look(elapsedNs: number): Look {
    this.#memory.flush();
    const endsNs = this.#endsNs();
    this.#shown ??= this.#rows.cursor(endsNs);
    this.#shown.endsNs = endsNs;
    const overdue = Math.floor((elapsedNs - SHOWN_AFTER_NS) / NS_PER_SEC);
    const end = Math.min(this.#rows.length, Math.max(overdue, this.#completeSeconds()));
    const merged = [];
    while (this.#shown.second < end) merged.push(this.#shown.next());
    const rows = merged.map(({ row }) => row);
    this.#lastRow = rows.at(-1) ?? this.#lastRow;
    const { plan, startedAtMs } = this.#options;
    const lastRow = this.#lastRow;
    const lanes = merged.map((each) => each.lanes);
    return {
      rows,
      latencies: merged.map(({ latencies }) => latencies),
      ...(hasLanes(plan, lanes) && { scenarioRows: byScenario(plan, lanes) }),
      progress: progressOf({ plan, reader: this.reader, startedAtMs, ...(lastRow && { lastRow }) }, elapsedNs),
    };
  }

  /** Each shard, for the live view. */
  states(): ShardLook[] {
    return this.#shards.map((state): ShardLook => {
      const last = state.instances.at(-1);
      const host = last && state.hosts.get(last.id);
      const second = (last?.rows ?? 0) - 1;
      const row = second < 0 ? undefined : state.rows.row(second);
      return {
        shard: state.shard,
        ...(host !== undefined && { host }),
        state: stateOf(state),
        ...(row && { lastRow: { sent: row.sent, acked: row.acked, scheduleLagP99: row.scheduleLagP99 } }),
      };
    });
  }

  measurement(given: GivenFacts): CollectedRun {
    this.#memory.flush();
    const { plan, startedAtMs, bus } = this.#options;
    const facts = { plan, startedAtMs, bus, shards: this.#shards, rows: this.#rows, memory: this.#memory };
    return mergedMeasurement({ ...facts, endsNs: this.#endsNs() }, given);
  }

  #addSecond(state: ShardState, instance: Instance, message: SecondMessage): void {
    for (const row of message.rows) {
      state.rows.add(row, row.second * NS_PER_SEC >= message.joinedNs);
      this.#rows.addRow(row);
    }
    for (const count of message.counts) {
      state.rows.count(count);
      this.#memory.count(count);
    }
    const { histograms, latencySecond, sequence } = message;
    for (let place = nextPlace(histograms); place !== undefined; place = nextPlace(histograms)) {
      const all = this.#memory.histograms[place]!;
      const own = this.#rows.latencies(latencySecond, place);
      const added = this.#memory.intake(place).add(histograms, own?.counts);
      all[EXTREMES.sum]! += instance.measured(place, added, sequence);
      if (own !== undefined) own.max = Math.max(own.max, added.max);
    }
  }

  #show({ shard, instances }: ShardState): void {
    instances.sort(byJoining);
    this.#memory.show(shard, instances);
  }

  #instanceOf(state: ShardState, id: string): Instance {
    const known = state.instances.find((instance) => instance.id === id);
    if (known !== undefined) return known;
    const { plan, shards } = this.#options;
    const instance = new Instance(state.shard, id, plan.workers / shards, plan.lanes.length);
    state.instances.push(instance);
    return instance;
  }

  /** Seconds that all have told of who will. */
  #completeSeconds(): number {
    return Math.min(
      ...this.#shards.map((state) => (isOver(state) ? Number.POSITIVE_INFINITY : (state.instances.at(-1)?.rows ?? 0))),
    );
  }

  /** When each worker's load ended, by its number in the run; Infinity while it goes on. */
  #endsNs(): number[] {
    const { plan, shards } = this.#options;
    return Array.from({ length: plan.workers }, (_, worker) => {
      const instance = this.#shards[worker % shards]!.instances.at(-1);
      if (instance === undefined || instance.state < STATE.draining) return Number.POSITIVE_INFINITY;
      const thread = Math.floor(worker / shards);
      return instance.final?.workers[thread]?.phases.loadEndNs ?? instance.loops[thread]!.loadEndNs;
    });
  }
}

function hasLanes({ lanes }: Plan, rows: readonly (readonly ScenarioRow[])[]): boolean {
  return lanes.length > 1 && rows.some((row) => row.length > 0);
}

function byScenario({ lanes }: Plan, rows: readonly (readonly ScenarioRow[])[]): Record<string, ScenarioRow[]> {
  return Object.fromEntries(lanes.map(({ name }, lane) => [name, rows.map((row) => row[lane]!)]));
}
