/** What a person reads of an experiment before and while it runs. */
import type { RunRecord } from '../compare/run-record.ts';
import { estimate } from '../experiments/estimate.ts';
import type { PlannedExperiment } from '../experiments/plan-experiment.ts';
import type { RunNews } from '../experiments/run-experiment.ts';
import { formatPercentile, formatPerSec } from '../figures.ts';
import { countOf, formatDuration, NS_PER_MS, NS_PER_SEC, US_PER_MS } from '../units.ts';

const FACTOR_VALUES_MAX = 12;
const PAUSE_SHOWN_MS = 1_000;

export interface ExperimentPlan {
  readonly name: string;
  readonly profile: string;
  readonly cells: readonly {
    readonly name: string;
    readonly factors: Readonly<Record<string, string>>;
    readonly seconds: number | null;
  }[];
  readonly rounds: number | 'auto';
  readonly maxRounds: number;
  /** Without the burn-in. */
  readonly runs: number;
  readonly baseline: string;
  readonly seed: number;
  readonly settleSeconds: number;
  /** Planned durations, and what is around each run; null where no run's time is known. */
  readonly runSeconds: number;
  /** Longest pauses together; 0 without a real cluster. */
  readonly pauseSecondsMax: number;
}

export function planOfExperiment(planned: PlannedExperiment): ExperimentPlan {
  const { cells, repeat, maxRepeat, settleMs, baseline } = planned;
  const rounds = repeat === 'auto' ? maxRepeat : repeat;
  const isReal = cells.some(({ target }) => target === 'kafka');
  const burnIn = cells.findIndex(({ name }) => name === baseline);
  const durations = cells.map(({ durationNs }) => durationNs);
  const time = estimate(durations, rounds, burnIn, isReal ? settleMs : 0);
  return {
    name: planned.name,
    profile: planned.profile,
    cells: cells.map(({ name, factors, durationNs }) => {
      return { name, factors, seconds: durationNs === 0 ? null : durationNs / NS_PER_SEC };
    }),
    rounds: repeat,
    maxRounds: rounds,
    runs: rounds * cells.length,
    baseline,
    seed: planned.seed,
    settleSeconds: settleMs / 1_000,
    runSeconds: time.runsMs / 1_000,
    pauseSecondsMax: time.settleMaxMs / 1_000,
  };
}

interface ExperimentLook {
  /** Each on a line of its own. */
  readonly withCells?: boolean;
  /** Some runs are finished: each run's line has the time that is left. */
  readonly isResumed?: boolean;
}

export function experimentLines(
  planned: PlannedExperiment,
  { withCells = false, isResumed = false }: ExperimentLook = {},
): string[] {
  const facts = planOfExperiment(planned);
  const { cells, rounds, maxRounds, runs } = facts;
  const [cellCount, roundCount] = [countOf(cells.length, 'cell'), countOf(maxRounds, 'round')];
  const upTo = rounds === 'auto' ? 'up to ' : '';
  const unknown = cells.filter(({ seconds }) => seconds === null).length;
  const lines = [
    `${facts.name}: ${cellCount} × ${upTo}${roundCount} = ${upTo}${countOf(runs, 'run')}, and a burn-in that is not counted`,
    ...factorLines(planned.vary),
    ...(cells.length > 1 ? [`  baseline: ${facts.baseline}`] : []),
    isResumed
      ? '  resumed: finished runs are not run again'
      : `  time: ${upTo}${duration(facts.runSeconds)} of runs, as planned and 1.5 s around each${pauses(facts)}`,
    ...(unknown > 0
      ? [
          `  ${countOf(unknown, 'cell')} ${unknown === 1 ? 'ends' : 'end'} by a number of messages: how long that takes is not in it`,
        ]
      : []),
    ...(maxRounds === 1 ? ['  one run of each cell: nothing can be compared, --repeat 5 or more can'] : []),
  ];
  if (!withCells) return lines;
  const isSame = new Set(cells.map(({ seconds }) => seconds)).size === 1;
  const timeOf = (seconds: number | null) => (seconds === null ? '' : `, ${duration(seconds)}`);
  const [first] = cells;
  return [
    ...lines,
    `  cells${isSame && first!.seconds !== null ? `, each ${duration(first!.seconds)}` : ''}:`,
    ...cells.map(({ name, seconds }) => `    ${name}${isSame ? '' : timeOf(seconds)}`),
  ];
}

export function startLine({ run, of, round, attempt, cellName, leftMs, isAtMost, settle }: RunNews): string {
  const parts = [
    `${runText({ run, of, attempt })} round ${round}${cellName === 'all' ? '' : ` cell ${cellName}`}`,
    ...(settle === null || (settle.reached && settle.waitedMs < PAUSE_SHOWN_MS) ? [] : [pauseText(settle)]),
    `${isAtMost ? 'at most ' : ''}${duration(leftMs / 1_000)} left`,
  ];
  return parts.join(', ');
}

function pauseText({ waitedMs, reached }: NonNullable<RunNews['settle']>): string {
  const pause = `after a pause of ${duration(waitedMs / 1_000)}`;
  return reached ? pause : `${pause}, in which the cluster did not become idle`;
}

function runText({ run, of, attempt }: Pick<RunNews, 'run' | 'of' | 'attempt'>): string {
  return `${attempt === 1 ? '' : 'repeat of '}run ${run}/${of}`;
}

export function endLine(news: RunNews, record: RunRecord): string {
  const { figures, status, reason, verdict } = record;
  const head = `${runText(news)}:`;
  if (status === 'failed') return `${head} failed: ${reason}`;
  const throughput = figures.throughput;
  const rate = typeof throughput === 'number' ? formatPerSec(throughput) : '–';
  const p99 = figures['response_ms p(99)'];
  const inUs = typeof p99 === 'number' ? p99 * US_PER_MS : p99 && { atLeast: p99.atLeast * US_PER_MS };
  return `${head} ${rate}, p99 ${formatPercentile(inUs)} ms, ${verdict}${status === 'ok' ? '' : ': does not count'}`;
}

function factorLines(vary: PlannedExperiment['vary']): string[] {
  const width = Math.max(0, ...Object.keys(vary).map(({ length }) => length));
  return Object.entries(vary).map(([name, values]) => {
    const more = values.length > FACTOR_VALUES_MAX ? `, … (${values.length} values)` : '';
    return `  ${name.padEnd(width)}  ${values.slice(0, FACTOR_VALUES_MAX).join(', ')}${more}`;
  });
}

function pauses({ pauseSecondsMax, settleSeconds }: ExperimentPlan): string {
  if (pauseSecondsMax === 0) return '';
  return `; pauses until the cluster is idle take up to ${duration(pauseSecondsMax)} more (--settle ${duration(settleSeconds)})`;
}

function duration(seconds: number): string {
  return formatDuration(Math.max(1, Math.round(seconds)) * NS_PER_SEC, NS_PER_MS);
}
