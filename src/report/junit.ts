/** JUnit XML, as Jenkins and GitLab read it. */
import { escapeXml } from './text-escapes.ts';

export interface JunitCase {
  readonly name: string;
  readonly result?: { readonly kind: 'failure' | 'error' | 'skipped'; readonly type: string; readonly message: string };
  readonly out?: string;
}

export interface JunitSuite {
  /** `load compare` */
  readonly command: string;
  /** What the command was about. */
  readonly of: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly cases: readonly JunitCase[];
  /** Plain text for people. */
  readonly out: string;
}

export function junitXml({ command, of, properties, cases, out }: JunitSuite): string {
  const count = (kind: string) => cases.filter(({ result }) => result?.kind === kind).length;
  const counts = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${command}" ${counts}>`,
    `  <testsuite name="${escapeXml(`${command} ${of}`)}" ${counts} skipped="${count('skipped')}" time="0">`,
    '    <properties>',
    ...Object.entries(properties).map(
      ([name, value]) => `      <property name="${name}" value="${escapeXml(value)}"/>`,
    ),
    '    </properties>',
    ...cases.flatMap((each) => caseLines(each, command.replace(' ', '.'))),
    `    <system-out>${escapeXml(out).replaceAll('&#10;', '\n')}</system-out>`,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function caseLines({ name, result, out }: JunitCase, className: string): string[] {
  const open = `    <testcase classname="${className}" name="${escapeXml(name)}" time="0"`;
  if (result !== undefined) {
    const { kind, type, message } = result;
    return [`${open}>`, `      <${kind} type="${type}" message="${escapeXml(message)}"/>`, '    </testcase>'];
  }
  if (out === undefined) return [`${open}/>`];
  return [`${open}>`, `      <system-out>${escapeXml(out)}</system-out>`, '    </testcase>'];
}
