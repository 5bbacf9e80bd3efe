/**
 * Generates alerts. In both formats a record is constant bytes around four variable parts:
 *
 *     head INDEX phone PHONE alert TIME tail
 *
 * where `alert` is a type and a text of it.
 */

import type { RecordGenerator, RecordIdentity } from '../../definition.ts';
import { avroString, avroStringLength, WIRE_HEADER_BYTES, wireHeader } from '../../encoding/avro.ts';
import { writeDigits3, writeDigits4 } from '../../encoding/digits.ts';
import { type Fragments, fragments } from '../../encoding/fragments.ts';
import { TEXT_MARK_LENGTH, textMarkHead, unmarkedTag } from '../../encoding/mark.ts';
import { avroTime, decimalIndex, decimalTime, INDEX_DIGITS, type Stamp } from '../../encoding/stamp.ts';
import { CounterRng } from '../../random.ts';
import type { RecordPlan } from '../../record-plan.ts';
import { type Weighting, weightingOf } from '../../weighting.ts';
import { type Uniform, uniform01, Weights } from '../../weights.ts';
import { textsOf } from './alerts.ts';

/** No area code 555 is in service: these are nobody's numbers. */
const PHONE_HEAD = '+1555';
const PHONE_DIGITS = 7;
const PHONE_LENGTH = PHONE_HEAD.length + PHONE_DIGITS;
/** A local number starts with 2 to 9. */
const PHONE_LEAST = 2_000_000;
export const PHONE_NUMBERS = 8_000_000;
/** Prime to 8,000,000, and so a permutation of the numbers: neighbouring recipients look unrelated. */
const PHONE_SPREAD = 4_931_477;

const JSON_HEAD = '{"id":"';

/** Where the id starts in a payload: it is the first field in both formats. */
export function idAt(format: 'avro' | 'json'): number {
  return format === 'avro' ? WIRE_HEADER_BYTES + avroStringLength(TEXT_MARK_LENGTH).length : JSON_HEAD.length;
}

interface AlertText {
  readonly head: Fragments;
  readonly phone: Fragments;
  /** Type and text, by number of the text. */
  readonly alert: Fragments;
  readonly tail: Fragments;
}

export class SmsAlertRecords implements RecordGenerator {
  readonly bytesMax: number;
  readonly keyBytesMax: number;
  readonly weightsDenominator: number;
  readonly marked: boolean;
  readonly stamps: readonly Stamp[];

  readonly #recipients: number;
  readonly #idHead: string;
  readonly #types: Weights;
  /** By type: its texts, and the number of the first of them among all. */
  readonly #texts: readonly (readonly string[])[];
  readonly #firstText: readonly number[];
  readonly #text: AlertText;
  readonly #time: Stamp;
  readonly #keyIsType: boolean;
  readonly #typeKeys: Fragments;
  readonly #phoneKey: Fragments;

  readonly #typeDraw: Uniform;
  readonly #phoneDraw: CounterRng;

  constructor(
    record: RecordPlan,
    { seed, scenario, runTag }: RecordIdentity,
    recipients: number,
    typeWeights: Readonly<Record<string, number>>,
  ) {
    this.#recipients = recipients;
    this.marked = record.mark === 'auto';
    this.#idHead = textMarkHead(this.marked ? runTag : unmarkedTag(seed, scenario), scenario);
    this.#types = new Weights(typeWeights);
    this.weightsDenominator = this.#types.denominator;
    this.#typeDraw = uniform01(seed, scenario, 'alert_type', record.poolSize);
    this.#phoneDraw = new CounterRng(seed, scenario, 'phone_number');

    this.#texts = this.#types.values.map(textsOf);
    this.#firstText = this.#texts.map((_, type) => this.#texts.slice(0, type).flat().length);
    const avro = record.format === 'avro';
    const all = this.#types.values.flatMap((type, i) => this.#texts[i]!.map((text) => ({ type, text })));
    this.#text = avro ? avroText(record.schemaId, this.#idHead, all) : jsonText(this.#idHead, all);
    this.#time = avro ? avroTime : decimalTime;
    this.stamps = [decimalIndex, this.#time];
    const constant = Object.values<Fragments>({ ...this.#text }).reduce((sum, part) => sum + part.longest, 0);
    this.bytesMax = constant + INDEX_DIGITS + PHONE_DIGITS + this.#time.width;

    this.#keyIsType = record.key.kind === 'field' && record.key.field === 'alert_type';
    this.#typeKeys = fragments(this.#types.values.map((type) => [type]));
    this.#phoneKey = fragments([[PHONE_HEAD]]);
    this.keyBytesMax = Math.max(PHONE_LENGTH, this.#typeKeys.longest);
  }

  write(into: Uint8Array, start: number, body: number, index: number, timestampMs: number): number {
    const text = this.#text;
    let at = text.head.copy(0, into, start);
    decimalIndex.write(into, at, index);
    at = text.phone.copy(0, into, at + INDEX_DIGITS);
    at = writePhone(into, at, this.#phoneOf(body));
    const unit = this.#typeDraw.uniform(body);
    const type = this.#types.pick(unit);
    at = text.alert.copy(this.#firstText[type]! + this.#textOf(type, unit), into, at);
    this.#time.write(into, at, timestampMs);
    return text.tail.copy(0, into, at + this.#time.width);
  }

  writeKey(into: Uint8Array, at: number, body: number): number {
    if (this.#keyIsType) return this.#typeKeys.copy(this.#types.pick(this.#typeDraw.uniform(body)), into, at);
    return writePhone(into, this.#phoneKey.copy(0, into, at), this.#phoneOf(body));
  }

  generate(body: number, index: number, timestampMs: number): Record<string, unknown> {
    const unit = this.#typeDraw.uniform(body);
    const type = this.#types.pick(unit);
    return {
      id: this.#idHead + String(index).padStart(INDEX_DIGITS, '0'),
      phone_number: PHONE_HEAD + this.#phoneOf(body),
      alert_type: this.#types.values[type]!,
      text: this.#texts[type]![this.#textOf(type, unit)]!,
      created_at: Math.floor(timestampMs),
    };
  }

  weightings(): readonly Weighting[] {
    return [weightingOf('alert_type', this.#types, this.#typeDraw)];
  }

  /** What chose the type chooses within it: over a pool the texts of a type are equally frequent. */
  #textOf(type: number, unit: number): number {
    const count = this.#texts[type]!.length;
    return Math.min(count - 1, Math.floor(this.#types.within(type, unit) * count));
  }

  #phoneOf(body: number): number {
    const recipient = this.#phoneDraw.below(body, this.#recipients);
    return PHONE_LEAST + ((recipient * PHONE_SPREAD) % PHONE_NUMBERS);
  }
}

function writePhone(into: Uint8Array, at: number, phone: number): number {
  const high = Math.floor(phone / 10_000);
  writeDigits3(into, at, high);
  writeDigits4(into, at + 3, phone - high * 10_000);
  return at + PHONE_DIGITS;
}

type Alerts = readonly { readonly type: string; readonly text: string }[];

function avroText(schemaId: number, idHead: string, alerts: Alerts): AlertText {
  return {
    head: fragments([[wireHeader(schemaId), avroStringLength(TEXT_MARK_LENGTH), idHead]]),
    phone: fragments([[avroStringLength(PHONE_LENGTH), PHONE_HEAD]]),
    alert: fragments(alerts.map(({ type, text }) => [avroString(type), avroString(text)])),
    tail: fragments([[]]),
  };
}

function jsonText(idHead: string, alerts: Alerts): AlertText {
  const json = JSON.stringify;
  return {
    head: fragments([[JSON_HEAD, idHead]]),
    phone: fragments([[`","phone_number":"${PHONE_HEAD}`]]),
    alert: fragments(
      alerts.map(({ type, text }) => [`","alert_type":${json(type)},"text":${json(text)},"created_at":`]),
    ),
    tail: fragments([['}']]),
  };
}
