/** How topics are named in a profile, and how a scenario spreads its messages over several. */
import { z } from 'zod';
import { PATTERN_TOPICS_MAX, topicEntryProblem } from '../../topic-pattern.ts';
import { integer, real } from '../../value-schema.ts';
import type { TopicSpread } from '../../workload/topic-spread.ts';

/** For editors; what is read is checked by `topicEntryProblem`. */
const ENTRY = '^[A-Za-z0-9._-]*(\\{\\d+\\.\\.\\d+\\})?[A-Za-z0-9._-]*$';

/** A topic, or a pattern of names. */
export function topicEntry() {
  return z
    .string()
    .superRefine((entry, context) => {
      const problem = topicEntryProblem(entry);
      if (problem === undefined) return;
      context.addIssue({ code: 'custom', message: problem.message, params: { hint: problem.hint } });
    })
    .meta({ pattern: ENTRY });
}

/** Another way to write the pattern `load-{0..999}`; its output is that. */
export const countedTopicsSchema = z
  .strictObject({
    count: integer(1, PATTERN_TOPICS_MAX).describe('How many topics.'),
    pattern: z.string().describe('Their names: `{n}` is 0 to count - 1, as in `load-{n}`.'),
  })
  .transform(({ count, pattern }, context) => {
    const [before, ...after] = pattern.split('{n}');
    const hint = 'e.g. { count: 1000, pattern: "load-{n}" }';
    const reject = (message: string, why = hint) => {
      context.addIssue({ code: 'custom', path: ['pattern'], message, params: { hint: why } });
      return z.NEVER;
    };
    if (after.length !== 1) {
      return reject(`\`${pattern}\` has ${after.length === 0 ? 'no `{n}`' : `${after.length} times \`{n}\``}`);
    }
    const entry = `${before}{0..${count - 1}}${after[0]}`;
    const problem = topicEntryProblem(entry);
    return problem === undefined ? entry : reject(problem.message, problem.hint);
  });

const exponent = real(0, 100).prefault(1).describe('Topic k is drawn in proportion to 1 / k^exponent.');

export const spreadSchema = z
  .union(
    [
      z.enum(['round-robin', 'uniform']).transform((kind): TopicSpread => ({ kind })),
      z.literal('zipf').transform((kind): TopicSpread => ({ kind, exponent: 1 })),
      z
        .strictObject({ zipf: z.strictObject({ exponent }) })
        .transform(({ zipf }): TopicSpread => ({ kind: 'zipf', ...zipf })),
      z
        .strictObject({ field: z.string().min(1).describe('A key field of the record.') })
        .transform(({ field }): TopicSpread => ({ kind: 'field', field })),
    ],
    { error: 'expected `round-robin`, `uniform`, `zipf`, { zipf: { exponent: 1.1 } } or { field: NAME }' },
  )
  .prefault('round-robin')
  .describe(
    'Which of several topics a message goes to: `round-robin` in turn, `uniform` at random, `zipf` or `{ zipf: { exponent } }` the first most, `{ field: NAME }` by a key field of the record.',
  );

/** As `spreadSchema` reads it. */
export function encodeSpread(spread: TopicSpread): unknown {
  if (spread.kind === 'zipf') return { zipf: { exponent: spread.exponent } };
  return spread.kind === 'field' ? { field: spread.field } : spread.kind;
}
