/** Generates records of a schema: compiles parts once, which then write directly into memory. */

import { InputError } from '../../../errors.ts';
import { formatBytes } from '../../../units.ts';
import type { ForeignKeys, RecordGenerator, RecordIdentity } from '../../definition.ts';
import { wireHeader } from '../../encoding/avro.ts';
import { plainJson } from '../../encoding/exact-json.ts';
import { textMarkHead, unmarkedTag } from '../../encoding/mark.ts';
import { decimalIndex, type Stamp } from '../../encoding/stamp.ts';
import { uuidIndex, uuidMarkHead } from '../../encoding/uuid-mark.ts';
import type { RecordPlan } from '../../record-plan.ts';
import type { Weighting } from '../../weighting.ts';
import { logicalOf, type RecordNode } from '../reading/avro-node.ts';
import { countingField } from '../rules/rule-fit.ts';
import { readAvro } from '../values/avro-reader.ts';
import { Draws, type Moment, newMoment } from '../values/draws.ts';
import { avroFramed, jsonText, marked, type Raw } from '../values/texts.ts';
import { type CompileContext, compileRecord } from './compile.ts';
import { type Part, textPart, withStamp } from './part.ts';

/** Max recursion depth; lower if records would become too large. */
const DEPTH_MAX = 3;
const RECURSIVE_BYTES_MAX = 64 * 2 ** 10;
const BYTES_MAX = 16 * 2 ** 20;
/** Each stamp costs time per message, even in records that lack it. */
const STAMPS_MAX = 32;

export class SchemaRecords implements RecordGenerator {
  readonly bytesMax: number;
  readonly keyBytesMax: number;
  readonly keyOf: 'body' | 'index';
  readonly weightsDenominator: number;
  readonly marked: boolean;
  readonly stamps: readonly Stamp[];
  readonly freshOnly: string | undefined;

  readonly #part: Part;
  readonly #weightings: readonly Weighting[];
  readonly #key: Raw | null;
  readonly #header: Uint8Array;
  readonly #root: RecordNode;
  readonly #isJson: boolean;
  readonly #moment: Moment;

  /**
   * @param ownId path of the field with the mark; undefined if no field has room for it.
   * @throws InputError if records could become too large.
   */
  constructor(
    root: RecordNode,
    ownId: string | undefined,
    record: RecordPlan,
    { seed, scenario, runTag }: RecordIdentity,
    keysOf: ForeignKeys,
  ) {
    const json = record.format === 'json';
    this.#root = root;
    this.#isJson = json;
    this.#moment = newMoment();
    this.#header = json ? new Uint8Array(0) : wireHeader(record.schemaId);
    this.marked = ownId !== undefined && record.mark === 'auto';
    const tag = this.marked ? runTag : unmarkedTag(seed, scenario);
    const id =
      ownId === undefined ? {} : { [ownId]: idPart(root, ownId, { tag, scenario, json, moment: this.#moment }) };
    const compiled = withinBytes(scenario, (depthMax) => {
      const draws = new Draws(seed, scenario, record.poolSize);
      const context: CompileContext = {
        json,
        draws,
        moment: this.#moment,
        keysOf,
        rules: record.fields,
        depthMax,
        given: id,
      };
      return { ...compileRecord(root, context), draws };
    });
    this.#part = compiled.part;
    this.#weightings = compiled.weightings;
    this.weightsDenominator = compiled.draws.weightsDenominator;
    this.bytesMax = this.#header.length + this.#part.bytesMax(0);
    const key = record.key.kind === 'field' ? record.key.field : undefined;
    this.#key = key === undefined ? null : compiled.parts.get(key)!.text;
    this.keyBytesMax = this.#key?.bytesMax ?? 0;
    this.keyOf = key !== undefined && key === ownId ? 'index' : 'body';
    this.stamps = [...this.#part.stamps(0)]
      .flatMap(([stamp, count]) => Array<Stamp>(Math.min(count, STAMPS_MAX + 1)).fill(stamp))
      .sort((a, b) => b.width - a.width);
    this.freshOnly = whyFresh(record, this.stamps);
  }

  write(into: Uint8Array, start: number, body: number, index: number, timestampMs: number): number {
    this.#turnTo(body, index, timestampMs);
    const header = this.#header;
    for (let i = 0; i < header.length; i++) into[start + i] = header[i]!;
    return this.#part.write(into, start + header.length, body);
  }

  writeKey(into: Uint8Array, at: number, bodyOrIndex: number): number {
    this.#turnTo(bodyOrIndex, bodyOrIndex, 0);
    return this.#key!.write(into, at, bodyOrIndex);
  }

  generate(body: number, index: number, timestampMs: number): Record<string, unknown> {
    this.#turnTo(body, index, timestampMs);
    return this.#part.value(body) as Record<string, unknown>;
  }

  json(body: number, index: number, timestampMs: number): string {
    const bytes = Buffer.alloc(this.bytesMax);
    const record = bytes.subarray(this.#header.length, this.write(bytes, 0, body, index, timestampMs));
    return this.#isJson ? record.toString() : plainJson(readAvro(this.#root, record));
  }

  weightings(): readonly Weighting[] {
    return this.#weightings;
  }

  #turnTo(body: number, index: number, timestampMs: number): void {
    const moment = this.#moment;
    moment.body = body;
    moment.index = index;
    moment.timestampMs = timestampMs;
  }
}

interface IdContext {
  readonly tag: string;
  readonly scenario: string;
  readonly json: boolean;
  readonly moment: Moment;
}

/** The mark as text, or as a UUID for a UUID field. */
function idPart(root: RecordNode, ownId: string, { tag, scenario, json, moment }: IdContext): Part {
  const isUuid = logicalOf(root.fields.find(({ name }) => name === ownId)!.node)?.type === 'uuid';
  const index = isUuid ? uuidIndex((each) => each) : decimalIndex;
  const head = isUuid ? uuidMarkHead(tag, scenario) : textMarkHead(tag, scenario);
  return withStamp(textPart(marked(head, index, moment), json ? jsonText : avroFramed), index);
}

/** The allowed depth, reduced if recursion would make records too large. */
function withinBytes<T extends { readonly part: Part }>(scenario: string, compile: (depthMax: number) => T): T {
  let compiled = compile(DEPTH_MAX);
  const isRecursive = compiled.part.recursive;
  for (let depthMax = DEPTH_MAX - 1; depthMax >= 0 && compiled.part.bytesMax(0) > RECURSIVE_BYTES_MAX; depthMax--) {
    if (!isRecursive) break;
    compiled = compile(depthMax);
  }
  const bytes = compiled.part.bytesMax(0);
  if (bytes <= BYTES_MAX) return compiled;
  const message = `a record can take up to ${formatBytes(bytes)}; the maximum is ${formatBytes(BYTES_MAX)}`;
  const path = `scenarios.${scenario}.workload`;
  throw new InputError([{ path, message, hint: 'give its lists and texts a smaller `length`' }]);
}

function whyFresh({ fields }: RecordPlan, stamps: readonly Stamp[]): string | undefined {
  const counting = countingField(fields);
  if (counting !== undefined || stamps.length <= STAMPS_MAX) return counting;
  return `a record can have more than ${STAMPS_MAX} times and marks, which are too many to renew in pooled ones`;
}
