/** A run as annotations of a GitHub workflow; what passed is not one. */
import { verificationWords } from '../result/reading-words.ts';
import type { Result } from '../result/result.ts';
import { describeRun, verdictWord } from '../result/run-words.ts';
import { checksOf } from './run-checks.ts';
import { escapeAnnotation, escapeAnnotationProperty } from './text-escapes.ts';

const LEVELS = { fail: 'error', undecided: 'warning', skipped: 'notice' } as const;
const TITLES = { verdict: 'Run does not count', threshold: 'Threshold', verification: 'Verification' } as const;

export function runGithub(result: Result): string {
  const verified = verificationWords(result);
  const summary = [
    `${verdictWord(result.verdict)}  ${describeRun(result)}`,
    ...(verified === null ? [] : [[verified.headline, verified.rest].filter((text) => text !== '').join('; ')]),
  ];
  const found = checksOf(result).flatMap(({ outcome, kind, name, words }) => {
    if (outcome === 'pass') return [];
    return [line(LEVELS[outcome], TITLES[kind], kind === 'verification' ? `${name}: ${words}` : words)];
  });
  return [line('notice', 'Load test', summary.join('\n')), ...found].join('');
}

function line(level: string, title: string, message: string): string {
  return `::${level} title=${escapeAnnotationProperty(title)}::${escapeAnnotation(message)}\n`;
}
