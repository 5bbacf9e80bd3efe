/** Finds fields in Avro's binary encoding. */
import type { AvroNode, RecordNode } from '../reading/avro-node.ts';
import { type Skip, type Spans, spanFinder } from './spans.ts';

/** As `spanFinder`. */
export function avroSpans(root: RecordNode, paths: readonly string[], spans: Spans): Skip {
  const skips = new Skips();
  return spanFinder(root, paths, spans, {
    over: (node) => skips.of(node),
    record: (members) => inTurn(members.map(({ skip }) => skip)),
    union: (branches) => oneOf(branches.map(({ skip }) => skip)),
  });
}

/** Skippers for whole values, one per record type; they may be recursive. */
class Skips {
  readonly #records = new Map<RecordNode, Skip>();

  of(node: AvroNode): Skip {
    switch (node.kind) {
      case 'record':
        return this.#record(node);
      case 'union':
        return oneOf(node.branches.map((branch) => this.of(branch)));
      case 'array':
        return blocks(this.of(node.items));
      case 'map':
        return blocks(inTurn([skipBytes, this.of(node.values)]));
      case 'string':
      case 'bytes':
        return skipBytes;
      case 'fixed':
        return skipFixed(node.size);
      case 'double':
        return skipFixed(8);
      case 'float':
        return skipFixed(4);
      case 'boolean':
        return skipFixed(1);
      case 'null':
        return skipFixed(0);
      default:
        return skipVarint;
    }
  }

  #record(node: RecordNode): Skip {
    const known = this.#records.get(node);
    if (known !== undefined) return known;
    let skip: Skip | undefined;
    this.#records.set(node, (bytes, at) => skip!(bytes, at));
    skip = inTurn(node.fields.map((field) => this.of(field.node)));
    this.#records.set(node, skip);
    return skip;
  }
}

function inTurn(skips: readonly Skip[]): Skip {
  const count = skips.length;
  return (bytes, start) => {
    let at = start;
    for (let i = 0; i < count; i++) at = skips[i]!(bytes, at);
    return at;
  };
}

/** Skips a union by its branch number. */
function oneOf(branches: readonly Skip[]): Skip {
  return (bytes, at) => branches[readCount(bytes, at)]!(bytes, skipVarint(bytes, at));
}

/** Items in blocks: a count, if negative followed by the byte size, then the items; an empty block ends the list. */
function blocks(item: Skip): Skip {
  return (bytes, start) => {
    let at = start;
    for (let count = readCount(bytes, at); count !== 0; count = readCount(bytes, at)) {
      at = skipVarint(bytes, at);
      if (count < 0) at = skipBytes(bytes, at);
      else for (let i = 0; i < count; i++) at = item(bytes, at);
    }
    return at + 1;
  };
}

function skipFixed(size: number): Skip {
  return (_, at) => at + size;
}

function skipBytes(bytes: Uint8Array, at: number): number {
  return skipVarint(bytes, at) + readCount(bytes, at);
}

function skipVarint(bytes: Uint8Array, start: number): number {
  let at = start;
  while (bytes[at]! >= 128) at++;
  return at + 1;
}

/** A zigzag varint of up to 30 bits. */
function readCount(bytes: Uint8Array, start: number): number {
  let at = start;
  let zigzag = bytes[at]! & 127;
  for (let shift = 7; bytes[at]! >= 128; shift += 7) zigzag |= (bytes[++at]! & 127) << shift;
  return (zigzag >>> 1) ^ -(zigzag & 1);
}
