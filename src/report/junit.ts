/** JUnit XML, as Jenkins and GitLab read it. */
import { MS_PER_SEC } from '../units.ts';
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
  /** How long all of it took; left out where that is not known. Of a case it never is. */
  readonly durationMs?: number;
  /** Plain text for people. */
  readonly out: string;
}

export function junitXml({ command, of, properties, cases, durationMs, out }: JunitSuite): string {
  const count = (kind: string) => cases.filter(({ result }) => result?.kind === kind).length;
  const counts = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}"`;
  const time = durationMs === undefined ? '' : ` time="${secondsOf(durationMs)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${command}" ${counts}>`,
    `  <testsuite name="${escapeXml(`${command} ${of}`)}" ${counts} skipped="${count('skipped')}"${time}>`,
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

/** `1,234.500`: in Jenkins' schema thousands are apart. */
function secondsOf(durationMs: number): string {
  return (durationMs / MS_PER_SEC).toLocaleString('en-US', { minimumFractionDigits: 3, maximumFractionDigits: 3 });
}

function caseLines({ name, result, out }: JunitCase, className: string): string[] {
  const open = `    <testcase classname="${className}" name="${escapeXml(name)}"`;
  if (result !== undefined) {
    const { kind, type, message } = result;
    return [`${open}>`, `      <${kind} type="${type}" message="${escapeXml(message)}"/>`, '    </testcase>'];
  }
  if (out === undefined) return [`${open}/>`];
  return [`${open}>`, `      <system-out>${escapeXml(out)}</system-out>`, '    </testcase>'];
}
