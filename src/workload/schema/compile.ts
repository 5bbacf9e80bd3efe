/** From a schema and rules to the parts that generate a record. */
import type { FieldRule, PlainFieldRule } from '../../profile/profile.ts';
import type { Mix } from '../mix.ts';
import { type AvroNode, Heights, type RecordNode, type UnionNode } from './avro-node.ts';
import { type Bounds, listPart, recordPart, recursionPart, switchPart, unionPart } from './containers.ts';
import { openChoices } from './draws.ts';
import { encoderOf, type LeafContext, leafPart } from './leaf.ts';
import { choicePart, isChoice, type Part } from './part.ts';
import { literal } from './plain-value.ts';
import { listOf, takesRule } from './rule-fit.ts';

export interface CompileContext extends LeafContext {
  readonly rules: Readonly<Record<string, FieldRule>>;
  /** How often a record may be inside another of its own type. */
  readonly depthMax: number;
  /** Parts that are given, by path. */
  readonly given: Readonly<Record<string, Part>>;
  /** Which of the cases another field is, their number where it is none, where fields are not from these parts. */
  readonly caseOf?: (field: string, cases: readonly string[]) => (draw: number) => number;
}

interface Place {
  readonly path: string;
  readonly rule: FieldRule;
  readonly exact: boolean;
  /** Whether every record has it: it is in no union, list or case of a switch. */
  readonly everywhere: boolean;
  /** The records around it, for those that are inside their own type. */
  readonly around: ReadonlyMap<RecordNode, () => Part>;
}

/** Items of a list or map, values of `nulls` and so on that no rule says. */
const DEFAULT_ITEMS: readonly [number, number] = [0, 3];
const DEFAULT_NULLS = 0.1;
const NO_RULE: FieldRule = {};

/** The part of a whole record, and those of every place in it by path. */
export function compileRecord(
  root: RecordNode,
  context: CompileContext,
): { readonly part: Part; readonly parts: ReadonlyMap<string, Part>; readonly mixes: readonly Mix[] } {
  const compiler = new Compiler(root, context);
  const part = compiler.compile(root, compiler.place('', { around: new Map(), everywhere: true }));
  return { part, parts: compiler.parts, mixes: compiler.mixes };
}

/** The part of one place alone. @param everywhere whether every record has it. */
export function compilePlace(
  root: RecordNode,
  { node, path, everywhere }: { readonly node: AvroNode; readonly path: string; readonly everywhere: boolean },
  context: CompileContext,
): { readonly part: Part; readonly mixes: readonly Mix[] } {
  const compiler = new Compiler(root, context);
  const part = compiler.compile(node, compiler.place(path, { around: new Map(), everywhere }));
  return { part, mixes: compiler.mixes };
}

class Compiler {
  readonly parts = new Map<string, Part>();
  /** Of the fields that are weighted in every record. */
  readonly mixes: Mix[] = [];
  readonly #context: CompileContext;
  readonly #bounds: Bounds;
  readonly #heights: Heights;

  constructor(root: RecordNode, context: CompileContext) {
    this.#context = context;
    this.#bounds = { depthMax: context.depthMax };
    this.#heights = new Heights(root);
  }

  place(path: string, { around, everywhere }: Pick<Place, 'around' | 'everywhere'>): Place {
    const isInList = path.includes('[]');
    const rule = own(this.#context.rules, path) ?? NO_RULE;
    return { path, rule, exact: !isInList, everywhere: everywhere && !isInList, around };
  }

  compile(node: AvroNode, place: Place): Part {
    const part = own(this.#context.given, place.path) ?? this.#compile(node, place);
    this.parts.set(place.path, part);
    return part;
  }

  #compile(node: AvroNode, place: Place): Part {
    const { path, rule } = place;
    const { json, moment } = this.#context;
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
        const [least, most] = rule.length ?? DEFAULT_ITEMS;
        const item = this.compile(inner, this.place(`${path}[]`, place));
        const [counts, draws] = ['count', 'items'].map((purpose) => this.#context.draws.stream(path, purpose));
        const spec = { item, least, most, keyed: node.kind === 'map', counts: counts!, draws: draws! };
        return listPart(spec, json, this.#bounds, moment);
      }
      default:
        return leafPart(node, rule, place, this.#context);
    }
  }

  #record(node: RecordNode, { path, around, everywhere }: Place): Part {
    const { json, draws, moment } = this.#context;
    const enclosing = around.get(node);
    if (enclosing !== undefined) return recursionPart(enclosing, draws.stream(path, 'recursion'), moment);
    let part: Part | undefined;
    const inner = new Map([...around, [node, () => part!] as const]);
    const fields = node.fields.map(({ name, node: type }) => ({
      name,
      part: this.compile(type, this.place(path === '' ? name : `${path}.${name}`, { around: inner, everywhere })),
    }));
    part = recordPart(fields, json, this.#bounds);
    return part;
  }

  /** A rule is for the branch that takes it, the first of several; without one null is rare, the others equally likely. */
  #union(node: UnionNode, place: Place): Part {
    const { nulls, ...rule } = place.rule;
    const branches = node.branches.map((branch, number) => ({ branch, number }));
    const ruled = Object.keys(rule).length > 0;
    const takers = ruled ? branches.filter(({ branch }) => takesRule(branch, rule)).slice(0, 1) : branches;
    const values = takers.filter(({ branch }) => branch.kind !== 'null');
    const none = branches.find(({ branch }) => branch.kind === 'null');
    const compiled = values.map(({ branch, number }) => ({
      number,
      part: this.#compile(branch, { ...place, rule, everywhere: false }),
    }));
    const isRecursive = compiled.some(({ part }) => part.recursive);
    const share = none === undefined ? 0 : values.length === 0 ? 1 : (nulls ?? (ruled ? 0 : DEFAULT_NULLS));
    // Null is last, and stays where it ends a recursion even if it is never drawn.
    const last =
      none !== undefined && (share > 0 || isRecursive) ? [{ number: none.number, part: this.#null(place) }] : [];
    const all = [...compiled, ...last];
    const heightOf = ({ number }: { readonly number: number }): number => this.#heights.of(node.branches[number]!);
    const shallowest = all.reduce((least, each, i) => (heightOf(each) < heightOf(all[least]!) ? i : least), 0);
    const choose = this.#chooseBranch(place, compiled.length, nulls === undefined ? undefined : share, share);
    return unionPart({ branches: all, choose, shallowest }, this.#context.json, this.#bounds, this.#context.moment);
  }

  #chooseBranch(place: Place, values: number, exact: number | undefined, share: number): (draw: number) => number {
    const { draws } = this.#context;
    if (exact !== undefined && share > 0 && share < 1) {
      const choices = openChoices(draws, { value: 1 - share, null: share }, place.path, place.exact);
      return (draw) => {
        const choice = choices.choose(draw);
        return choice === 1 ? values : Math.floor(choices.within(0, draw) * values);
      };
    }
    const stream = draws.stream(place.path, 'branch');
    if (share === 0) return values === 1 ? () => 0 : (draw) => stream.below(draw, values);
    return (draw) => {
      const unit = stream.unit(draw);
      return unit < share ? values : Math.floor(((unit - share) / (1 - share)) * values);
    };
  }

  #null(place: Place): Part {
    return leafPart({ kind: 'null', logical: null }, {}, place, this.#context);
  }

  /** A few values, encoded beforehand. */
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
    // Weights as they were written where they can be: shares of a third would not come out even.
    const weights = nulls > 0 ? shares.map(({ share }) => share) : given.map(({ weight }) => weight);
    const choices = openChoices(draws, numbered(weights), place.path, place.exact);
    // A weight too small to count is not among them.
    const kept = choices.values.map((i) => values[Number(i)]);
    if (place.everywhere) {
      const { path: field } = place;
      this.mixes.push({ field, values: kept.map(String), shares: choices.shares, pick: choices.choose });
    }
    return choicePart(kept, encoderOf(node, json), choices.choose);
  }

  #switch(node: AvroNode, place: Place, { field, cases, default: other }: NonNullable<FieldRule['switch']>): Part {
    const selected = Object.entries(cases);
    const rules: readonly (readonly [string, PlainFieldRule])[] = [...selected, ['default', other ?? NO_RULE]];
    const parts = rules.map(([name, rule], i) => {
      // A field's own path is for its default.
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
    const { moment, caseOf = this.#caseOf } = this.#context;
    const choose = caseOf(
      field,
      selected.map(([name]) => name),
    );
    // Another field's value is in the same item of a list or in the record itself.
    const isHere = listOf(field) === listOf(place.path);
    return switchPart(parts, isHere ? choose : () => choose(moment.body));
  }

  #caseOf = (field: string, cases: readonly string[]): ((draw: number) => number) =>
    late(() => {
      // What is in a record that comes whole by a rule has no part of its own.
      const steps = field.split('.');
      let known = steps.length;
      while (known > 1 && !this.parts.has(steps.slice(0, known).join('.'))) known--;
      return casesOf(this.parts.get(steps.slice(0, known).join('.'))!, cases, steps.slice(known));
    });
}

/** Which of the cases a part's value is, or what is in it at `inner`; their number where it is none. */
export function casesOf(part: Part, cases: readonly string[], inner: readonly string[] = []): (draw: number) => number {
  const positions = new Map(cases.map((name, i) => [name, i] as const));
  const at = (value: unknown) =>
    inner.reduce((each, step) => (each as Readonly<Record<string, unknown>> | null)?.[step], value);
  const position = (value: unknown): number => positions.get(String(at(value))) ?? cases.length;
  if (!isChoice(part)) return (draw) => position(part.value(draw));
  const known = part.values.map(position);
  return (draw) => known[part.choose(draw)]!;
}

/** Fields may be called what every object has, as `constructor`. */
function own<T>(values: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(values, key) ? values[key] : undefined;
}

/** Keys in the order of the list, which whole numbers keep. */
function numbered(weights: readonly number[]): Record<string, number> {
  return Object.fromEntries(weights.map((weight, i) => [i, weight]));
}

/** Made on first use: fields may come after the one that looks at them. */
function late(make: () => (draw: number) => number): (draw: number) => number {
  let made: ((draw: number) => number) | undefined;
  return (draw) => {
    made ??= make();
    return made(draw);
  };
}
