/** `compare()`: two sets of runs by where they are. */
import { InputError } from '../errors.ts';
import { type Gate, type Measure, parseGate, parseMeasure, writtenMeasure } from '../objective-grammar.ts';
import { type OptionKind, optionProblems } from '../option-check.ts';
import { type Comparison, compareSets } from './comparison.ts';
import { type RunSet, STANDARD_MEASURES } from './run-record.ts';
import { loadRunSet } from './run-source.ts';

export interface ComparisonOptions {
  /** `response_ms p(99) +10%`, `throughput -5%`, or a limit for NEW: `response_ms p(99)<50`. */
  readonly gates?: readonly string[];
  /** In place of the standard ones; those of gates are always among them. */
  readonly measures?: readonly string[];
  /** Also where the sets are not comparable. */
  readonly force?: boolean;
}

const OPTIONS = { gates: 'texts', measures: 'texts', force: true } satisfies Record<
  keyof ComparisonOptions,
  OptionKind
>;

/**
 * @param base a result directory, a directory of repeats, `SWEEP#CELL`, or a baseline file; `other` likewise.
 * @throws InputError with every problem of gates and measures, or with that of a file and the field in it.
 */
export async function compare(base: string, other: string, options: ComparisonOptions = {}): Promise<Comparison> {
  return (await compareSources(base, other, options)).comparison;
}

/** With the runs of both sides. @throws InputError likewise. */
export async function compareSources(
  base: string,
  other: string,
  options: ComparisonOptions = {},
): Promise<{ readonly comparison: Comparison; readonly sets: readonly [RunSet, RunSet] }> {
  const wrong = optionProblems(options, OPTIONS);
  if (wrong.length > 0) throw new InputError(wrong);
  const { force = false } = options;
  const { gates, measures } = readOptions(options);
  const load = (text: string) => loadRunSet(text, { measures });
  const sets = [await load(base), await load(other)] as const;
  return { comparison: compareSets(...sets, { gates, measures, force }), sets };
}

function readOptions({ gates = [], measures = [] }: ComparisonOptions): { gates: Gate[]; measures: Measure[] } {
  const errors: InputError[] = [];
  const attempt = <T>(read: () => T): T[] => {
    try {
      return [read()];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      errors.push(error);
      return [];
    }
  };
  const parsed = gates.flatMap((text) => attempt(() => parseGate(text, '--gate')));
  const asked = measures.flatMap((text) => attempt(() => parseMeasure(text, '--measure')));
  if (errors.length > 0) throw new InputError(errors.flatMap(({ problems }) => problems));
  const all = [...(measures.length > 0 ? asked : STANDARD_MEASURES), ...parsed.map(({ measure }) => measure)];
  const byName = new Map(all.map((measure) => [writtenMeasure(measure), measure]));
  return { gates: parsed, measures: [...byName.values()] };
}
