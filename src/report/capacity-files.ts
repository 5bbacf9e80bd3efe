/** The files of a search for the capacity: everything that is printed, and a row for each step. */
import { join } from 'node:path';
import type { CapacityResult } from '../compare/capacity-result.ts';
import { writeWhole } from '../whole-file.ts';
import type { CapacitySources } from './capacity-html.tsx';
import type { CapacityLook } from './capacity-text.ts';
import { PAGE_FILE, writePage } from './page-file.ts';
import { makeDirectories, orDirectoryError } from './result-directory.ts';

/** @param format `text` or `json`. */
export async function renderCapacityAs(format: string, result: CapacityResult, look: CapacityLook): Promise<string> {
  if (format === 'json') return `${JSON.stringify(result, null, 2)}\n`;
  return `${(await import('./capacity-text.ts')).renderCapacity(result, look)}\n`;
}

/** The page, from the steps' runs in the directory. */
export async function capacityPage(result: CapacityResult, sources: CapacitySources): Promise<string> {
  return (await import('./capacity-html.tsx')).capacityHtml(result, sources);
}

/** @throws LoadError RESULT_DIRECTORY; not because of the page. */
export async function writeCapacity(
  directory: string,
  result: CapacityResult,
  onWarning: (warning: string) => void,
): Promise<void> {
  await orDirectoryError(directory, async () => {
    makeDirectories(directory);
    await writeWhole(join(directory, 'capacity.json'), `${JSON.stringify(result, null, 2)}\n`);
    await writeWhole(join(directory, 'runs.csv'), stepsCsv(result));
  });
  await writePage(join(directory, PAGE_FILE), capacityPage(result, { directory }), onWarning);
}

/** A latency among messages without one is empty: it is not a number. */
export function stepsCsv({ steps }: Pick<CapacityResult, 'steps'>): string {
  const measures = [...new Set(steps.flatMap(({ figures }) => Object.keys(figures)))];
  const rows = steps.map(({ path, rate, phase, outcome, holdMs, samples, figures, reasons }) => [
    ...[path, rate, phase, outcome, holdMs / 1_000, samples],
    ...measures.map((measure) => (typeof figures[measure] === 'number' ? figures[measure] : '')),
    reasons[0] ?? '',
  ]);
  const header = ['run', 'rate', 'phase', 'outcome', 'hold_s', 'samples', ...measures, 'reason'];
  return `${[header, ...rows].map((row) => row.map(csvCell).join(',')).join('\n')}\n`;
}

function csvCell(value: string | number): string {
  const text = String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
