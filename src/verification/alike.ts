/**
 * Which messages of a lane have records that are alike, byte for byte: a message and its duplicates on purpose, tombstones
 * of one key, what is left of records that were cut. Of these only the number can be compared, not who is who.
 */
import { PAGE_BITS } from '../index-set.ts';
import type { LanePlan, Plan } from '../plan/plan.ts';
import { Copies } from '../reading/copies.ts';
import { ExpectedRecords } from '../reading/expected-records.ts';
import { UnmarkedRecords } from '../reading/unmarked-records.ts';
import type { OpenRecords } from '../workload/source/open-source.ts';

export class AlikeRecords {
  readonly expected: ExpectedRecords;
  readonly #copies: Copies | undefined;
  readonly #unmarked: UnmarkedRecords | undefined;

  constructor(plan: Plan, lane: LanePlan, openRecords: OpenRecords, startedAtMs: () => number) {
    this.expected = new ExpectedRecords(plan, lane, openRecords, startedAtMs);
    const { anomalies } = this.expected;
    const spec = lane.record.anomalies;
    if (anomalies === undefined || spec === undefined) return;
    if (spec.duplicates.rate > 0) this.#copies = new Copies(anomalies, spec.duplicates.within, lane.load.count);
    if (spec.tombstones + spec.malformed > 0) this.#unmarked = new UnmarkedRecords(this.expected);
  }

  /** The same text for messages whose records are alike, of lanes that share topics. */
  classOf(index: number): string {
    const hash = this.#unmarked?.hashOf(index);
    if (hash !== undefined) return `content ${this.expected.topicOf(index)} ${hash}`;
    const anomaly = this.#copies === undefined ? undefined : this.expected.anomalies!.of(index);
    return `${this.expected.lane.lane} ${anomaly?.kind === 'duplicate' ? anomaly.original : index}`;
  }

  /** Others that are alike: all of a message and its copies; of records without a mark those of about the same page. */
  othersOf(index: number): readonly number[] {
    const hash = this.#unmarked?.hashOf(index);
    if (hash !== undefined) {
      const page = Math.floor(index / PAGE_BITS);
      const topic = this.expected.topicOf(index);
      return [page, page + 1, page - 1]
        .flatMap((each) => (each < 0 ? [] : (this.#unmarked!.of(each, hash)?.indexes ?? [])))
        .filter((other) => this.expected.topicOf(other) === topic);
    }
    if (this.#copies === undefined) return [];
    const anomaly = this.expected.anomalies!.of(index);
    const original = anomaly?.kind === 'duplicate' ? anomaly.original : index;
    return [original, ...this.#copies.of(original)];
  }
}
