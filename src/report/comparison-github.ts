/** A comparison as annotations of a GitHub workflow, the worst first: GitHub shows ten of a kind in a step. */
import type { Comparison } from '../compare/comparison.ts';
import { caveatsOf, orderedGates } from '../compare/comparison-rows.ts';
import { escapeAnnotation, escapeAnnotationProperty } from './text-escapes.ts';

const OF_A_KIND_MAX = 10;

type Annotation = readonly [level: 'error' | 'warning' | 'notice', title: string, message: string];

export function render(comparison: Comparison): string {
  const { comparable, words, distribution } = comparison;
  const refused = !comparable.ok && !comparable.forced;
  const annotations: Annotation[] = [
    ...(refused ? [['error', 'Not comparable', comparable.reasons.join('; ')] as const] : []),
    ...orderedGates(comparison).map(({ gate, outcome, words: found }): Annotation => {
      if (outcome === 'fail') return ['error', 'Gate failed', `${gate}: ${found}`];
      if (outcome === 'undecided') return ['warning', 'Gate undecided', `${gate}: ${found}`];
      return ['notice', 'Gate passed', `${gate}: ${found}`];
    }),
    ...caveatsOf(comparison).map((caveat): Annotation => ['warning', 'Load comparison', caveat]),
  ];
  const summary = [words, ...(distribution === null ? [] : [distribution.words])].join('\n');
  const all: readonly Annotation[] = [['notice', 'Load comparison', summary], ...annotations];
  return all.filter(isShown).map(line).join('');
}

/** Also the text of what is left out is in the log, by `--format text,github`. */
function isShown([level]: Annotation, at: number, all: readonly Annotation[]): boolean {
  return all.slice(0, at).filter(([other]) => other === level).length < OF_A_KIND_MAX;
}

function line([level, title, message]: Annotation): string {
  return `::${level} title=${escapeAnnotationProperty(title)}::${escapeAnnotation(message)}\n`;
}
