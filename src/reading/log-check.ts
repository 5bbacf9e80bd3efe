/**
 * What one member of a verifying group checks of every record: that it is one of this run's, that its bytes, key and
 * partition are what seed and index give, that it stands behind earlier ones of its producer, and which messages were
 * seen. The rest is decided where the pages of all members are joined.
 */
import type { Plan } from '../plan/plan.ts';
import type { IndexPage, LaneCheck } from '../recorder/reading-measurement.ts';
import type { ReadingMemory } from '../recorder/reading-memory.ts';
import type { ConsumedRecords } from '../transport/consumer.ts';
import type { OpenRecords } from '../workload/source/open-source.ts';
import type { RecordIdentity } from './record-identity.ts';

export interface LogCheckOptions {
  readonly plan: Plan;
  /** Position in ReadingPlan.groups. */
  readonly group: number;
  /** Its epoch is read at the first record. */
  readonly memory: ReadingMemory;
  readonly openRecords: OpenRecords;
  /** Takes pages while records are read; their bits are not written again. */
  readonly post: (page: IndexPage) => void;
}

export class LogCheck {
  readonly #options: LogCheckOptions;

  constructor(options: LogCheckOptions) {
    this.#options = options;
  }

  /**
   * Call it once for every record that the group counts, in the order of each partition.
   * @param place position in ReadingPlan.places.
   * @param isFound what `identity.find` returned for this record.
   */
  take(_records: ConsumedRecords, _i: number, _place: number, _identity: RecordIdentity, _isFound: boolean): void {}

  /** Posts what is left, and returns the counts of this member by lane. */
  end(): LaneCheck[] {
    return this.#options.plan.lanes.map(({ lane }) => ({
      ...{ lane, consumed: 0, duplicated: 0, outOfOrder: 0, corrupted: 0, foreign: 0, examples: [] },
    }));
  }
}
