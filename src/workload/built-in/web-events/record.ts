/** Generates web events: makes the choices of a record, then writes them as bytes or plain values. */

import type { RecordGenerator, RecordIdentity } from '../../definition.ts';
import { AVRO_INT_BYTES_MAX, writeAvroInt } from '../../encoding/avro.ts';
import { isoMillisZoneless } from '../../encoding/calendar-stamp.ts';
import { writeDigits3, writeInteger } from '../../encoding/digits.ts';
import { Fragments } from '../../encoding/fragments.ts';
import type { Stamp } from '../../encoding/stamp.ts';
import { CounterRng } from '../../random.ts';
import type { RecordPlan } from '../../record-plan.ts';
import { type Weighting, weightingOf } from '../../weighting.ts';
import { leastCommonMultiple, type Uniform, uniform01, Weights } from '../../weights.ts';
import { buildCatalog, type Product } from './catalog.ts';
import { avroText, type FieldValues, jsonText, MICROS_DIGITS, type WebEventText } from './text.ts';
import { type MetadataField, variants } from './variants.ts';

export interface WebEventParams {
  readonly users: number;
  readonly products: number;
}

/** Longest number of a user in either format. */
const USER_BYTES_MAX = Math.max(AVRO_INT_BYTES_MAX, '1000000'.length);

/** A field of `metadata` and what chooses its value: weights, or else an RNG. */
interface FieldChoice extends FieldValues {
  readonly weights: Weights | null;
  readonly rng: CounterRng;
  readonly likely: 'first' | 'all';
}

export class WebEventRecords implements RecordGenerator {
  readonly bytesMax: number;
  readonly keyBytesMax: number;
  readonly weightsDenominator: number;
  /** No field has room for a mark. */
  readonly marked = false;
  readonly stamps: readonly Stamp[] = [isoMillisZoneless];

  readonly #users: number;
  readonly #types: Weights;
  /** By type. */
  readonly #fields: readonly (readonly FieldChoice[])[];
  readonly #text: WebEventText;
  readonly #avro: boolean;
  readonly #keyIsType: boolean;
  readonly #typeKeys: Fragments;

  readonly #userDraw: CounterRng;
  readonly #typeDraw: Uniform;
  readonly #microsDraw: CounterRng;

  // The choices of the current record; fields avoid an object per record.
  #type = 0;
  /** By field of the type. */
  readonly #values: Int32Array;

  constructor(
    record: RecordPlan,
    { seed, scenario }: RecordIdentity,
    params: WebEventParams,
    typeWeights: Readonly<Record<string, number>>,
  ) {
    this.#users = params.users;
    this.#types = new Weights(typeWeights);
    this.#typeDraw = uniform01(seed, scenario, 'event_type', record.poolSize);
    this.#userDraw = new CounterRng(seed, scenario, 'user_id');
    this.#microsDraw = new CounterRng(seed, scenario, 'microseconds');

    const catalog = buildCatalog(params.products);
    const rngOf = (name: string) => new CounterRng(seed, scenario, `metadata.${name}`);
    this.#fields = this.#types.values.map((type) =>
      variants.find((variant) => variant.type === type)!.metadata.map((field) => choiceOf(field, catalog, rngOf)),
    );
    this.#values = new Int32Array(Math.max(...this.#fields.map((fields) => fields.length)));
    this.weightsDenominator = this.#types.denominator * this.#fields.map(denominatorOf).reduce(leastCommonMultiple);

    this.#avro = record.format === 'avro';
    const types = this.#types.values.map((type, i) => ({ type, fields: this.#fields[i]! }));
    this.#text = this.#avro ? avroText(types, record.schemaId) : jsonText(types);
    this.bytesMax = longestRecord(this.#text);

    this.#keyIsType = record.key.kind === 'field' && record.key.field === 'event_type';
    this.#typeKeys = new Fragments(this.#types.values.map((type) => Buffer.from(type)));
    this.keyBytesMax = Math.max(this.#typeKeys.longest, USER_BYTES_MAX);
  }

  write(into: Uint8Array, start: number, body: number, _index: number, timestampMs: number): number {
    this.#choose(body);
    const text = this.#text;
    const type = this.#type;
    let at = text.head.copy(0, into, start);
    at = this.#avro ? writeAvroInt(into, at, this.#userOf(body)) : writeInteger(into, at, this.#userOf(body));
    at = text.type.copy(type, into, at);
    isoMillisZoneless.write(into, at, timestampMs);
    at += isoMillisZoneless.width;
    writeDigits3(into, at, this.#microsOf(body));
    at = text.metadata.copy(type, into, at + MICROS_DIGITS);
    const fields = text.fields[type]!;
    for (let i = 0; i < fields.length; i++) at = fields[i]!.copy(this.#values[i]!, into, at);
    return text.tail.copy(0, into, at);
  }

  writeKey(into: Uint8Array, at: number, body: number): number {
    if (!this.#keyIsType) return writeInteger(into, at, this.#userOf(body));
    return this.#typeKeys.copy(this.#types.pick(this.#typeDraw.uniform(body)), into, at);
  }

  generate(body: number, _index: number, timestampMs: number): Record<string, unknown> {
    this.#choose(body);
    const micros = String(this.#microsOf(body)).padStart(MICROS_DIGITS, '0');
    return {
      user_id: this.#userOf(body),
      event_type: this.#types.values[this.#type]!,
      timestamp: new Date(timestampMs).toISOString().replace('Z', micros),
      metadata: Object.fromEntries(
        this.#fields[this.#type]!.map(({ name, values }, i) => [name, values[this.#values[i]!]]),
      ),
    };
  }

  weightings(): readonly Weighting[] {
    const ofType = this.#types.values.flatMap((value, type) =>
      this.#fields[type]!.flatMap(({ name, weights }, i): Weighting[] => {
        if (weights === null || weights.values.length === 1) return [];
        const { values, shares } = weights;
        const pick = (body: number) => this.#weighted(type, i, body);
        return [{ field: `metadata.${name}`, given: { field: 'event_type', value }, values, shares, pick }];
      }),
    );
    return [weightingOf('event_type', this.#types, this.#typeDraw), ...ofType];
  }

  #choose(body: number): void {
    const unit = this.#typeDraw.uniform(body);
    const type = this.#types.pick(unit);
    // One draw decides the type and, within it, the weighted fields, so that all are exact over a pool.
    let within = this.#types.within(type, unit);
    const fields = this.#fields[type]!;
    for (let i = 0; i < fields.length; i++) {
      const { weights, rng, likely, values } = fields[i]!;
      if (weights === null) {
        const drawn = rng.uniform(body);
        this.#values[i] = (likely === 'first' ? drawn * drawn : drawn) * values.length;
      } else {
        const choice = weights.pick(within);
        within = weights.within(choice, within);
        this.#values[i] = choice;
      }
    }
    this.#type = type;
  }

  /** What `#choose` chooses for one weighted field, without the others' draws; -1 in a body of another type. */
  #weighted(type: number, field: number, body: number): number {
    const unit = this.#typeDraw.uniform(body);
    if (this.#types.pick(unit) !== type) return -1;
    let within = this.#types.within(type, unit);
    for (let i = 0; ; i++) {
      const { weights } = this.#fields[type]![i]!;
      if (weights === null) continue;
      const choice = weights.pick(within);
      if (i === field) return choice;
      within = weights.within(choice, within);
    }
  }

  #userOf(body: number): number {
    return 1 + this.#userDraw.below(body, this.#users);
  }

  /** Microseconds of the record time: not stamped, part of the body. */
  #microsOf(body: number): number {
    return this.#microsDraw.below(body, 10 ** MICROS_DIGITS);
  }
}

function choiceOf(field: MetadataField, catalog: readonly Product[], rngOf: (name: string) => CounterRng): FieldChoice {
  const { name, type } = field;
  if (field.kind === 'drawn') {
    const { drawnBy, likely } = field;
    return { name, type, values: field.values(catalog), weights: null, rng: rngOf(drawnBy), likely };
  }
  const weights = new Weights(field.weights);
  return { name, type, values: weights.values, weights, rng: rngOf(name), likely: 'all' };
}

/** Weights of one type are exact together over a multiple of this many records of the type. */
function denominatorOf(fields: readonly FieldChoice[]): number {
  return fields.reduce((product, { weights }) => product * (weights?.denominator ?? 1), 1);
}

function longestRecord({ head, type, metadata, fields, tail }: WebEventText): number {
  const sum = (parts: readonly Fragments[]) => parts.reduce((total, part) => total + part.longest, 0);
  const timestamp = isoMillisZoneless.width + MICROS_DIGITS;
  return sum([head, type, metadata, tail]) + USER_BYTES_MAX + timestamp + Math.max(...fields.map(sum));
}
