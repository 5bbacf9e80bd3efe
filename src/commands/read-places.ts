/** How far `consume` is in each partition: for the lag, and for the end of a range. */
import type { ConsumedRecords, Consumer, TopicPartition } from '../transport/consumer.ts';
import type { PartitionRange } from './consume-range.ts';

interface Place extends TopicPartition {
  /** The next record; before the first one where the range begins, or -1. */
  position: number;
  readonly to: number;
  isDone: boolean;
}

export class ReadPlaces {
  readonly #byTopic = new Map<string, Map<number, Place>>();
  readonly #isRange: boolean;
  #open = 0;
  #last: Place | undefined;
  /** Done, and not taken by `takeDone` yet. */
  #done: Place[] = [];

  /** @param ranges absent: whatever the group gives. */
  constructor(ranges: readonly PartitionRange[] | undefined) {
    this.#isRange = ranges !== undefined;
    for (const { topic, partition, from, to } of ranges ?? []) {
      const isDone = from >= to;
      this.#add({ topic, partition, position: from, to, isDone });
      if (!isDone) this.#open++;
    }
  }

  /** There is a range, and all of it was read. */
  get isComplete(): boolean {
    return this.#isRange && this.#open === 0;
  }

  /** Whether record i belongs to what is to be read; it then counts as read. */
  take({ topic, partition, offset }: ConsumedRecords, i: number): boolean {
    const place = this.#placeOf(topic[i]!, partition[i]!);
    const at = offset[i]!;
    if (at >= place.to) {
      this.#finish(place);
      return false;
    }
    place.position = at + 1;
    if (place.position >= place.to) this.#finish(place);
    return true;
  }

  /** Everything below `offset` was read: markers of transactions and gaps as well. */
  reached(topic: string, partition: number, offset: number): void {
    const place = this.#placeOf(topic, partition);
    place.position = Math.max(place.position, offset);
    if (place.position >= place.to) this.#finish(place);
  }

  /** Partitions whose range was read to its end since the last time. */
  takeDone(): readonly TopicPartition[] {
    const done = this.#done;
    this.#done = [];
    return done;
  }

  /** Log end offset − position over the partitions whose position is known; null where there is none. */
  lag(consumer: Pick<Consumer, 'high'>): number | null {
    let lag: number | null = null;
    for (const places of this.#byTopic.values()) {
      for (const { topic, partition, position } of places.values()) {
        const high = position < 0 ? -1 : consumer.high(topic, partition);
        if (high >= 0) lag = (lag ?? 0) + Math.max(0, high - position);
      }
    }
    return lag;
  }

  #placeOf(topic: string, partition: number): Place {
    const last = this.#last;
    if (last !== undefined && last.partition === partition && last.topic === topic) return last;
    const found = this.#byTopic.get(topic)?.get(partition);
    this.#last = found ?? this.#add({ topic, partition, position: -1, to: Number.POSITIVE_INFINITY, isDone: false });
    return this.#last;
  }

  #add(place: Place): Place {
    const places = this.#byTopic.get(place.topic);
    if (places === undefined) this.#byTopic.set(place.topic, new Map([[place.partition, place]]));
    else places.set(place.partition, place);
    return place;
  }

  #finish(place: Place): void {
    if (place.isDone) return;
    place.isDone = true;
    this.#open--;
    this.#done.push(place);
  }
}
