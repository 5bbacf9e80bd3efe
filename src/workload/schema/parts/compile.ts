/** Compiles a schema and rules into parts that generate a record. */
import type { FieldRule, PlainFieldRule } from '../../record-plan.ts';
import type { Weighting } from '../../weighting.ts';
import { type AvroNode, Heights, isInItself, type RecordNode, type UnionNode } from '../reading/avro-node.ts';
import { listOf, takesRule } from '../rules/rule-fit.ts';
import { openChoices } from '../values/draws.ts';
import { encoderOf, type LeafContext, leafPart } from '../values/leaf.ts';
import { literal } from '../values/plain-value.ts';
import { chooseBranch, listPart, pointed, switchPart, unionPart } from './containers.ts';
import { type Bounds, choicePart, type Part } from './part.ts';
import { caseAt } from './part-cases.ts';
import { outermostPart, recordPart, recursionPart, scopedPart } from './record-part.ts';

export interface CompileContext extends LeafContext {
  readonly rules: Readonly<Record<string, FieldRule>>;
  /** Max recursion depth. */
  readonly depthMax: number;
  /** Predefined parts of the outermost record, by path. */
  readonly given: Readonly<Record<string, Part>>;
  /** The matching case of a field that these parts do not generate; the number of cases if none matches. */
  readonly caseOf?: (field: string, cases: readonly string[]) => (draw: number) => number;
}

interface Place {
  /** Names this place's RNGs: the path, plus the case if a `switch` has several rules for the field. */
  readonly path: string;
  /** The field's path as used in rules. */
  readonly field: string;
  readonly rule: FieldRule;
  readonly exact: boolean;
  /** Whether every record has it: it is in no union, list or case of a switch. */
  readonly everywhere: boolean;
  /** Enclosing records, to detect recursion. */
  readonly around: ReadonlyMap<RecordNode, () => Part>;
  /** Of them those outside of lists that can be inside themselves, the innermost first. */
  readonly scopes: readonly Scope[];
}

/** The record of this path that is being made, of several inside of one another. */
interface Scope {
  readonly path: string;
  readonly current: { draw: number };
}

/** What a place has of the one it is in. */
type Surroundings = Pick<Place, 'around' | 'scopes' | 'everywhere'>;

/** Defaults without a rule: list and map sizes, share of nulls, and so on. */
const DEFAULT_ITEMS: readonly [number, number] = [0, 3];
const DEFAULT_NULLS = 0.1;
const NO_RULE: FieldRule = {};

/** The part of a whole record, and of every place in it by path. */
export function compileRecord(
  root: RecordNode,
  context: CompileContext,
): { readonly part: Part; readonly parts: ReadonlyMap<string, Part>; readonly weightings: readonly Weighting[] } {
  const compiler = new Compiler(root, context);
  const part = compiler.compile(root, compiler.place('', { around: new Map(), scopes: [], everywhere: true }));
  return { part, parts: compiler.parts, weightings: compiler.weightings };
}

/** The part of one place alone. @param everywhere whether every record has it. */
export function compilePlace(
  root: RecordNode,
  { node, path, everywhere }: { readonly node: AvroNode; readonly path: string; readonly everywhere: boolean },
  context: CompileContext,
): { readonly part: Part; readonly weightings: readonly Weighting[] } {
  const compiler = new Compiler(root, context);
  const part = compiler.compile(node, compiler.place(path, { around: new Map(), scopes: [], everywhere }));
  return { part, weightings: compiler.weightings };
}

class Compiler {
  readonly parts = new Map<string, Part>();
  /** Weightings of the fields present in every record. */
  readonly weightings: Weighting[] = [];
  readonly #context: CompileContext;
  readonly #bounds: Bounds;
  readonly #heights: Heights;
  /** Whether the record is recursive. */
  readonly #isInItself: boolean;
  /** Places where a compiled part may be absent, or replaced by another one. */
  readonly #closed = new Set<string>();

  constructor(root: RecordNode, context: CompileContext) {
    this.#context = context;
    this.#bounds = { depthMax: context.depthMax };
    this.#heights = new Heights(root);
    this.#isInItself = isInItself(root);
  }

  place(path: string, { around, scopes, everywhere }: Surroundings): Place {
    const isInList = path.includes('[]');
    const rule = own(this.#context.rules, path) ?? NO_RULE;
    return { path, field: path, rule, exact: !isInList, everywhere: everywhere && !isInList, around, scopes };
  }

  compile(node: AvroNode, place: Place): Part {
    const given = own(this.#context.given, place.path);
    const part = given === undefined ? this.#compile(node, place) : this.#given(given, node, place);
    this.parts.set(place.path, part);
    return part;
  }

  /** Per record: nested records of the same type have their own values. */
  #given(given: Part, node: AvroNode, place: Place): Part {
    if (!this.#isInItself) return given;
    return outermostPart(given, this.#compile(node, place), this.#context.moment);
  }

  #compile(node: AvroNode, place: Place): Part {
    const { path, field, rule } = place;
    const { json, moment } = this.#context;
    if (node.kind === 'union' || rule.switch !== undefined || rule.constant !== undefined) this.#closed.add(field);
    if (rule.switch !== undefined) return this.#switch(node, place, rule.switch);
    if (rule.weighted !== undefined || rule.constant !== undefined) return this.#finite(node, place);
    switch (node.kind) {
      case 'record':
        return this.#record(node, place);
      case 'union':
        return this.#union(node, place);
      case 'array':
      case 'map': {
        const inner = node.kind === 'array' ? node.items : node.values;
        const [min, max] = rule.length ?? DEFAULT_ITEMS;
        const item = this.compile(inner, this.place(`${field}[]`, place));
        const [counts, draws] = ['count', 'items'].map((purpose) => this.#context.draws.rng(path, purpose));
        const spec = { item, min, max, keyed: node.kind === 'map', counts: counts!, draws: draws! };
        return listPart(spec, json, this.#bounds, moment);
      }
      default:
        return leafPart(node, rule, place, this.#context);
    }
  }

  #record(node: RecordNode, { path, field, around, scopes, everywhere }: Place): Part {
    const { json, draws, moment } = this.#context;
    const enclosing = around.get(node);
    if (enclosing !== undefined) return recursionPart(enclosing, draws.rng(path, 'recursion'), moment);
    let part: Part | undefined;
    const scope = isInItself(node) && !field.includes('[]') ? { path: field, current: { draw: 0 } } : undefined;
    const surroundings = {
      around: new Map([...around, [node, () => part!] as const]),
      scopes: scope === undefined ? scopes : [scope, ...scopes],
      everywhere,
    };
    const fields = node.fields.map(({ name, node: type }) => ({
      name,
      part: this.compile(type, this.place(inside(field, name), surroundings)),
    }));
    const record = recordPart(fields, json, this.#bounds);
    part = scope === undefined ? record : scopedPart(record, scope.current);
    return part;
  }

  /** A rule applies to the first branch that accepts it. Without a rule null is rare, the others equally likely. */
  #union(node: UnionNode, place: Place): Part {
    const { nulls, ...rule } = place.rule;
    const branches = node.branches.map((branch, number) => ({ branch, number }));
    const ruled = Object.keys(rule).length > 0;
    const takers = ruled ? branches.filter(({ branch }) => takesRule(branch, rule)).slice(0, 1) : branches;
    const values = takers.filter(({ branch }) => branch.kind !== 'null');
    const none = branches.find(({ branch }) => branch.kind === 'null');
    // In JSON, integers of a type other than int or long get a decimal point.
    const isPointed = this.#context.json && node.branches.some(isInteger);
    const compiled = values.map(({ branch, number }) => {
      const part = this.#compile(branch, { ...place, rule, everywhere: false });
      return { number, part: isPointed && !isInteger(branch) ? pointed(part) : part };
    });
    const share = none === undefined ? 0 : values.length === 0 ? 1 : (nulls ?? (ruled ? 0 : DEFAULT_NULLS));
    // Null is last, even if it is never drawn: it may end a recursion.
    const all = none === undefined ? compiled : [...compiled, { number: none.number, part: this.#null(place) }];
    const heightOf = ({ number }: { readonly number: number }): number => this.#heights.of(node.branches[number]!);
    const shallowest = all.reduce((min, each, i) => (heightOf(each) < heightOf(all[min]!) ? i : min), 0);
    const choose = chooseBranch(this.#context.draws, place, { values: compiled.length, nulls, share });
    return unionPart({ branches: all, choose, shallowest }, this.#context.json, this.#bounds, this.#context.moment);
  }

  #null(place: Place): Part {
    return leafPart({ kind: 'null', logical: null }, {}, place, this.#context);
  }

  /** A few pre-encoded values. */
  #finite(node: AvroNode, place: Place): Part {
    const { weighted, constant, nulls = 0 } = place.rule;
    const { draws, json } = this.#context;
    const entries = weighted === undefined ? [[constant, 1] as const] : Object.entries(weighted);
    const given = entries
      .filter(([, weight]) => weight > 0)
      .map(([input, weight]) => ({ value: literal(node, input), weight }));
    const total = given.reduce((sum, { weight }) => sum + weight, 0);
    const shares = given.map(({ value, weight }) => ({ value, share: (weight / total) * (1 - nulls) }));
    if (nulls > 0) shares.push({ value: null, share: nulls });
    const values = shares.map(({ value }) => value);
    if (values.length === 1) return choicePart(values, encoderOf(node, json), () => 0);
    // Use the written weights if possible: shares such as 1/3 would not sum up exactly.
    const weights = nulls > 0 ? shares.map(({ share }) => share) : given.map(({ weight }) => weight);
    const choices = openChoices(draws, numbered(weights), place.path, place.exact);
    // Weights that round to zero are not included.
    const kept = choices.values.map((i) => values[Number(i)]);
    if (place.everywhere) {
      const { path: field } = place;
      this.weightings.push({ field, values: kept.map(String), shares: choices.shares, pick: choices.choose });
    }
    return choicePart(kept, encoderOf(node, json), choices.choose);
  }

  #switch(node: AvroNode, place: Place, { field, cases, default: other }: NonNullable<FieldRule['switch']>): Part {
    const selected = Object.entries(cases);
    const rules: readonly (readonly [string, PlainFieldRule])[] = [...selected, ['default', other ?? NO_RULE]];
    const parts = rules.map(([name, rule], i) => {
      // The plain path names the default's RNGs.
      const path = i < selected.length ? `${place.path}=${name}` : place.path;
      const nulls = rule.nulls ?? place.rule.nulls;
      return this.#compile(node, {
        ...place,
        path,
        exact: false,
        everywhere: false,
        rule: { ...rule, ...(nulls !== undefined && { nulls }) },
      });
    });
    const { moment, caseOf } = this.#context;
    const names = selected.map(([name]) => name);
    const choose = caseOf?.(field, names) ?? caseAt({ parts: this.parts, closed: this.#closed }, field, names);
    // Another field's value is in the same item of a list, or in a record outside of all lists.
    if (listOf(field) === listOf(place.field)) return switchPart(parts, choose);
    const scope = place.scopes.find(({ path }) => path === '' || field.startsWith(`${path}.`))?.current;
    return switchPart(parts, scope === undefined ? () => choose(moment.body) : () => choose(scope.draw));
  }
}

function isInteger({ kind }: AvroNode): boolean {
  return kind === 'int' || kind === 'long';
}

function inside(record: string, field: string): string {
  return record === '' ? field : `${record}.${field}`;
}

/** A field may have the name of an inherited property, e.g. `constructor`. */
function own<T>(values: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(values, key) ? values[key] : undefined;
}

/** Keys in the order of the list, which whole numbers keep. */
function numbered(weights: readonly number[]): Record<string, number> {
  return Object.fromEntries(weights.map((weight, i) => [i, weight]));
}
