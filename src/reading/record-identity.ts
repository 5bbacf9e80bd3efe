/**
 * Which message a record is: its mark, found in place and compared byte by byte, then lane and index from it. Nothing is
 * decoded and nothing is allocated for a record. A mark in a header is looked for in the records of topics with such lanes
 * only.
 */
import type { LanePlan, Plan } from '../plan/plan.ts';
import { type ConsumedRecords, headerName } from '../transport/consumer.ts';
import { STATUS_OF, type TrailName } from '../workload/built-in/message-lifecycle/outcomes.ts';
import { findStatus, type StatusPlace } from '../workload/built-in/message-lifecycle/status-place.ts';
import { binaryMarkHead, MARK_BYTES, MARK_HEADER } from '../workload/encoding/mark.ts';
import { type OpenRecords, openGenerator } from '../workload/source/open-source.ts';
import { EVERY, keptBelow, type Thinning } from '../workload/thinning.ts';
import { type MarkPlace, markPlaceOf } from './mark-place.ts';

/** Lanes whose marks are alike: one, or those of a scenario with follow-up records. */
interface MarkGroup extends MarkPlace {
  readonly lanes: readonly GroupLane[];
  readonly format: 'avro' | 'json';
}

interface GroupLane {
  readonly lane: number;
  readonly thinning: Thinning;
  readonly status: Uint8Array;
}

/** A lane whose records have their mark in a header. */
interface HeaderLane {
  readonly lane: number;
  readonly head: Uint8Array;
}

export class RecordIdentity {
  /** Of the last record that was found: position in Plan.lanes, and index in that lane. */
  lane = -1;
  index = -1;
  /** Where its mark stands in the value; -1: in a header. */
  markAt = -1;
  /** By lane: whether its records can be identified. */
  readonly marked: readonly boolean[];
  readonly #groups = new Map<string, MarkGroup[]>();
  readonly #headerLanes = new Map<string, HeaderLane[]>();
  readonly #headerName = headerName(MARK_HEADER);
  #topic: string | undefined;
  #currentHeaders: readonly HeaderLane[] | undefined;
  #current: readonly MarkGroup[] = [];
  readonly #status: StatusPlace = { from: -1, to: -1 };

  constructor(plan: Plan, openRecords: OpenRecords) {
    const marked = plan.lanes.map(() => false);
    const groups = new Map<string, MarkGroup & { lanes: GroupLane[] }>();
    for (const lane of plan.lanes) {
      if (lane.markHeader) {
        marked[lane.lane] = true;
        const headerLane = { lane: lane.lane, head: binaryMarkHead(plan.runTag, lane.name) };
        for (const topic of lane.topics) push(this.#headerLanes, topic, headerLane);
        continue;
      }
      const scenario = lane.record.trail?.scenario ?? lane.name;
      const place = placeOf(plan, lane, scenario, openRecords);
      if (place === undefined) continue;
      marked[lane.lane] = true;
      const key = `${lane.topic} ${scenario}`;
      let group = groups.get(key);
      if (group === undefined) {
        group = { ...place, lanes: [], format: lane.record.format };
        groups.set(key, group);
        for (const topic of lane.topics) push(this.#groups, topic, group);
      }
      group.lanes.push(groupLane(lane));
    }
    this.marked = marked;
  }

  /** Sets `lane` and `index`. False: the record has no mark of this run and of a lane of its topic. */
  find(records: ConsumedRecords, i: number): boolean {
    const topic = records.topic[i]!;
    if (topic !== this.#topic) {
      this.#topic = topic;
      this.#current = this.#groups.get(topic) ?? [];
      this.#currentHeaders = this.#headerLanes.get(topic);
    }
    if (this.#currentHeaders !== undefined && this.#findHeader(records, i, this.#currentHeaders)) return true;
    const at = records.locateValue(i);
    if (at < 0) return false;
    const groups = this.#current;
    const length = records.valueLength[i]!;
    for (let g = 0; g < groups.length; g++) {
      const group = groups[g]!;
      for (let p = 0; p < group.at.length; p++) {
        if (this.#take(records.located, at, length, group, group.at[p]!)) return true;
      }
    }
    return this.#scan(records.located, at, length);
  }

  #findHeader(records: ConsumedRecords, i: number, lanes: readonly HeaderLane[]): boolean {
    const at = records.locateHeader(i, this.#headerName, MARK_BYTES);
    if (at < 0) return false;
    const bytes = records.located;
    for (let l = 0; l < lanes.length; l++) {
      const { lane, head } = lanes[l]!;
      let k = head.length - 1;
      while (k >= 0 && bytes[at + k] === head[k]) k--;
      if (k >= 0) continue;
      this.lane = lane;
      this.index = binaryAt(bytes, at + head.length);
      this.markAt = -1;
      return true;
    }
    return false;
  }

  /** Marks whose place depends on the record, and those of records that were cut or changed before them. */
  #scan(bytes: Uint8Array, at: number, length: number): boolean {
    for (const group of this.#current) {
      if (group.kind === 'binary') continue;
      const value = Buffer.from(bytes.buffer, bytes.byteOffset + at, length);
      for (let from = value.indexOf(group.head); from >= 0; from = value.indexOf(group.head, from + 1)) {
        if (this.#take(bytes, at, length, group, from)) return true;
      }
    }
    return false;
  }

  #take(bytes: Uint8Array, start: number, length: number, group: MarkGroup, markAt: number): boolean {
    const { head, kind, indexBytes, lanes } = group;
    const indexAt = start + markAt + head.length;
    if (markAt + head.length + indexBytes > length) return false;
    // Scenarios of a run differ near the head's end.
    for (let k = head.length - 1, at = indexAt - 1; k >= 0; k--, at--) if (bytes[at] !== head[k]) return false;
    const number =
      kind === 'text'
        ? decimalAt(bytes, indexAt, indexBytes)
        : kind === 'uuid'
          ? hexAt(bytes, indexAt, indexBytes)
          : binaryAt(bytes, indexAt);
    if (number < 0) return false;
    this.markAt = markAt;
    const only = lanes[0]!;
    if (lanes.length === 1 && only.thinning === EVERY) {
      this.lane = only.lane;
      this.index = number;
      return true;
    }
    return this.#laneOf(bytes, start, length, group, number);
  }

  /** The lane that has this message and the record's status; where the status is none of theirs, any that has it. */
  #laneOf(bytes: Uint8Array, start: number, length: number, group: MarkGroup, number: number): boolean {
    let isStatusKnown = group.lanes.length === 1;
    let found = false;
    for (const each of group.lanes) {
      const index = keptBelow(each.thinning, number);
      if (keptBelow(each.thinning, number + 1) === index) continue;
      if (!isStatusKnown) {
        findStatus(bytes, start, length, group.format, this.#status);
        isStatusKnown = true;
      }
      const isOwn = group.lanes.length === 1 || this.#isStatus(bytes, each.status);
      if (!isOwn && found) continue;
      this.lane = each.lane;
      this.index = index;
      found = true;
      if (isOwn) return true;
    }
    return found;
  }

  #isStatus(bytes: Uint8Array, status: Uint8Array): boolean {
    const { from, to } = this.#status;
    if (from < 0 || to - from !== status.length) return false;
    for (let k = 0; k < status.length; k++) if (bytes[from + k] !== status[k]) return false;
    return true;
  }
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}

function placeOf(plan: Plan, lane: LanePlan, scenario: string, openRecords: OpenRecords): MarkPlace | undefined {
  const { record } = lane;
  const identity = { seed: plan.seed, scenario: lane.name, runTag: plan.runTag };
  const generator = openGenerator(record, identity, openRecords);
  const bodies = record.mode === 'fresh' ? Number.POSITIVE_INFINITY : record.poolSize;
  return markPlaceOf(generator, { runTag: plan.runTag, scenario }, bodies);
}

function groupLane({ lane, record: { trail } }: LanePlan): GroupLane {
  const status = STATUS_OF[(trail?.name ?? 'sent') as 'sent' | TrailName] ?? '';
  return { lane, thinning: trail?.thinning ?? EVERY, status: new TextEncoder().encode(status) };
}

/** -1 where a byte is not a digit. */
function decimalAt(bytes: Uint8Array, at: number, digits: number): number {
  let high = 0;
  let low = 0;
  const middle = at + digits - 6;
  for (let k = at; k < middle; k++) {
    const digit = bytes[k]! - 48;
    if (digit < 0 || digit > 9) return -1;
    high = high * 10 + digit;
  }
  for (let k = middle; k < at + digits; k++) {
    const digit = bytes[k]! - 48;
    if (digit < 0 || digit > 9) return -1;
    low = low * 10 + digit;
  }
  return high * 1e6 + low;
}

/** -1 where a byte is not a lower-case hex digit. */
function hexAt(bytes: Uint8Array, at: number, digits: number): number {
  let number = 0;
  for (let k = at; k < at + digits; k++) {
    const byte = bytes[k]!;
    const digit = byte >= 48 && byte <= 57 ? byte - 48 : byte >= 97 && byte <= 102 ? byte - 87 : -1;
    if (digit < 0) return -1;
    number = number * 16 + digit;
  }
  return number;
}

function binaryAt(bytes: Uint8Array, at: number): number {
  const high = bytes[at]! * 256 + bytes[at + 1]!;
  const low = ((bytes[at + 2]! << 24) | (bytes[at + 3]! << 16) | (bytes[at + 4]! << 8) | bytes[at + 5]!) >>> 0;
  return high * 2 ** 32 + low;
}
