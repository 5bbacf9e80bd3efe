/**
 * Records of a built-in workload with some fields overridden by rules: the overridden fields are located in the encoded
 * record and replaced, and the bytes after them move.
 */

import {
  type ForeignKeys,
  overridesOf,
  type RecordGenerator,
  type RecordIdentity,
  type WorkloadDefinition,
} from '../../definition.ts';
import { WIRE_HEADER_BYTES } from '../../encoding/avro.ts';
import type { Stamp } from '../../encoding/stamp.ts';
import type { FieldRule, RecordPlan } from '../../record-plan.ts';
import type { Weighting } from '../../weighting.ts';
import { leastCommonMultiple } from '../../weights.ts';
import { type CompileContext, compilePlace } from '../parts/compile.ts';
import type { Part } from '../parts/part.ts';
import { casesOf } from '../parts/part-cases.ts';
import { readSchema } from '../reading/read-schema.ts';
import { countingField, isInUnion, placesOf } from '../rules/rule-fit.ts';
import { Draws, type Moment, newMoment } from '../values/draws.ts';
import type { Raw } from '../values/texts.ts';
import { avroSpans } from './avro-spans.ts';
import { EncodedCase } from './encoded-case.ts';
import { jsonSpans } from './json-spans.ts';
import { type Skip, Spans } from './spans.ts';

type Rules = Readonly<Record<string, FieldRule>>;
type PlainRecord = Readonly<Record<string, unknown>>;

/** Applies every rule, by the workload itself if it can. */
export function openOverridden(
  definition: WorkloadDefinition,
  record: RecordPlan,
  identity: RecordIdentity,
  keysOf: ForeignKeys,
): RecordGenerator {
  const overrides = overridesOf(definition, record.fields);
  if (overrides.length === 0) return definition.open(record, identity, keysOf);
  return new OverriddenRecords(definition, Object.fromEntries(overrides), record, identity, keysOf);
}

class OverriddenRecords implements RecordGenerator {
  readonly bytesMax: number;
  readonly keyBytesMax: number;
  readonly keyOf: 'body' | 'index';
  readonly weightsDenominator: number;
  readonly marked: boolean;
  readonly freshOnly: string | undefined;
  readonly stamps: readonly Stamp[];

  readonly #own: RecordGenerator;
  /** First the fields with a rule, then the workload's fields that a `switch` reads. */
  readonly #paths: readonly string[];
  /** By path; only fields with a rule. */
  readonly #parts: readonly Part[];
  readonly #spans: Spans;
  readonly #find: Skip;
  readonly #encodedCases: readonly EncodedCase[];
  readonly #weightings: readonly Weighting[];
  /** Null: the workload writes the key. */
  readonly #key: Raw | null;
  readonly #headerBytes: number;
  /** Max bytes that the rules add. */
  readonly #room: number;
  readonly #scratch: Uint8Array;
  readonly #moment: Moment = newMoment();

  constructor(
    definition: WorkloadDefinition,
    rules: Rules,
    record: RecordPlan,
    identity: RecordIdentity,
    keysOf: ForeignKeys,
  ) {
    const isOverridden = (field: string) => Object.hasOwn(rules, field);
    const own = Object.fromEntries(Object.entries(record.fields).filter(([field]) => !isOverridden(field)));
    this.#own = definition.open({ ...record, fields: own }, identity, keysOf);
    const root = readSchema(definition.avroSchema, definition.name);
    const places = placesOf(root);
    const json = record.format === 'json';
    this.#headerBytes = json ? 0 : WIRE_HEADER_BYTES;
    const overridden = inOrder(rules);
    const looked = Object.values(rules).flatMap((rule) => rule.switch?.field ?? []);
    this.#paths = [...new Set([...overridden, ...looked])];
    this.#spans = new Spans(this.#paths.length);
    this.#find = (json ? jsonSpans : avroSpans)(root, this.#paths, this.#spans);

    const draws = new Draws(identity.seed, identity.scenario, record.poolSize);
    const parts: Part[] = [];
    const encodedCases: EncodedCase[] = [];
    const context: CompileContext = {
      json,
      draws,
      moment: this.#moment,
      keysOf,
      rules,
      depthMax: 0,
      given: {},
      caseOf: (path, cases) => {
        const field = this.#paths.indexOf(path);
        const part = parts[field];
        if (part === undefined) {
          const found = new EncodedCase(field, places.get(path)![0]!, cases, json);
          encodedCases.push(found);
          return () => found.at;
        }
        const which = casesOf(part, cases);
        return (draw) => (this.#spans.has(field) ? which(draw) : cases.length);
      },
    };
    const weightings = (this.#own.weightings?.() ?? []).filter(
      ({ field, given }) => !isOverridden(field) && !isOverridden(given?.field ?? ''),
    );
    for (const path of overridden) {
      const place = { path, node: places.get(path)![0]!, everywhere: !isInUnion(root, path) };
      const compiled = compilePlace(root, place, context);
      parts.push(compiled.part);
      weightings.push(...compiled.weightings);
    }
    this.#parts = parts;
    this.#encodedCases = encodedCases;
    this.#weightings = weightings;
    this.#room = parts.reduce((sum, part) => sum + part.bytesMax(0), 0);
    this.bytesMax = this.#own.bytesMax + this.#room;
    this.#scratch = new Uint8Array(this.#own.bytesMax);
    const key = record.key.kind === 'field' ? parts[overridden.indexOf(record.key.field)] : undefined;
    this.#key = key?.text ?? null;
    this.keyBytesMax = this.#key?.bytesMax ?? this.#own.keyBytesMax;
    this.keyOf = this.#key === null ? (this.#own.keyOf ?? 'body') : 'body';
    this.weightsDenominator = leastCommonMultiple(this.#own.weightsDenominator, draws.weightsDenominator);
    this.stamps = this.#own.stamps;
    this.freshOnly = countingField(rules) ?? this.#own.freshOnly;
    this.marked = this.#own.marked && this.#isMarked(definition, record);
  }

  /**
   * The workload writes its record `#room` bytes (what the rules can add) after `start`; then it is moved down in
   * pieces:
   *
   *     start                     own      from        to         end
   *     |-------- #room ----------|--------|overridden|----------|
   *     |--------|value|----------|
   */
  write(into: Uint8Array, start: number, body: number, index: number, timestampMs: number): number {
    const own = start + this.#room;
    const end = this.#writeOwn(into, own, body, index, timestampMs);
    const { found, from, to, count } = this.#spans;
    let done = own;
    let at = start;
    for (let i = 0; i < count; i++) {
      const field = found[i]!;
      const part = this.#parts[field];
      if (part === undefined) continue;
      into.copyWithin(at, done, from[field]!);
      at = part.write(into, at + from[field]! - done, body);
      done = to[field]!;
    }
    into.copyWithin(at, done, end);
    return at + end - done;
  }

  writeKey(into: Uint8Array, at: number, bodyOrIndex: number): number {
    if (this.#key === null) return this.#own.writeKey(into, at, bodyOrIndex);
    this.#writeOwn(this.#scratch, 0, bodyOrIndex, bodyOrIndex, SOME_TIME_MS);
    return this.#key.write(into, at, bodyOrIndex);
  }

  generate(body: number, index: number, timestampMs: number): Record<string, unknown> {
    this.#writeOwn(this.#scratch, 0, body, index, timestampMs);
    let record: PlainRecord = this.#own.generate(body, index, timestampMs);
    for (const [field, part] of this.#parts.entries()) {
      if (this.#spans.has(field)) record = withValue(record, this.#paths[field]!.split('.'), part.value(body));
    }
    return { ...record };
  }

  weightings(): readonly Weighting[] {
    return this.#weightings;
  }

  /** Writes the workload's record, locates its fields and returns its end. */
  #writeOwn(into: Uint8Array, start: number, body: number, index: number, timestampMs: number): number {
    const moment = this.#moment;
    moment.body = body;
    moment.index = index;
    moment.timestampMs = timestampMs;
    const end = this.#own.write(into, start, body, index, timestampMs);
    this.#spans.clear();
    this.#find(into, start + this.#headerBytes);
    for (const each of this.#encodedCases) each.read(into, this.#spans);
    return end;
  }

  /** A rule may have replaced the mark. */
  #isMarked({ readMark }: WorkloadDefinition, { format }: RecordPlan): boolean {
    const bytes = new Uint8Array(this.bytesMax);
    return readMark(bytes.subarray(0, this.write(bytes, 0, 0, 0, SOME_TIME_MS)), format)?.index === 0;
  }
}

const SOME_TIME_MS = Date.UTC(2025, 0, 1);

/** Fields to override, those read by a `switch` first. A field inside another one with a rule is part of that one. */
function inOrder(rules: Rules): string[] {
  const depthOf = (path: string): number => {
    const field = rules[path]?.switch?.field;
    return field === undefined ? 0 : 1 + depthOf(field);
  };
  const paths = Object.keys(rules);
  return paths
    .filter((path) => !paths.some((outer) => path.startsWith(`${outer}.`)))
    .sort((a, b) => depthOf(a) - depthOf(b));
}

/** Copies what changes: a workload's values may be shared. */
function withValue(record: PlainRecord, [step, ...rest]: readonly string[], value: unknown): PlainRecord {
  return { ...record, [step!]: rest.length === 0 ? value : withValue(record[step!] as PlainRecord, rest, value) };
}
