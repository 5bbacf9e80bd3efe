/** The page of a comparison, from it and the runs of both sides. */
import type { Comparison } from '../compare/comparison.ts';
import { type RunSet, usable } from '../compare/run-record.ts';
import { ComparisonPage } from '../page/comparison-page.tsx';
import { curvesOf } from './curves.ts';
import { renderDocument } from './html.tsx';

export interface ComparisonSources {
  /** BASE and NEW with their histograms, as far as they could be read. */
  readonly sets: readonly RunSet[];
  /** What could not be read, in sentences. */
  readonly gaps?: readonly string[];
}

export function comparisonHtml(comparison: Comparison, { sets, gaps = [] }: ComparisonSources): string {
  const { curves, gaps: missing } = curvesOf(sets.map((set) => ({ label: set.label, runs: usable(set) })));
  const body = <ComparisonPage comparison={comparison} curves={curves} gaps={[...gaps, ...missing]} />;
  return renderDocument({ title: `Comparison: ${comparison.base.label} and ${comparison.other.label}`, body });
}
