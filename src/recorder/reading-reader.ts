/**
 * Reads the memory of consumer groups while their members write it: the one place that goes over members, lanes and
 * phases, as `RunReader` does for producers.
 */
import { controlOf, workerStates } from './control-memory.ts';
import { add, createHistogram, type FlatHistogram } from './histogram.ts';
import { type LatencyBuckets, readLatencyBuckets } from './latency-buckets.ts';
import {
  endToEndHistogram,
  MEMBER,
  memberCells,
  PLACE,
  placeCells,
  READ_COLUMN,
  READ_COLUMNS,
  type ReadingMemory,
  readRows,
} from './reading-memory.ts';
import { LOAD, type Phase, WARMUP } from './run-memory.ts';

/** Numbers of a group and of its members. */
export interface GroupMembers {
  readonly group: number;
  readonly members: readonly number[];
}

/** What to add up; by default both phases of all lanes. */
export interface ReadSelection {
  readonly lanes?: readonly number[];
  readonly phases?: readonly Phase[];
}

/** Sums over the members of a group. */
export interface ConsumerCounts {
  readonly consumed: number;
  readonly bytes: number;
  readonly foreign: number;
  readonly negative: number;
  /** The lowest end-to-end latency below 0, ns; 0 where there was none. */
  readonly negativeMinNs: number;
  readonly rebalances: number;
  /** ns from run start; null before the first record. */
  readonly firstRecordNs: number | null;
  readonly lastRecordNs: number | null;
}

export interface MemberReading {
  readonly member: number;
  readonly assignments: number;
  readonly assigned: number;
  /** Another number for each turn of its loop. */
  readonly turnNs: number;
  /** The kernel's id of the thread. */
  readonly threadId: number;
  readonly busyNs: number;
  readonly idleNs: number;
  readonly pausedNs: number;
}

/** Offsets; `end` and `high` are -1 as long as nobody knows them, `owner` is null where nobody reads the partition. */
export interface PlaceReading {
  readonly place: number;
  readonly position: number;
  readonly start: number;
  readonly end: number;
  readonly owner: number | null;
  readonly high: number;
}

const BOTH: readonly Phase[] = [WARMUP, LOAD];

export class ReadingReader {
  readonly #memory: ReadingMemory;
  readonly #members: readonly Float64Array[];
  readonly #rows: readonly Float64Array[];

  constructor(memory: ReadingMemory) {
    this.#memory = memory;
    const members = Array.from({ length: memory.workers }, (_, member) => member);
    this.#members = members.map((member) => memberCells(memory, member));
    this.#rows = members.map((member) => readRows(memory, member));
  }

  /** Of the run's zero, ms on the monotonic clock; 0 before the start. */
  get epochMs(): number {
    return controlOf(this.#memory).epoch[0]!;
  }

  /** Of the run's zero, ms since 1970; 0 before the start. */
  get startedAtMs(): number {
    return controlOf(this.#memory).epoch[1]!;
  }

  /** Seconds that have a row of their own. */
  get seconds(): number {
    return this.#memory.seconds;
  }

  /** STATE of each member. */
  states(): number[] {
    return workerStates(this.#memory);
  }

  counts({ members }: GroupMembers): ConsumerCounts {
    const cells = members.map((member) => this.#members[member]!);
    const sum = (cell: number) => cells.reduce((total, each) => total + each[cell]!, 0);
    const moments = (cell: number) => cells.map((each) => each[cell]!).filter((ns) => ns > 0);
    const first = moments(MEMBER.firstRecord);
    const last = moments(MEMBER.lastRecord);
    return {
      consumed: sum(MEMBER.consumed),
      bytes: sum(MEMBER.bytes),
      foreign: sum(MEMBER.foreign),
      negative: sum(MEMBER.negative),
      negativeMinNs: Math.min(0, ...cells.map((each) => each[MEMBER.negativeMinNs]!)),
      rebalances: sum(MEMBER.rebalances),
      firstRecordNs: first.length === 0 ? null : Math.min(...first),
      lastRecordNs: last.length === 0 ? null : Math.max(...last),
    };
  }

  member(member: number): MemberReading {
    const cells = this.#members[member]!;
    return {
      member,
      assignments: cells[MEMBER.assignments]!,
      assigned: cells[MEMBER.assigned]!,
      turnNs: cells[MEMBER.turn]!,
      threadId: cells[MEMBER.threadId]!,
      busyNs: cells[MEMBER.busy]!,
      idleNs: cells[MEMBER.idle]!,
      pausedNs: cells[MEMBER.paused]!,
    };
  }

  /** Records read in one second. */
  second(second: number, { members }: GroupMembers): { readonly consumed: number; readonly bytes: number } {
    const column = (of: number) =>
      members.reduce((sum, member) => sum + this.#rows[member]![second * READ_COLUMNS + of]!, 0);
    return { consumed: column(READ_COLUMN.consumed), bytes: column(READ_COLUMN.bytes) };
  }

  places({ group }: GroupMembers): PlaceReading[] {
    return Array.from({ length: this.#memory.places }, (_, place) => {
      const cells = placeCells(this.#memory, group, place);
      const owner = cells[PLACE.owner]!;
      return {
        place,
        position: cells[PLACE.position]!,
        start: cells[PLACE.start]!,
        end: cells[PLACE.end]!,
        owner: owner === 0 ? null : owner - 1,
        high: cells[PLACE.high]!,
      };
    });
  }

  /** End-to-end latencies, µs: their sum in `into`, which is cleared. */
  endToEnd(group: GroupMembers, selection: ReadSelection = {}, into = createHistogram()): FlatHistogram {
    into.fill(0);
    for (const cells of this.#histograms(group, selection)) add(into, cells);
    return into;
  }

  endToEndBuckets(group: GroupMembers, selection: ReadSelection = {}): LatencyBuckets {
    return readLatencyBuckets([...this.#histograms(group, selection)]);
  }

  *#histograms({ members }: GroupMembers, { lanes, phases = BOTH }: ReadSelection) {
    const all = Array.from({ length: Math.max(1, this.#memory.producers.length) }, (_, lane) => lane);
    for (const member of members) {
      for (const lane of lanes ?? all) {
        for (const phase of phases) yield endToEndHistogram(this.#memory, member, lane, phase);
      }
    }
  }
}
