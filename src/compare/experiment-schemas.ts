/** What the files of experiments must have to be shown; whatever else is in them is not looked at. */
import { z } from 'zod';
import type { CapacityResult } from './capacity-result.ts';
import type { Comparison } from './comparison.ts';
import { IDENTITY } from './stored-run.ts';
import type { SweepFile } from './sweep-file.ts';

const text = z.string();
const texts = z.array(text);
/** Of any size: an interval of two runs that differ much ends anywhere. */
const real = z.number();
/** Beyond it no number is exact, and none is counted. */
const count = z.number().min(0).max(Number.MAX_SAFE_INTEGER);
const number = real.nullable();
const percentile = z
  .union([count, z.object({ atLeast: count })], 'Invalid input: expected number, { atLeast: number } or null')
  .nullable();
const figures = z.record(text, percentile);
const outcome = z.enum(['held', 'failed', 'generator-limited', 'invalid']);
const status = z.enum(['ok', 'invalid', 'failed']);
const excluded = z.array(z.object({ path: text, status: text, reason: text }));
const interval = z.object({ ratio: real, low: real, high: real }).nullable();
const side = z.object({ median: real, low: real, high: real, n: count }).nullable();
const verdict = z.enum(['better', 'worse', 'no-difference-shown', 'too-noisy', 'not-comparable']);
const measure = z.object({
  ...{ measure: text, unit: text, better: z.enum(['lower', 'higher']), base: side, other: side, interval, verdict },
  ...{ effect: z.object({}).nullable(), pAdjusted: number, smallestShown: number, runsNeeded: number, words: text },
});

export const CAPACITY_SCHEMA: z.ZodType = z.object({
  version: real,
  experiment: z.object({ id: text, profile: text, command: text, startedAt: text, target: text }),
  settings: z.object({
    ...{ from: count, isFromGiven: z.boolean(), to: count.nullable(), tolerance: count, repeat: count },
    ...{ holdMs: count.nullable(), warmupMs: count },
  }),
  slo: texts,
  finished: z.boolean(),
  bracket: z.object({ low: count.nullable(), high: count.nullable() }),
  limit: z.enum(['broker', 'generator', 'range']).nullable(),
  limitReason: text.nullable(),
  confirmations: z.object({ held: count, steps: count, asked: count }),
  steps: z.array(
    z.object({
      ...{ rate: count, phase: z.enum(['doubling', 'halving', 'bisection', 'confirmation']), holdMs: count, outcome },
      ...{ reasons: texts, samples: count, figures, path: text },
    }),
  ),
  curve: z.array(
    z.object({ rate: count, outcome, held: count, steps: count, p50: percentile, p99: percentile, p999: percentile }),
  ),
} satisfies Record<keyof CapacityResult, z.ZodType>);

const set = z.object({ label: text, kind: text, runs: count, excluded, identity: IDENTITY.nullable() });

export const COMPARISON_SCHEMA: z.ZodType = z.object({
  version: real,
  verdict,
  words: text,
  exitCode: z.union([0, 2, 3, 99].map((code) => z.literal(code))),
  base: set,
  other: set,
  paired: z.boolean(),
  alpha: real,
  comparable: z.object({ ok: z.boolean(), reasons: texts, forced: z.boolean() }),
  gates: z.array(
    z.object({
      ...{ gate: text, measure: text, outcome: z.enum(['pass', 'fail', 'undecided']), interval, bound: real },
      ...{ smallestShown: number, moreRuns: number, words: text },
    }),
  ),
  measures: z.array(measure),
  distribution: z
    .object({
      ...{ part: text, direction: text.nullable(), words: text },
      percentiles: z.array(z.object({ p: real, ratio: real, low: real, high: real, moved: z.boolean() })),
    })
    .nullable(),
  notes: texts,
} satisfies Record<keyof Comparison, z.ZodType>);

const cellFigure = z.object({ median: percentile.unwrap(), low: number, high: number, n: count }).nullable();

export const SWEEP_SCHEMA: z.ZodType = z.object({
  version: real,
  experiment: z.object({
    ...{ id: text, kind: z.enum(['sweep', 'repeat', 'capacity']), name: text, profile: text, command: text },
    ...{ seed: real, baseline: text, goal: text.exactOptional(), startedAt: text },
  }),
  runs: z.array(
    z.object({
      ...{ id: text, path: text, round: number, attempt: count, status, reason: text.exactOptional() },
      ...{ exitCode: count, verdict: text.nullable(), startedAt: text, cell: text, counts: z.boolean(), figures },
    }),
  ),
  analysis: z.object({
    ...{ alpha: real, rounds: count, baseline: text, notes: texts },
    measures: z.array(z.object({ measure: text, better: z.enum(['lower', 'higher']), unit: text })),
    cells: z.array(
      z.object({
        ...{ name: text, factors: z.record(text, text), status, reason: text.exactOptional(), runs: count, excluded },
        figures: z.record(text, cellFigure),
      }),
    ),
    differences: z.array(z.object({ cell: text, measures: z.array(measure), shown: text, notShown: text })),
    comparisons: z.array(z.object({ measures: texts, ratios: count })),
    pareto: z
      .object({
        ...{ measures: texts, leftOut: texts, front: texts },
        dominated: z.array(z.object({ cell: text, by: text, shown: z.boolean(), measures: z.array(measure) })),
      })
      .nullable(),
    recommendation: z
      .object({
        ...{ goal: text, words: text, cell: text.nullable(), tied: texts },
        candidates: z.array(z.object({ cell: text, isEligible: z.boolean(), reason: text.exactOptional() })),
      })
      .nullable(),
  } satisfies Record<keyof SweepFile['analysis'], z.ZodType>),
} satisfies Record<keyof SweepFile, z.ZodType>);
