/** Finds fields in JSON written by workloads: no spaces, members in schema order. */
import type { RecordNode } from '../reading/avro-node.ts';
import { holds, type Member, type Skip, type Spans, spanFinder } from './spans.ts';

const QUOTE = 34;
const COMMA = 44;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** As `spanFinder`. */
export function jsonSpans(root: RecordNode, paths: readonly string[], spans: Spans): Skip {
  return spanFinder(root, paths, spans, {
    over: ({ kind }) => (kind === 'string' || kind === 'enum' ? textEnd : valueEnd),
    record: inTurn,
    union: (branches) => byName(branches.flatMap(({ members }) => members)),
  });
}

const nameOf = ({ name }: Member): Uint8Array => Buffer.from(JSON.stringify(name));

/** Skips names by their known length. */
function inTurn(members: readonly Member[]): Skip {
  const count = members.length;
  // Plus a brace or comma before and a colon after.
  const heads = members.map((member) => nameOf(member).length + 2);
  return (bytes, start) => {
    let at = count === 0 ? start + 1 : start;
    for (let i = 0; i < count; i++) at = members[i]!.skip(bytes, at + heads[i]!);
    return at + 1;
  };
}

/** JSON does not name the record type: the member names decide. */
function byName(members: readonly Member[]): Skip {
  const wanted = members.filter(({ isWanted }) => isWanted).map((member) => ({ ...member, name: nameOf(member) }));
  return (bytes, start) => {
    if (bytes[start] !== OPEN_OBJECT) return valueEnd(bytes, start);
    let at = start + 1;
    while (bytes[at] !== CLOSE_OBJECT) {
      if (bytes[at] === COMMA) at++;
      const from = textEnd(bytes, at) + 1;
      const member = wanted.find(({ name }) => holds(bytes, at, from - 1, name));
      at = (member?.skip ?? valueEnd)(bytes, from);
    }
    return at + 1;
  };
}

function valueEnd(bytes: Uint8Array, start: number): number {
  const first = bytes[start]!;
  if (first === QUOTE) return textEnd(bytes, start);
  let at = start;
  if (first !== OPEN_OBJECT && first !== OPEN_LIST) {
    while (bytes[at] !== COMMA && bytes[at] !== CLOSE_OBJECT && bytes[at] !== CLOSE_LIST) at++;
    return at;
  }
  let depth = 0;
  do {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      at = textEnd(bytes, at);
      continue;
    }
    if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) depth--;
    at++;
  } while (depth > 0);
  return at;
}

/** @param start the opening quote. */
function textEnd(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  for (;;) {
    const byte = bytes[at++];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) at++;
  }
}
