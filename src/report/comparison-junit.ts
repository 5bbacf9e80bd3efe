/**
 * A comparison as JUnit XML: a test case for each gate, one that the sets may be compared
 * and one that every run counts. A gate that is undecided is an error, not a failure: it was not found to be broken, and
 * the build must not pass either.
 */
import type { Comparison } from '../compare/comparison.ts';
import { render as renderText } from './comparison-text.ts';
import { type JunitCase, junitXml } from './junit.ts';

export function render(comparison: Comparison): string {
  const { base, other, verdict, exitCode } = comparison;
  return junitXml({
    command: 'load compare',
    of: `${base.label} ${other.label}`,
    properties: { base: base.label, new: other.label, verdict, exitCode: String(exitCode) },
    cases: casesOf(comparison),
    out: renderText(comparison),
  });
}

function casesOf({ comparable, base, other, gates }: Comparison): JunitCase[] {
  const reasons = comparable.reasons.join('; ');
  const excluded = [base, other].flatMap((side) =>
    side.excluded.map(({ path, status, reason }) => `${side.label} ${path}, ${status}: ${reason}`),
  );
  return [
    {
      name: 'comparable',
      ...(comparable.forced && {
        result: { kind: 'skipped', type: 'forced', message: `--force: ${reasons}` } as const,
      }),
      ...(!comparable.ok &&
        !comparable.forced && { result: { kind: 'error', type: 'not-comparable', message: reasons } as const }),
    },
    {
      name: 'every run counts',
      ...(excluded.length > 0 && { result: { kind: 'error', type: 'invalid', message: excluded.join('; ') } as const }),
    },
    ...gates.map(({ gate, outcome, words }): JunitCase => {
      if (outcome === 'pass') return { name: gate, out: words };
      const kind = outcome === 'fail' ? 'failure' : 'error';
      return { name: gate, result: { kind, type: outcome === 'fail' ? 'gate' : 'undecided', message: words } };
    }),
  ];
}
