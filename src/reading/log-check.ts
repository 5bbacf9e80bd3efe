/**
 * What one member of a verifying group checks of every record: that it is one of this run's, that its bytes, key and
 * partition are what seed and index give, that it stands behind earlier ones of its producer, and which messages were
 * seen. What is lost, and which records of several members are of one message, is decided where their pages are joined.
 */
import type { Plan } from '../plan/plan.ts';
import { controlOf } from '../recorder/control-memory.ts';
import type { IndexPage, LaneCheck } from '../recorder/reading-measurement.ts';
import { orderAt, orderCells, type ReadingMemory } from '../recorder/reading-memory.ts';
import type { ConsumedRecords } from '../transport/consumer.ts';
import type { OpenRecords } from '../workload/source/open-source.ts';
import { Examples, LaneChecker, TAKEN } from './lane-check.ts';
import type { RecordIdentity } from './record-identity.ts';
import { contentHash, lengthHash } from './unmarked-records.ts';

/** 8 KiB each, over all lanes. */
const PAGES_MAX = 1024;
const PAGES_MIN = 64;

export interface LogCheckOptions {
  readonly plan: Plan;
  /** Position in ReadingPlan.groups. */
  readonly group: number;
  /** Its epoch is read at the first record. */
  readonly memory: ReadingMemory;
  readonly openRecords: OpenRecords;
  /** Takes pages while records are read; their bits are not written again. */
  readonly post: (page: IndexPage) => void;
  /** Pages of indexes that are kept open for each lane. */
  readonly pagesMax?: number;
}

/** The lanes of one topic, and the records in it that are none of theirs. */
interface TopicCheck {
  readonly unmarked: LaneChecker[];
  readonly examples: Examples;
  foreign: number;
}

export class LogCheck {
  readonly #options: LogCheckOptions;
  /** By lane; only those whose topic the group reads. */
  readonly #lanes: readonly (LaneChecker | undefined)[];
  readonly #topics = new Map<string, TopicCheck>();
  readonly #order: (Float64Array | undefined)[] = [];
  readonly #hashes = { content: 0, length: 0 };

  constructor(options: LogCheckOptions) {
    const { plan, group, memory, openRecords, post } = options;
    const pagesMax = options.pagesMax ?? Math.max(PAGES_MIN, Math.floor(PAGES_MAX / plan.lanes.length));
    const startedAtMs = () => controlOf(memory).epoch[1]!;
    this.#options = options;
    const topics = new Set(plan.reading?.groups[group]?.topics);
    this.#lanes = plan.lanes.map((lane) =>
      !lane.topics.some((topic) => topics.has(topic))
        ? undefined
        : new LaneChecker({
            ...{ plan, lane, openRecords, startedAtMs, pagesMax },
            ...{ producers: memory.producers[lane.lane]!, orderAt: orderAt(memory, lane.lane) },
            orderOf: (place) => this.#orderOf(place),
            post: (page, isCorrupted) =>
              post({ group, lane: lane.lane, ...page, ...(isCorrupted && { corrupted: true as const }) }),
          }),
    );
    for (const { lane, topics: names } of plan.lanes) {
      const check = this.#lanes[lane];
      for (const name of names) {
        const topic = this.#topics.get(name) ?? { unmarked: [], examples: new Examples(), foreign: 0 };
        if (check?.hasUnmarked) topic.unmarked.push(check);
        this.#topics.set(name, topic);
      }
    }
  }

  /**
   * Call it once for every record that the group counts, in the order of each partition. Returns whether the record is one
   * of the run's; others are foreign.
   * @param place position in ReadingPlan.places.
   * @param isFound what `identity.find` returned for this record.
   */
  take(records: ConsumedRecords, i: number, place: number, identity: RecordIdentity, isFound: boolean): boolean {
    const topic = this.#topics.get(records.topic[i]!);
    if (isFound) {
      const { lane, index } = identity;
      const check = this.#lanes[lane];
      if (check === undefined) return true;
      if (check.takeMarked(records, i, place, index)) return true;
      const { difference } = check;
      // A record that was cut on purpose may hold the mark of another one, as a foreign key.
      if (topic !== undefined && !check.isExact && this.#takeUnmarked(topic, records, i, place)) return true;
      check.takeCorrupted(records, i, index, difference);
      return true;
    }
    if (topic === undefined) return false;
    if (this.#takeUnmarked(topic, records, i, place)) return true;
    topic.foreign += 1;
    topic.examples.add('foreign', 'no mark of this run', undefined, records, i);
    return false;
  }

  /** Posts what is left, and returns the counts of this member by lane. */
  end(): LaneCheck[] {
    const { lanes } = this.#options.plan;
    return this.#lanes.flatMap((each, lane) => {
      if (each === undefined) return [];
      const own = lanes[lane]!.topics.map((topic) => this.#topics.get(topic)!);
      const foreign = own.reduce((sum, topic) => sum + topic.foreign, 0);
      return each.end(
        foreign,
        own.flatMap(({ examples }) => examples.all),
      );
    });
  }

  #takeUnmarked({ unmarked }: TopicCheck, records: ConsumedRecords, i: number, place: number): boolean {
    if (unmarked.length === 0) return false;
    const hashes = this.#hashes;
    const keyAt = records.locateKey(i);
    const ofKey = contentHash(0, records.located, keyAt, records.keyLength[i]!);
    const valueAt = records.locateValue(i);
    hashes.content = contentHash(ofKey, records.located, valueAt, records.valueLength[i]!);
    hashes.length = lengthHash(ofKey, records.valueLength[i]!);
    let repeated: LaneChecker | undefined;
    let repeatedIndex = -1;
    for (const each of unmarked) {
      const found = each.takeUnmarked(records, i, place, hashes);
      if (found === TAKEN) return true;
      if (found < 0 || repeated !== undefined) continue;
      repeated = each;
      repeatedIndex = found;
    }
    repeated?.takeRepeated(records, i, repeatedIndex);
    return repeated !== undefined;
  }

  #orderOf(place: number): Float64Array {
    let cells = this.#order[place];
    if (cells === undefined) {
      cells = orderCells(this.#options.memory, this.#options.group, place);
      this.#order[place] = cells;
    }
    return cells;
  }
}
