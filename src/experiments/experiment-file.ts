/** An experiment in a YAML file, checked as a profile is. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { InputError } from '../errors.ts';
import { suggest } from '../nearest.ts';
import { experimentFile } from '../profile/bundled.ts';
import { formatPath, type Path, parseSettings, placeOf, valuesOf } from '../profile/document.ts';
import { type Environment, environmentOf } from '../profile/environment.ts';
import { interpolate } from '../profile/interpolation.ts';
import { describeIssues } from '../profile/schema/schema-problem.ts';
import { NS_PER_MS } from '../units.ts';
import { duration, integer } from '../value-schema.ts';
import { type Dimension, dimensionsOf, type Vary } from './vary.ts';

const factors = z.record(z.string(), z.unknown());

const experimentSchema = z.object({
  version: z.literal(1),
  experiment: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'a name has letters, digits, `.`, `_` and `-`'),
  profile: z.string(),
  vary: z.union([factors, z.array(factors)], { error: 'expected a map of paths to lists of values' }).optional(),
  repeat: z.union([integer(1), z.literal('auto')], { error: 'expected a number of rounds, or auto' }).optional(),
  maxRepeat: integer(2).optional(),
  settle: duration().optional(),
  goal: z.string().optional(),
  baseline: z.string().optional(),
  set: z.union([factors, z.array(z.string())], { error: 'expected a map of paths to values' }).optional(),
});
const KEYS = Object.keys(experimentSchema.shape);

export interface ExperimentFile {
  readonly name: string;
  readonly profile: string;
  readonly dimensions: readonly Dimension[];
  readonly set: readonly string[];
  readonly repeat?: number | 'auto';
  readonly maxRepeat?: number;
  readonly settleMs?: number;
  readonly goal?: string;
  readonly baseline?: string;
}

/**
 * @returns undefined where `nameOrPath` is not an experiment but, perhaps, a profile.
 * @throws InputError with every problem, each with its line.
 */
export function readExperimentFile(nameOrPath: string, cwd: string, env: Environment): ExperimentFile | undefined {
  const file = experimentFile(nameOrPath, cwd);
  if (file === undefined) return undefined;
  const source = parseSettings(readFileSync(file.path, 'utf8'), file.shown);
  if (!source.document.has('experiment')) return undefined;
  const problems = interpolate(source, environmentOf(env, cwd));
  const at = (path: Path, key?: string) => ({ place: placeOf(source, path, key), path: formatPath(path) });
  const values = valuesOf(source, isWritten);
  for (const key of Object.keys(values).filter((name) => !KEYS.includes(name))) {
    const hint = suggest(key, KEYS);
    problems.push({ ...at([], key), message: `unknown key \`${key}\``, ...(hint !== undefined && { hint }) });
  }
  const read = experimentSchema.safeParse(values);
  for (const { path, key, ...problem } of describeIssues(read.error?.issues ?? [], values)) {
    problems.push({ ...at(path, key), ...problem });
  }
  let dimensions: Dimension[] = [];
  if (read.data?.vary !== undefined) {
    const isList = Array.isArray(read.data.vary);
    try {
      const place = (path: string, i: number) => {
        const at = ['vary', ...(isList ? [i] : []), ...(path === '' ? [] : [path])];
        return `${placeOf(source, at)}: ${path === '' ? formatPath(at) : `vary.${path}`}`;
      };
      dimensions = dimensionsOf(read.data.vary as Vary, place);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (read.data === undefined || problems.length > 0) {
    throw new InputError(
      problems.map(({ path, ...rest }) => (path === '' ? rest : { ...rest, ...(path && { path }) })),
    );
  }
  const { experiment, profile, set, settle, repeat, maxRepeat, goal, baseline } = read.data;
  const beside = resolve(dirname(file.path), profile);
  return {
    name: experiment,
    profile: existsSync(beside) ? beside : profile,
    dimensions,
    set: Array.isArray(set) ? set : Object.entries(set ?? {}).map(([path, value]) => `${path}=${textOf(value)}`),
    ...(repeat !== undefined && { repeat }),
    ...(maxRepeat !== undefined && { maxRepeat }),
    ...(settle !== undefined && { settleMs: settle / NS_PER_MS }),
    ...(goal !== undefined && { goal }),
    ...(baseline !== undefined && { baseline }),
  };
}

/** A value is varied, or set, as it is written: `0042`, `1.10`. */
function isWritten(path: Path): boolean {
  const [block, second] = path;
  if (block === 'set') return path.length === 2;
  return block === 'vary' && path.length === (typeof second === 'number' ? 4 : 3);
}

function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
