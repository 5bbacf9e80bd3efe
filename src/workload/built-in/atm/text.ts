/**
 * The constant parts of ATM records. In both formats a record is constant bytes around six variable parts:
 *
 *     head INDEX machine AMOUNT status USER card CARD type place TIME tail
 *
 * so writing one is a handful of copies and numbers.
 */

import { avroString, avroStringLength, WIRE_HEADER_BYTES, wireHeader } from '../../encoding/avro.ts';
import { type Fragments, fragments } from '../../encoding/fragments.ts';
import { TEXT_MARK_LENGTH } from '../../encoding/mark.ts';
import type { AtmSite } from './fleet.ts';

/** Masked ids show their last digits: six of the user, four of the card. */
export const USER_HEAD = 'user_****';
export const CARD_HEAD = '****-****-****-';
export const USER_DIGITS = 6;
export const CARD_DIGITS = 4;

export interface AtmText {
  readonly head: Fragments;
  /** By machine. */
  readonly machine: Fragments;
  /** By status. */
  readonly status: Fragments;
  readonly card: Fragments;
  /** By transaction type. */
  readonly type: Fragments;
  /** By machine. */
  readonly place: Fragments;
  readonly tail: Fragments;
}

interface AtmTextInput {
  readonly schemaId: number;
  /** The transaction id before its index. */
  readonly idHead: string;
  readonly fleet: readonly AtmSite[];
  readonly statuses: readonly string[];
  readonly types: readonly string[];
}

const JSON_HEAD = '{"transaction_id":"';

/** Where the transaction id starts in a payload: it is the first field in both formats. */
export function idAt(format: 'avro' | 'json'): number {
  return format === 'avro' ? WIRE_HEADER_BYTES + avroStringLength(TEXT_MARK_LENGTH).length : JSON_HEAD.length;
}

export function avroText({ schemaId, idHead, fleet, statuses, types }: AtmTextInput): AtmText {
  return {
    head: fragments([[wireHeader(schemaId), avroStringLength(TEXT_MARK_LENGTH), idHead]]),
    machine: fragments(fleet.map((site) => [avroString(site.atmId), avroString(site.regionId)])),
    status: fragments(
      statuses.map((status) => [avroString(status), avroStringLength(USER_HEAD.length + USER_DIGITS), USER_HEAD]),
    ),
    card: fragments([[avroStringLength(CARD_HEAD.length + CARD_DIGITS), CARD_HEAD]]),
    type: fragments(types.map((type) => [avroString(type)])),
    place: fragments(fleet.map((site) => [avroString(site.location), avroString(site.currency)])),
    tail: fragments([[]]),
  };
}

export function jsonText({ idHead, fleet, statuses, types }: AtmTextInput): AtmText {
  const json = JSON.stringify;
  return {
    head: fragments([[JSON_HEAD, idHead]]),
    machine: fragments(
      fleet.map((site) => [`","atm_id":${json(site.atmId)},"region_id":${json(site.regionId)},"amount":`]),
    ),
    status: fragments(statuses.map((status) => [`,"status_code":${json(status)},"user_id":"${USER_HEAD}`])),
    card: fragments([[`","card_number":"${CARD_HEAD}`]]),
    type: fragments(types.map((type) => [`","transaction_type":${json(type)}`])),
    place: fragments(
      fleet.map((site) => [`,"location":${json(site.location)},"currency":${json(site.currency)},"timestamp":`]),
    ),
    tail: fragments([['}']]),
  };
}
