/** A run as JUnit XML: a test case for its verdict, each threshold and the verification of each scenario. */
import type { Result } from '../result/result.ts';
import { type JunitCase, junitXml } from './junit.ts';
import { checksOf } from './run-checks.ts';
import { renderSummary } from './run-text.ts';

const KINDS = { fail: 'failure', undecided: 'error', skipped: 'skipped' } as const;

export function runJunit(result: Result): string {
  const { run, verdict } = result;
  return junitXml({
    command: 'load run',
    of: run.profile,
    properties: { profile: run.profile, run: run.id, target: run.target, verdict: verdict.status },
    cases: checksOf(result).map(({ name, outcome, kind, words }): JunitCase => {
      if (outcome === 'pass') return { name, out: words };
      return { name, result: { kind: KINDS[outcome], type: kind, message: words } };
    }),
    durationMs: run.durationMs,
    out: renderSummary(result),
  });
}
