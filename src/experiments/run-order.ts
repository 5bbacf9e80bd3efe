/** Which cell a run is of: rounds of all cells, each in its own order, so that drift of the machine hits all alike. */
import { CounterRng } from '../workload/random.ts';

export interface PlannedRun {
  /** From 1, through all rounds. */
  readonly run: number;
  /** From 1. */
  readonly round: number;
  /** Index into the cells. */
  readonly cell: number;
}

/**
 * The cells in the order of one round, from 1: a pure function of its arguments (Fisher-Yates). Every second round is the
 * one before it backwards, so that a steady trend hits every cell alike: with independent orders, one of four sweeps of
 * three rounds has the same of two cells first every time, and takes the trend for a difference (docs/statistics.md).
 */
export function orderOfRound(seed: number, round: number, cells: number): number[] {
  if (round % 2 === 0) return orderOfRound(seed, round - 1, cells).reverse();
  const random = new CounterRng(seed, 'round', String(round));
  const order = Array.from({ length: cells }, (_, i) => i);
  for (let i = cells - 1; i > 0; i--) {
    const j = Math.floor(random.uniform(i) * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

export function runsOfRound(seed: number, round: number, cells: number): PlannedRun[] {
  return orderOfRound(seed, round, cells).map((cell, i) => ({ run: (round - 1) * cells + i + 1, round, cell }));
}
