/** Finds fields in JSON without spaces, as the workloads write it: by the names of its members. */
import { holds, type SpanFinder, type Spans } from './spans.ts';

const QUOTE = 34;
const COMMA = 44;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** A member that is looked for, or in which some are. */
interface Member {
  /** With its quotes. */
  readonly name: Uint8Array;
  /** Place in the paths; -1: it is only led through. */
  readonly field: number;
  readonly end: (bytes: Uint8Array, at: number) => number;
}

/** @param paths of fields outside of lists, `user_location.city`; spans.from[i] is for paths[i]. */
export function jsonSpans(paths: readonly string[], spans: Spans): SpanFinder {
  const inside = (outer: string) => {
    const names = paths.filter((path) => path.startsWith(outer)).map((path) => path.slice(outer.length).split('.'));
    const members = [...new Set(names.map(([name]) => name!))].map((name): Member => {
      const path = outer + name;
      const leadsOn = names.some(([first, ...rest]) => first === name && rest.length > 0);
      return {
        name: Buffer.from(JSON.stringify(name)),
        field: paths.indexOf(path),
        end: leadsOn ? inside(`${path}.`) : valueEnd,
      };
    });
    return (bytes: Uint8Array, start: number): number => {
      if (bytes[start] !== OPEN_OBJECT) return valueEnd(bytes, start);
      let at = start + 1;
      // When all are found nothing is looked for around this object either, and its end does not matter.
      while (bytes[at] !== CLOSE_OBJECT && spans.count < paths.length) {
        if (bytes[at] === COMMA) at++;
        const from = textEnd(bytes, at) + 1;
        const member = memberAt(members, bytes, at, from - 1);
        at = member === undefined ? valueEnd(bytes, from) : member.end(bytes, from);
        if (member !== undefined && member.field >= 0) spans.add(member.field, from, at);
      }
      return at + 1;
    };
  };
  return inside('');
}

function memberAt(members: readonly Member[], bytes: Uint8Array, from: number, to: number): Member | undefined {
  for (let i = 0; i < members.length; i++) if (holds(bytes, from, to, members[i]!.name)) return members[i];
  return undefined;
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
