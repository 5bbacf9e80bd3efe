/** Where the groups of a run begin and end, partition by partition: what the coordinator writes and members read. */
import { type GroupPlan, placesOf, type ReadingPlan } from '../plan/reading-plan.ts';
import type { RunMeasurement } from '../recorder/measurement.ts';
import { PLACE, placeCells, type ReadingMemory } from '../recorder/reading-memory.ts';
import type { PlaceReading, ReadingReader } from '../recorder/reading-reader.ts';

const UNKNOWN = -1;

export interface Begin {
  /** Where partitions ended when the run started. */
  readonly runStart: RunMeasurement['startOffsets'];
  /** Where each place begins; only where a group reads from there. */
  readonly first: readonly number[];
  /** Nothing is sent: what was there at the start is all there is to read, unless a group has a duration. */
  readonly onlyReads: boolean;
}

export class ReadingEnds {
  readonly #reading: ReadingPlan;
  readonly #memory: ReadingMemory;
  readonly #reader: ReadingReader;

  constructor(reading: ReadingPlan, memory: ReadingMemory, reader: ReadingReader) {
    this.#reading = reading;
    this.#memory = memory;
    this.#reader = reader;
  }

  layOut({ runStart, first, onlyReads }: Begin): void {
    const { groups, places } = this.#reading;
    const offsets = new Map(
      runStart.map(({ topic, partition, startOffset }) => [`${topic} ${partition}`, startOffset]),
    );
    for (const group of groups) {
      for (const [place, { topic, partition }] of places.entries()) {
        const cells = placeCells(this.#memory, group.group, place);
        const endAtStart = offsets.get(`${topic} ${partition}`)!;
        const start = group.from === 'earliest' ? first[place]! : endAtStart;
        cells[PLACE.start] = start;
        cells[PLACE.position] = start;
        cells[PLACE.end] = onlyReads && group.durationNs === undefined ? endAtStart : UNKNOWN;
        cells[PLACE.high] = UNKNOWN;
      }
    }
  }

  /** By place: the last message is sent. */
  set(ends: readonly number[]): void {
    for (const { group } of this.#reading.groups) {
      for (const place of this.#reading.places.keys()) {
        placeCells(this.#memory, group, place)[PLACE.end] = ends[place]!;
      }
    }
  }

  /** It stops where it is. @param isEarly also where an end was known. */
  endHere({ group }: GroupPlan, isEarly: boolean): void {
    for (const place of this.#reading.places.keys()) {
      const cells = placeCells(this.#memory, group, place);
      const [position, end] = [cells[PLACE.position]!, cells[PLACE.end]!];
      if (end === UNKNOWN) cells[PLACE.end] = position;
      else if (isEarly) cells[PLACE.end] = Math.min(position, end);
    }
  }

  /** Offsets up to where the group stops; null as long as that is not known. */
  leftOf(group: GroupPlan): number | null {
    const places = this.#placesOf(group);
    if (places.some(({ end }) => end === UNKNOWN)) return null;
    return places.reduce((sum, { position, end }) => sum + Math.max(0, end - position), 0);
  }

  #placesOf(group: GroupPlan): PlaceReading[] {
    const all = this.#reader.places(group);
    return placesOf(this.#reading, group).map((place) => all[place]!);
  }
}
