/** What `vary` is written as, on the command line, in a file or in a program: dimensions of factors with their values. */
import { isScalar, isSeq, parseDocument } from 'yaml';
import { collect, InputError, type Problem } from '../errors.ts';

/** Values by path, each path a dimension; or a list of such maps, whose factors move together. */
export type Vary =
  | Readonly<Record<string, readonly unknown[]>>
  | readonly Readonly<Record<string, readonly unknown[]>>[];

export interface Factor {
  /** As written: a path of the profile, a client property, a parameter of the workload or a flag's name. */
  readonly path: string;
  /** Each as it would stand behind `--set PATH=`. */
  readonly values: readonly string[];
  /** For problems. */
  readonly place: string;
}

/** Factors that move together. */
export type Dimension = readonly Factor[];

/**
 * Each `--vary PATH=V1,V2` is a dimension; the values are a YAML list without its brackets.
 * @throws InputError with all that is wrong.
 */
export function dimensionsOfFlags(texts: readonly string[]): Dimension[] {
  return collected(texts, (text) => {
    const at = text.indexOf('=');
    const [path, list] = at < 0 ? [text, ''] : [text.slice(0, at).trim(), text.slice(at + 1)];
    const place = `--vary ${path}`;
    return withoutRepeats([factorOf(path, flowValues(list, place), place)]);
  });
}

/** @throws InputError with all that is wrong. */
export function dimensionsOf(vary: Vary, placeOf: (path: string, dimension: number) => string): Dimension[] {
  const isMap = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!(Array.isArray(vary) ? vary : [vary]).every(isMap)) {
    const message = 'expected a map of paths to lists of values, or a list of such maps';
    throw new InputError([{ place: 'vary', message, hint: '{ PATH: [A, B] }' }]);
  }
  const maps = Array.isArray(vary) ? vary : Object.entries(vary).map(([path, values]) => ({ [path]: values }));
  return collected([...maps.entries()], ([i, map]) => {
    const factors = Object.entries(map as Readonly<Record<string, readonly unknown[]>>).map(([path, values]) => {
      const place = placeOf(path, i);
      if (!Array.isArray(values)) {
        throw new InputError([{ place, message: 'expected a list of values', hint: `${path}: [A, B]` }]);
      }
      return factorOf(path, values.map(textOf), place);
    });
    const [first, ...rest] = factors;
    if (first === undefined) {
      throw new InputError([
        { place: placeOf('', i), message: 'expected factors with their values', hint: 'PATH: [A, B]' },
      ]);
    }
    const other = rest.find(({ values }) => values.length !== first!.values.length);
    if (other === undefined) return withoutRepeats(factors);
    const message = `\`${other.path}\` has ${other.values.length} values, \`${first!.path}\` ${first!.values.length}`;
    const hint = 'factors of one list entry move together: give each as many values';
    throw new InputError([{ place: other.place, message, hint }]);
  });
}

function factorOf(path: string, values: readonly string[], place: string): Factor {
  const problem = (message: string, hint?: string) => new InputError([{ place, message, ...(hint && { hint }) }]);
  if (path === '') throw problem('expected a path and its values', 'e.g. --vary linger.ms=0,5,20');
  if (values.length === 0) throw problem('a factor needs values', `e.g. --vary ${path}=A,B`);
  return { path, values, place };
}

/** A factor may have a value again beside another value of those that move with it. */
function withoutRepeats(factors: Dimension): Dimension {
  const texts = factors[0]!.values.map((_, i) => factors.map(({ values }) => values[i]!));
  const keys = texts.map((text) => JSON.stringify(text));
  const twice = texts.find((_, i) => keys.indexOf(keys[i]!) !== i);
  if (twice === undefined) return factors;
  const values = `the value${twice.length > 1 ? 's' : ''} \`${twice.join(', ')}\``;
  const message = `${values} ${twice.length > 1 ? 'stand' : 'stands'} twice`;
  throw new InputError([{ place: factors[0]!.place, message }]);
}

/** The texts of the items: `[a, b]` stays the list that it is. */
function flowValues(list: string, place: string): string[] {
  const text = `[${list}]`;
  const document = parseDocument(text, { prettyErrors: false });
  const { contents } = document;
  const hint = 'a YAML list without its brackets: text with a comma or a colon goes in quotes';
  if (document.errors.length > 0 || !isSeq(contents)) {
    const reason = document.errors[0]?.message ?? 'not a list';
    throw new InputError([{ place, message: `the values cannot be read: ${reason}`, hint }]);
  }
  return contents.items.map((item) => {
    const [from, to] = (item as { range?: [number, number, number] }).range ?? [0, 0];
    const value = text.slice(from, to).trim();
    if (value === '') throw new InputError([{ place, message: 'a value is missing between two commas' }]);
    return isScalar(item) && item.type !== 'PLAIN' ? String(item.value) : value;
  });
}

function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function collected<T, R>(items: readonly T[], read: (item: T) => R): R[] {
  const problems: Problem[] = [];
  const results = items.map((item) => collect(problems, () => read(item)));
  if (problems.length > 0) throw new InputError(problems);
  return results as R[];
}
