/** What the live page is sent of an experiment: each turn of it at once, and once a second what is left. */
import type { ExperimentProgress } from '../compare/experiment-progress.ts';
import type { LiveEvent } from '../page/live/live-event.ts';

const EVERY_MS = 1_000;

/** @returns takes every progress of the experiment. The run under way sends its own. */
export function experimentFeed(
  send: (event: LiveEvent) => void,
  nowMs: () => number = () => performance.now(),
): (progress: ExperimentProgress) => void {
  let last: { readonly turn: string; readonly atMs: number } | undefined;
  return ({ run: _, ...experiment }) => {
    const { activity, current, runsDone } = experiment;
    const turn = JSON.stringify([activity, current, runsDone]);
    if (last?.turn === turn && nowMs() - last.atMs < EVERY_MS) return;
    last = { turn, atMs: nowMs() };
    send({ kind: 'experiment', experiment });
  };
}
