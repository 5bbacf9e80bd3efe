/** A comparison as a comment on a pull request: it fits a screen, the rest is folded. */
import type { Comparison } from '../compare/comparison.ts';
import {
  caveatsOf,
  describeMachine,
  describeMethod,
  describeSide,
  exitWords,
  headlineOf,
  measureRow,
  orderedGates,
} from '../compare/comparison-rows.ts';
import { escapeMarkdown } from './text-escapes.ts';

const GATES_MAX = 8;
const MEASURES_MAX = 10;
const CAVEATS_MAX = 20;

const GATE_WORDS = { pass: 'passed', fail: '**failed**', undecided: '**undecided**' } as const;

export function render(comparison: Comparison): string {
  const { verdict, words, comparable, base, other, distribution } = comparison;
  const lines = [
    `### Load test: ${headlineOf(comparison)}`,
    '',
    `${escapeMarkdown(words)}.`,
    ...(comparable.forced ? ['', `**Forced:** ${escapeMarkdown(comparable.reasons.join('; '))}.`] : []),
    ...gateTable(comparison),
    ...measureTable(comparison),
    ...(distribution === null ? [] : ['', `${capital(escapeMarkdown(distribution.words))}.`]),
    '',
    '<details><summary>Runs and method</summary>',
    '',
    `- BASE: ${code(base.label)}, ${escapeMarkdown(describeSide(base))}`,
    `- NEW: ${code(other.label)}, ${escapeMarkdown(describeSide(other))}`,
    `- Machine: ${escapeMarkdown(describeMachine(other))}`,
    ...(verdict === 'not-comparable' ? [] : [`- ${capital(escapeMarkdown(describeMethod(comparison)))}`]),
    ...truncated(caveatsOf(comparison), CAVEATS_MAX).map((line) => `- ${escapeMarkdown(line)}`),
    `- Exit code ${comparison.exitCode}: ${exitWords(comparison)}`,
    '',
    '</details>',
  ];
  return `${lines.join('\n')}\n`;
}

function gateTable(comparison: Comparison): string[] {
  const gates = orderedGates(comparison);
  if (gates.length === 0) return [];
  const rows = gates.map(({ gate, outcome, words }) => [code(gate), GATE_WORDS[outcome], escapeMarkdown(words)]);
  return table(['gate', 'result', 'found'], rows, GATES_MAX);
}

function measureTable({ measures }: Comparison): string[] {
  if (measures.length === 0) return [];
  const rows = measures.map((each) => {
    const { measure, base, other, change, interval, shows, verdict } = measureRow(each);
    const word = each.verdict === 'worse' || each.verdict === 'better' ? `**${verdict}**` : verdict;
    return [code(measure), base, other, change, interval, shows, word];
  });
  return table(['measure', 'BASE', 'NEW', 'change', '95 % interval', 'shows', 'verdict'], rows, MEASURES_MAX);
}

function table(head: readonly string[], rows: readonly (readonly string[])[], rowsMax: number): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const left = rows.length - rowsMax;
  const more = left > 0 ? [line([`… ${left} more`, ...head.slice(1).map(() => '')])] : [];
  return ['', line(head), line(head.map(() => '---')), ...rows.slice(0, rowsMax).map(line), ...more];
}

/** A code span where nothing in the text ends it, or the cell of a table that it is in. */
function code(text: string): string {
  return /^[^`|\p{Cc}]+$/u.test(text) ? `\`${text}\`` : `<code>${escapeMarkdown(text)}</code>`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function truncated(lines: readonly string[], max: number): readonly string[] {
  return lines.length <= max ? lines : [...lines.slice(0, max), `… ${lines.length - max} more in comparison.json`];
}
