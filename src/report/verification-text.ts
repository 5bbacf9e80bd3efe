/** What `load verify` prints. */
import type { VerificationResult } from '../result/reading-result.ts';
import { formatCount } from '../units.ts';

const COUNTS = [
  ['lost', 'lost'],
  ['duplicated', 'duplicated'],
  ['outOfOrder', 'out of order'],
  ['corrupted', 'corrupted'],
  ['foreign', 'foreign'],
  ['notAckedInLog', 'in the log, though not acknowledged'],
  ['abortedInLog', 'of aborted transactions'],
] as const;

export function verificationText(results: Readonly<Record<string, VerificationResult>>): string {
  const lines = Object.entries(results).flatMap(([name, result]) => {
    if (result.refused !== undefined) return [`${name}: not verified: ${result.refused}`];
    const { expected, consumed, notes, examples } = result;
    const found = COUNTS.filter(([key]) => result[key] > 0).map(
      ([key, words]) => `${formatCount(result[key])} ${words}`,
    );
    const words =
      found.length === 0 ? 'nothing lost, duplicated, out of order, corrupted or foreign' : found.join(', ');
    return [
      `${name}: ${words}; ${formatCount(expected)} messages expected, ${formatCount(consumed)} records read`,
      ...examples.map((example) => `  ${exampleLine(example)}`),
      ...notes.map((note) => `  note: ${note}`),
    ];
  });
  return `${lines.join('\n')}\n`;
}

function exampleLine({ kind, text, index, topic, partition, offset }: VerificationResult['examples'][number]): string {
  const where = [
    ...(index === undefined ? [] : [`message ${index}`]),
    ...(topic === undefined ? [] : [partition === undefined ? topic : `${topic} [${partition}]`]),
    ...(offset === undefined ? [] : [`offset ${offset}`]),
  ];
  const words = kind === 'outOfOrder' ? 'out of order' : kind;
  return `${words.padEnd(12)}  ${where.join(', ')}: ${text}`;
}
