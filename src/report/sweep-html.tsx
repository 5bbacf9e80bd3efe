/** The page of an experiment, from its analysis and the runs behind it. */
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { CellRuns } from '../compare/cell-figures.ts';
import { usable } from '../compare/run-record.ts';
import type { SweepFile } from '../compare/sweep-file.ts';
import { SweepPage } from '../page/sweep-page.tsx';
import { curvesOf } from './curves.ts';
import { renderDocument } from './html.tsx';
import { hrefOf, runLinks } from './run-links.ts';

export interface SweepSources {
  /** Of the experiment. */
  readonly directory: string;
  /** With their histograms; those that are gone are a note. */
  readonly cells: readonly CellRuns[];
  /** In which the page stands, where that is not the experiment's. */
  readonly pageDirectory?: string;
  /** What could not be read, in sentences. */
  readonly gaps?: readonly string[];
}

/** More lines hide each other. */
const CURVES_MAX = 6;
const COMPARISON = 'comparison.html';

export function sweepHtml(
  sweep: SweepFile,
  { directory, cells, pageDirectory = directory, gaps = [] }: SweepSources,
): string {
  const { name, kind } = sweep.experiment;
  const chosen = chosenCells(sweep, cells);
  const { curves, gaps: missing } = curvesOf(chosen.map(({ name: label, set }) => ({ label, runs: usable(set) })));
  const paths = sweep.runs.map(({ path }) => path);
  const body = (
    <SweepPage
      sweep={sweep}
      curves={curves}
      links={runLinks(directory, paths, pageDirectory)}
      identity={cells.flatMap(({ set }) => usable(set)).find(({ identity }) => identity !== null)?.identity ?? null}
      gaps={[...gaps, ...missing]}
      {...(existsSync(join(directory, COMPARISON)) && {
        comparisonHref: hrefOf(relative(pageDirectory, join(directory, COMPARISON))),
      })}
    />
  );
  return renderDocument({ title: `${name}: ${kind === 'sweep' ? 'sweep' : 'repeated runs'}`, body });
}

/** Baseline, what is recommended or tied, the Pareto front, then the others. */
function chosenCells({ analysis }: SweepFile, cells: readonly CellRuns[]): CellRuns[] {
  const { baseline, recommendation, pareto } = analysis;
  const first = [baseline, recommendation?.cell, ...(recommendation?.tied ?? []), ...(pareto?.front ?? [])];
  const names = [...new Set([...first, ...cells.map(({ name }) => name)])];
  const found = names.flatMap((name) => cells.find((cell) => cell.name === name && usable(cell.set).length > 0) ?? []);
  return found.slice(0, CURVES_MAX);
}
