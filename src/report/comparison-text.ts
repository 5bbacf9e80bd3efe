/** A comparison for people at a terminal. */
import { styleText } from 'node:util';
import type { Comparison } from '../compare/comparison.ts';
import {
  caveatsOf,
  describeMachine,
  describeMethod,
  describeSide,
  exitWords,
  type MeasureRow,
  measureRow,
  orderedGates,
  VERDICT_WORDS,
} from '../compare/comparison-rows.ts';
import type { GateOutcome } from '../compare/gates.ts';
import { countOf } from '../units.ts';
import { onOneLine, withoutControls } from './text-escapes.ts';
import { wrap } from './text-layout.ts';

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

const CAVEATS_MAX = 12;

export function render(found: Comparison, { color = false }: { readonly color?: boolean } = {}): string {
  const comparison = withoutControls(found);
  const paint = (style: Style, text: string) => (color ? styleText(style, text, { validateStream: false }) : text);
  const { verdict, base, other, measures, distribution, words } = comparison;
  const [style, title] = [STYLES[verdict] ?? 'bold', VERDICT_WORDS[verdict].toUpperCase()];
  const about = words.startsWith(`${VERDICT_WORDS[verdict]}: `)
    ? words.slice(VERDICT_WORDS[verdict].length + 2)
    : words;
  const lines = [
    paint(style, title),
    ...wrap(onOneLine(about), '  '),
    '',
    ...labelled('BASE', `${base.label}: ${describeSide(base)}`),
    ...labelled('NEW', `${other.label}: ${describeSide(other)}`),
    ...labelled('Machine', describeMachine(base)),
    ...(measures.length === 0 ? [] : labelled('Method', describeMethod(comparison))),
    ...gateLines(comparison, paint),
    ...measureLines(comparison, paint),
    ...(distribution === null ? [] : ['', ...labelled('Moved', distribution.words)]),
    ...neededLines(comparison),
    ...caveatLines(comparison),
    ...labelled('Exit code', `${comparison.exitCode}: ${exitWords(comparison)}`),
  ];
  return `${lines.join('\n')}\n`;
}

const STYLES: Readonly<Record<string, Style>> = { better: 'green', worse: 'red', 'too-noisy': 'yellow' };
const LABEL = 11;

function labelled(label: string, text: string): string[] {
  return wrap(onOneLine(text), ' '.repeat(LABEL), label.padEnd(LABEL));
}

const GATE_WORDS = { pass: ['passed', 'green'], fail: ['FAILED', 'red'], undecided: ['undecided', 'yellow'] } as const;

function gateLines(comparison: Comparison, paint: (style: Style, text: string) => string): string[] {
  const line = ({ gate, outcome, words }: GateOutcome): string[] => {
    const [word, style] = GATE_WORDS[outcome];
    const [first, ...rest] = wrap(`${onOneLine(gate)}: ${onOneLine(words)}`, ' '.repeat(LABEL), word.padEnd(LABEL));
    return [first!.replace(word, paint(style, word)), ...rest];
  };
  const gates = orderedGates(comparison).flatMap(line);
  return gates.length === 0 ? [] : ['', paint('bold', 'Gates'), ...gates];
}

const COLUMNS: readonly (readonly [key: keyof MeasureRow, title: string, width: number])[] = [
  ['measure', 'Measure', -20],
  ['base', 'BASE', 10],
  ['other', 'NEW', 10],
  ['change', 'change', 8],
  ['interval', 'interval', 16],
  ['shows', 'shows', 7],
];

function measureLines({ measures }: Comparison, paint: (style: Style, text: string) => string): string[] {
  if (measures.length === 0) return [];
  const cells = (row: MeasureRow) => COLUMNS.map(([key, , width]) => padded(onOneLine(row[key]), width)).join('');
  const head = `${COLUMNS.map(([, title, width]) => padded(title, width)).join('')}  verdict`;
  const rows = measures.map((each) => {
    const row = measureRow(each);
    const style = STYLES[each.verdict];
    return `${cells(row)}  ${style === undefined ? row.verdict : paint(style, row.verdict)}`;
  });
  return ['', paint('bold', head), ...rows];
}

/** To the left with a negative width; what is longer keeps a space. */
function padded(text: string, width: number): string {
  return width < 0 ? `${text.padEnd(-width - 1)} ` : ` ${text.padStart(width - 1)}`;
}

/** Of what is too noisy, a line for all that need as many. */
function neededLines({ measures }: Comparison): string[] {
  const noisy = measures.filter(({ verdict }) => verdict === 'too-noisy');
  const words = new Map<string, string[]>();
  for (const { measure, words: all } of noisy) {
    const needed = all.split('; ').at(-1)!;
    words.set(needed, [...(words.get(needed) ?? []), measure]);
  }
  const lines = [...words].map(
    ([needed, names]) => `${needed} (${names.length > 3 ? countOf(names.length, 'measure') : names.join(', ')})`,
  );
  return lines.length === 0 ? [] : ['', ...lines.flatMap((line, i) => labelled(i === 0 ? 'Noise' : '', line))];
}

function caveatLines(comparison: Comparison): string[] {
  const caveats = caveatsOf(comparison);
  const shown = caveats.slice(0, CAVEATS_MAX);
  if (caveats.length > CAVEATS_MAX) shown.push(`… ${caveats.length - CAVEATS_MAX} more with --format json`);
  return ['', ...shown.flatMap((line) => labelled('Note', line))];
}
