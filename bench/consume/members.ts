/** Members of consumer groups in worker threads, without a run around them: for benchmarks and tests of the reading side. */
import { monotonicMs } from '../../src/clock.ts';
import { WorkerGroup } from '../../src/coordinator/worker-group.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { GroupPlan, Place } from '../../src/plan/reading-plan.ts';
import { STOP } from '../../src/recorder/control-memory.ts';
import type { MemberMeasurement } from '../../src/recorder/reading-measurement.ts';
import { allocateReadingMemory, PLACE, placeCells, type ReadingMemory } from '../../src/recorder/reading-memory.ts';
import { ReadingReader } from '../../src/recorder/reading-reader.ts';

const ENTRY = new URL('../../workers/reader.js', import.meta.url);
const START_LEAD_MS = 10;
/** Longer than any use of it: nothing is given up. */
const PATIENCE_MS = 600_000;

/** What a group of one topic is, where nothing else is said. */
export function groupOf(
  { name, members, topics, properties }: Pick<GroupPlan, 'name' | 'members' | 'topics' | 'properties'>,
  more: Partial<GroupPlan> = {},
): GroupPlan {
  const rest = { group: 0, mode: 'group', verify: false, dates: 'marks', from: 'earliest', startNs: 0 } as const;
  return { name, members, topics, properties: { 'group.id': name, ...properties }, ...rest, ...more };
}

export interface RunningMembers {
  readonly memory: ReadingMemory;
  readonly reader: ReadingReader;
  /** Every group is assigned. */
  readonly ready: Promise<void>;
  readonly done: Promise<MemberMeasurement[]>;
  readonly log: string[];
  /** Opens the barrier; returns the epoch, ms on the monotonic clock. */
  start(): number;
  /** Writes the ends by place and says that nothing more will come. */
  drain(ends: readonly number[]): void;
  abandon(): void;
  close(): Promise<void>;
}

export interface MembersOptions {
  readonly plan: Plan;
  readonly groups: readonly GroupPlan[];
  readonly places: readonly Place[];
  /** By place; by default 0. */
  readonly starts?: readonly number[];
  /** By place, where they are known before the start. */
  readonly ends?: readonly number[];
}

export function startMembers({ plan, groups, places, starts = [], ends }: MembersOptions): RunningMembers {
  const members = groups.reduce((sum, group) => sum + group.members.length, 0);
  const { lanes, workers } = plan;
  const size = { members, groups: groups.length, places: places.length, producers: lanes.map(() => workers) };
  const memory = allocateReadingMemory({ ...size, seconds: 600 });
  const setEnds = (all: readonly number[] | undefined) => {
    for (const { group } of groups) {
      for (let place = 0; place < places.length; place++) {
        placeCells(memory, group, place)[PLACE.end] = all?.[place] ?? -1;
      }
    }
  };
  setEnds(ends);
  for (const { group } of groups) {
    for (let place = 0; place < places.length; place++)
      placeCells(memory, group, place)[PLACE.start] = starts[place] ?? 0;
  }
  const reading = { groups, places };
  const log: string[] = [];
  const pool = new WorkerGroup(members);
  const task = {
    entry: ENTRY,
    memory,
    patience: { plannedMs: Number.POSITIVE_INFINITY, patienceMs: PATIENCE_MS, turnOf: () => performance.now() },
    input: () => ({ plan: { ...plan, reading }, memory }),
    lost: (member: number, error: Error): MemberMeasurement => {
      const { group } = groups.find((each) => each.members.includes(member))!;
      return { member, group, complete: false, failure: error.message };
    },
  };
  const running = pool.run<MemberMeasurement>(task, ({ message }) => log.push(message));
  return {
    ...{ memory, log, reader: new ReadingReader(memory), ready: running.ready, done: running.done },
    start: () => {
      const epochMs = monotonicMs() + START_LEAD_MS;
      running.start(epochMs, Date.now() + START_LEAD_MS);
      return epochMs;
    },
    drain: (at) => {
      setEnds(at);
      running.stop(STOP.drain);
    },
    abandon: () => running.stop(STOP.abandon),
    close: async () => {
      running.close();
      await pool.close();
    },
  };
}
