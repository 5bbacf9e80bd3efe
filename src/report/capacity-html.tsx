/** The page of a search for the capacity, from its result and the runs of its steps. */
import { join } from 'node:path';
import type { CapacityResult, CapacityStep } from '../compare/capacity-result.ts';
import { rateText } from '../compare/capacity-words.ts';
import { loadRunSet } from '../compare/run-source.ts';
import { CapacityPage } from '../page/capacity-page.tsx';
import { curvesOf } from './curves.ts';
import { renderDocument } from './html.tsx';
import { runLinks } from './run-links.ts';

export interface CapacitySources {
  /** Of the search. */
  readonly directory: string;
  /** In which the page stands, where that is not the search's. */
  readonly pageDirectory?: string;
}

export async function capacityHtml(
  result: CapacityResult,
  { directory, pageDirectory = directory }: CapacitySources,
): Promise<string> {
  const { name, steps } = { name: result.experiment.profile, steps: result.steps };
  const runs = await Promise.all(telling(result).map(async (step) => ({ step, run: await runOf(directory, step) })));
  const found = runs.flatMap(({ step, run }) => (run === undefined ? [] : [{ label: labelOf(step), runs: [run] }]));
  const paths = steps.map(({ path }) => path);
  const body = (
    <CapacityPage
      result={result}
      links={runLinks(directory, paths, pageDirectory)}
      curves={curvesOf(found).curves}
      identity={found[0]?.runs[0]?.identity ?? null}
    />
  );
  return renderDocument({ title: `${name}: capacity`, body });
}

function labelOf({ rate, outcome }: CapacityStep): string {
  return `${rateText(rate)}, ${outcome}`;
}

/** The slowest, the highest that held and the lowest that failed, one of each rate. */
function telling({ steps, bracket }: CapacityResult): CapacityStep[] {
  const rates = [Math.min(...steps.map(({ rate }) => rate)), bracket.low, bracket.high];
  const wanted = ['', 'held', 'failed'];
  const found = rates.flatMap((rate, i) => {
    const own = steps.filter((step) => step.rate === rate);
    return own.find(({ outcome }) => outcome === wanted[i]) ?? own[0] ?? [];
  });
  return found.filter((step, i) => found.findIndex(({ rate }) => rate === step.rate) === i);
}

/** A step whose run was deleted, or cannot be read, has no curve. */
async function runOf(directory: string, { path }: CapacityStep) {
  try {
    return (await loadRunSet(join(directory, path))).runs[0];
  } catch {
    return undefined;
  }
}
