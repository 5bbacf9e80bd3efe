/**
 * Generates the records of one lane: messages sent, or messages that reach a later state. In
 * both formats a record is constant bytes around four variable parts:
 *
 *     head NUMBER phone PHONE state TIME tail
 *
 * where `state` is a carrier and the lane's status. A follow-up record repeats the values of the one it follows:
 * both are functions of the message's number.
 */

import type { RecordGenerator, RecordIdentity } from '../../definition.ts';
import { avroString, avroStringLength, WIRE_HEADER_BYTES, wireHeader } from '../../encoding/avro.ts';
import { writeDigits3, writeDigits8 } from '../../encoding/digits.ts';
import { type Fragments, fragments } from '../../encoding/fragments.ts';
import { unmarkedTag } from '../../encoding/mark.ts';
import { avroTime, decimalTime, type Stamp } from '../../encoding/stamp.ts';
import { UUID_INDEX_DIGITS, UUID_LENGTH, uuidIndex, uuidIndexText, uuidMarkHead } from '../../encoding/uuid-mark.ts';
import type { RecordPlan } from '../../record-plan.ts';
import { keptAt, type Thinning } from '../../thinning.ts';
import type { Weighting } from '../../weighting.ts';
import { leastCommonMultiple, type Uniform, uniform01 } from '../../weights.ts';
import type { LifecycleParams } from './defaults.ts';
import { outcomesOf, STATUS_OF, type TrailName } from './outcomes.ts';
import type { PhoneBook } from './phone-book.ts';

const JSON_HEAD = '{"messageId":"';
const PHONE_BYTES = { avro: 5, json: 11 } as const;

/** Where the id starts in a payload: it is the first field in both formats. */
export function idAt(format: 'avro' | 'json'): number {
  return format === 'avro' ? WIRE_HEADER_BYTES + avroStringLength(UUID_LENGTH).length : JSON_HEAD.length;
}

interface LaneText {
  readonly head: Fragments;
  readonly phone: Fragments;
  /** By carrier. */
  readonly state: Fragments;
  readonly tail: Fragments;
}

export class LifecycleRecords implements RecordGenerator {
  readonly bytesMax: number;
  readonly keyBytesMax = UUID_LENGTH;
  readonly keyOf: 'body' | 'index';
  readonly weightsDenominator: number;
  readonly marked: boolean;
  readonly stamps: readonly Stamp[];

  readonly #avro: boolean;
  readonly #idHead: string;
  readonly #idKey: Fragments;
  readonly #status: string;
  readonly #thinning: Thinning | undefined;
  readonly #book: PhoneBook;
  readonly #phones: Uniform;
  readonly #text: LaneText;
  readonly #number: Stamp;
  readonly #time: Stamp;
  readonly #key: string;
  readonly #carrierKeys: Fragments;

  constructor(
    record: RecordPlan,
    { seed, scenario: lane, runTag }: RecordIdentity,
    params: LifecycleParams,
    book: PhoneBook,
  ) {
    const scenario = record.trail?.scenario ?? lane;
    const thinning = record.trail?.thinning;
    this.marked = record.mark === 'auto';
    this.#avro = record.format === 'avro';
    this.#idHead = uuidMarkHead(this.marked ? runTag : unmarkedTag(seed, scenario), scenario);
    this.#idKey = fragments([[this.#idHead]]);
    this.#status = STATUS_OF[(record.trail?.name ?? 'sent') as 'sent' | TrailName];
    this.#thinning = thinning;
    this.#book = book;
    const whole = leastCommonMultiple(outcomesOf(params, { seed, scenario }).period, this.#book.weightsDenominator);
    this.weightsDenominator = partOf(thinning, whole);
    this.#phones = uniform01(seed, scenario, 'phoneNumber', wholeOf(thinning, record.poolSize));

    const { carriers } = this.#book;
    this.#text = this.#avro
      ? avroText(record.schemaId, this.#idHead, carriers, this.#status)
      : jsonText(this.#idHead, carriers, this.#status);
    this.#number = uuidIndex((index) => this.#numberOf(index));
    this.#time = this.#avro ? avroTime : decimalTime;
    this.stamps = [this.#number, this.#time];
    const constant = Object.values<Fragments>({ ...this.#text }).reduce((sum, part) => sum + part.longest, 0);
    this.bytesMax = constant + UUID_INDEX_DIGITS + PHONE_BYTES[record.format] + this.#time.width;
    this.#key = record.key.kind === 'field' ? record.key.field : '';
    this.keyOf = this.#key === 'messageId' ? 'index' : 'body';
    this.#carrierKeys = fragments(carriers.map((carrier) => [carrier]));
  }

  write(into: Uint8Array, start: number, body: number, index: number, timestampMs: number): number {
    const text = this.#text;
    let at = text.head.copy(0, into, start);
    this.#number.write(into, at, index);
    at = text.phone.copy(0, into, at + UUID_INDEX_DIGITS);
    const entry = this.#book.entryAt(this.#phones.uniform(this.#numberOf(body)));
    const phone = this.#book.phoneOf(entry);
    at = this.#avro ? writeAvroPhone(into, at, phone) : writePhone(into, at, phone);
    at = text.state.copy(this.#book.carrierOf(entry), into, at);
    this.#time.write(into, at, timestampMs);
    return text.tail.copy(0, into, at + this.#time.width);
  }

  writeKey(into: Uint8Array, at: number, bodyOrIndex: number): number {
    if (this.#key === 'messageId') {
      const numberAt = this.#idKey.copy(0, into, at);
      this.#number.write(into, numberAt, bodyOrIndex);
      return numberAt + UUID_INDEX_DIGITS;
    }
    const entry = this.#book.entryAt(this.#phones.uniform(this.#numberOf(bodyOrIndex)));
    if (this.#key === 'phoneNumber') return writePhone(into, at, this.#book.phoneOf(entry));
    return this.#carrierKeys.copy(this.#book.carrierOf(entry), into, at);
  }

  generate(body: number, index: number, timestampMs: number): Record<string, unknown> {
    const entry = this.#book.entryAt(this.#phones.uniform(this.#numberOf(body)));
    return {
      messageId: this.#idHead + uuidIndexText(this.#numberOf(index)),
      phoneNumber: this.#book.phoneOf(entry),
      carrier: this.#book.carriers[this.#book.carrierOf(entry)]!,
      status: this.#status,
      timestamp: Math.floor(timestampMs),
    };
  }

  weightings(): readonly Weighting[] {
    const { carriers: values, shares } = this.#book;
    const pick = (body: number) => this.#book.carrierOf(this.#book.entryAt(this.#phones.uniform(this.#numberOf(body))));
    return [{ field: 'carrier', values, shares, pick }];
  }

  /** Of the message that the lane's record with this index is about. */
  #numberOf(index: number): number {
    return this.#thinning === undefined ? index : keptAt(this.#thinning, index);
  }
}

/** Records of a lane among `messages` messages, a multiple of the period. */
function partOf(thinning: Thinning | undefined, messages: number): number {
  return thinning === undefined ? messages : (messages / thinning.period) * thinning.kept.length;
}

function wholeOf(thinning: Thinning | undefined, records: number): number {
  return thinning === undefined ? records : (records / thinning.kept.length) * thinning.period;
}

function writePhone(into: Uint8Array, at: number, phone: number): number {
  const high = Math.floor(phone / 1e8);
  writeDigits3(into, at, high);
  writeDigits8(into, at + 3, phone - high * 1e8);
  return at + PHONE_BYTES.json;
}

/** A long between 2^27 and 2^34: a zigzag varint of five bytes. */
function writeAvroPhone(into: Uint8Array, at: number, phone: number): number {
  const high = Math.floor(phone / 2 ** 27);
  const low = (phone - high * 2 ** 27) * 2;
  into[at] = low | 0x80;
  into[at + 1] = (low >>> 7) | 0x80;
  into[at + 2] = (low >>> 14) | 0x80;
  into[at + 3] = (low >>> 21) | 0x80;
  into[at + 4] = high;
  return at + PHONE_BYTES.avro;
}

function avroText(schemaId: number, idHead: string, carriers: readonly string[], status: string): LaneText {
  return {
    head: fragments([[wireHeader(schemaId), avroStringLength(UUID_LENGTH), idHead]]),
    phone: fragments([[]]),
    state: fragments(carriers.map((carrier) => [avroString(carrier), avroString(status)])),
    tail: fragments([[]]),
  };
}

function jsonText(idHead: string, carriers: readonly string[], status: string): LaneText {
  return {
    head: fragments([[JSON_HEAD, idHead]]),
    phone: fragments([['","phoneNumber":']]),
    state: fragments(carriers.map((carrier) => [`,"carrier":"${carrier}","status":"${status}","timestamp":`])),
    tail: fragments([['}']]),
  };
}
