/** An experiment as Markdown, for an issue or a page: the recommendation, then a row a cell. */
import type { SweepFile } from '../compare/sweep-file.ts';
import {
  cellLabels,
  cellMark,
  changeText,
  describeRuns,
  differenceTexts,
  headOf,
  intervalText,
  medianText,
  methodText,
  NO_GOAL,
  paretoTexts,
  rejected,
} from '../compare/sweep-rows.ts';
import { escapeMarkdown } from './text-escapes.ts';

export function renderSweepMarkdown(sweep: SweepFile): string {
  const { analysis } = sweep;
  const { recommendation, measures, cells, differences, notes, baseline } = analysis;
  const { title, shorten } = cellLabels(analysis);
  const row = (fields: readonly string[]) => `| ${fields.map(escapeMarkdown).join(' | ')} |`;
  const heads = [title, ...measures.map((measure) => headOf(measure).join(', '))];
  const rows = cells.map((cell) => {
    const { name, figures } = cell;
    const own = differences.find((each) => each.cell === name);
    const marks = [name === baseline && cells.length > 1 ? ' (baseline)' : '', cellMark(cell)];
    return row([
      shorten(name) + marks.join(''),
      ...measures.map(({ measure, unit }) => {
        const interval = intervalText(unit, figures[measure]);
        const change = changeText(own?.measures.find((each) => each.measure === measure));
        return [medianText(unit, figures[measure]), interval && ` (${interval})`, change && `, ${change}`].join('');
      }),
    ]);
  });
  const list = (head: string, texts: readonly string[]) =>
    texts.length === 0 ? [] : ['', `**${head}**`, '', ...texts.map((text) => `- ${escapeMarkdown(text)}`)];
  const method = methodText(analysis);
  const lines = [
    `### ${escapeMarkdown(describeRuns(sweep))}`,
    ...(recommendation === null
      ? cells.length > 1
        ? ['', `Goal: ${escapeMarkdown(NO_GOAL)}`]
        : []
      : list(`Goal: ${escapeMarkdown(recommendation.goal)}`, [recommendation.words, ...rejected(analysis)])),
    '',
    row(heads),
    `| ${heads.map((_, i) => (i === 0 ? '---' : '---:')).join(' | ')} |`,
    ...rows,
    ...(method === undefined ? [] : ['', escapeMarkdown(method)]),
    ...list('Pareto front', paretoTexts(analysis)),
    ...list('Differences shown', differenceTexts(analysis, 'shown')),
    ...list('Not shown', differenceTexts(analysis, 'notShown')),
    ...list('Notes', notes),
  ];
  return `${lines.join('\n')}\n`;
}
