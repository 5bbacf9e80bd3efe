/** A `switch` on a field that has no rule: the workload wrote it, and only its bytes say what it is. */
import type { AvroNode } from '../reading/avro-node.ts';
import { encoderOf } from '../values/leaf.ts';
import { literal } from '../values/plain-value.ts';
import { holds, type Spans } from './spans.ts';

/** Which of the cases of a `switch` one of the workload's own fields is, by its bytes. */
export class OwnCase {
  /** Place among the cases, their number where it is none. */
  at = 0;
  readonly #field: number;
  readonly #cases: readonly (Uint8Array | undefined)[];

  /** @param field its number among the spans; `node` is its type. */
  constructor(field: number, node: AvroNode, cases: readonly string[], json: boolean) {
    this.#field = field;
    this.#cases = encodedCases(node, cases, json);
  }

  /** Before anything is moved. */
  look(bytes: Uint8Array, spans: Spans): void {
    const from = spans.from[this.#field]!;
    const to = spans.to[this.#field]!;
    const cases = this.#cases;
    let at = from < 0 ? cases.length : 0;
    while (at < cases.length && !(cases[at] !== undefined && holds(bytes, from, to, cases[at]!))) at++;
    this.at = at;
  }
}

/** The cases as a field of the type says them; undefined where it never does. */
function encodedCases(node: AvroNode, cases: readonly string[], json: boolean): (Uint8Array | undefined)[] {
  const encode = encoderOf(node, json);
  return cases.map((name) => {
    const value = literal(node, name);
    return value !== undefined && String(value) === name ? encode(value) : undefined;
  });
}
