/**
 * The constant parts of web events. In both formats a record is
 *
 *     head USER type TIME µs metadata field … field tail
 *
 * where a field is one of its encoded values including its prefix.
 */
import { avroDouble, avroInt, avroString, avroStringLength, wireHeader } from '../../encoding/avro.ts';
import { type Fragments, fragments } from '../../encoding/fragments.ts';
import { variants } from './variants.ts';

/** ISO 8601 without a zone, to the millisecond and to the microsecond. */
export const MICROS_DIGITS = 3;
const TIMESTAMP_LENGTH = '2025-01-31T12:00:00.000'.length + MICROS_DIGITS;

/** What one field of `metadata` can be. */
export interface FieldValues {
  readonly name: string;
  readonly type: 'string' | 'int' | 'double';
  readonly values: readonly (string | number)[];
}

export interface WebEventText {
  readonly head: Fragments;
  /** By event type. */
  readonly type: Fragments;
  /** By event type. */
  readonly metadata: Fragments;
  /** By event type and field: a piece for each value. */
  readonly fields: readonly (readonly Fragments[])[];
  readonly tail: Fragments;
}

/** By event type, those that occur: its name and its fields. */
type Types = readonly { readonly type: string; readonly fields: readonly FieldValues[] }[];

/** Of lists that live as long as the process, tens of thousands of pieces, made once: by what makes them. */
const known = new WeakMap<FieldValues['values'], Map<string, Fragments>>();

function piecesOf(
  values: FieldValues['values'],
  how: string,
  encode: (value: string | number) => Uint8Array | string,
): Fragments {
  const ofValues = known.get(values) ?? new Map<string, Fragments>();
  known.set(values, ofValues);
  const pieces = ofValues.get(how) ?? fragments(values.map((value) => [encode(value)]));
  ofValues.set(how, pieces);
  return pieces;
}

export function avroText(types: Types, schemaId: number): WebEventText {
  const branchOf = (type: string) => variants.findIndex((variant) => variant.type === type);
  return {
    head: fragments([[wireHeader(schemaId)]]),
    type: fragments(types.map(({ type }) => [avroString(type), avroStringLength(TIMESTAMP_LENGTH)])),
    metadata: fragments(types.map(({ type }) => [avroInt(branchOf(type))])),
    fields: types.map(({ fields }) =>
      fields.map(({ type, values }) => piecesOf(values, type, (value) => avroValue(type, value))),
    ),
    tail: fragments([[]]),
  };
}

function avroValue(type: FieldValues['type'], value: string | number): Uint8Array {
  if (type === 'string') return avroString(String(value));
  return type === 'int' ? avroInt(Number(value)) : avroDouble(Number(value));
}

export function jsonText(types: Types): WebEventText {
  const json = JSON.stringify;
  return {
    head: fragments([['{"user_id":']]),
    type: fragments(types.map(({ type }) => [`,"event_type":${json(type)},"timestamp":"`])),
    metadata: fragments(types.map(() => ['","metadata":{'])),
    fields: types.map(({ fields }) =>
      fields.map(({ name, values }, i) => {
        const head = `${i === 0 ? '' : ','}${json(name)}:`;
        return piecesOf(values, head, (value) => head + json(value));
      }),
    ),
    tail: fragments([['}}']]),
  };
}
