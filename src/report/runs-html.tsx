/** The page of several runs side by side. */
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { differences } from '../compare/comparability.ts';
import { type RunSet, recordOfResult } from '../compare/run-record.ts';
import { RunsPage } from '../page/runs-page.tsx';
import type { Result } from '../result/result.ts';
import { countOf } from '../units.ts';
import { renderDocument } from './html.tsx';
import { PAGE_FILE } from './page-file.ts';
import { curvesOf, viewOf } from './run-html.tsx';
import { hrefOf } from './run-links.ts';

export interface NamedRun {
  /** As given. */
  readonly directory: string;
  readonly result: Result;
}

/** More lines hide each other. */
const CURVES_MAX = 6;

/** @param pageDirectory in which the page stands. @throws RangeError when a result is damaged. */
export function runsHtml(runs: readonly NamedRun[], pageDirectory: string): string {
  const columns = runs.map(({ directory, result }) => {
    const page = join(directory, PAGE_FILE);
    const href = existsSync(page) ? { href: hrefOf(relative(pageDirectory, page)) } : {};
    return { name: directory, result, view: viewOf(result), ...href };
  });
  const curves = runs.flatMap(({ directory, result }) => {
    const response = curvesOf(result).find(({ name }) => name === 'response');
    return response === undefined ? [] : [{ ...response, name: directory }];
  });
  const without = runs.map(({ directory }) => directory).filter((name) => curves.every((curve) => curve.name !== name));
  const left = curves.length - CURVES_MAX;
  const notes = [
    ...differencesOf(runs),
    ...without.map((name) => `${name} was killed: it left no percentile curve`),
    ...(left > 0
      ? [`the percentile curves are of the first ${CURVES_MAX} runs, without ${countOf(left, 'other')}`]
      : []),
  ];
  const body = <RunsPage runs={columns} curves={curves.slice(0, CURVES_MAX)} notes={notes} />;
  return renderDocument({ title: `${runs.length} runs side by side`, body });
}

/** Of each run to the first: what else than the figures. */
function differencesOf(runs: readonly NamedRun[]): string[] {
  const [first, ...others] = runs.map(({ directory, result }): RunSet => {
    const record = recordOfResult(result, { path: directory });
    return { label: directory, kind: 'run', runs: [{ ...record, status: 'ok' }] };
  });
  return others.flatMap((other) => differences(first!, other).map((each) => `${other.label} differs: ${each}`));
}
