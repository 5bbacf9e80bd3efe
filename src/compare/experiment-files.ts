/** What is read of the files of an experiment (src/experiments writes them) to find its runs. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { checked, checkVersion, parseJson } from './stored-run.ts';

const EXPERIMENT_VERSION = 1;

const EXPERIMENT = z.object({
  id: z.string(),
  kind: z.enum(['sweep', 'repeat', 'capacity']),
  cells: z.array(z.object({ name: z.string(), factors: z.record(z.string(), z.string()) })),
  repeat: z.union([z.int(), z.literal('auto')]).exactOptional(),
  maxRepeat: z.int().exactOptional(),
});

const RUN = z.object({
  path: z.string(),
  cell: z.string(),
  round: z.int(),
  attempt: z.int(),
  exitCode: z.number(),
  reason: z.string().exactOptional(),
});

export type ExperimentFacts = z.infer<typeof EXPERIMENT>;
export type FinishedRun = z.infer<typeof RUN>;

/** @throws InputError naming the field. */
export function readExperimentFacts(file: string): ExperimentFacts {
  const value = parseJson(file, readFileSync(file, 'utf8'));
  checkVersion(file, value, EXPERIMENT_VERSION, 'an experiment');
  return checked(file, EXPERIMENT, value);
}

/** Of runs that were repeated the last; in the order of the rounds. */
export function readFinishedRuns(directory: string): FinishedRun[] {
  const file = join(directory, 'runs.jsonl');
  if (!existsSync(file)) return [];
  const byPlace = new Map(readLines(file, RUN).map((run) => [`${run.round} ${run.cell}`, run]));
  return [...byPlace.values()].toSorted((a, b) => a.round - b.round);
}

/**
 * The rows of a file of JSON lines. A line that was cut off, when the process was killed or the disk was full, is not one.
 * @throws InputError with the line and field of what was edited.
 */
export function readLines<T>(file: string, schema: z.ZodType<T>): T[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line, i) => {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      return [];
    }
    return [checked(`${file}:${i + 1}`, schema, value)];
  });
}
