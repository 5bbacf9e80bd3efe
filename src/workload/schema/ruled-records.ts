/**
 * A workload's own records with some fields by rule: the record as the workload generates it, the ruled fields put in
 * their places, then encoded by the schema. Slower than what the workload writes itself.
 */
import type { RecordPlan } from '../../plan/plan.ts';
import type { FieldRule } from '../../profile/profile.ts';
import type { ForeignKeys, RecordGenerator, RecordIdentity, WorkloadDefinition } from '../definition.ts';
import { wireHeader } from '../encoding/avro.ts';
import type { Stamp } from '../encoding/stamp.ts';
import type { Mix } from '../mix.ts';
import { leastCommonMultiple } from '../weights.ts';
import type { RecordNode } from './avro-node.ts';
import { type CompileContext, compilePlace } from './compile.ts';
import { Draws } from './draws.ts';
import { type Moment, newMoment } from './moment.ts';
import type { Part } from './part.ts';
import { avroBytes } from './plain-value.ts';
import { readSchema } from './read-schema.ts';
import { countingField, isInUnion, placesOf } from './rule-fit.ts';
import { writeUtf8 } from './texts.ts';

type Rules = Readonly<Record<string, FieldRule>>;
type PlainRecord = Readonly<Record<string, unknown>>;

/** Records of a workload with every rule met, by the workload itself where it can. */
export function openRuled(
  definition: WorkloadDefinition,
  record: RecordPlan,
  identity: RecordIdentity,
  keysOf: ForeignKeys,
): RecordGenerator {
  const rules = definition.takesRules ? {} : rulesForOthers(definition, record.fields);
  if (Object.keys(rules).length === 0) return definition.open(record, identity, keysOf);
  return new RuledRecords(definition, rules, record, identity, keysOf);
}

/** Whether the workload itself can weight a field's values. */
export function isOwnMix({ weightedFields }: WorkloadDefinition, field: string): boolean {
  return Object.hasOwn(weightedFields, field);
}

/** Whether a rule says no more than another mix of the values that the workload knows. */
export function meetsItself(definition: WorkloadDefinition, field: string, rule: FieldRule): boolean {
  return isOwnMix(definition, field) && Object.keys(rule).every((key) => key === 'weighted');
}

function rulesForOthers(definition: WorkloadDefinition, rules: Rules): Rules {
  return Object.fromEntries(Object.entries(rules).filter(([field, rule]) => !meetsItself(definition, field, rule)));
}

class RuledRecords implements RecordGenerator {
  readonly bytesMax: number;
  readonly keyBytesMax: number;
  readonly keyOf: 'body' | 'index';
  readonly weightsDenominator: number;
  readonly marked: boolean;
  readonly freshOnly: string | undefined;
  readonly stamps: readonly Stamp[];

  readonly #own: RecordGenerator;
  readonly #root: RecordNode;
  /** In an order in which each finds the fields it looks at. */
  readonly #fields: readonly { readonly steps: readonly string[]; readonly part: Part }[];
  readonly #mixes: readonly Mix[];
  readonly #keySteps: readonly string[] | null;
  readonly #json: boolean;
  readonly #header: Uint8Array;
  readonly #moment: Moment = newMoment();
  #record: PlainRecord = {};

  constructor(
    definition: WorkloadDefinition,
    rules: Rules,
    record: RecordPlan,
    identity: RecordIdentity,
    keysOf: ForeignKeys,
  ) {
    const isRuled = (field: string) => Object.hasOwn(rules, field);
    const own = Object.fromEntries(Object.entries(record.fields).filter(([field]) => !isRuled(field)));
    this.#own = definition.open({ ...record, fields: own }, identity, keysOf);
    this.#root = readSchema(definition.avroSchema, definition.name);
    this.#json = record.format === 'json';
    this.#header = this.#json ? new Uint8Array(0) : wireHeader(record.schemaId);
    const draws = new Draws(identity.seed, identity.scenario, record.poolSize);
    const context: CompileContext = {
      json: this.#json,
      draws,
      moment: this.#moment,
      keysOf,
      rules,
      depthMax: 0,
      given: {},
      readField: (path) => () => valueAt(this.#record, path.split('.')),
    };
    const places = placesOf(this.#root);
    const compiled = inOrder(rules).map((path) => {
      const place = { path, node: places.get(path)![0]!, everywhere: !isInUnion(this.#root, path) };
      return { steps: path.split('.'), ...compilePlace(this.#root, place, context) };
    });
    this.#fields = compiled;
    const kept = (this.#own.mixes?.() ?? []).filter(
      ({ field, given }) => !isRuled(field) && !isRuled(given?.field ?? ''),
    );
    this.#mixes = [...kept, ...compiled.flatMap(({ mixes }) => mixes)];
    const ruledBytes = this.#fields.reduce((sum, { part }) => sum + part.bytesMax(0), 0);
    this.bytesMax = this.#own.bytesMax + ruledBytes;
    const key = record.key.kind === 'field' && isRuled(record.key.field) ? record.key.field : undefined;
    this.#keySteps = key === undefined ? null : key.split('.');
    this.keyBytesMax = key === undefined ? this.#own.keyBytesMax : ruledBytes;
    this.keyOf = key === undefined ? (this.#own.keyOf ?? 'body') : 'body';
    this.weightsDenominator = leastCommonMultiple(this.#own.weightsDenominator, draws.weightsDenominator);
    this.stamps = this.#own.stamps;
    const counting = countingField(rules);
    this.freshOnly = counting === undefined ? this.#own.freshOnly : counting;
    this.marked = this.#own.marked && this.#isMarked(definition, record);
  }

  write(into: Uint8Array, start: number, body: number, index: number, timestampMs: number): number {
    const record = this.generate(body, index, timestampMs);
    into.set(this.#header, start);
    const at = start + this.#header.length;
    if (this.#json) return writeUtf8(into, at, JSON.stringify(record));
    const bytes = avroBytes(this.#root, record);
    into.set(bytes, at);
    return at + bytes.length;
  }

  writeKey(into: Uint8Array, at: number, bodyOrIndex: number): number {
    if (this.#keySteps === null) return this.#own.writeKey(into, at, bodyOrIndex);
    const record = this.generate(bodyOrIndex, bodyOrIndex, SOME_TIME_MS);
    return writeUtf8(into, at, String(valueAt(record, this.#keySteps)));
  }

  generate(body: number, index: number, timestampMs: number): Record<string, unknown> {
    const moment = this.#moment;
    moment.body = body;
    moment.index = index;
    moment.timestampMs = timestampMs;
    this.#record = this.#own.generate(body, index, timestampMs);
    for (const { steps, part } of this.#fields) {
      if (valueAt(this.#record, steps) === undefined) continue;
      this.#record = withValue(this.#record, steps, part.value(body));
    }
    return { ...this.#record };
  }

  mixes(): readonly Mix[] {
    return this.#mixes;
  }

  /** A rule may stand where the mark was. */
  #isMarked({ readMark }: WorkloadDefinition, { format }: RecordPlan): boolean {
    const bytes = new Uint8Array(this.bytesMax);
    return readMark(bytes.subarray(0, this.write(bytes, 0, 0, 0, SOME_TIME_MS)), format)?.index === 0;
  }
}

const SOME_TIME_MS = Date.UTC(2025, 0, 1);

/** Fields that others look at first. */
function inOrder(rules: Rules): string[] {
  const depthOf = (path: string): number => {
    const field = rules[path]?.switch?.field;
    return field === undefined ? 0 : 1 + depthOf(field);
  };
  return Object.keys(rules).sort((a, b) => depthOf(a) - depthOf(b));
}

function valueAt(record: PlainRecord, steps: readonly string[]): unknown {
  let value: unknown = record;
  for (const step of steps) value = (value as PlainRecord | null | undefined)?.[step];
  return value;
}

/** A copy as far as it differs: what a workload hands out may be shared. */
function withValue(record: PlainRecord, [step, ...rest]: readonly string[], value: unknown): PlainRecord {
  return { ...record, [step!]: rest.length === 0 ? value : withValue(record[step!] as PlainRecord, rest, value) };
}
