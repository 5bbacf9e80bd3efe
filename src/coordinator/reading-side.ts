/**
 * The consumer groups of a run, beside its producers: members are assigned before the start, read while messages are
 * sent, and then on to where the partitions end. In a run that only reads, the ends are those of its start.
 */
import { LoadError } from '../errors.ts';
import { type GroupPlan, placesOf } from '../plan/reading-plan.ts';
import { producersOf } from '../plan/shard.ts';
import type { ConsumerRow } from '../recorder/consumer-row.ts';
import { STATE, STOP } from '../recorder/control-memory.ts';
import type { RunMeasurement } from '../recorder/measurement.ts';
import type { ConsumerProgress } from '../recorder/progress.ts';
import { PHASES } from '../recorder/reader.ts';
import type { IndexPage, MemberMeasurement, ReadingMeasurement } from '../recorder/reading-measurement.ts';
import { allocateReadingMemory, type ReadingMemory } from '../recorder/reading-memory.ts';
import { ReadingReader } from '../recorder/reading-reader.ts';
import { OffsetClient } from '../transport/librdkafka/offset-client.ts';
import type { ClientLog } from '../transport/transport.ts';
import { countOf, formatCount, MS_PER_SEC, NS_PER_MS } from '../units.ts';
import { ConsumerRows } from './consumer-rows.ts';
import { LagWatch } from './lag-watch.ts';
import { type ReadingRunPlan, readTask } from './read-task.ts';
import { ReadingEnds } from './reading-ends.ts';
import { appendTimeTopics, logFacts, type TopicConfigs } from './reading-logs.ts';
import { type RunningGroup, WorkerGroup } from './worker-group.ts';

const ASSIGNMENT_MS = 60_000;
/** Where partitions begin and end: asked when everybody waits for it. */
const OFFSETS_MS = 10_000;
const LAST_LAG_MS = 1_000;
/** How often it is reported that groups are still reading. */
const LEFT_NOTE_MS = 10_000;
/** A row for each second of a day: reading to the end takes as long as it takes. */
const ROWS = 24 * 3600;

export interface ReadingOptions {
  readonly startOffsets: RunMeasurement['startOffsets'];
  readonly topicConfigs: TopicConfigs;
  readonly isEmbedded: boolean;
  readonly onLog: (line: ClientLog) => void;
  readonly onNote?: ((note: string) => void) | undefined;
  /** What takes the pages of verifying members. */
  readonly openPages?: ((plan: ReadingRunPlan, memory: ReadingMemory) => (page: IndexPage) => void) | undefined;
  /** How long the groups may take to be assigned; by default a minute. */
  readonly assignmentMs?: number | undefined;
  /** Replaces the members' entry, for tests. */
  readonly readerEntry?: URL | undefined;
}

export class ReadingSide {
  readonly reader: ReadingReader;
  readonly #plan: ReadingRunPlan;
  readonly #options: ReadingOptions;
  readonly #memory: ReadingMemory;
  readonly #workers: WorkerGroup;
  readonly #running: RunningGroup<MemberMeasurement>;
  readonly #client: OffsetClient;
  readonly #lag: LagWatch;
  readonly #ends: ReadingEnds;
  readonly #rows: readonly ConsumerRows[];
  readonly #onlyReads: boolean;
  readonly #gracefulStopMs: number;
  #isStopped = false;
  #isFinishing = false;
  #isAbandoned = false;
  #limit: NodeJS.Timeout | undefined;

  /** @throws LoadError where the cluster does not say where its partitions begin. */
  static async open(plan: ReadingRunPlan, options: ReadingOptions): Promise<ReadingSide> {
    const { reading } = plan;
    const client = new OffsetClient(reading.cluster, OFFSETS_MS);
    try {
      const fromFirst = reading.groups.some(({ from }) => from === 'earliest');
      const first = fromFirst ? await client.require('beginning', reading.places, OFFSETS_MS) : [];
      return new ReadingSide(plan, options, client, first);
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  /** @param first where each place begins, where a group reads from there. */
  private constructor(plan: ReadingRunPlan, options: ReadingOptions, client: OffsetClient, first: readonly number[]) {
    const { reading, lanes } = plan;
    this.#plan = plan;
    this.#options = options;
    this.#client = client;
    this.#onlyReads = lanes.length === 0;
    this.#gracefulStopMs = Math.max(0, ...lanes.map(({ gracefulStopNs }) => gracefulStopNs)) / NS_PER_MS;
    const members = reading.groups.reduce((sum, group) => sum + group.members.length, 0);
    this.#memory = allocateReadingMemory({
      ...{ members, groups: reading.groups.length, places: reading.places.length },
      ...{ producers: lanes.map((lane) => producersOf(plan, lane)), seconds: ROWS },
    });
    this.reader = new ReadingReader(this.#memory);
    this.#ends = new ReadingEnds(reading, this.#memory, this.reader);
    this.#ends.layOut({ runStart: options.startOffsets, first, onlyReads: this.#onlyReads });
    this.#lag = new LagWatch(reading, this.reader, client);
    this.#rows = reading.groups.map(
      (group) => new ConsumerRows(group, this.reader, (second) => this.#lag.of(second, group)),
    );
    this.#workers = new WorkerGroup(members);
    const onPage = options.openPages?.(plan, this.#memory) ?? (() => {});
    this.#running = this.#workers.run(readTask(plan, this.#memory, onPage, options.readerEntry), options.onLog);
  }

  /** Resolves when every group is assigned. @throws LoadError with the group that is not, and what it lacks. */
  async ready(): Promise<void> {
    const { assignmentMs = ASSIGNMENT_MS } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.#unassigned(assignmentMs)), assignmentMs);
    });
    await Promise.race([this.#running.ready, late]).finally(() => clearTimeout(timer));
  }

  #unassigned(afterMs: number): LoadError {
    const { reading } = this.#plan;
    const lacks = reading.groups.flatMap((group) => {
      const members = group.members.map((member) => this.reader.member(member));
      const asked = placesOf(reading, group).length;
      const assigned = members.reduce((sum, each) => sum + each.assigned, 0);
      const joined = members.filter(({ assignments }) => assignments > 0).length;
      if (joined === members.length && assigned === asked) return [];
      return [
        `${group.name}: ${joined} of ${countOf(members.length, 'member')} joined, ${assigned} of ${asked} partitions`,
      ];
    });
    const message = `consumer groups are not assigned after ${afterMs / MS_PER_SEC} s: ${lacks.join('; ')}`;
    return new LoadError('GROUP_NOT_ASSIGNED', message, {
      hint: 'is the group coordinator there, may this client use the group.id, and does nobody else use it (a static member that is gone holds its partitions until its session ends)? Are the topics still there? `group: none` reads without a group',
    });
  }

  start(epochMs: number, startedAtMs: number): void {
    this.#running.start(epochMs, startedAtMs);
    this.#drainWhereEnded();
  }

  /** Sends members that wait for the start home. */
  async cancel(): Promise<void> {
    this.#running.cancel();
    await this.#running.done;
  }

  /** A few times a second. */
  look(elapsedNs: number): void {
    this.#lag.look(elapsedNs);
    if (!this.#onlyReads) return;
    for (const group of this.#plan.reading.groups) {
      const { startNs, durationNs = Number.POSITIVE_INFINITY } = group;
      if (elapsedNs >= startNs + durationNs) this.#ends.endHere(group, this.#isStopped);
    }
    this.#drainWhereEnded();
  }

  /** Rows of all seconds that are over at `elapsedNs`. */
  closeSeconds(elapsedNs: number): void {
    for (const rows of this.#rows) rows.closeSeconds(elapsedNs);
  }

  /** By group, from row `first` on. */
  rowsFrom(first: number): Record<string, readonly ConsumerRow[]> {
    return this.#byGroup((_, i) => this.#rows[i]!.rows.slice(first));
  }

  progress(elapsedNs: number): Record<string, ConsumerProgress> {
    return this.#byGroup((group, i) => {
      const lastRow = this.#rows[i]!.rows.at(-1);
      return {
        members: group.members.length,
        state: this.#stateOf(group, elapsedNs),
        consumed: this.reader.counts(group).consumed,
        lag: this.#lag.last(group),
        left: this.#ends.leftOf(group),
        ...(lastRow && { lastRow }),
      };
    });
  }

  #stateOf({ members, startNs, pause }: GroupPlan, elapsedNs: number): ConsumerProgress['state'] {
    const states = this.reader.states();
    if (members.every((member) => states[member] === STATE.done)) return 'done';
    if (elapsedNs < startNs) return 'waiting';
    const isPaused = pause !== undefined && elapsedNs >= pause.atNs && elapsedNs < pause.atNs + pause.forNs;
    if (isPaused && (this.#onlyReads || !this.#isFinishing)) return 'paused';
    return this.#isFinishing ? 'end' : 'reading';
  }

  /** The producers send no more: their last messages are still to be read, for gracefulStop at most where a signal came. */
  stop(): void {
    this.#isStopped = true;
    if (this.#onlyReads) {
      for (const group of this.#plan.reading.groups) this.#ends.endHere(group, this.#isStopped);
      this.#drainWhereEnded();
    } else if (this.#isFinishing) this.#limitReading();
  }

  #limitReading(): void {
    this.#limit ??= setTimeout(() => this.#running.stop(STOP.abandon), this.#gracefulStopMs);
  }

  abandon(): void {
    this.#isAbandoned = true;
    this.#running.stop(STOP.abandon);
  }

  /** When the producers are done: reads on to the end. */
  async finish(elapsedNs: () => number): Promise<ReadingMeasurement> {
    this.#isFinishing = true;
    if (!this.#onlyReads) await this.#setEnds();
    if (this.#isStopped && !this.#onlyReads) this.#limitReading();
    const notes = setInterval(() => this.#noteLeft(), LEFT_NOTE_MS);
    const members = await this.#running.done.finally(() => {
      clearInterval(notes);
      clearTimeout(this.#limit);
    });
    return this.#measured(members, elapsedNs());
  }

  async #setEnds(): Promise<void> {
    try {
      this.#ends.set(await this.#client.require('end', this.#plan.reading.places, OFFSETS_MS));
    } catch {
      // Nobody knows how far there is to read.
      this.#running.stop(STOP.abandon);
      return;
    }
    this.#running.stop(STOP.drain);
  }

  #noteLeft(): void {
    for (const group of this.#plan.reading.groups) {
      const left = this.#ends.leftOf(group);
      if (left !== null && left > 0) {
        this.#options.onNote?.(`consumer group ${group.name} reads on: ${formatCount(left)} offsets left`);
      }
    }
  }

  /** Ends that are known are the signal to read no further. */
  #drainWhereEnded(): void {
    const { groups } = this.#plan.reading;
    if (this.#onlyReads && groups.every((group) => this.#ends.leftOf(group) !== null)) this.#running.stop(STOP.drain);
  }

  async #measured(members: readonly MemberMeasurement[], endNs: number): Promise<ReadingMeasurement> {
    const { reading, lanes } = this.#plan;
    const { startOffsets, topicConfigs, isEmbedded } = this.#options;
    const ask = async (where: 'end' | 'beginning') =>
      this.#isAbandoned ? undefined : this.#client.ask(where, reading.places, LAST_LAG_MS);
    const [ends, beginnings] = [await ask('end'), await ask('beginning')];
    for (const rows of this.#rows) rows.closeAll(endNs);
    const laneNumbers = lanes.length === 0 ? [0] : lanes.map(({ lane }) => lane);
    return {
      endNs,
      appendTimeTopics: appendTimeTopics(topicConfigs),
      logs: logFacts({
        plan: this.#plan,
        startOffsets,
        topicConfigs,
        isEmbedded,
        beginnings,
        elapsedMs: endNs / NS_PER_MS,
      }),
      groups: reading.groups.map((group, i) => ({
        group: group.group,
        counts: this.reader.counts(group),
        members: members.filter((each) => each.group === group.group),
        endToEnd: laneNumbers.map((lane) =>
          PHASES.map((phase) => this.reader.endToEnd(group, { lanes: [lane], phases: [phase] })),
        ),
        rows: this.#rows[i]!.rows,
        busyPct: Math.max(...group.members.map((member) => this.#busyPct(member))),
        endNs: Math.max(...group.members.map((member) => this.reader.member(member).turnNs)),
        unread: this.#ends.leftOf(group),
        lagAtEnd: ends === undefined ? null : this.#lag.lagOf(group, ends),
      })),
    };
  }

  #busyPct(member: number): number {
    const { busyNs, idleNs } = this.reader.member(member);
    return (100 * busyNs) / Math.max(1, busyNs + idleNs);
  }

  #byGroup<T>(of: (group: GroupPlan, i: number) => T): Record<string, T> {
    return Object.fromEntries(this.#plan.reading.groups.map((group, i) => [group.name, of(group, i)]));
  }

  async close(): Promise<void> {
    clearTimeout(this.#limit);
    this.#running.close();
    await this.#workers.close();
    await this.#client.close();
  }
}
