/** The places of a record, and which rules fit them. */

import type { Problem } from '../../../errors.ts';
import type { FieldRule, PlainFieldRule } from '../../record-plan.ts';
import { type AvroNode, logicalOf, type RecordNode } from '../reading/avro-node.ts';
import { spanOf } from '../values/number-rule.ts';

/**
 * Every place of a record that a rule can be about: `user.city`, `lines` and its items `lines[]`, `lines[].price`; map
 * values use `[]` too. A place in several branches of a union has several nodes. A record nested in its own type is a
 * place, but its fields are not: they use the rules of the outer record.
 */
export function placesOf(root: RecordNode): ReadonlyMap<string, readonly AvroNode[]> {
  const places = new Map<string, AvroNode[]>();
  const visit = (node: AvroNode, path: string, around: readonly RecordNode[]): void => {
    if (node.kind === 'union') for (const branch of node.branches) visit(branch, path, around);
    else if (node.kind === 'array') enter(node.items, `${path}[]`, around);
    else if (node.kind === 'map') enter(node.values, `${path}[]`, around);
    else if (node.kind === 'record' && !around.includes(node)) {
      for (const field of node.fields)
        enter(field.node, path === '' ? field.name : `${path}.${field.name}`, [...around, node]);
    }
  };
  const enter = (node: AvroNode, path: string, around: readonly RecordNode[]): void => {
    places.set(path, [...(places.get(path) ?? []), node]);
    visit(node, path, around);
  };
  visit(root, '', []);
  return places;
}

/** Whether a place outside lists can be missing from a record. */
export function isInUnion(root: RecordNode, path: string): boolean {
  let record = root;
  for (const step of path.split('.').slice(0, -1)) {
    const inner = record.fields.find(({ name }) => name === step)?.node;
    if (inner?.kind !== 'record') return true;
    record = inner;
  }
  return false;
}

/** The innermost list around a place; empty for the record itself. */
export function listOf(path: string): string {
  const end = path.lastIndexOf('[]');
  return end < 0 ? '' : path.slice(0, end + 2);
}

export type RuleKind = Exclude<keyof PlainFieldRule, 'nulls'>;

/**
 * The outer field whose rule sets its whole value, which makes rules for inner fields void: always, or with `atTimes`
 * in some case of a `switch`.
 */
export function constantAncestor(
  rules: Readonly<Record<string, FieldRule>>,
  path: string,
  atTimes = false,
): string | undefined {
  const isWhole = (rule: PlainFieldRule | undefined) => rule?.constant !== undefined;
  const inSome = ({ switch: by }: FieldRule) => [by?.default, ...Object.values(by?.cases ?? {})].some(isWhole);
  const found = Object.entries(rules).find(
    ([outer, rule]) =>
      (path.startsWith(`${outer}.`) || path.startsWith(`${outer}[]`)) && (isWhole(rule) || (atTimes && inSome(rule))),
  );
  return found?.[0];
}

/** The generators; a rule has at most one. */
export const WAYS = [
  'weighted',
  'constant',
  'range',
  'ranges',
  'distribution',
  'pattern',
  'sequence',
  'foreignKey',
  'length',
] as const satisfies readonly RuleKind[];

const isPlain = (node: AvroNode): boolean => logicalOf(node) === null;

/** By rule key: whether a type accepts it, and which types do, in words. */
const FITTING: Readonly<Record<RuleKind, { readonly fits: (node: AvroNode) => boolean; readonly what: string }>> = {
  weighted: { fits: (node) => !['record', 'array', 'map'].includes(node.kind), what: 'single values' },
  constant: { fits: () => true, what: 'everything' },
  range: { fits: (node) => spanOf(node) !== null, what: 'numbers, dates, times and texts' },
  ranges: { fits: (node) => spanOf(node) !== null, what: 'numbers, dates, times and texts' },
  distribution: { fits: (node) => spanOf(node) !== null, what: 'numbers, dates, times and texts' },
  sequence: { fits: (node) => spanOf(node) !== null, what: 'numbers, dates, times and texts' },
  pattern: { fits: (node) => node.kind === 'string' && isPlain(node), what: 'texts' },
  foreignKey: {
    fits: (node) => ['string', 'int', 'long'].includes(node.kind) && isPlain(node),
    what: 'texts and whole numbers',
  },
  length: {
    fits: (node) => ['string', 'bytes', 'array', 'map'].includes(node.kind) && isPlain(node),
    what: 'texts, bytes, arrays and maps',
  },
  decimals: {
    fits: (node) => spanOf(node) !== null && spanOf(node)!.decimals !== 0,
    what: 'numbers with digits after the point',
  },
};

/** Rule keys that this non-union type does not accept, with the types that do. */
export function misfits(node: AvroNode, rule: PlainFieldRule): { readonly kind: RuleKind; readonly what: string }[] {
  const kinds = (Object.keys(FITTING) as RuleKind[]).filter((kind) => rule[kind] !== undefined);
  return kinds.filter((kind) => !FITTING[kind].fits(node)).map((kind) => ({ kind, what: FITTING[kind].what }));
}

export function takesRule(node: AvroNode, rule: PlainFieldRule): boolean {
  return node.kind !== 'null' && misfits(node, rule).length === 0;
}

/** Why records with a `sequence` cannot be pooled; undefined without one. */
export function countingField(rules: Readonly<Record<string, FieldRule>>): string | undefined {
  const found = Object.entries(rules).find(([path, rule]) => {
    const all = [rule, rule.switch?.default, ...Object.values(rule.switch?.cases ?? {})];
    return !path.includes('[]') && all.some((each) => each?.sequence !== undefined);
  });
  return found && `\`${found[0]}\` is a sequence, and pooled records repeat`;
}

/** `at`: path below `fields`, starting with the field. */
export interface RuleProblem extends Pick<Problem, 'message' | 'hint'> {
  readonly at: RulePath;
}

export type RulePath = readonly (string | number)[];

export type AddProblem = (at: RulePath, message: string, hint?: string) => void;
