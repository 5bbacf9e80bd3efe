/**
 * The constant parts of ecommerce records. In both formats a record is constant bytes around its variable parts:
 *
 *     head DATE _ NUMBER user USER session EPOCH sessionUser USER product PRICE quantity discount payment
 *     currency TIME address LATITUDE longitude LONGITUDE device attribution
 *
 * where a word in small letters is a piece that may depend on a choice.
 */
import { avroDouble, avroInt, avroString, avroStringLength, wireHeader } from '../../encoding/avro.ts';
import { type Fragments, fragments } from '../../encoding/fragments.ts';
import type { Category, Product } from './catalog.ts';
import type { City } from './cities.ts';
import type { Attribution, Device } from './visits.ts';

export const TRANSACTION_HEAD = 'txn_';
export const TRANSACTION_SEPARATOR = '_';
export const USER_HEAD = 'user_';
export const SESSION_HEAD = 'sess_';
export const SESSION_USER = '_user';

const DATE_LENGTH = 8;
const EPOCH_LENGTH = 10;
const TIME_LENGTH = 24;
/** Of a transaction and of a user. */
export const NUMBER_DIGITS = 9;

const TRANSACTION_LENGTH = TRANSACTION_HEAD.length + DATE_LENGTH + TRANSACTION_SEPARATOR.length + NUMBER_DIGITS;
const USER_LENGTH = USER_HEAD.length + NUMBER_DIGITS;
const SESSION_LENGTH = SESSION_HEAD.length + EPOCH_LENGTH + SESSION_USER.length + NUMBER_DIGITS;

/** What the choices of a record are made among. */
export interface EcommerceValues {
  readonly products: readonly ListedProduct[];
  readonly quantities: readonly number[];
  readonly discounts: readonly number[];
  readonly payments: readonly Payment[];
  readonly currencies: readonly string[];
  readonly addresses: readonly Address[];
  readonly devices: readonly Device[];
  readonly attributions: readonly Attribution[];
}

export interface ListedProduct extends Product {
  readonly id: string;
  readonly category: Category;
}

export interface Payment {
  readonly method: string;
  readonly provider: string;
}

export interface Address {
  readonly city: City;
  readonly postcode: string;
}

export interface EcommerceText {
  readonly head: Fragments;
  readonly user: Fragments;
  readonly session: Fragments;
  readonly product: Fragments;
  readonly quantity: Fragments;
  readonly discount: Fragments;
  readonly payment: Fragments;
  readonly currency: Fragments;
  readonly address: Fragments;
  readonly longitude: Fragments;
  readonly device: Fragments;
  readonly attribution: Fragments;
}

// The fields of a record that are constant text, in their order: both formats are made of these.

export function productFields({ id, name, brand, subcategory, category }: ListedProduct) {
  return {
    product_id: id,
    product_name: name,
    category_id: `cat_${category.id}`,
    category_name: category.name,
    subcategory,
    brand,
  };
}

export function paymentFields({ method, provider }: Payment) {
  return { payment_method: method, payment_provider: provider };
}

export function addressFields({ city, postcode }: Address) {
  return { country: city.country, state: city.state, city: city.name, zip_code: postcode };
}

export function deviceFields({ type, os, browser, userAgent }: Device) {
  return { type, os, browser, user_agent: userAgent };
}

export function attributionFields({ campaignId, channel, referrer }: Attribution) {
  return { campaign_id: campaignId, channel, referrer };
}

export function avroText(values: EcommerceValues, schemaId: number): EcommerceText {
  const strings = (fields: Readonly<Record<string, string>>) => Object.values(fields).map(avroString);
  return {
    head: fragments([[wireHeader(schemaId), avroStringLength(TRANSACTION_LENGTH), TRANSACTION_HEAD]]),
    user: fragments([[avroStringLength(USER_LENGTH), USER_HEAD]]),
    session: fragments([[avroStringLength(SESSION_LENGTH), SESSION_HEAD]]),
    product: fragments(values.products.map((product) => strings(productFields(product)))),
    quantity: fragments(values.quantities.map((quantity) => [avroInt(quantity)])),
    discount: fragments(values.discounts.map((discount) => [avroDouble(discount)])),
    payment: fragments(values.payments.map((payment) => strings(paymentFields(payment)))),
    currency: fragments(values.currencies.map((currency) => [avroString(currency), avroStringLength(TIME_LENGTH)])),
    address: fragments(values.addresses.map((address) => strings(addressFields(address)))),
    longitude: fragments([[]]),
    device: fragments(values.devices.map((device) => strings(deviceFields(device)))),
    attribution: fragments(values.attributions.map((attribution) => strings(attributionFields(attribution)))),
  };
}

export function jsonText(values: EcommerceValues): EcommerceText {
  /** Without the braces. */
  const members = (fields: Readonly<Record<string, string | number>>) => JSON.stringify(fields).slice(1, -1);
  return {
    head: fragments([[`{"transaction_id":"${TRANSACTION_HEAD}`]]),
    user: fragments([[`","user_id":"${USER_HEAD}`]]),
    session: fragments([[`","session_id":"${SESSION_HEAD}`]]),
    product: fragments(values.products.map((product) => [`",${members(productFields(product))},"price":`])),
    quantity: fragments(values.quantities.map((quantity) => [`,${members({ quantity })}`])),
    discount: fragments(values.discounts.map((discount) => [`,${members({ discount_applied: discount })}`])),
    payment: fragments(values.payments.map((payment) => [`,${members(paymentFields(payment))}`])),
    currency: fragments(values.currencies.map((currency) => [`,${members({ currency })},"timestamp":"`])),
    address: fragments(
      values.addresses.map((address) => [`","user_location":{${members(addressFields(address))},"latitude":`]),
    ),
    longitude: fragments([[',"longitude":']]),
    device: fragments(values.devices.map((device) => [`},"device_info":{${members(deviceFields(device))}}`])),
    attribution: fragments(
      values.attributions.map((each) => [`,"marketing_attribution":{${members(attributionFields(each))}}}`]),
    ),
  };
}
