/** Which bytes of a record depend on its time: found by writing it at several times. */
import type { RecordGenerator, RecordIdentity } from '../workload/definition.ts';
import { TIMESTAMP_MAX_MS, TIMESTAMP_MIN_MS } from '../workload/encoding/stamp.ts';
import type { RecordPlan } from '../workload/record-plan.ts';
import { bodyOf, type OpenRecords, openGenerator } from '../workload/source/open-source.ts';

/** At so many times every digit of a number or a date has changed. */
const TIMES = 24;

export class TimePlaces {
  readonly #record: RecordPlan;
  readonly #open: () => RecordGenerator;
  #generator: RecordGenerator | undefined;
  #first: Uint8Array = new Uint8Array(0);
  #other: Uint8Array = new Uint8Array(0);
  #isTime: Uint8Array = new Uint8Array(0);

  constructor(record: RecordPlan, identity: RecordIdentity, openRecords: OpenRecords) {
    this.#record = record;
    this.#open = () => openGenerator(record, identity, openRecords);
  }

  /** 1 for each byte of the record that depends on its time: all, where its length does. Valid until the next call. */
  find(index: number): Uint8Array {
    this.#generator ??= this.#prepare();
    const body = bodyOf(this.#record, index);
    const isTime = this.#isTime.fill(0);
    const end = this.#generator.write(this.#first, 0, body, index, timeAt(0));
    for (let k = 1; k < TIMES; k++) {
      if (this.#generator.write(this.#other, 0, body, index, timeAt(k)) !== end) return isTime.fill(1);
      for (let at = 0; at < end; at++) if (this.#first[at] !== this.#other[at]) isTime[at] = 1;
    }
    return isTime;
  }

  #prepare(): RecordGenerator {
    const generator = this.#open();
    this.#first = new Uint8Array(generator.bytesMax);
    this.#other = new Uint8Array(generator.bytesMax);
    this.#isTime = new Uint8Array(generator.bytesMax);
    return generator;
  }
}

/** Spread over all times that records may have, without a common step in any unit. */
function timeAt(k: number): number {
  const share = (k * 0.618033988749895) % 1;
  return Math.floor(TIMESTAMP_MIN_MS + share * (TIMESTAMP_MAX_MS - TIMESTAMP_MIN_MS));
}
