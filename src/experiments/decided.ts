/** `--repeat auto`: whether every comparison is decided, so that no more rounds are needed. */
import { alphaAtLook } from '../statistics/looks.ts';
import type { PlannedExperiment } from './plan-experiment.ts';
import type { CellRuns } from './run-experiment.ts';

export function isDecidedFor({
  maxRepeat,
}: PlannedExperiment): (cells: readonly CellRuns[], rounds: number) => boolean {
  return (cells, rounds) => {
    const alpha = alphaAtLook(rounds, maxRepeat);
    return alpha === null ? false : cells.length === 0;
  };
}
