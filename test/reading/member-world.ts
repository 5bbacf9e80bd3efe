/** One member with a reader of memory and a clock that only its sleep moves. */
import type { GroupPlan } from '../../src/plan/reading-plan.ts';
import { GroupPlaces } from '../../src/reading/group-places.ts';
import { Member } from '../../src/reading/member.ts';
import { RecordTaker } from '../../src/reading/record-taker.ts';
import { CONTROL, controlOf, STOP } from '../../src/recorder/control-memory.ts';
import { allocateReadingMemory, memberCells, PLACE, placeCells } from '../../src/recorder/reading-memory.ts';
import { ReadingReader } from '../../src/recorder/reading-reader.ts';
import type { PartitionKeeper, PartitionOffset, RecordReader } from '../../src/transport/consumer.ts';
import { MemoryRecords } from './memory-records.ts';

export const MS = 1e6;
export const SEC = 1e9;
export const TOPIC = 't';
const SECONDS = 200;

interface MemberCase {
  readonly group?: Partial<GroupPlan>;
  readonly partitions?: number;
  /** When each record of partition 0 is in the log, ms. */
  readonly log?: readonly number[];
  /** What happens around the member, after each of its sleeps. */
  readonly after?: (world: World) => void;
}

export class World {
  nowNs = 0;
  isHeld = false;
  closed = '';
  readonly calls: string[] = [];
  readonly taken: { readonly atMs: number; readonly offset: number }[] = [];
  readonly group: GroupPlan;
  readonly member: Member;
  readonly places: GroupPlaces;
  readonly cells: Float64Array;
  readonly words: Int32Array;
  readonly rows: ReadingReader;
  readonly notes: string[] = [];
  readonly #memory;
  keeper!: PartitionKeeper;
  #next = 0;

  constructor({ group = {}, partitions = 1, log = [], after = () => {} }: MemberCase) {
    this.group = {
      ...{ name: 'g', group: 0, members: [0, 1], topics: [TOPIC], properties: {}, mode: 'group', verify: false },
      ...{ dates: 'marks', from: 'run', startNs: 0, ...group },
    };
    const size = { members: this.group.members.length, groups: 1, places: partitions, producers: [1] };
    this.#memory = allocateReadingMemory({ ...size, seconds: SECONDS });
    for (let place = 0; place < partitions; place++) this.place(place)[PLACE.end] = -1;
    const where = Array.from({ length: partitions }, (_, partition) => ({ topic: TOPIC, partition }));
    const reading = { groups: [this.group], places: where, cluster: {} };
    this.places = new GroupPlaces({ reading, group: this.group, member: 0, memory: this.#memory });
    this.cells = memberCells(this.#memory, 0);
    this.words = controlOf(this.#memory).words;
    this.rows = new ReadingReader(this.#memory);
    this.member = new Member({
      ...{ group: this.group, member: 0, memory: this.#memory, places: this.places, clock: () => this.nowNs },
      onLog: ({ message }) => this.notes.push(message),
      taker: new RecordTaker({ places: this.places, cells: this.cells }),
      open: (keeper) => {
        this.keeper = keeper;
        return this.#reader(log, () => after(this));
      },
    });
  }

  place(place: number): Float64Array {
    return placeCells(this.#memory, 0, place);
  }

  /** Of another member. */
  other(member: number): Float64Array {
    return memberCells(this.#memory, member);
  }

  #reader(log: readonly number[], after: () => void): RecordReader {
    const reader = {
      records: new MemoryRecords([]),
      subscribe: (topics: readonly string[]) => this.calls.push(`subscribe ${topics}`),
      assign: (partitions: readonly PartitionOffset[]) => {
        this.calls.push(`assign ${partitions.map(({ partition, offset }) => `${partition}@${offset}`)}`);
        this.keeper.onAssigned!(partitions);
      },
      poll: (timeoutMs: number, recordsMax = 4096) => {
        const isThere = (offset: number) => !this.isHeld && offset < log.length && log[offset]! * MS <= this.nowNs;
        if (timeoutMs > 0) {
          // A record that comes wakes it; one that is there already does not.
          const comesNs = this.isHeld ? Infinity : (log[this.#next] ?? Infinity) * MS;
          const wakeNs = this.nowNs + timeoutMs * MS;
          this.nowNs = comesNs > this.nowNs ? Math.min(comesNs, wakeNs) : wakeNs;
          after();
        }
        const offsets: number[] = [];
        while (offsets.length < recordsMax && isThere(this.#next)) offsets.push(this.#next++);
        const empty = { topic: TOPIC, partition: 0, key: null, value: new Uint8Array(10), timestampMs: 0 };
        reader.records = new MemoryRecords(offsets.map((offset) => ({ ...empty, offset })));
        for (const offset of offsets) this.taken.push({ atMs: this.nowNs / MS, offset });
        return offsets.length;
      },
      hold: () => {
        this.isHeld = true;
      },
      go: () => {
        this.isHeld = false;
      },
      ...{ pause: () => {}, high: () => 77 },
      close: () => {
        this.closed = 'left';
      },
      abandon: () => {
        this.closed = 'abandoned';
      },
    };
    return reader;
  }

  /** The group has dealt out its partitions, all of them to this member by default. */
  assigned(places = this.places.all): this {
    this.keeper.onAssigned!(this.places.partitionsOf(places));
    return this;
  }

  /** The coordinator says where partitions end. */
  drain(...ends: readonly number[]): void {
    for (const [place, end] of ends.entries()) this.place(place)[PLACE.end] = end;
    this.words[CONTROL.stop] = STOP.drain;
  }
}

export const onceAt = (ms: number, what: (world: World) => void) => {
  let isDone = false;
  return (world: World) => {
    if (isDone || world.nowNs < ms * MS) return;
    isDone = true;
    what(world);
  };
};
