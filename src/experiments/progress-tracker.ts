/** Makes of the events of an experiment one value that says where it stands. */
import { type CellRuns, summarizeCell } from '../compare/cell-figures.ts';
import type { CellProgress, ExperimentProgress } from '../compare/experiment-progress.ts';
import { parseMeasure, writtenMeasure } from '../objective-grammar.ts';
import type { PlannedCapacity } from './capacity/plan-capacity.ts';
import type { CapacityEvents, SearchStand } from './capacity/search.ts';
import type { PlannedExperiment } from './plan-experiment.ts';
import type { ExperimentEvents, RunNews } from './run-experiment.ts';

type Listener = (progress: ExperimentProgress) => void;

interface Ending {
  /** Nothing more runs. */
  readonly done: () => void;
}

const THROUGHPUT = parseMeasure('throughput');
const P99 = parseMeasure('response_ms p(99)');

/** @param listener is called at once, and at each event that it returns the handlers of. */
export function trackSweep(
  planned: PlannedExperiment,
  listener: Listener,
  now: () => number = () => performance.now(),
): Ending & Required<Pick<ExperimentEvents, 'onRun' | 'onRunEnd' | 'onProgress'>> {
  const { kind, name, cells, repeat, maxRepeat } = planned;
  const rounds = repeat === 'auto' ? maxRepeat : repeat;
  const tell = teller(listener, now, {
    ...{ kind, name, activity: 'pause', runsDone: 0, runsTotal: rounds * cells.length, isAtMost: repeat === 'auto' },
    ...{ round: null, rounds, current: null, leftMs: null },
    cells: cells.map((cell) => ({
      ...{
        name: cell.name,
        factors: cell.factors,
        runsDone: 0,
        status: null,
        throughputPerSec: null,
        responseP99Ms: null,
      },
    })),
  });
  const stand = ({ cells, leftMs, round }: RunNews) => ({
    ...{ leftMs, round, cells: cells.map(cellProgress) },
    runsDone: cells.reduce((sum, { set }) => sum + set.runs.length, 0),
  });
  return {
    onRun(news) {
      const { run, attempt, cellName } = news;
      const current = { run, attempt, cell: cells.length === 1 ? null : cellName, step: null };
      tell({ ...stand(news), activity: 'run', current, run: undefined });
    },
    onRunEnd: (news) => tell({ ...stand(news), activity: 'pause', current: null, run: undefined }),
    onProgress: (run) => tell((last) => ({ run, activity: last.current === null ? 'burn-in' : 'run' })),
    done: () => tell({ activity: 'done', current: null, run: undefined, leftMs: 0 }),
  };
}

/** @param listener is called at once, and at each event that it returns the handlers of. */
export function trackCapacity(
  { name }: PlannedCapacity,
  listener: Listener,
  now: () => number = () => performance.now(),
): Ending & Required<Pick<CapacityEvents, 'onStep' | 'onStepEnd' | 'onProgress'>> {
  const tell = teller(listener, now, {
    ...{ kind: 'capacity', name, activity: 'pause', runsDone: 0, runsTotal: null, isAtMost: false },
    ...{ round: null, rounds: null, current: null, leftMs: null, cells: [] },
    search: { steps: [], bracket: { low: null, high: null } },
  });
  const stand = ({ steps, bracket, left }: SearchStand) => ({
    search: { steps, bracket },
    ...{ runsDone: steps.length, runsTotal: left && steps.length + left.steps, leftMs: left?.ms ?? null },
  });
  return {
    onStep({ step, rate, phase, stand: before }) {
      const current = { run: step, attempt: 1, cell: null, step: { ratePerSec: rate, phase } };
      tell({ ...stand(before), activity: 'run', current, run: undefined });
    },
    onStepEnd: (_, after) => tell({ ...stand(after), activity: 'pause', current: null, run: undefined }),
    onProgress: (run) => tell((last) => ({ run, activity: last.current === null ? 'probe' : 'run' })),
    done: () => tell({ activity: 'done', current: null, run: undefined, leftMs: 0 }),
  };
}

type Change = Partial<Omit<ExperimentProgress, 'run'>> & { readonly run?: ExperimentProgress['run'] | undefined };

/** The time that is left runs down between the events that say it. */
function teller(listener: Listener, now: () => number, first: ExperimentProgress) {
  let last = first;
  let endsAtMs: number | null = null;
  const tell = (change: Change | ((last: ExperimentProgress) => Change)) => {
    const { run, ...rest } = { run: last.run, ...(typeof change === 'function' ? change(last) : change) };
    if (rest.leftMs !== undefined) endsAtMs = rest.leftMs === null ? null : now() + rest.leftMs;
    const { run: _, ...before } = last;
    const leftMs = endsAtMs === null ? null : Math.max(0, endsAtMs - now());
    last = { ...before, ...rest, leftMs, ...(run !== undefined && { run }) };
    listener(last);
  };
  listener(first);
  return tell;
}

function cellProgress(cell: CellRuns): CellProgress {
  const { name, factors, status, figures } = summarizeCell(cell, [THROUGHPUT, P99], 0.05);
  const runsDone = cell.set.runs.length;
  const median = (measure: typeof P99) => figures[writtenMeasure(measure)]?.median ?? null;
  return {
    ...{ name, factors, runsDone, status: runsDone === 0 ? null : status },
    ...{ throughputPerSec: median(THROUGHPUT), responseP99Ms: median(P99) },
  };
}
