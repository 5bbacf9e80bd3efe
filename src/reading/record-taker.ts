/** What is done with each record that a member reads: counted once for its group, dated, checked. */
import { MEMBER, PLACE } from '../recorder/reading-memory.ts';
import type { ConsumedRecords } from '../transport/consumer.ts';
import type { EndToEnd } from './end-to-end.ts';
import type { GroupPlaces } from './group-places.ts';
import type { LogCheck } from './log-check.ts';
import type { RecordIdentity } from './record-identity.ts';

export interface TakerOptions {
  readonly places: GroupPlaces;
  /** MEMBER cells. */
  readonly cells: Float64Array;
  /** Absent where no record of the run has a mark. */
  readonly identity?: RecordIdentity | undefined;
  /** Absent where nothing can be dated. */
  readonly endToEnd?: EndToEnd | undefined;
  /** Of a group that verifies. */
  readonly check?: LogCheck | undefined;
}

export class RecordTaker {
  /** Of the last `take`. */
  consumed = 0;
  bytes = 0;
  readonly #options: TakerOptions;

  constructor(options: TakerOptions) {
    this.#options = options;
  }

  /**
   * Counts those of `count` records that the group has not counted yet: after a rebalance some come again, and a member
   * that was given up may still hold some.
   */
  take(records: ConsumedRecords, count: number, nowNs: number): void {
    const { places } = this.#options;
    const { topic, partition, offset, keyLength, valueLength } = records;
    this.consumed = 0;
    this.bytes = 0;
    let from = 0;
    while (from < count) {
      const topicOf = topic[from]!;
      const partitionOf = partition[from]!;
      let to = from + 1;
      while (to < count && partition[to] === partitionOf && topic[to] === topicOf) to++;
      const place = places.find(topicOf, partitionOf);
      if (place >= 0 && places.isMine(place)) {
        const cells = places.cells[place]!;
        const position = cells[PLACE.position]!;
        let first = from;
        while (first < to && offset[first]! < position) first++;
        for (let i = first; i < to; i++) {
          this.bytes += Math.max(0, keyLength[i]!) + Math.max(0, valueLength[i]!);
        }
        this.consumed += to - first;
        if (first < to) {
          this.#look(records, first, to, place, nowNs);
          cells[PLACE.position] = offset[to - 1]! + 1;
        }
      }
      from = to;
    }
  }

  /** Records `from` up to `to`, of one place. */
  #look(records: ConsumedRecords, from: number, to: number, place: number, nowNs: number): void {
    const { identity, endToEnd, check, cells } = this.#options;
    if (identity === undefined) {
      if (endToEnd !== undefined) for (let i = from; i < to; i++) endToEnd.dated(records, i, nowNs);
      return;
    }
    let foreign = 0;
    for (let i = from; i < to; i++) {
      const isFound = identity.find(records, i);
      if (!isFound) foreign += 1;
      else endToEnd?.marked(identity.lane, identity.index, records, i, nowNs);
      check?.take(records, i, place, identity, isFound);
    }
    if (foreign > 0) cells[MEMBER.foreign]! += foreign;
  }
}
