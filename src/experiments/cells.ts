/** The cells of an experiment: every combination of its dimensions, each with a name and what it changes in the profile. */
import { InputError, type Problem } from '../errors.ts';
import { formatPath } from '../profile/document.ts';
import type { Overrides } from '../profile/overrides.ts';
import { isSecretProperty, REDACTED, scrub } from '../secrets.ts';
import type { Dimension } from './vary.ts';
import type { VaryTarget } from './vary-target.ts';

export interface Cell {
  /** `compression.type=lz4 linger.ms=20` */
  readonly name: string;
  /** By the factor's short name. */
  readonly factors: Readonly<Record<string, string>>;
  readonly overrides: Overrides;
}

/** A varied factor whose meaning is known. */
export interface ResolvedFactor {
  readonly values: readonly string[];
  readonly target: VaryTarget;
  readonly place: string;
}

export type ResolvedDimension = readonly ResolvedFactor[];

const VALUE_CHARACTERS_MAX = 32;
/** Each run takes seconds: more than these take days. */
const CELLS_MAX = 1_000;

/** @throws InputError with every path that means nothing, or the same as another. */
export function resolveDimensions(
  dimensions: readonly Dimension[],
  targetOf: (path: string) => VaryTarget | Omit<Problem, 'place'>,
): ResolvedDimension[] {
  const problems: Problem[] = [];
  const seen = new Map<string, string>();
  const resolved = dimensions.map((dimension) =>
    dimension.flatMap(({ path, values, place }): ResolvedFactor[] => {
      const target = targetOf(path);
      if ('message' in target) {
        problems.push({ place, ...target });
        return [];
      }
      const key = target.flags.join();
      const other = seen.get(key);
      if (other !== undefined) problems.push({ place, message: `\`${path}\` is varied twice, also as \`${other}\`` });
      seen.set(key, path);
      return [{ values, target, place }];
    }),
  );
  if (problems.length > 0) throw new InputError(problems);
  return resolved;
}

/** Flags come after a file's dimensions: one that varies the same takes its place. */
export function withFlags(
  inFile: readonly ResolvedDimension[],
  byFlag: readonly ResolvedDimension[],
): ResolvedDimension[] {
  const keyOf = (dimension: ResolvedDimension) => dimension.map(({ target }) => target.flags.join()).join('|');
  const given = new Map(byFlag.map((dimension) => [keyOf(dimension), dimension]));
  const replaced = inFile.map((dimension) => given.get(keyOf(dimension)) ?? dimension);
  return [...replaced, ...byFlag.filter((dimension) => !replaced.includes(dimension))];
}

/**
 * The product of the dimensions, the last one changing fastest. Without any there is one cell.
 * @param alone the name of that one.
 */
export function cellsOf(dimensions: readonly ResolvedDimension[], alone: string): Cell[] {
  const size = dimensions.reduce((product, [first]) => product * first!.values.length, 1);
  if (size > CELLS_MAX) {
    const message = `${size} cells: an experiment has up to ${CELLS_MAX}`;
    throw new InputError([{ place: '--vary', message, hint: 'vary fewer factors at once' }]);
  }
  const names = shortNames(dimensions.flat().map(({ target }) => target.steps));
  let cells: { factors: [string, string][]; overrides: Overrides }[] = [{ factors: [], overrides: {} }];
  let done = 0;
  for (const dimension of dimensions) {
    const named = dimension.map((factor, i) => ({ ...factor, name: names[done + i]! }));
    done += dimension.length;
    cells = cells.flatMap(({ factors, overrides }) =>
      dimension[0]!.values.map((_, i) => ({
        factors: [
          ...factors,
          ...named.map(({ name, target, values }): [string, string] => [name, shownValue(target, values[i]!)]),
        ],
        overrides: named.reduce((merged, { target, values }) => {
          return mergeOverrides(
            merged,
            placed(() => target.overridesOf(values[i]!), dimension[0]!.place),
          );
        }, overrides),
      })),
    );
  }
  const written = new Map<string, number>();
  return cells.map(({ factors, overrides }) => {
    const text = factors.map(([name, value]) => `${name}=${shortValue(value)}`).join(' ') || alone;
    const count = (written.get(text) ?? 0) + 1;
    written.set(text, count);
    return { name: count === 1 ? text : `${text} #${count}`, factors: Object.fromEntries(factors), overrides };
  });
}

/** Lists are added to each other, of anything else the latter counts. */
export function mergeOverrides(base: Overrides, more: Overrides): Overrides {
  const lists = (['set', 'producerConfig', 'consumerConfig'] as const).flatMap((name) => {
    const list = [...(base[name] ?? []), ...(more[name] ?? [])];
    return list.length === 0 ? [] : [[name, list] as const];
  });
  const params = { ...base.params, ...more.params };
  const merged = { ...base, ...more, ...Object.fromEntries(lists) };
  return Object.keys(params).length === 0 ? merged : { ...merged, params };
}

/** The shortest ending of each path that no other one has, in whole steps. */
function shortNames(paths: readonly VaryTarget['steps'][]): string[] {
  const endings = paths.map((path) => path.map((_, i) => formatPath(path.slice(path.length - 1 - i))));
  return endings.map((own, i) => {
    const others = new Set(endings.filter((_, j) => j !== i).flat());
    return own.find((ending) => !others.has(ending) && !/^\[/.test(ending)) ?? own.at(-1)!;
  });
}

/** Names and files of an experiment have no secrets; its runs get them. */
function shownValue({ steps }: VaryTarget, value: string): string {
  return isSecretProperty(String(steps.at(-1))) ? REDACTED : scrub(value);
}

function shortValue(value: string): string {
  const plain = value.replaceAll(/\s+/g, '');
  return plain.length <= VALUE_CHARACTERS_MAX ? plain : `${plain.slice(0, VALUE_CHARACTERS_MAX - 1)}…`;
}

function placed<T>(read: () => T, place: string): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.problems.map((problem) => ({ ...problem, place })));
  }
}
