/** Generates ATM records: makes the choices of a record, then writes them as bytes or plain values. */

import type { RecordGenerator, RecordIdentity } from '../../definition.ts';
import { writeAvroDouble } from '../../encoding/avro.ts';
import { writeDigits4, writeDigits6 } from '../../encoding/digits.ts';
import { Fragments } from '../../encoding/fragments.ts';
import { writeJsonDecimal } from '../../encoding/json.ts';
import { textMarkHead, unmarkedTag } from '../../encoding/mark.ts';
import { avroTime, decimalIndex, decimalTime, INDEX_DIGITS, type Stamp } from '../../encoding/stamp.ts';
import { CounterRng } from '../../random.ts';
import type { RecordPlan } from '../../record-plan.ts';
import { type Weighting, weightingOf } from '../../weighting.ts';
import { leastCommonMultiple, type Uniform, uniform01, Weights } from '../../weights.ts';
import { CardHolders } from './card-holders.ts';
import { type AtmSite, buildFleet, currencies } from './fleet.ts';
import { type AtmText, avroText, CARD_DIGITS, CARD_HEAD, jsonText, USER_DIGITS, USER_HEAD } from './text.ts';

export interface AtmParams {
  readonly atms: number;
  readonly users: number;
}

/** Longest amount in either format: 8 bytes of Avro double, or 10 digits, a point and two more. */
const AMOUNT_BYTES_MAX = 13;

export class AtmRecords implements RecordGenerator {
  readonly bytesMax: number;
  readonly keyBytesMax: number;
  readonly weightsDenominator: number;
  readonly marked: boolean;
  readonly stamps: readonly Stamp[];

  readonly #fleet: readonly AtmSite[];
  readonly #holders: CardHolders;
  readonly #idHead: string;
  readonly #statuses: Weights;
  readonly #types: Weights;
  readonly #text: AtmText;
  readonly #time: Stamp;
  readonly #avro: boolean;
  readonly #keyField: string;
  /** Keys by machine, if the key is a field of the machine. */
  readonly #machineKeys: Fragments;
  readonly #userKey: Fragments;
  readonly #cardKey: Fragments;
  /** By type × fleet size + machine, in hundredths of the currency. */
  readonly #amountMin: Int32Array;
  readonly #amountStep: Int32Array;
  readonly #amountSteps: Int32Array;

  readonly #atmDraw: Uniform;
  readonly #statusDraw: Uniform;
  readonly #typeDraw: Uniform;
  readonly #amountDraw: CounterRng;
  readonly #userDraw: CounterRng;
  readonly #cardDraw: CounterRng;

  // The choices of the current record; fields avoid an object per record.
  #atm = 0;
  #status = 0;
  #type = 0;
  #hundredths = 0;
  #user = 0;
  #card = 0;

  constructor(
    record: RecordPlan,
    { seed, scenario, runTag }: RecordIdentity,
    params: AtmParams,
    weights: { readonly status_code: Record<string, number>; readonly transaction_type: Record<string, number> },
  ) {
    this.#fleet = buildFleet(params.atms);
    this.#holders = new CardHolders(params.users, params.atms);
    this.marked = record.mark === 'auto';
    this.#idHead = textMarkHead(this.marked ? runTag : unmarkedTag(seed, scenario), scenario);
    this.#statuses = new Weights(weights.status_code);
    this.#types = new Weights(weights.transaction_type);
    // Includes the machines, so that over a pool each has the same share of the records.
    this.weightsDenominator = [this.#statuses.denominator, this.#types.denominator].reduce(
      leastCommonMultiple,
      params.atms,
    );
    const draw = (field: string) => uniform01(seed, scenario, field, record.poolSize);
    this.#atmDraw = draw('atm_id');
    this.#statusDraw = draw('status_code');
    this.#typeDraw = draw('transaction_type');
    this.#amountDraw = new CounterRng(seed, scenario, 'amount');
    this.#userDraw = new CounterRng(seed, scenario, 'user_id');
    this.#cardDraw = new CounterRng(seed, scenario, 'card_number');

    const rules = this.#types.values.flatMap((type) => this.#fleet.map((site) => amountRule(type, site)));
    this.#amountMin = Int32Array.from(rules, (rule) => rule.min);
    this.#amountStep = Int32Array.from(rules, (rule) => rule.step);
    this.#amountSteps = Int32Array.from(rules, (rule) => rule.steps);

    this.#avro = record.format === 'avro';
    this.#time = this.#avro ? avroTime : decimalTime;
    this.stamps = [decimalIndex, this.#time];
    this.#text = (this.#avro ? avroText : jsonText)({
      schemaId: record.schemaId,
      idHead: this.#idHead,
      fleet: this.#fleet,
      statuses: this.#statuses.values,
      types: this.#types.values,
    });
    const constant = Object.values<Fragments>({ ...this.#text }).reduce((sum, part) => sum + part.longest, 0);
    this.bytesMax = constant + INDEX_DIGITS + AMOUNT_BYTES_MAX + USER_DIGITS + CARD_DIGITS + this.#time.width;

    this.#keyField = record.key.kind === 'field' ? record.key.field : '';
    const machineKey = (site: AtmSite) => (this.#keyField === 'region_id' ? site.regionId : site.atmId);
    this.#machineKeys = new Fragments(this.#fleet.map((site) => Buffer.from(machineKey(site))));
    this.#userKey = new Fragments([Buffer.from(USER_HEAD)]);
    this.#cardKey = new Fragments([Buffer.from(CARD_HEAD)]);
    this.keyBytesMax = Math.max(
      this.#machineKeys.longest,
      USER_HEAD.length + USER_DIGITS,
      CARD_HEAD.length + CARD_DIGITS,
    );
  }

  write(into: Uint8Array, start: number, body: number, index: number, timestampMs: number): number {
    this.#choose(body);
    const text = this.#text;
    let at = text.head.copy(0, into, start);
    decimalIndex.write(into, at, index);
    at = text.machine.copy(this.#atm, into, at + INDEX_DIGITS);
    at = this.#avro
      ? writeAvroDouble(into, at, this.#hundredths / 100)
      : writeJsonDecimal(into, at, this.#hundredths, 2);
    at = text.status.copy(this.#status, into, at);
    writeDigits6(into, at, this.#user);
    at = text.card.copy(0, into, at + USER_DIGITS);
    writeDigits4(into, at, this.#card);
    at = text.type.copy(this.#type, into, at + CARD_DIGITS);
    at = text.place.copy(this.#atm, into, at);
    this.#time.write(into, at, timestampMs);
    return text.tail.copy(0, into, at + this.#time.width);
  }

  writeKey(into: Uint8Array, start: number, body: number): number {
    if (this.#keyField === 'user_id') {
      const at = this.#userKey.copy(0, into, start);
      writeDigits6(into, at, this.#userOf(body, this.#atmOf(body)));
      return at + USER_DIGITS;
    }
    if (this.#keyField === 'card_number') {
      const at = this.#cardKey.copy(0, into, start);
      writeDigits4(into, at, this.#cardOf(this.#userOf(body, this.#atmOf(body))));
      return at + CARD_DIGITS;
    }
    return this.#machineKeys.copy(this.#atmOf(body), into, start);
  }

  generate(body: number, index: number, timestampMs: number): Record<string, unknown> {
    this.#choose(body);
    const site = this.#fleet[this.#atm]!;
    return {
      transaction_id: this.#idHead + String(index).padStart(INDEX_DIGITS, '0'),
      atm_id: site.atmId,
      region_id: site.regionId,
      amount: this.#hundredths / 100,
      status_code: this.#statuses.values[this.#status]!,
      user_id: USER_HEAD + String(this.#user).padStart(USER_DIGITS, '0'),
      card_number: CARD_HEAD + String(this.#card).padStart(CARD_DIGITS, '0'),
      transaction_type: this.#types.values[this.#type]!,
      location: site.location,
      currency: site.currency,
      timestamp: Math.floor(timestampMs),
    };
  }

  weightings(): readonly Weighting[] {
    return [
      weightingOf('status_code', this.#statuses, this.#statusDraw),
      weightingOf('transaction_type', this.#types, this.#typeDraw),
    ];
  }

  #choose(body: number): void {
    this.#atm = this.#atmOf(body);
    this.#status = this.#statuses.pick(this.#statusDraw.uniform(body));
    this.#type = this.#types.pick(this.#typeDraw.uniform(body));
    this.#user = this.#userOf(body, this.#atm);
    this.#card = this.#cardOf(this.#user);
    const rule = this.#type * this.#fleet.length + this.#atm;
    // Squared: favors small amounts.
    const size = this.#amountDraw.uniform(body) ** 2;
    const steps = Math.floor(size * this.#amountSteps[rule]!);
    this.#hundredths = this.#amountMin[rule]! + steps * this.#amountStep[rule]!;
  }

  #atmOf(body: number): number {
    return Math.floor(this.#atmDraw.uniform(body) * this.#fleet.length);
  }

  #userOf(body: number, atm: number): number {
    return this.#holders.at(atm, this.#userDraw.uniform(body));
  }

  /** A user has one card. */
  #cardOf(user: number): number {
    return this.#cardDraw.below(user, 10_000);
  }
}

/** Amounts of a transaction type at a machine: `least`, then up to `steps - 1` steps more; in hundredths. */
function amountRule(type: string, { currency }: AtmSite): { min: number; step: number; steps: number } {
  const { note, unit, hundredths } = currencies[currency];
  const cent = hundredths ? 1 : 100;
  const range = (minUnits: number, maxUnits: number) => ({
    min: minUnits * unit,
    step: cent,
    steps: ((maxUnits - minUnits) * unit) / cent + 1,
  });
  switch (type) {
    case 'WITHDRAWAL':
      return { min: note, step: note, steps: 40 };
    case 'BALANCE_INQUIRY':
      return { min: 0, step: 0, steps: 1 };
    case 'DEPOSIT':
      return range(10, 5_000);
    default:
      return range(1, 10_000);
  }
}
