/** What a lane's record must be: written again by the lane's own source, and compared with what was read. */
import type { LanePlan, Plan } from '../plan/plan.ts';
import { type RecordTime, recordMs, recordTimeOf, scheduleOf } from '../plan/record-time.ts';
import { ScheduleReader } from '../schedule/schedule.ts';
import type { ConsumedRecords } from '../transport/consumer.ts';
import { Anomalies } from '../workload/anomalies.ts';
import { type OpenRecords, openSource } from '../workload/source/open-source.ts';
import type { RecordSource } from '../workload/source/record-source.ts';
import { openTopics, type TopicOf } from '../workload/topic-spread.ts';
import { SameBytes } from './same-bytes.ts';
import { TimePlaces } from './time-places.ts';

/** A closed loop dates a record, writes it and gives it to the client, which dates the message: so many ms later at most. */
const SEND_MS_MAX = 50;
const FAILURES_MAX = 64;
const SEARCH_EVERY = 32;

export class ExpectedRecords {
  readonly lane: LanePlan;
  readonly anomalies: Anomalies | undefined;
  /** False: only who sent a record knows its time. */
  readonly isTimed: boolean;
  /** Partition of the record that was compared last; -1: the client chose it. */
  partition = -1;
  /** The record compared last was equal but for the bytes of its time, which were not compared. */
  untimed = false;
  readonly #source: RecordSource;
  readonly #values: SameBytes;
  readonly #keys: SameBytes;
  readonly #time = new Float64Array(1);
  readonly #reader: ScheduleReader | undefined;
  readonly #topicOf: TopicOf;
  readonly #startedAtMs: () => number;
  readonly #plan: Plan;
  readonly #timePlaces: TimePlaces;
  #recordTime: RecordTime | undefined;
  #sendMs = 0;
  /** Records in a row whose message timestamps do not tell when they were dated, e.g. where the broker dates messages. */
  #failures = 0;

  /** @param startedAtMs the run's wall-clock start; asked at the first record. */
  constructor(plan: Plan, lane: LanePlan, openRecords: OpenRecords, startedAtMs: () => number) {
    const { seed, runTag } = plan;
    const { name: scenario, record, partitioner, partitions } = lane;
    const schedule = scheduleOf(lane.load);
    const reader = schedule && new ScheduleReader(schedule);
    const identity = { seed, scenario, runTag };
    this.lane = lane;
    this.isTimed = reader !== undefined;
    this.anomalies = record.anomalies && new Anomalies(record.anomalies, record.format, identity);
    this.#topicOf = openTopics(lane, identity, openRecords);
    this.#plan = plan;
    this.#reader = reader;
    this.#startedAtMs = startedAtMs;
    const dueMs = reader && ((index: number) => recordMs(this.#times(), reader.dueNs(index)));
    const place = { partitioner, partitions, batchMax: 1, worker: 0, workers: 1, dueMs };
    this.#source = openSource(record, { ...identity, ...place }, openRecords);
    this.#values = new SameBytes(this.#source.records.payload);
    this.#keys = new SameBytes(this.#source.records.key);
    this.#timePlaces = new TimePlaces(record, identity, openRecords);
  }

  /** Empty: value, key and partition of record i are those of this index; otherwise a few words: what differs. */
  difference(records: ConsumedRecords, i: number, index: number): string {
    this.untimed = false;
    if (this.#reader !== undefined) {
      this.write(index);
      if (!this.#hasValue(records, i)) return this.#valueDifference(records, i);
    } else if (!this.#hasValueAtSomeTime(records, i, index)) return this.#valueDifference(records, i);
    if (!this.#hasKey(records, i)) return 'another key';
    const topic = this.topicOf(index);
    if (topic !== records.topic[i]) return `it belongs in topic ${topic}`;
    this.partition = this.#source.records.partition[0]!;
    if (this.partition >= 0 && this.partition !== records.partition[i]) {
      return `its key belongs in partition ${this.partition}`;
    }
    return '';
  }

  /** Of the record of this index, which was written last. */
  topicOf(index: number): string {
    return this.lane.topics[this.#topicOf(index)]!;
  }

  /** Writes the record of this index, with its planned time or the one given. */
  write(index: number, timeMs?: number): RecordSource['records'] {
    this.#time[0] = timeMs ?? recordMs(this.#times(), this.#reader!.dueNs(index));
    this.#source.prepare(index, 1, 1, this.#time);
    return this.#source.records;
  }

  #times(): RecordTime {
    this.#recordTime ??= recordTimeOf(this.#plan.clock, this.#startedAtMs());
    return this.#recordTime;
  }

  #hasKey(records: ConsumedRecords, i: number): boolean {
    const { keyOffset, keyLength } = this.#source.records;
    const at = records.locateKey(i);
    return this.#keys.isSame(records.located, at, records.keyLength[i]!, keyOffset[0]!, keyLength[0]!);
  }

  #hasValue(records: ConsumedRecords, i: number): boolean {
    const { payloadOffset, payloadLength } = this.#source.records;
    const at = records.locateValue(i);
    return this.#values.isSame(records.located, at, records.valueLength[i]!, payloadOffset[0]!, payloadLength[0]!);
  }

  /** The message's timestamp is that of the record, or a few ms later; else all but the bytes of the time is compared. */
  #hasValueAtSomeTime(records: ConsumedRecords, i: number, index: number): boolean {
    const { originMs, nsPerMs } = this.#times();
    const isDated = this.lane.recordTimestamp === 'intended';
    const sentMs = records.timestampMs(i);
    const anomaly = isDated ? this.anomalies?.of(index) : undefined;
    const lateMs = anomaly?.kind === 'late' ? anomaly.lateMs : 0;
    const guessMs = isDated ? sentMs + lateMs : Math.floor(originMs + ((sentMs - this.#startedAtMs()) * 1e6) / nsPerMs);
    if (this.#isOfTime(records, i, index, guessMs, this.#sendMs)) return true;
    // Where all fails, time after time, most records are spared the search.
    this.#failures = Math.min(this.#failures + 1, FAILURES_MAX);
    if (this.#failures < FAILURES_MAX || index % SEARCH_EVERY === 0) {
      for (let ms = 0; ms <= SEND_MS_MAX; ms++) if (this.#isOfTime(records, i, index, guessMs, ms)) return true;
    }
    return this.#hasValueButTime(records, i, index, guessMs);
  }

  #isOfTime(records: ConsumedRecords, i: number, index: number, guessMs: number, sendMs: number): boolean {
    this.write(index, guessMs - sendMs);
    if (!this.#hasValue(records, i)) return false;
    this.#sendMs = sendMs;
    this.#failures = 0;
    return true;
  }

  #hasValueButTime(records: ConsumedRecords, i: number, index: number, guessMs: number): boolean {
    const { payload, payloadOffset, payloadLength } = this.write(index, guessMs);
    const length = payloadLength[0]!;
    if (length !== records.valueLength[i]) return false;
    const anomaly = this.anomalies?.of(index);
    const isTime = this.#timePlaces.find(anomaly?.kind === 'duplicate' ? anomaly.original : index);
    const at = records.locateValue(i);
    const bytes = records.located;
    for (let k = 0; k < length; k++) {
      if (bytes[at + k] !== payload[payloadOffset[0]! + k] && isTime[k] !== 1) return false;
    }
    this.untimed = true;
    return true;
  }

  #valueDifference(records: ConsumedRecords, i: number): string {
    const { payload, payloadOffset, payloadLength } = this.#source.records;
    const [length, expected] = [records.valueLength[i]!, payloadLength[0]!];
    if (length < 0) return 'no value';
    if (expected < 0) return `${length} bytes where a tombstone belongs`;
    if (length !== expected) return `${length} bytes, not ${expected}`;
    const at = records.locateValue(i);
    const bytes = records.located;
    const differing = Array.from({ length }, (_, k) => k).filter(
      (k) => bytes[at + k] !== payload[payloadOffset[0]! + k],
    );
    return `${differing.length} of ${length} bytes differ, the first at ${differing[0]}`;
  }
}
