/** How long an experiment takes: from the plans beforehand, from what its runs took later on. */
import { MS_PER_SEC, NS_PER_MS } from '../units.ts';

/** Start-up of a process and its workers, drain, and the files, as measured by bench/sweep.ts. */
export const AROUND_RUN_MS = 1.5 * MS_PER_SEC;

export interface TimeEstimate {
  /** Of the planned durations and what is around them. */
  readonly runsMs: number;
  /** Longest pauses between runs. */
  readonly settleMaxMs: number;
  /** Cells that a number of messages ends: their time is not known, and not in `runsMs`. */
  readonly unknown: number;
}

/**
 * @param plannedNs of each cell; 0 where a number of messages ends it.
 * @param rounds without the burn-in, which is a run of `burnIn`.
 */
export function estimate(plannedNs: readonly number[], rounds: number, burnIn: number, settleMs: number): TimeEstimate {
  const runMs = (ns: number) => (ns === 0 ? 0 : ns / NS_PER_MS) + AROUND_RUN_MS;
  const round = plannedNs.reduce((sum, ns) => sum + runMs(ns), 0);
  return {
    runsMs: round * rounds + runMs(plannedNs[burnIn]!),
    settleMaxMs: settleMs * plannedNs.length * rounds,
    unknown: plannedNs.filter((ns) => ns === 0).length,
  };
}

/**
 * Time for the runs that are left: what finished runs of their cell took, else what is planned; and as long a pause
 * before each as there was on average.
 */
export function timeLeftMs(
  left: readonly { readonly cell: number }[],
  plannedNs: readonly number[],
  finished: readonly { readonly cell: number; readonly wallMs: number; readonly waitedMs: number }[],
): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const pauseMs = finished.length === 0 ? 0 : mean(finished.map(({ waitedMs }) => waitedMs));
  const typical = plannedNs.map((ns, cell) => {
    const own = finished.filter((run) => run.cell === cell).map(({ wallMs }) => wallMs);
    return own.length > 0 ? mean(own) : ns / NS_PER_MS + AROUND_RUN_MS;
  });
  return left.reduce((sum, { cell }) => sum + typical[cell]! + pauseMs, 0);
}
