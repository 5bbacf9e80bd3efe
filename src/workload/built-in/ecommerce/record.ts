/** Writes ecommerce records: what order.ts chose, as bytes of either format and as plain values. */

import { MS_PER_SEC } from '../../../units.ts';
import type { RecordGenerator, RecordIdentity } from '../../definition.ts';
import { writeAvroDouble } from '../../encoding/avro.ts';
import { compactDate, epochSeconds, isoMillis } from '../../encoding/calendar-stamp.ts';
import { writeDigits9 } from '../../encoding/digits.ts';
import { Fragments } from '../../encoding/fragments.ts';
import { writeJsonDecimal } from '../../encoding/json.ts';
import { unmarkedTag } from '../../encoding/mark.ts';
import { type Stamp, shiftedIndex } from '../../encoding/stamp.ts';
import { CounterRng } from '../../random.ts';
import type { RecordPlan } from '../../record-plan.ts';
import type { Weighting } from '../../weighting.ts';
import {
  addresses,
  discountValues,
  type EcommerceWeights,
  Order,
  payments,
  products,
  quantityValues,
} from './order.ts';
import {
  addressFields,
  attributionFields,
  avroText,
  deviceFields,
  type EcommerceText,
  jsonText,
  NUMBER_DIGITS,
  paymentFields,
  productFields,
  SESSION_HEAD,
  SESSION_USER,
  TRANSACTION_HEAD,
  TRANSACTION_SEPARATOR,
  USER_HEAD,
} from './text.ts';
import { attributions, devices } from './visits.ts';

/** Longest price in either format: 8 bytes of Avro double, or 4 digits, a point and two more. */
const PRICE_BYTES_MAX = 8;
/** Longest coordinate: a sign, three digits, a point and four more. */
const COORDINATE_BYTES_MAX = 9;

export class EcommerceRecords implements RecordGenerator {
  readonly bytesMax: number;
  readonly keyBytesMax: number;
  readonly weightsDenominator: number;
  /** The nine digits of a transaction have no room for a mark. */
  readonly marked = false;
  readonly stamps: readonly Stamp[];

  readonly #order: Order;
  /** Added to the index: two runs of one day have different transactions. */
  readonly #shift: number;
  readonly #number: Stamp;
  readonly #text: EcommerceText;
  readonly #avro: boolean;
  readonly #separator = new Fragments([Buffer.from(TRANSACTION_SEPARATOR)]);
  readonly #sessionUser = new Fragments([Buffer.from(SESSION_USER)]);
  readonly #userKey = new Fragments([Buffer.from(USER_HEAD)]);
  /** By product; null where the key is the user. */
  readonly #productKeys: Fragments | null;

  constructor(record: RecordPlan, identity: RecordIdentity, users: number, weights: EcommerceWeights) {
    const { seed, scenario, runTag } = identity;
    this.#order = new Order(record, identity, users, weights);
    this.weightsDenominator = this.#order.weightsDenominator;
    const tag = record.mark === 'auto' ? runTag : unmarkedTag(seed, scenario);
    this.#shift = new CounterRng(0, tag, scenario, 'transaction_id').below(0, 10 ** NUMBER_DIGITS);
    this.#number = shiftedIndex(this.#shift);
    this.stamps = [compactDate, this.#number, epochSeconds, isoMillis];

    this.#avro = record.format === 'avro';
    const values = {
      products,
      quantities: quantityValues,
      discounts: discountValues,
      payments,
      currencies: this.#order.currencies,
      addresses,
      devices,
      attributions,
    };
    this.#text = this.#avro ? avroText(values, record.schemaId) : jsonText(values);
    const constant = Object.values<Fragments>({ ...this.#text }).reduce((sum, part) => sum + part.longest, 0);
    const stamped = this.stamps.reduce((sum, { width }) => sum + width, 0);
    const numbers = 2 * NUMBER_DIGITS + PRICE_BYTES_MAX + 2 * COORDINATE_BYTES_MAX;
    this.bytesMax = constant + this.#separator.longest + this.#sessionUser.longest + stamped + numbers;

    const keyField = record.key.kind === 'field' ? record.key.field : '';
    this.#productKeys =
      keyField === 'product_id' || keyField === 'category_id'
        ? new Fragments(products.map((product) => Buffer.from(productFields(product)[keyField])))
        : null;
    this.keyBytesMax = this.#productKeys?.longest ?? USER_HEAD.length + NUMBER_DIGITS;
  }

  write(into: Uint8Array, start: number, body: number, index: number, timestampMs: number): number {
    const order = this.#order;
    const text = this.#text;
    order.choose(body);
    let at = text.head.copy(0, into, start);
    compactDate.write(into, at, timestampMs);
    at = this.#separator.copy(0, into, at + compactDate.width);
    this.#number.write(into, at, index);
    at = text.user.copy(0, into, at + NUMBER_DIGITS);
    writeDigits9(into, at, order.user);
    at = text.session.copy(0, into, at + NUMBER_DIGITS);
    epochSeconds.write(into, at, timestampMs);
    at = this.#sessionUser.copy(0, into, at + epochSeconds.width);
    writeDigits9(into, at, order.user);
    at = text.product.copy(order.product, into, at + NUMBER_DIGITS);
    at = this.#writePrice(into, at, order.hundredths);
    at = text.quantity.copy(order.quantity, into, at);
    at = text.discount.copy(order.discount, into, at);
    at = text.payment.copy(order.payment, into, at);
    at = text.currency.copy(order.currency, into, at);
    isoMillis.write(into, at, timestampMs);
    at = text.address.copy(order.address, into, at + isoMillis.width);
    at = this.#writeCoordinate(into, at, order.latitude);
    at = text.longitude.copy(0, into, at);
    at = this.#writeCoordinate(into, at, order.longitude);
    at = text.device.copy(order.device, into, at);
    return text.attribution.copy(order.attribution, into, at);
  }

  writeKey(into: Uint8Array, start: number, body: number): number {
    if (this.#productKeys !== null) return this.#productKeys.copy(this.#order.productOf(body), into, start);
    const at = this.#userKey.copy(0, into, start);
    writeDigits9(into, at, this.#order.userOf(body));
    return at + NUMBER_DIGITS;
  }

  generate(body: number, index: number, timestampMs: number): Record<string, unknown> {
    const order = this.#order;
    order.choose(body);
    const time = new Date(timestampMs).toISOString();
    const user = String(order.user).padStart(NUMBER_DIGITS, '0');
    const number = String((index + this.#shift) % 10 ** NUMBER_DIGITS).padStart(NUMBER_DIGITS, '0');
    const date = time.slice(0, 10).replaceAll('-', '');
    return {
      transaction_id: TRANSACTION_HEAD + date + TRANSACTION_SEPARATOR + number,
      user_id: USER_HEAD + user,
      session_id: SESSION_HEAD + Math.floor(timestampMs / MS_PER_SEC) + SESSION_USER + user,
      ...productFields(products[order.product]!),
      price: order.hundredths / 100,
      quantity: quantityValues[order.quantity]!,
      discount_applied: discountValues[order.discount]!,
      ...paymentFields(payments[order.payment]!),
      currency: order.currencies[order.currency]!,
      timestamp: time,
      user_location: {
        ...addressFields(addresses[order.address]!),
        latitude: order.latitude / 10_000,
        longitude: order.longitude / 10_000,
      },
      device_info: deviceFields(devices[order.device]!),
      marketing_attribution: attributionFields(attributions[order.attribution]!),
    };
  }

  weightings(): readonly Weighting[] {
    return this.#order.weightings();
  }

  #writePrice(into: Uint8Array, at: number, hundredths: number): number {
    return this.#avro ? writeAvroDouble(into, at, hundredths / 100) : writeJsonDecimal(into, at, hundredths, 2);
  }

  /** @param parts ten-thousandths of a degree. */
  #writeCoordinate(into: Uint8Array, at: number, parts: number): number {
    return this.#avro ? writeAvroDouble(into, at, parts / 10_000) : writeJsonDecimal(into, at, parts, 4);
  }
}
