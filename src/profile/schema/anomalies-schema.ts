/** The profile key `anomalies`: schema, cross-checks and rendering. */

import { z } from 'zod';
import { formatDuration, NS_PER_MS } from '../../units.ts';
import { duration, integer, real } from '../../value-schema.ts';
import type { WorkloadDefinition } from '../../workload/definition.ts';
import type { AnomaliesSpec, KeySpec } from '../../workload/record-plan.ts';
import type { Path } from '../document.ts';
import type { Problems } from '../problems.ts';

/** Also how many records back an original is looked for: a draw, so it costs nothing. */
const WITHIN_MAX = 2 ** 31 - 1;
const WITHIN_DEFAULT = 100;

/** Later than the minute that a window of a stream job is mostly kept open for stragglers, and within the hour. */
const BY_DEFAULT = { min: '1m', max: '10m' };

/** A map that has a `rate`, or the rate alone: the rest has defaults. */
function rated<Shape extends { readonly rate: z.ZodType<number> }>(shape: Shape, example: string) {
  const map = z.strictObject(shape);
  return z
    .union([shape.rate, map], { error: `expected a share, e.g. ${example}` })
    .transform((input) => (typeof input === 'number' ? map.parse({ rate: input }) : input) as z.output<typeof map>);
}

const rate = (what: string) => real(0, 1).describe(`Share of the records ${what}.`);

export const anomaliesSchema = z
  .strictObject({
    tombstones: rate('that have their key and no value (null): they delete it from a compacted topic').prefault(0),
    duplicates: rated(
      {
        rate: rate('that repeat an earlier one, byte for byte'),
        within: integer(1, WITHIN_MAX)
          .prefault(WITHIN_DEFAULT)
          .describe('The earlier one is among this many records before it.'),
      },
      '0.01 or { rate: 0.01, within: 100 }',
    )
      .optional()
      .describe(
        'Share that repeats an earlier one, byte for byte, e.g. `0.01`, or `{ rate: 0.01, within: 100 }`: one of the 100 before it.',
      ),
    late: rated(
      {
        rate: rate('whose time is before they are due'),
        by: z
          .union(
            [
              duration({ positive: true }),
              z.strictObject({
                min: duration({ positive: true }).describe('Minimum.'),
                max: duration({ positive: true }).describe('Maximum; all between are equally likely.'),
              }),
            ],
            { error: 'expected a duration such as 5m, or { min: 1m, max: 10m }' },
          )
          .prefault(BY_DEFAULT)
          .describe('By how much, on the clock of the run: a duration, or `{ min: 1m, max: 10m }`.'),
      },
      '0.02 or { rate: 0.02, by: 5m }',
    )
      .optional()
      .describe(
        'Share whose time is before they are due, e.g. `0.02`, or `{ rate: 0.02, by: 5m }`; by one to ten minutes (`{ min: 1m, max: 10m }`) by default.',
      ),
    malformed: rate('whose value cannot be decoded').prefault(0),
  })
  .optional()
  .describe('Records that are wrong on purpose, each listed in the ground truth: see [anomalies.md](anomalies.md).');

/** Undefined where every share is 0. */
export function normalizeAnomalies(input: z.output<typeof anomaliesSchema>): AnomaliesSpec | undefined {
  if (input === undefined) return undefined;
  const { tombstones, duplicates, late, malformed } = input;
  if (tombstones + (duplicates?.rate ?? 0) + (late?.rate ?? 0) + malformed === 0) return undefined;
  const by =
    late === undefined ? { min: 0, max: 0 } : typeof late.by === 'number' ? { min: late.by, max: late.by } : late.by;
  return {
    tombstones,
    duplicates: duplicates ?? { rate: 0, within: WITHIN_DEFAULT },
    late: { rate: late?.rate ?? 0, minMs: Math.ceil(by.min / NS_PER_MS), maxMs: Math.ceil(by.max / NS_PER_MS) },
    malformed,
  };
}

/** Shares that sum up to 1 at most, and what they need of the scenario. */
export function checkAnomalies(
  { tombstones, duplicates, late, malformed }: AnomaliesSpec,
  { definition, key }: { readonly definition: WorkloadDefinition; readonly key: KeySpec },
  path: Path,
  problems: Problems,
): void {
  const sum = tombstones + duplicates.rate + late.rate + malformed;
  // Shares that sum up to 1 on paper may differ by a rounding error.
  if (sum > 1 + 1e-9) {
    const hint = 'a record has at most one kind of anomaly';
    problems.add(path, { message: `the shares sum up to ${Number(sum.toFixed(6))}, more than 1`, hint });
  }
  if (late.minMs > late.maxMs) {
    problems.add([...path, 'late', 'by'], { message: '`min` is more than `max`', hint: 'by: { min: 1m, max: 10m }' });
  }
  if (tombstones > 0 && key.kind === 'none') {
    const hint = 'give the scenario a `key`';
    problems.add([...path, 'tombstones'], { message: 'a tombstone needs a key', hint });
  }
  if (malformed > 0 && definition.fieldNames.length === 0) {
    const message = `records of \`${definition.name}\` are plain bytes, which cannot be malformed`;
    problems.add([...path, 'malformed'], { message });
  }
}

export function renderAnomalies({
  tombstones,
  duplicates,
  late,
  malformed,
}: AnomaliesSpec): Readonly<Record<string, unknown>> {
  const text = (ms: number) => formatDuration(ms * NS_PER_MS);
  const by = late.minMs === late.maxMs ? text(late.minMs) : { min: text(late.minMs), max: text(late.maxMs) };
  return {
    tombstones,
    ...(duplicates.rate > 0 && { duplicates }),
    ...(late.rate > 0 && { late: { rate: late.rate, by } }),
    malformed,
  };
}
