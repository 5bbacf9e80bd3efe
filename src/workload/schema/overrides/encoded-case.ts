/** A `switch` on a field without a rule: reads the workload's value from the encoded bytes. */
import type { AvroNode } from '../reading/avro-node.ts';
import { encoderOf } from '../values/leaf.ts';
import { literal } from '../values/plain-value.ts';
import { holds, type Spans } from './spans.ts';

/** The `switch` case that an encoded field matches. */
export class EncodedCase {
  /** Index of the case; the number of cases if none matches. */
  at = 0;
  readonly #field: number;
  readonly #cases: readonly (Uint8Array | undefined)[];

  /** @param field its number among the spans. @param node its type. */
  constructor(field: number, node: AvroNode, cases: readonly string[], json: boolean) {
    this.#field = field;
    this.#cases = encodedCases(node, cases, json);
  }

  /** Call before bytes move: the spans must still be valid. */
  read(bytes: Uint8Array, spans: Spans): void {
    const from = spans.from[this.#field]!;
    const to = spans.to[this.#field]!;
    const cases = this.#cases;
    let at = from < 0 ? cases.length : 0;
    while (at < cases.length && !(cases[at] !== undefined && holds(bytes, from, to, cases[at]!))) at++;
    this.at = at;
  }
}

/** The encoded cases; undefined for a value that the field cannot have. */
function encodedCases(node: AvroNode, cases: readonly string[], json: boolean): (Uint8Array | undefined)[] {
  const encode = encoderOf(node, json);
  return cases.map((name) => {
    const value = literal(node, name);
    return value !== undefined && String(value) === name ? encode(value) : undefined;
  });
}
