/** The partitions of one group's topics, as one member of it has them: which it owns, and how far the group is. */
import { type GroupPlan, placesOf, type ReadingPlan } from '../plan/reading-plan.ts';
import { MEMBER, memberCells, PLACE, placeCells, type ReadingMemory } from '../recorder/reading-memory.ts';
import type { PartitionOffset, TopicPartition } from '../transport/consumer.ts';

export interface PlacesOptions {
  readonly reading: ReadingPlan;
  readonly group: GroupPlan;
  readonly member: number;
  readonly memory: ReadingMemory;
}

const UNKNOWN = -1;

export class GroupPlaces {
  /** PLACE cells by place, of this group. */
  readonly cells: readonly Float64Array[];
  /** Places of the group's topics. */
  readonly all: readonly number[];
  readonly owned = new Set<number>();
  readonly #options: PlacesOptions;
  readonly #byTopic = new Map<string, Map<number, number>>();
  readonly #member: Float64Array;
  /** MEMBER cells of the whole group. */
  readonly #members: readonly Float64Array[];

  constructor(options: PlacesOptions) {
    const { reading, group, member, memory } = options;
    this.#options = options;
    this.#member = memberCells(memory, member);
    this.#members = group.members.map((each) => memberCells(memory, each));
    this.cells = reading.places.map((_, place) => placeCells(memory, group.group, place));
    this.all = placesOf(reading, group);
    for (const topic of group.topics) this.#byTopic.set(topic, new Map());
    for (const place of this.all) {
      const { topic, partition } = reading.places[place]!;
      this.#byTopic.get(topic)!.set(partition, place);
    }
  }

  /** -1 where the topic had not so many partitions when the run began. */
  find(topic: string, partition: number): number {
    return this.#byTopic.get(topic)?.get(partition) ?? UNKNOWN;
  }

  /** What this member reads where nobody deals out partitions: every so manieth. */
  get share(): number[] {
    const { group, member } = this.#options;
    const turn = group.members.indexOf(member);
    return this.all.filter((_, k) => k % group.members.length === turn);
  }

  /**
   * Where the group goes on in a place: behind what any of its members has counted. One that was given up may still
   * count: its position is not written back.
   */
  positionOf(place: number): number {
    const cells = this.cells[place]!;
    if (cells[PLACE.position]! < cells[PLACE.start]!) cells[PLACE.position] = cells[PLACE.start]!;
    return cells[PLACE.position]!;
  }

  take(places: readonly number[]): void {
    const { member } = this.#options;
    for (const place of places) {
      this.owned.add(place);
      this.cells[place]![PLACE.owner] = member + 1;
    }
    this.#member[MEMBER.assigned] = this.owned.size;
    this.#member[MEMBER.assignments]! += 1;
  }

  give(places: readonly number[]): void {
    for (const place of places) {
      this.owned.delete(place);
      if (this.isMine(place)) this.cells[place]![PLACE.owner] = 0;
    }
    this.#member[MEMBER.assigned] = this.owned.size;
  }

  /** False as well where the group has given it to another member and this one was not told yet. */
  isMine(place: number): boolean {
    return this.cells[place]![PLACE.owner] === this.#options.member + 1;
  }

  /** Everything below `offset` is read or has no record. */
  reached(place: number, offset: number): void {
    const cells = this.cells[place]!;
    if (this.owned.has(place) && this.isMine(place) && cells[PLACE.position]! < offset) cells[PLACE.position] = offset;
  }

  partitionsOf(places: Iterable<number>): TopicPartition[] {
    return [...places].map((place) => this.#options.reading.places[place]!);
  }

  positionsOf(places: Iterable<number>): PartitionOffset[] {
    return [...places].map((place) => ({ ...this.#options.reading.places[place]!, offset: this.positionOf(place) }));
  }

  /** Every member has been given its partitions, and together they have all. */
  isAssigned(): boolean {
    const assigned = this.#members.reduce((sum, each) => sum + each[MEMBER.assigned]!, 0);
    return assigned === this.all.length && this.#members.every((each) => each[MEMBER.assignments]! > 0);
  }

  get isEndKnown(): boolean {
    return this.all.every((place) => this.cells[place]![PLACE.end]! >= 0);
  }

  /** Of these places, the first that is not read to its end; -1 where there is none. */
  unread(places: Iterable<number>): number {
    for (const place of places) {
      const cells = this.cells[place]!;
      if (cells[PLACE.position]! < cells[PLACE.end]!) return place;
    }
    return UNKNOWN;
  }

  /** Records, by all members. */
  get consumed(): number {
    let sum = 0;
    for (const cells of this.#members) sum += cells[MEMBER.consumed]!;
    return sum;
  }

  /** Of the whole group; grows with every record that one of its members counts. */
  get progress(): number {
    let sum = 0;
    for (const place of this.all) sum += this.cells[place]![PLACE.position]!;
    return sum;
  }

  /** `topic [partition]` and how far it is read. */
  describe(place: number): string {
    const { topic, partition } = this.#options.reading.places[place]!;
    const cells = this.cells[place]!;
    return `${topic} [${partition}] is read up to ${cells[PLACE.position]} of ${cells[PLACE.end]}`;
  }
}
