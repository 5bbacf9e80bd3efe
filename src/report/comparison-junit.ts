/**
 * A comparison as JUnit XML, as Jenkins and GitLab read it: a test case for each gate, one that the sets may be compared
 * and one that every run counts. A gate that is undecided is an error, not a failure: it was not found to be broken, and
 * the build must not pass either.
 */
import type { Comparison } from '../compare/comparison.ts';
import { render as renderText } from './comparison-text.ts';
import { escapeXml } from './text-escapes.ts';

interface Case {
  readonly name: string;
  readonly result?: { readonly kind: 'failure' | 'error' | 'skipped'; readonly type: string; readonly message: string };
  readonly out?: string;
}

export function render(comparison: Comparison): string {
  const cases = casesOf(comparison);
  const count = (kind: string) => cases.filter(({ result }) => result?.kind === kind).length;
  const counts = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}"`;
  const { base, other, verdict } = comparison;
  const properties = { base: base.label, new: other.label, verdict, exitCode: String(comparison.exitCode) };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="load compare" ${counts}>`,
    `  <testsuite name="${escapeXml(`load compare ${base.label} ${other.label}`)}" ${counts} skipped="${count('skipped')}" time="0">`,
    '    <properties>',
    ...Object.entries(properties).map(
      ([name, value]) => `      <property name="${name}" value="${escapeXml(value)}"/>`,
    ),
    '    </properties>',
    ...cases.flatMap(caseLines),
    `    <system-out>${escapeXml(renderText(comparison)).replaceAll('&#10;', '\n')}</system-out>`,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function casesOf({ comparable, base, other, gates }: Comparison): Case[] {
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
    ...gates.map(({ gate, outcome, words }): Case => {
      if (outcome === 'pass') return { name: gate, out: words };
      const kind = outcome === 'fail' ? 'failure' : 'error';
      return { name: gate, result: { kind, type: outcome === 'fail' ? 'gate' : 'undecided', message: words } };
    }),
  ];
}

function caseLines({ name, result, out }: Case): string[] {
  const open = `    <testcase classname="load.compare" name="${escapeXml(name)}" time="0"`;
  if (result !== undefined) {
    const { kind, type, message } = result;
    return [`${open}>`, `      <${kind} type="${type}" message="${escapeXml(message)}"/>`, '    </testcase>'];
  }
  if (out === undefined) return [`${open}/>`];
  return [`${open}>`, `      <system-out>${escapeXml(out)}</system-out>`, '    </testcase>'];
}
